"""Weights and masks: how much each loss counts. What a public loss is, to users and to the judge of types."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from jaxtyping import Bool, Float

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import DEVICE
from typedgrad.core.typed import CHECKS, remembering
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import mean, sum
from typedgrad.ops.reduction import Reduction, reduced_losses, refuse_empty_batch
from typedgrad.ops.selection import where
from typedgrad.ops.targets import check_weights, raw
from typedgrad.shapes import Shape, ShapeError, Star, registry, same

if TYPE_CHECKING:
    from typedgrad.shapes import Dim, Signature

F = TypeVar("F", bound=Callable[..., Any])

# One number, or truth value, for each loss, or for each of the first axes of the losses: for each example.
Weights = Float[Tensor, "..."] | None
Mask = Bool[Tensor, "..."] | None


def loss(function: F) -> F:
    """A public loss: a checked function whose result has the shape of the losses, or none once they are reduced.

    The losses have the axes `*batch` of its arguments, or `*s` if there is no such name; where that stands behind
    `n`, there is one loss for each of `n` examples. All other axes are those of an example, which must have elements.
    """
    registry.register_lazy(f"{function.__module__}.{function.__qualname__}", lambda: _judged(function))
    return function if CHECKS == "off" else remembering(function, check=_refuse_empty_examples)


def _judged(function: Callable[..., Any]) -> registry.Entry:
    """What the judge of types knows of a loss."""
    from typedgrad.core.signatures import is_required, read, signature_of

    reading = read(function)
    signature: Signature = signature_of(reading, function.__name__)
    signature.attach(_rule_of(*(slot.axes for slot in signature.args.values())))
    defaults = {a.name: a.default for a in reading.statics if not is_required(a)}
    return registry.Entry(signature, defaults, None, tuple(a.name for a in reading.arguments))


def _rule_of(*axes: str) -> Callable[..., dict[str, Shape]]:
    if any("*batch" in text for text in axes):
        return _reduced_batch
    return _reduced_examples if any(text.startswith("n ") for text in axes) else _reduced


def _reduced(s: Shape, weights: Shape | None, mask: Shape | None, reduction: Reduction) -> dict[str, Shape]:
    for given, name in ((weights, "weights"), (mask, "mask")):
        if isinstance(given, tuple):
            check_leading(given, s, name)
    if reduction in ("mean", "batch_mean") and 0 in [n for n in s if isinstance(n, int)]:
        raise ShapeError(f"the batch is empty (shape [{' '.join(map(str, s))}]), so there is no mean of its losses")
    return reduced_losses(s, reduction)


def _reduced_batch(
    batch: Shape, weights: Shape | None, mask: Shape | None, reduction: Reduction,
    classes: Dim = 1, outputs: Dim = 1, features: Dim = 1, n: Dim = 1, k: Dim = 1, d: Dim = 1,
) -> dict[str, Shape]:  # fmt: skip
    sizes = {"classes": classes, "outputs": outputs, "features": features, "n": n, "k": k, "d": d}
    _refuse_empty_examples({"*batch": batch, **sizes})
    return _reduced(batch, weights, mask, reduction)


def _reduced_examples(
    n: Dim, weights: Shape | None, mask: Shape | None, reduction: Reduction,
    s: Shape = (), time: Dim = 1, classes: Dim = 1, features: Dim = 1,
) -> dict[str, Shape]:  # fmt: skip
    _refuse_empty_examples({"n": n, "*s": s, "time": time, "classes": classes, "features": features})
    return _reduced((n,), weights, mask, reduction)


def _refuse_empty_examples(names: Mapping[str, Dim | Shape]) -> None:
    """Raise ShapeError if an axis of an example has no elements: nothing has no loss.

    The axes of an example are those beside `*batch`; or beside `n`; or there are none, if there is `*s` alone.
    `length`, of labels, may be 0.
    """
    outer = "*batch" if "*batch" in names else "n" if "n" in names else "*s"
    for name, size in names.items():
        run = size if isinstance(size, tuple) else (size,)
        if name not in (outer, "length") and 0 in [n for n in run if isinstance(n, int)]:
            sizes = f"[{' '.join(map(str, run))}]" if isinstance(size, tuple) else size
            raise ShapeError(f"`{name}` is {sizes}: examples of nothing have no loss")


def check_leading(given: Shape, losses: Shape, name: str) -> None:
    """Raise ShapeError unless weights or masks have the first axes of the losses, or all of them."""
    if any(isinstance(n, Star) for n in (*given, *losses)):
        return
    what = f"`{name}` must have the shape of the losses, or of their first axes"
    if len(given) > len(losses):
        same(given, losses, what)
        raise ShapeError(f"{what}: [{' '.join(map(str, given))}] and [{' '.join(map(str, losses))}]")
    same(given, losses[: len(given)], what)


def shown(name: str, mask: Tensor | None, *tensors: Tensor, fill: float = 1.0) -> tuple[Tensor, ...]:
    """The tensors with `fill` wherever the mask is false, so that what is hidden can be anything, NaN too."""
    if mask is None:
        return tensors
    return tuple(_filled(name, mask, x, fill) for x in tensors)


def _filled(name: str, mask: Tensor, x: Tensor, fill: float) -> Tensor:
    fitting = leading(name, "mask", mask, x.shape)
    return where(fitting, x, fill if x.dtype.kind == "f" else int(fill))


def leading(name: str, argument: str, given: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Weights or a mask with axes of size 1 behind, as many as they lack.

    Raises ShapeError if it does not have the first axes of `shape`.
    """
    try:
        check_leading(given.shape, shape, argument)
    except ShapeError as error:
        error.where = error.where or name
        raise
    missing = len(shape) - len(given.shape)
    return given if missing == 0 else reshape(given, (*given.shape, *(1,) * missing))


def reduced(
    name: str,
    values: Tensor,
    weights: Tensor | None,
    mask: Tensor | None,
    reduction: Reduction,
    counted: Tensor | None = None,
) -> Tensor:
    """The losses, weighted and masked, as the reduction wants them.

    The mean divides by the sum of the weights. `counted` are weights that are in the values already, one for each.

    Raises:
        ShapeError: if weights or mask have not the first axes of the losses.
        ValueError: if a weight is negative or not finite, or nothing is left to take the mean of.
    """
    factor = None if weights is None else leading(name, "weights", weights, values.shape)
    shown_ = None if mask is None else leading(name, "mask", mask, values.shape)
    if weights is not None and factor is not None:
        check_weights(name, weights)
        weights = astype(factor, values.dtype)
        values = values * weights
    if shown_ is not None:
        values = where(shown_, values, 0.0)
    if reduction == "none":
        return values
    if reduction == "sum":
        return sum(values)
    refuse_empty_batch(name, values.shape)
    if reduction == "batch_mean":
        return sum(mean(values, axis=0)) if values.ndim else values
    if weights is None and mask is None and counted is None:
        return mean(values)
    factors = [weights, None if shown_ is None else astype(shown_, values.dtype), counted]
    return _weighted_mean(name, values, [factor for factor in factors if factor is not None])


def _weighted_mean(name: str, values: Tensor, factors: list[Tensor]) -> Tensor:
    """The sum of weighted losses, divided by that of their weights."""
    weight = factors[0]
    for factor in factors[1:]:
        weight = weight * factor
    # Sums of half precision end at 65504, those inside of a mean do not. Means of weights need no broadcasting.
    half = values.dtype.itemsize < 4
    total = mean(weight) if half else sum(weight)
    if total.device == "abstract":
        return sum(values) / total
    sums = raw(total)  # of all examples under `vmap`
    if total.device != DEVICE and not bool(namespace(sums).all(sums > 0)):
        raise ValueError(f"{name}: weights and mask leave nothing, so there is no mean of the losses")
    if half:
        return mean(values) / total
    # A weight that stands for several losses counts for each.
    times = math.prod(values.shape) // max(1, math.prod(weight.shape))
    return sum(values) / (total if times == 1 else times * total)
