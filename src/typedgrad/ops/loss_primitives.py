"""The losses of predicted numbers that have gradients of their own; `loss` and `binary_loss` are what users call.

Each reduces what it computes, so that the plain case of a loss is one op.
"""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.primitive import where as where_rule
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.activation import sigmoid
from typedgrad.ops.arithmetic import abs, sign
from typedgrad.ops.reduction import Reduction, reduce_losses, reduced_losses, spread
from typedgrad.ops.selection import where


@primitive
def squared_error(
    prediction: Float[Tensor, "*s"], target: Float[Tensor, "*s"], *, reduction: Reduction = "mean"
) -> Float[Tensor, "*reduced"]:
    """The squared error, `(prediction - target)²`, without a factor 1/2.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> squared_error(tg.asarray([1.0, 2.0]), tg.asarray([1.0, 4.0]))
    Tensor(2., dtype=float32)
    """
    xp = namespace(prediction)
    return reduce_losses("mse", xp, xp.square(prediction - target), reduction)


@primitive
def absolute_error(
    prediction: Float[Tensor, "*s"], target: Float[Tensor, "*s"], *, reduction: Reduction = "mean"
) -> Float[Tensor, "*reduced"]:
    """The absolute error, `abs(prediction - target)`. Its gradient at 0 is 0.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> absolute_error(tg.asarray([1.0, 2.0]), tg.asarray([1.0, 4.0]))
    Tensor(1., dtype=float32)
    """
    xp = namespace(prediction)
    return reduce_losses("mae", xp, xp.abs(prediction - target), reduction)


@primitive
def huber_error(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    delta: Number = 1.0,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Half the squared error up to `delta`, and from there on along the tangent.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch or a `delta` that is not positive.

    Source: Huber, "Robust estimation of a location parameter", 1964.

    >>> huber_error(tg.asarray([1.0, 5.0]), tg.asarray([2.0, 2.0]), reduction="none")
    Tensor([0.5, 2.5], dtype=float32)
    """
    xp = namespace(prediction)
    error = xp.abs(prediction - target)
    near = xp.minimum(error, float(delta))
    return reduce_losses("huber", xp, near * (error - 0.5 * near), reduction)


@primitive
def hinge_error(
    prediction: Float[Tensor, "*s"], target: Float[Tensor, "*s"], *, reduction: Reduction = "mean"
) -> Float[Tensor, "*reduced"]:
    """`max(0, 1 - target * prediction)` for targets -1 and 1.

    Raises ShapeError for unequal shapes, ValueError for other targets or the mean over an empty batch.

    >>> hinge_error(tg.asarray([0.5, 2.0]), tg.asarray([-1.0, 1.0]), reduction="none")
    Tensor([1.5, 0. ], dtype=float32)
    """
    xp = namespace(prediction)
    return reduce_losses("hinge", xp, xp.maximum(1.0 - target * prediction, 0.0), reduction)


@primitive
def logistic_error(
    prediction: Float[Tensor, "*s"], target: Float[Tensor, "*s"], *, reduction: Reduction = "mean"
) -> Float[Tensor, "*reduced"]:
    """`-target * log(p) - (1 - target) * log(1 - p)` where `p = sigmoid(prediction)`, safe for logits of any size.

    Raises ShapeError for unequal shapes, ValueError for targets not in [0, 1] or the mean over an empty batch.

    >>> logistic_error(tg.asarray([200.0, -200.0]), tg.asarray([1.0, 1.0]), reduction="none")
    Tensor([  0., 200.], dtype=float32)
    """
    xp = namespace(prediction)
    # log(1 + exp(x)) - x t, with the large part of the logarithm split off: the difference is exact where it matters.
    values = xp.maximum(prediction, 0.0) - prediction * target + xp.log1p(xp.exp(-xp.abs(prediction)))
    return reduce_losses("binary_cross_entropy_with_logits", xp, values, reduction)


def _slopes(op: Callable[..., Tensor], by_prediction: Callable[..., Tensor], by_target: Callable[..., Tensor]) -> None:
    """Attach the rules of a loss that works element by element, from the slopes of one element's loss."""

    def pull(slope: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def rule(
            g: Tensor, out: Tensor, prediction: Tensor, target: Tensor, *, reduction: Reduction, **statics: Number
        ) -> Tensor:
            return spread(g, prediction.shape, reduction) * slope(prediction, target, **statics)

        return rule

    where_rule(op)(reduced_losses)
    vjp(op, "prediction")(pull(by_prediction))
    vjp(op, "target")(pull(by_target))


def _huber_slope(p: Tensor, t: Tensor, *, delta: Number) -> Tensor:
    error = p - t
    return where(abs(error) <= delta, error, delta * sign(error))


_slopes(squared_error, lambda p, t: 2.0 * (p - t), lambda p, t: 2.0 * (t - p))
_slopes(absolute_error, lambda p, t: sign(p - t), lambda p, t: sign(t - p))
_slopes(huber_error, _huber_slope, lambda p, t, delta: _huber_slope(t, p, delta=delta))
_slopes(hinge_error, lambda p, t: where(t * p < 1.0, -t, 0.0), lambda p, t: where(t * p < 1.0, -p, 0.0))
_slopes(logistic_error, lambda p, t: sigmoid(p) - t, lambda p, t: -p)
