"""Class labels as vectors."""

from __future__ import annotations

from jaxtyping import Integer, Shaped

from typedgrad.backends import namespace
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.mode import mode
from typedgrad.core.primitive import dtype as dtype_rule
from typedgrad.core.primitive import nondifferentiable, primitive, where
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Dim, at_most


@nondifferentiable
@primitive
def one_hot(labels: Integer[Tensor, "*s"], /, *, classes: int, dtype: DTypeLike = "float32") -> Shaped[Tensor, "*s k"]:
    """For each label a vector with a 1 at the label's place and zeros elsewhere.

    Raises ValueError for a label that is not in 0 .. classes - 1, naming it and where it is.

    >>> tg.one_hot(tg.asarray([2, 0]), classes=3)
    Tensor([[0., 0., 1.],
            [1., 0., 0.]], dtype=float32)
    """
    xp = namespace(labels)
    labels = xp.astype(labels, xp.int64)
    if not mode.raw:  # in the rule of a loss, which has looked at its labels
        bad = (labels < 0) | (labels >= classes)
        if xp.any(bad):
            raise ValueError(_complaint(labels, bad, classes))
    return xp.astype(labels[..., None] == xp.arange(classes, dtype=xp.int64), native(xp, dtype))


def _complaint(labels: Tensor, bad: Tensor, classes: int) -> str:
    place = tuple(int(axis[0]) for axis in namespace(bad).nonzero(bad)) if labels.shape else ()
    where_ = f" at index {place[0] if len(place) == 1 else place}" if place else ""
    if classes == 0:
        return f"one_hot: `classes` is 0, so that the label{where_}, {int(labels[place])}, is none of them"
    return f"one_hot: the label{where_} is {int(labels[place])}, which is not in 0..{classes - 1}"


@where(one_hot)
def _(classes: Dim) -> dict[str, Dim]:
    at_most(0, classes, "the number of classes must not be negative")
    return {"k": classes}


@dtype_rule(one_hot)
def _(dtype: DTypeLike) -> str:
    return dtype_name(dtype)
