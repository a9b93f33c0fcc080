"""Losses of predicted numbers. Prediction and target must have one shape: nothing is broadcast.

All losses take `weights` and a `mask` of the shape of the losses or of their first axes; what a mask hides may be
anything, NaN too. `docs/losses.md` says what other libraries call the same, and by what factor they differ.
"""

from __future__ import annotations

import math
from typing import Final

from jaxtyping import Float

from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.activation import softplus
from typedgrad.ops.arithmetic import abs, square
from typedgrad.ops.elementwise import log1p
from typedgrad.ops.loss_primitives import absolute_error, huber_error, squared_error
from typedgrad.ops.reduce import sum
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import clip
from typedgrad.ops.targets import check_positive
from typedgrad.ops.weighting import Mask, Weights, loss, reduced, shown

_LOG_2: Final = math.log(2.0)


@loss
def mse(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The squared error, `(prediction - target)²`, without a factor 1/2.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> tg.mse(tg.asarray([1.0, 2.0]), tg.asarray([1.0, 4.0]))
    Tensor(2., dtype=float32)
    """
    if weights is None and mask is None:
        return squared_error(prediction, target, reduction=reduction)
    prediction, target = shown("mse", mask, prediction, target)
    return reduced("mse", squared_error(prediction, target, reduction="none"), weights, mask, reduction)


@loss
def mae(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The absolute error, `abs(prediction - target)`. Its gradient at 0 is 0.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> tg.mae(tg.asarray([1.0, 2.0]), tg.asarray([1.0, 4.0]), weights=tg.asarray([3.0, 1.0]))
    Tensor(0.5, dtype=float32)
    """
    if weights is None and mask is None:
        return absolute_error(prediction, target, reduction=reduction)
    prediction, target = shown("mae", mask, prediction, target)
    return reduced("mae", absolute_error(prediction, target, reduction="none"), weights, mask, reduction)


@loss
def huber(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    delta: Number = 1.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Half the squared error up to `delta`, and from there on along the tangent.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch or a `delta` that is not positive.

    Source: Huber, "Robust estimation of a location parameter", 1964.

    >>> tg.huber(tg.asarray([1.0, 5.0]), tg.asarray([2.0, 2.0]), reduction="none")
    Tensor([0.5, 2.5], dtype=float32)
    """
    if not delta > 0:
        raise ValueError(f"huber: `delta` must be positive, got {delta}")
    if weights is None and mask is None:
        return huber_error(prediction, target, delta=delta, reduction=reduction)
    prediction, target = shown("huber", mask, prediction, target)
    return reduced("huber", huber_error(prediction, target, delta=delta, reduction="none"), weights, mask, reduction)


@loss
def smooth_l1(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    beta: Number = 1.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`huber` with `delta=beta`, divided by `beta`: far from the target its slope is 1 for every `beta`.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch or a `beta` that is not positive.

    Source: Girshick, "Fast R-CNN", 2015.

    >>> tg.smooth_l1(tg.asarray([1.0, 5.0]), tg.asarray([2.0, 2.0]), beta=0.5, reduction="none")
    Tensor([0.75, 2.75], dtype=float32)
    """
    if not beta > 0:
        raise ValueError(f"smooth_l1: `beta` must be positive, got {beta}")
    prediction, target = shown("smooth_l1", mask, prediction, target)
    values = huber_error(prediction, target, delta=beta, reduction="none") / beta
    return reduced("smooth_l1", values, weights, mask, reduction)


@loss
def log_cosh(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`log(cosh(prediction - target))`: half the squared error where it is small, the absolute one where it is large.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> tg.log_cosh(tg.asarray([0.0, 200.0]), tg.asarray([0.0, 0.0]), reduction="none")
    Tensor([  0.       , 199.3068528], dtype=float32)
    """
    prediction, target = shown("log_cosh", mask, prediction, target)
    error = prediction - target
    # log((e^x + e^-x) / 2), from which the large part is split off.
    return reduced("log_cosh", error + softplus(-2.0 * error) - _LOG_2, weights, mask, reduction)


@loss
def mape(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    eps: Number = 1e-7,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The absolute error in percent of the target: `100 * abs(prediction - target) / max(abs(target), eps)`.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch or an `eps` that is not positive.

    >>> tg.mape(tg.asarray([1.0, 3.0]), tg.asarray([2.0, 4.0]), reduction="none")
    Tensor([50., 25.], dtype=float32)
    """
    if not eps > 0:
        raise ValueError(f"mape: `eps` must be positive, got {eps}")
    prediction, target = shown("mape", mask, prediction, target)
    values = 100.0 * abs(prediction - target) / clip(abs(target), min=eps)
    return reduced("mape", values, weights, mask, reduction)


@loss
def msle(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The squared error of logarithms, `(log(1 + prediction) - log(1 + target))²`, of numbers that are not negative.

    Raises ShapeError for unequal shapes, ValueError for negative numbers or the mean over an empty batch.

    >>> tg.msle(tg.asarray([3.0, 0.0]), tg.asarray([3.0, 0.0]))
    Tensor(0., dtype=float32)
    """
    prediction, target = shown("msle", mask, prediction, target)
    check_positive("msle", "prediction", prediction, or_zero=True)
    check_positive("msle", "target", target, or_zero=True)
    return reduced("msle", square(log1p(prediction) - log1p(target)), weights, mask, reduction)


@loss
def l1_sum(
    prediction: Float[Tensor, "*batch outputs"],
    target: Float[Tensor, "*batch outputs"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The sum of the absolute errors over the outputs: one loss for each example.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> tg.l1_sum(tg.asarray([[1.0, 2.0], [0.0, 0.0]]), tg.asarray([[1.0, 4.0], [1.0, 1.0]]))
    Tensor(2., dtype=float32)
    """
    prediction, target = shown("l1_sum", mask, prediction, target)
    return reduced("l1_sum", sum(abs(prediction - target), axis=-1), weights, mask, reduction)


@loss
def l2_sum(
    prediction: Float[Tensor, "*batch outputs"],
    target: Float[Tensor, "*batch outputs"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The sum of the squared errors over the outputs, without a factor 1/2: one loss for each example.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> tg.l2_sum(tg.asarray([[1.0, 2.0], [0.0, 0.0]]), tg.asarray([[1.0, 4.0], [1.0, 1.0]]))
    Tensor(3., dtype=float32)
    """
    prediction, target = shown("l2_sum", mask, prediction, target)
    return reduced("l2_sum", sum(square(prediction - target), axis=-1), weights, mask, reduction)
