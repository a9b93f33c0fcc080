"""Layers between recurrent layers and others: each step alone, the last one, steps turned round or repeated."""

from __future__ import annotations

from jaxtyping import Bool, Float, Int, Shaped

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import time as steps
from typedgrad.ops.move import reshape
from typedgrad.ops.truth import any


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
    """The last step of each sequence; see `typedgrad.last_step`, whose arguments it takes, and what is refused.

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
        return steps.last_step(x, mask=mask, lengths=lengths)


class ReverseTime(Layer):
    """Sequences the other way round; see `typedgrad.reverse_time`, whose arguments it takes, and what is refused.

    >>> tg.nn.ReverseTime()(tg.asarray([[1, 2, 3], [4, 5, 6]]), lengths=tg.asarray([3, 2]))
    Tensor([[3, 2, 1],
            [5, 4, 6]], dtype=int64)
    """

    def __call__(
        self,
        x: Shaped[Tensor, "batch time *rest"],
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> Shaped[Tensor, "batch time *rest"]:
        return steps.reverse_time(x, mask=mask, lengths=lengths)


class RepeatTime(Layer):
    """A sequence of `times` equal steps for each vector; with a second input, as many steps as that has.

    Raises ValueError if `times` is not positive, and unless there is either that or a second input.

    >>> tg.nn.RepeatTime(times=3)(tg.ones((2, 4))).shape
    (2, 3, 4)
    >>> tg.nn.RepeatTime()(tg.ones((2, 4)), tg.ones((2, 5, 7))).shape
    (2, 5, 4)
    """

    times: int | None = None

    def __check__(self) -> None:
        if self.times is not None and (type(self.times) is not int or self.times < 1):
            raise ValueError(f"RepeatTime: `times` must be a positive int, got {self.times!r}")

    def __call__(
        self, x: Shaped[Tensor, "batch *rest"], like: Shaped[Tensor, "batch time ..."] | None = None
    ) -> Shaped[Tensor, "batch _ *rest"]:
        if (self.times is None) == (like is None):
            raise ValueError("RepeatTime: give either `times`, or a second input that is as long")
        if like is not None:
            return steps.repeated(x, like.shape[1])
        assert self.times is not None
        return steps.repeat_time(x, self.times)


class MaskValue(Layer):
    """Calls a recurrent layer with a mask that is false for the steps at which all features are `value`.

    >>> model = tg.nn.MaskValue(layer=tg.nn.Gru(in_features=2, features=3))
    >>> model = tg.init(model, tg.random.key(0))
    >>> model(tg.asarray([[[1.0, 2.0], [0.0, 0.0]]]))[0, 1]
    Tensor([0., 0., 0.], dtype=float32)
    """

    layer: Layer
    value: float = 0.0

    def __call__(self, x: Float[Tensor, "batch time n"]) -> Float[Tensor, "batch *new"]:
        made: Tensor = self.layer(x, mask=any(x != self.value, axis=-1))
        return made
