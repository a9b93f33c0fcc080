"""Losses by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from typedgrad.nn.names import check_name, found_in

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor

# Those of a prediction and a target.
LossName: TypeAlias = Literal[
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binary_focal",
    "binary_focal_with_logits",
    "categorical_cross_entropy",
    "categorical_focal",
    "categorical_hinge",
    "circle_loss",
    "class_simplex",
    "cosine_proximity",
    "ctc",
    "ctc_with_logits",
    "dice",
    "distance_ratio",
    "f_measure_loss",
    "hinge",
    "hinge_embedding",
    "huber",
    "kl_divergence",
    "kl_divergence_of_probabilities",
    "l1_sum",
    "l2_sum",
    "log_cosh",
    "mae",
    "mape",
    "mse",
    "msle",
    "multi_label",
    "multi_margin",
    "multiclass_hinge",
    "multilabel_margin",
    "multilabel_soft_margin",
    "nll",
    "one_vs_all_hinge",
    "poisson_nll",
    "poisson_nll_of_rates",
    "smooth_l1",
    "soft_label_cross_entropy",
    "soft_margin",
    "softmax_cross_entropy",
    "sparse_categorical_cross_entropy",
    "squared_hinge",
    "tversky",
    "wasserstein",
]


def loss(name: LossName) -> Callable[..., Tensor]:
    """The loss of this name, for a prediction and a target.

    Raises ValueError for another name, with the nearest that there is.

    >>> tg.nn.loss("mse")(tg.asarray([1.0, 3.0]), tg.asarray([1.0, 1.0]))
    Tensor(2., dtype=float32)
    """
    from typedgrad.ops import binary_loss, cross_entropy, ctc, density_loss, embedding_loss, margin_loss, pair_loss
    from typedgrad.ops import loss as numbers
    from typedgrad.ops import probability_loss as probabilities

    check_name("loss", LossName, name)
    classes = (cross_entropy, probabilities, margin_loss, embedding_loss)
    found = found_in((numbers, binary_loss, *classes, pair_loss, density_loss, ctc), name)
    return cast("Callable[..., Tensor]", found)
