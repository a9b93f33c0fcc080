"""Layers without parameters that scale, shift, rearrange or cut out what comes in."""

from __future__ import annotations

import math
from collections.abc import Callable

from jaxtyping import Float, Shaped

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer, forwarding
from typedgrad.ops import reversal
from typedgrad.ops.move import permute_dims, reshape
from typedgrad.shapes import ShapeError


class Lambda(Layer):
    """A function of tensors as a layer.

    Raises TypeError for what is no function.

    >>> tg.nn.Lambda(function=tg.square)(tg.asarray([3.0]))
    Tensor([9.], dtype=float32)
    """

    function: Callable[..., Tensor]

    def __check__(self) -> None:
        if isinstance(self.function, type) or not callable(self.function):
            raise TypeError(f"Lambda: `function` must be a function, not {self.function!r}")

    @forwarding
    def __call__(self, *inputs: object, **options: object) -> Tensor:
        return self.function(*inputs, **options)

    def __repr__(self) -> str:
        return f"Lambda(function={getattr(self.function, '__name__', repr(self.function))})"


class Scale(Layer):
    """What comes in, times a number.

    Raises ValueError if the number is not finite.

    >>> tg.nn.Scale(factor=0.5)(tg.ones(2))
    Tensor([0.5, 0.5], dtype=float32)
    """

    factor: float

    def __check__(self) -> None:
        _finite(self, "factor", self.factor)

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return x * self.factor


class Shift(Layer):
    """What comes in, plus a number.

    Raises ValueError if the number is not finite.

    >>> tg.nn.Shift(amount=0.5)(tg.ones(2))
    Tensor([1.5, 1.5], dtype=float32)
    """

    amount: float

    def __check__(self) -> None:
        _finite(self, "amount", self.amount)

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return x + self.amount


class GradientReversal(Layer):
    """What comes in; its gradient is multiplied by `-factor`. See `typedgrad.gradient_reversal`.

    Raises ValueError if the factor is not finite.

    >>> tg.grad(lambda x: tg.sum(tg.nn.GradientReversal()(x)))(tg.ones(2))
    Tensor([-1., -1.], dtype=float32)
    """

    factor: float = 1.0

    def __check__(self) -> None:
        _finite(self, "factor", self.factor)

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return reversal.gradient_reversal(x, factor=self.factor)


class Reshape(Layer):
    """Each example in another shape; one size may be -1, which follows from the others.

    Raises ValueError for sizes that make no sense, ShapeError if the numbers of elements differ.

    >>> tg.nn.Reshape(shape=(3, -1))(tg.ones((2, 6))).shape
    (2, 3, 2)
    """

    shape: tuple[int, ...]

    def __check__(self) -> None:
        wild = [n for n in self.shape if n == -1]
        if not all(type(n) is int and n >= -1 for n in self.shape) or len(wild) > 1:
            raise ValueError(f"Reshape: `shape` must be sizes, of which one may be -1, got {self.shape!r}")

    def __call__(self, x: Shaped[Tensor, "n ..."]) -> Shaped[Tensor, "n ..."]:
        example = x.shape[1:]
        if -1 in self.shape and all(isinstance(n, int) for n in example):
            # With a batch of unknown size no number of elements would be refused.
            count, known = math.prod(example), math.prod(n for n in self.shape if n != -1)
            if not known or count % known:
                raise ShapeError(
                    f"each example has {count} elements, which shape={self.shape} cannot hold: {count} is not a "
                    f"multiple of {known}",
                    where="Reshape",
                )
        return reshape(x, (x.shape[0], *self.shape))


class Permute(Layer):
    """The axes of each example in another order; they are counted from 1, as axis 0 counts the examples.

    Raises ValueError unless `axes` names each of 1, 2, ... once, ShapeError for another number of axes.

    >>> tg.nn.Permute(axes=(2, 1))(tg.ones((5, 3, 4))).shape
    (5, 4, 3)
    """

    axes: tuple[int, ...]

    def __check__(self) -> None:
        if sorted(self.axes) != list(range(1, len(self.axes) + 1)):
            raise ValueError(f"Permute: `axes` must name each of 1 to {len(self.axes)} once, got {self.axes!r}")

    def __call__(self, x: Shaped[Tensor, "n ..."]) -> Shaped[Tensor, "n ..."]:
        return permute_dims(x, (0, *self.axes))


class Subset(Layer):
    """The places `start` to `stop` of an axis, without `stop` itself (Deeplearning4j's subset includes it).

    Raises ValueError unless 0 <= start < stop, ShapeError if the axis is shorter.

    >>> tg.nn.Subset(start=1, stop=3)(tg.asarray([[1, 2, 3, 4]]))
    Tensor([[2, 3]], dtype=int64)
    """

    start: int
    stop: int
    axis: int = -1

    def __check__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise ValueError(f"Subset: 0 <= start < stop must hold, got start={self.start} and stop={self.stop}")

    def __call__(self, x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        axis = _axis(self, x, self.axis)
        _long_enough(self, x, axis, self.stop)
        return x[(*(slice(None),) * axis, slice(self.start, self.stop))]


class Unstack(Layer):
    """One slice of an axis, which vanishes: the opposite of `Stack`.

    Raises ValueError for a negative index, ShapeError if the axis is shorter.

    >>> tg.nn.Unstack(index=1, axis=1)(tg.asarray([[1, 2], [3, 4]]))
    Tensor([2, 4], dtype=int64)
    """

    index: int
    axis: int

    def __check__(self) -> None:
        if self.index < 0:
            raise ValueError(f"Unstack: `index` must not be negative, got {self.index}")

    def __call__(self, x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        axis = _axis(self, x, self.axis)
        _long_enough(self, x, axis, self.index + 1)
        return x[(*(slice(None),) * axis, self.index)]


class Chunk(Layer):
    """One of so many `parts` of an axis, all of one size: what Deeplearning4j calls unstacking.

    Raises ValueError unless 0 <= index < parts, ShapeError if the parts do not divide the axis.

    >>> tg.nn.Chunk(index=1, parts=2)(tg.asarray([1, 2, 3, 4]))
    Tensor([3, 4], dtype=int64)
    """

    index: int
    parts: int
    axis: int = 0

    def __check__(self) -> None:
        if not 0 <= self.index < self.parts:
            raise ValueError(f"Chunk: 0 <= index < parts must hold, got index={self.index} and parts={self.parts}")

    def __call__(self, x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        axis = _axis(self, x, self.axis)
        size = x.shape[axis]
        if isinstance(size, int) and size % self.parts:
            raise ShapeError(
                f"axis {self.axis} of `x` has {size} places, not a multiple of parts={self.parts}", where="Chunk"
            )
        part = size // self.parts
        return x[(*(slice(None),) * axis, slice(self.index * part, (self.index + 1) * part))]


def _axis(layer: Layer, x: Tensor, axis: int) -> int:
    if not -x.ndim <= axis < x.ndim:
        raise ShapeError(f"there is no axis {axis} in `x` of {x.ndim} axes", where=type(layer).__name__)
    return axis % x.ndim


def _long_enough(layer: Layer, x: Tensor, axis: int, least: int) -> None:
    size = x.shape[axis]
    if isinstance(size, int) and size < least:
        raise ShapeError(
            f"axis {axis} of `x` must have at least {least} places, not {size}", where=type(layer).__name__
        )


def _finite(layer: Layer, name: str, value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{type(layer).__name__}: `{name}` must be a finite number, got {value}")
