"""Losses of yes or no, element by element: of logits, of probabilities, and of scores whose targets are -1 and 1.

What is predicted is in the name of the parameter: `logits`, `probabilities` or `prediction`. The last are any numbers.
"""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.activation import relu, sigmoid, softplus
from typedgrad.ops.arithmetic import square
from typedgrad.ops.elementwise import log
from typedgrad.ops.loss_primitives import hinge_error, logistic_error
from typedgrad.ops.power import power
from typedgrad.ops.reduce import mean
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import clip, where
from typedgrad.ops.targets import check_probabilities, check_signs
from typedgrad.ops.weighting import Mask, Weights, loss, reduced, shown


@loss
def binary_cross_entropy_with_logits(
    logits: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    positive_weight: Number = 1.0,
    label_smoothing: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-target * log(p) - (1 - target) * log(1 - p)` where `p = sigmoid(logits)`, safe for logits of any size.

    The first term counts `positive_weight` times. Smoothing moves targets towards 1/2: `t + label_smoothing (1/2 - t)`.

    Raises ShapeError for unequal shapes, ValueError for targets or a smoothing not in [0, 1], a negative weight, or the
    mean over an empty batch.

    >>> tg.binary_cross_entropy_with_logits(tg.asarray([200.0, -200.0]), tg.asarray([1.0, 1.0]), reduction="none")
    Tensor([  0., 200.], dtype=float32)
    """
    name = "binary_cross_entropy_with_logits"
    logits, target = shown(name, mask, logits, target)
    target = _smoothed(name, target, label_smoothing, positive_weight)
    if positive_weight == 1:
        if weights is None and mask is None:
            return logistic_error(logits, target, reduction=reduction)
        return reduced(name, logistic_error(logits, target, reduction="none"), weights, mask, reduction)
    values = positive_weight * target * softplus(-logits) + (1.0 - target) * softplus(logits)
    return reduced(name, values, weights, mask, reduction)


@loss
def binary_cross_entropy(
    probabilities: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    positive_weight: Number = 1.0,
    label_smoothing: Number = 0.0,
    eps: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-target * log(p) - (1 - target) * log(1 - p)` of probabilities `p`, brought into [eps, 1 - eps] first.

    It is infinite where a certain prediction is wrong; `binary_cross_entropy_with_logits` is not, and is more exact.

    Raises ShapeError for unequal shapes, ValueError for probabilities, targets or a smoothing not in [0, 1], or the
    mean over an empty batch.

    >>> tg.binary_cross_entropy(tg.asarray([1.0, 0.5]), tg.asarray([1.0, 0.0]), reduction="none")
    Tensor([0.       , 0.6931472], dtype=float32)
    """
    name = "binary_cross_entropy"
    probabilities, target = shown(name, mask, probabilities, target, fill=0.5)
    check_probabilities(name, "probabilities", probabilities)
    target = _smoothed(name, target, label_smoothing, positive_weight)
    p = _inside(probabilities, eps)
    values = -positive_weight * times_log(target, p) - times_log(1.0 - target, 1.0 - p)
    return reduced(name, values, weights, mask, reduction)


@loss
def binary_focal_with_logits(
    logits: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    gamma: Number = 2.0,
    alpha: Number | None = None,
    label_smoothing: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Binary cross-entropy times `(1 - q)**gamma`, `q` the probability of what is wanted: easy examples count less.

    With `alpha` yes counts `alpha` times and no `1 - alpha` times.

    Raises ShapeError for unequal shapes, ValueError for a negative `gamma`, an `alpha` or targets not in [0, 1], or the
    mean over an empty batch.

    Source: Lin, Goyal, Girshick, He and Dollár, "Focal loss for dense object detection", 2017.

    >>> tg.binary_focal_with_logits(tg.asarray([0.0]), tg.asarray([1.0]), gamma=1.0, reduction="none")
    Tensor([0.3465736], dtype=float32)
    """
    name = "binary_focal_with_logits"
    logits, target = shown(name, mask, logits, target)
    target = _smoothed(name, target, label_smoothing)
    # The probability of what is not wanted is a sigmoid itself, which keeps its digits.
    p = sigmoid(logits)
    wrong = target * sigmoid(-logits) + (1.0 - target) * p
    values = _focused(name, wrong, gamma) * logistic_error(logits, target, reduction="none")
    return reduced(name, _balanced(name, values, target, alpha), weights, mask, reduction)


@loss
def binary_focal(
    probabilities: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    gamma: Number = 2.0,
    alpha: Number | None = None,
    label_smoothing: Number = 0.0,
    eps: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`binary_focal_with_logits` of probabilities, brought into [eps, 1 - eps] first.

    Raises what that does, and ValueError for probabilities not in [0, 1].

    >>> tg.binary_focal(tg.asarray([0.5]), tg.asarray([1.0]), gamma=1.0, reduction="none")
    Tensor([0.3465736], dtype=float32)
    """
    name = "binary_focal"
    probabilities, target = shown(name, mask, probabilities, target, fill=0.5)
    check_probabilities(name, "probabilities", probabilities)
    target = _smoothed(name, target, label_smoothing)
    p = _inside(probabilities, eps)
    wrong = target * (1.0 - p) + (1.0 - target) * p
    values = _focused(name, wrong, gamma) * (-times_log(target, p) - times_log(1.0 - target, 1.0 - p))
    return reduced(name, _balanced(name, values, target, alpha), weights, mask, reduction)


@loss
def hinge(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, 1 - target * prediction)` for targets -1 and 1.

    Raises ShapeError for unequal shapes, ValueError for other targets or the mean over an empty batch.

    >>> tg.hinge(tg.asarray([0.5, 2.0]), tg.asarray([-1.0, 1.0]), reduction="none")
    Tensor([1.5, 0. ], dtype=float32)
    """
    prediction, target = shown("hinge", mask, prediction, target)
    check_signs("hinge", target)
    if weights is None and mask is None:
        return hinge_error(prediction, target, reduction=reduction)
    return reduced("hinge", hinge_error(prediction, target, reduction="none"), weights, mask, reduction)


@loss
def squared_hinge(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The square of `hinge`.

    Raises ShapeError for unequal shapes, ValueError for targets other than -1 and 1 or the mean over an empty batch.

    >>> tg.squared_hinge(tg.asarray([0.5, 2.0]), tg.asarray([-1.0, 1.0]), reduction="none")
    Tensor([2.25, 0.  ], dtype=float32)
    """
    prediction, target = shown("squared_hinge", mask, prediction, target)
    check_signs("squared_hinge", target)
    return reduced("squared_hinge", square(relu(1.0 - target * prediction)), weights, mask, reduction)


@loss
def soft_margin(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`log(1 + exp(-target * prediction))` for targets -1 and 1: binary cross-entropy, with other labels.

    Raises ShapeError for unequal shapes, ValueError for other targets or the mean over an empty batch.

    >>> tg.soft_margin(tg.asarray([200.0, 200.0]), tg.asarray([-1.0, 1.0]), reduction="none")
    Tensor([200.,   0.], dtype=float32)
    """
    prediction, target = shown("soft_margin", mask, prediction, target)
    check_signs("soft_margin", target)
    return reduced("soft_margin", softplus(-target * prediction), weights, mask, reduction)


@loss
def multilabel_soft_margin(
    logits: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The mean of `binary_cross_entropy_with_logits` over the classes: one loss for each example.

    Raises ShapeError for unequal shapes, ValueError for targets not in [0, 1] or the mean over an empty batch.

    >>> tg.multilabel_soft_margin(tg.asarray([[200.0, -200.0]]), tg.asarray([[0.0, 0.0]]))
    Tensor(100., dtype=float32)
    """
    logits, target = shown("multilabel_soft_margin", mask, logits, target)
    check_probabilities("multilabel_soft_margin", "target", target)
    values = mean(logistic_error(logits, target, reduction="none"), axis=-1)
    return reduced("multilabel_soft_margin", values, weights, mask, reduction)


def times_log(x: Tensor, y: Tensor) -> Tensor:
    """`x * log(y)`, and 0 where `x` is 0, whatever `y` is."""
    nothing = x == 0.0
    return x * log(where(nothing, 1.0, y))


def _inside(probabilities: Tensor, eps: float) -> Tensor:
    """The probabilities in [eps, 1 - eps]."""
    if not 0.0 <= eps < 0.5:
        raise ValueError(f"`eps` must be at least 0 and less than 0.5, got {eps}")
    return clip(probabilities, eps, 1.0 - eps) if eps else probabilities


def check_smoothing(name: str, smoothing: float) -> None:
    """Raise ValueError unless the share is one."""
    if not 0.0 <= smoothing <= 1.0:
        raise ValueError(f"{name}: `label_smoothing` must be between 0 and 1, got {smoothing}")


def _smoothed(name: str, target: Tensor, smoothing: float, positive_weight: float = 1.0) -> Tensor:
    check_probabilities(name, "target", target)
    check_smoothing(name, smoothing)
    if not positive_weight >= 0:
        raise ValueError(f"{name}: `positive_weight` must not be negative, got {positive_weight}")
    return target if smoothing == 0 else target * (1.0 - smoothing) + 0.5 * smoothing


def _focused(name: str, wrong: Tensor, gamma: float) -> Tensor:
    """How much an example counts, by the probability of what is not wanted."""
    if not gamma >= 0:
        raise ValueError(f"{name}: `gamma` must not be negative, got {gamma}")
    return power(wrong, float(gamma))


def _balanced(name: str, values: Tensor, target: Tensor, alpha: float | None) -> Tensor:
    if alpha is None:
        return values
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"{name}: `alpha` must be between 0 and 1, got {alpha}")
    return (alpha * target + (1.0 - alpha) * (1.0 - target)) * values
