"""Losses of predicted distributions over classes, which stand on the last axis.

What is predicted differs, and so do the names of the parameters: `logits`, `log_probabilities` or `probabilities`, of
which the last are refused unless they are some. Labels are integers, targets are probabilities, one-hot or not.
"""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.binary_loss import check_smoothing
from typedgrad.ops.class_targets import evened, labels_left, of_labels, plain, rows_shown
from typedgrad.ops.distribution_primitives import distribution_loss, label_loss, label_nll, relative_entropy
from typedgrad.ops.reduce import mean
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.softmax import log_softmax
from typedgrad.ops.targets import check_labels, check_logarithms, check_weights
from typedgrad.ops.weighting import Mask, Weights, loss, reduced, shown


@loss
def softmax_cross_entropy(
    logits: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    class_weights: Float[Tensor, "classes"] | None = None,
    label_smoothing: Number = 0.0,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-log(softmax(logits))` at each example's label. Labels are integers, counted from 0.

    With class weights each class's term counts so much, and the mean divides by the weights of the labels. Smoothing
    gives the share `label_smoothing` of what is wanted to all classes evenly. Examples with `ignore_label` are masked.

    Raises:
        ShapeError: if there is not one label per row of logits.
        ValueError: for a label that is no class, or the mean over an empty batch.

    >>> tg.softmax_cross_entropy(tg.asarray([[0.0, 200.0], [200.0, 0.0]]), tg.asarray([1, 1]), reduction="none")
    Tensor([  0., 200.], dtype=float32)
    """
    name = "softmax_cross_entropy"
    if class_weights is None and label_smoothing == 0 and plain(ignore_label, weights, mask):
        check_labels(name, labels, logits.shape[-1])
        return label_loss(logits, labels, reduction=reduction)
    check_smoothing(name, label_smoothing)
    labels, mask = labels_left(name, labels, ignore_label, mask, logits)
    (logits,) = shown(name, mask, logits)
    if label_smoothing == 0:
        values, counted = label_loss(logits, labels, reduction="none"), None
        if class_weights is not None:
            counted = of_labels(name, class_weights, labels)
            values = values * counted
        return reduced(name, values, weights, mask, reduction, counted)
    logs = log_softmax(logits)
    counted = None if class_weights is None else of_labels(name, class_weights, labels)
    at_label = label_nll(logs, labels, reduction="none")
    each = -mean(logs if class_weights is None else logs * class_weights, axis=-1)
    values = (1.0 - label_smoothing) * (at_label if counted is None else at_label * counted) + label_smoothing * each
    return reduced(name, values, weights, mask, reduction, counted)


@loss
def nll(
    log_probabilities: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    class_weights: Float[Tensor, "classes"] | None = None,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The negative log-likelihood: `-log_probabilities` at each example's label. Labels are counted from 0.

    Weights of classes and `ignore_label` are those of `softmax_cross_entropy`.

    Raises:
        ShapeError: if there is not one label per row.
        ValueError: for a label that is no class, a logarithm above 0 (as logits are), or the mean over an empty batch.

    >>> tg.nll(tg.log_softmax(tg.asarray([[0.0, 200.0]])), tg.asarray([0]))
    Tensor(200., dtype=float32)
    """
    if class_weights is None and plain(ignore_label, weights, mask):
        check_labels("nll", labels, log_probabilities.shape[-1])
        check_logarithms("nll", "log_probabilities", log_probabilities)
        return label_nll(log_probabilities, labels, reduction=reduction)
    labels, mask = labels_left("nll", labels, ignore_label, mask, log_probabilities)
    (log_probabilities,) = shown("nll", mask, log_probabilities, fill=0.0)
    check_logarithms("nll", "log_probabilities", log_probabilities)
    values = label_nll(log_probabilities, labels, reduction="none")
    counted = None if class_weights is None else of_labels("nll", class_weights, labels)
    return reduced("nll", values if counted is None else values * counted, weights, mask, reduction, counted)


@loss
def soft_label_cross_entropy(
    logits: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    class_weights: Float[Tensor, "classes"] | None = None,
    label_smoothing: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-sum(target * log(softmax(logits)))` over the classes, for one-hot rows or other probabilities.

    With `class_weights` the mean still divides by the number of rows, as in PyTorch; that of `softmax_cross_entropy`
    divides by the weights of the labels.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for a target that is no distribution, or the mean over an empty batch.

    >>> tg.soft_label_cross_entropy(tg.asarray([[0.0, 200.0]]), tg.asarray([[0.5, 0.5]]))
    Tensor(100., dtype=float32)
    """
    name = "soft_label_cross_entropy"
    check_smoothing(name, label_smoothing)
    target = rows_shown(name, "target", mask, target)
    (logits,) = shown(name, mask, logits)
    target = evened(target, label_smoothing)
    if plain(class_weights, weights, mask):
        return distribution_loss(logits, target, reduction=reduction)
    if class_weights is not None:
        check_weights(name, class_weights, "class_weights")
        target = target * class_weights
    return reduced(name, distribution_loss(logits, target, reduction="none"), weights, mask, reduction)


@loss
def kl_divergence(
    log_prediction: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`sum(target * (log(target) - log_prediction))` over the classes: what it costs to predict wrong probabilities.

    The mean is that over examples, not over examples and classes.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for a target that is no distribution, a logarithm above 0, or the mean over an empty batch.

    >>> tg.kl_divergence(tg.log(tg.asarray([[0.5, 0.5]])), tg.asarray([[0.5, 0.5]]))
    Tensor(0., dtype=float32)
    """
    target = rows_shown("kl_divergence", "target", mask, target)
    (log_prediction,) = shown("kl_divergence", mask, log_prediction, fill=0.0)
    check_logarithms("kl_divergence", "log_prediction", log_prediction)
    if plain(weights, mask):
        return relative_entropy(log_prediction, target, reduction=reduction)
    return reduced(
        "kl_divergence", relative_entropy(log_prediction, target, reduction="none"), weights, mask, reduction
    )
