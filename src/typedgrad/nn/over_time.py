"""Layers between recurrent layers and others: the same for every step, and the last step alone."""

from __future__ import annotations

from typing import Any

from jaxtyping import Bool, Int, Shaped

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import reduce
from typedgrad.ops.create import arange
from typedgrad.ops.masks import check_lengths
from typedgrad.ops.move import reshape
from typedgrad.ops.selection import where


class TimeDistributed(Layer):
    """Applies a layer to every step, as if the steps were examples.

    >>> model = tg.nn.TimeDistributed(layer=tg.nn.Sequential(tg.nn.Flatten(), tg.nn.Dense(out_features=2)))
    >>> model = tg.init(model, tg.random.key(0), input="n 5 3 4")
    >>> model(tg.ones((2, 5, 3, 4))).shape
    (2, 5, 2)
    """

    layer: Layer

    def __call__(self, x: Shaped[Tensor, "batch time *rest"]) -> Shaped[Tensor, "batch time *new"]:
        batch, time, *rest = x.shape
        y: Tensor = self.layer(reshape(x, (batch * time, *rest)))
        return reshape(y, (batch, time, *y.shape[1:]))


class LastStep(Layer):
    """The last step of each sequence: the last one where `mask` is true, or the last one within its length.

    A sequence without any such step gives zeros.

    Raises:
        ShapeError: for a mask of another shape.
        ValueError: for empty sequences, lengths that are not from 1 to `time`, or both a mask and lengths.

    >>> tg.nn.LastStep()(tg.asarray([[1, 2, 3], [4, 5, 6]]), lengths=tg.asarray([3, 2]))
    Tensor([3, 5], dtype=int64)
    """

    def __call__(
        self,
        x: Shaped[Tensor, "batch time *rest"],
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> Shaped[Tensor, "batch *rest"]:
        if x.shape[1] == 0:
            raise ValueError(f"LastStep: `x` is an empty sequence, its shape is {x.shape}")
        if mask is None and lengths is None:
            return x[:, -1]
        if mask is not None and lengths is not None:
            raise ValueError("LastStep: give `mask` or `lengths`, not both")
        if x.device == "abstract":
            return x[:, 0]
        time = arange(x.shape[1], device=x.device)
        if mask is not None:
            places = where(mask, time, -1)
            last = reduce.max(places, axis=1, keepdims=True)
        else:
            assert lengths is not None
            values: Any = lengths.data
            check_lengths("LastStep", values, x.shape[1], least=1)
            last = lengths.astype("int64")[:, None] - 1
        chosen = reshape(time[None, :] == last, (*x.shape[:2], *(1,) * (x.ndim - 2)))
        return where(chosen, x, 0).sum(axis=1)
