"""`MaskedBatch`: sequences of different lengths, padded to one length, and a mask that says which steps are real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from typedgrad.core.pytree import register_node
from typedgrad.core.tensor import Tensor
from typedgrad.shapes.errors import Operand, ShapeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

X = TypeVar("X", bound=Tensor)
Y = TypeVar("Y", bound=Tensor)
M = TypeVar("M", bound=Tensor)
X2 = TypeVar("X2", bound=Tensor)


class _Fields(NamedTuple, Generic[X, Y, M]):
    x: X
    y: Y
    mask: M


class MaskedBatch(_Fields[X, Y, M]):
    """Sequences `x`, labels `y` and `mask[batch, time]`, which is True where a step is real, False where it is padding.

    `x` and `y` have the batch as their first axis, and `x` has time as its second. Labels are one per step
    (`[batch, time, ...]`) or one per sequence (`[batch, ...]`).

    Raises:
        TypeError: if a part is not a tensor, or the mask does not hold truth values.
        ShapeError: if they do not share the batch, or `x` and the mask do not share the time.

    >>> x, y = tg.zeros((2, 3, 5)), tg.asarray([1, 0])
    >>> batch = tg.data.MaskedBatch(x, y, tg.asarray([[True, True, False], [True, True, True]]))
    >>> batch.lengths
    (2, 3)
    """

    __slots__ = ()

    def __new__(cls, x: X, y: Y, mask: M) -> Self:
        """The batch, once its axes agree."""
        for name, part, least in (("x", x, 2), ("y", y, 1), ("mask", mask, 2)):
            if not isinstance(part, Tensor):
                raise TypeError(f"MaskedBatch: `{name}` must be a tensor, got a {type(part).__name__}")
            if part.ndim < least or (name == "mask" and part.ndim != 2):
                axes = "the axes [batch, time]" if name == "mask" else f"at least {least} axes"
                _disagree(f"`{name}` must have {axes}, but has {part.ndim}", x, y, mask)
        if mask.dtype.kind != "b":
            raise TypeError(f"MaskedBatch: `mask` must hold truth values, got {mask.dtype}: use mask != 0")
        if not x.shape[0] == y.shape[0] == mask.shape[0]:
            sizes = f"{x.shape[0]} in `x`, {y.shape[0]} in `y` and {mask.shape[0]} in `mask`"
            _disagree(f"the batch is {sizes}", x, y, mask, axis=0)
        if x.shape[1] != mask.shape[1]:
            _disagree(f"the time is {x.shape[1]} in `x` but {mask.shape[1]} in `mask`", x, y, mask, axis=1)
        return tuple.__new__(cls, (x, y, mask))

    def map(self, change: Callable[[X], X2]) -> MaskedBatch[X2, Y, M]:
        """The batch with `change` applied to the sequences, padding included.

        Raises:
            ShapeError: if they have another batch or time afterwards.

        >>> batch = tg.data.from_sequences([[[1.0]], [[2.0], [3.0]]], [0, 1])
        >>> batch.map(lambda x: x * 10.0).x.tolist()
        [[[10.0], [0.0]], [[20.0], [30.0]]]
        """
        return MaskedBatch(change(self.x), self.y, self.mask)

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many steps of each sequence are real.

        >>> tg.data.from_sequences([[[1.0]], [[2.0], [3.0]]], [0, 1]).lengths
        (1, 2)
        """
        counts: list[int] = self.mask.astype("int64").sum(axis=1).tolist()
        return tuple(counts)


# As a tree it is three leaves, whatever they are: shapes, gradients, or one example of a batch under `vmap`.
register_node(
    MaskedBatch,
    lambda batch: (zip(("x", "y", "mask"), batch, strict=True), None),
    lambda _, parts: tuple.__new__(MaskedBatch, tuple(parts)),
)


def _disagree(summary: str, x: Tensor, y: Tensor, mask: Tensor, axis: int | None = None) -> None:
    """Refuse; only the axis that disagrees is blamed, in the parts that have it."""
    parts = (("x", x), ("y", y), ("mask", mask))
    blamed = {name: [axis] if axis is not None and (axis == 0 or name != "y") else [] for name, _ in parts}
    operands = [Operand(name, [str(n) for n in part.shape], blamed[name]) for name, part in parts]
    raise ShapeError(summary, where="MaskedBatch", operands=operands)
