"""The simple recurrent layer, in which the output is the state."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Bool, Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.recurrence import checked, unroll, zeros_for
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.trigonometry import tanh


class RnnWeights(Layer):
    """The parameters of `Rnn` and `RnnCell`, and one step."""

    in_features: int = inferred
    features: int
    use_bias: bool = True
    activation: Callable[[Tensor], Tensor] = tanh
    weight: Float[Tensor, "in_features features"] = param(glorot_uniform)
    recurrent: Float[Tensor, "features features"] = param(glorot_uniform)
    bias: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.use_bias)

    def start(self, x: Tensor, batch: tuple[int, ...]) -> Tensor:
        """The state before the first step."""
        return zeros_for(x, batch, self.features)

    def project(self, x: Tensor) -> Tensor:
        """What the input contributes to each step."""
        y = x @ self.weight
        return y if self.bias is None else y + self.bias

    def stepping(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The function from such a contribution and a state to the next state."""
        return lambda projected, state: self.activation(projected + state @ self.recurrent)

    def shown(self, state: Tensor) -> Tensor:
        """The output."""
        return state


class RnnCell(RnnWeights):
    """One step: `activation(x @ weight + state @ recurrent + bias)`. Without a state it starts with zeros.

    Source: Elman, "Finding structure in time", 1990.

    >>> cell = tg.init(tg.nn.RnnCell(in_features=2, features=3), tg.random.key(0))
    >>> state = cell(tg.ones((4, 2)))
    >>> cell(tg.ones((4, 2)), state).shape
    (4, 3)
    """

    def __call__(
        self, x: Float[Tensor, "*batch in_features"], state: Float[Tensor, "*batch features"] | None = None
    ) -> Float[Tensor, "*batch features"]:
        state = self.start(x, x.shape[:-1]) if state is None else state
        return self.stepping()(self.project(x), state)


class Rnn(RnnWeights):
    """The steps of `RnnCell` along the axis `time`; gives the outputs of all of them.

    Where `mask` is false, or a step lies beyond the length of its sequence, the state stays, and the output is 0. With
    `reverse` the last step comes first; the outputs stay in their places.

    Raises:
        ShapeError: for a mask or a state of another shape.
        ValueError: for empty sequences, lengths that are not from 1 to `time`, or both a mask and lengths.

    >>> layer = tg.init(tg.nn.Rnn(in_features=2, features=3), tg.random.key(0))
    >>> layer(tg.ones((4, 5, 2)), lengths=tg.asarray([5, 1, 2, 3])).shape
    (4, 5, 3)
    """

    reverse: bool = False

    def __call__(
        self,
        x: Float[Tensor, "batch time in_features"],
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> Float[Tensor, "batch time features"]:
        return unroll(self, x, None, mask, lengths)[0]

    @checked
    def unroll(
        self,
        x: Float[Tensor, "batch time in_features"],
        state: Float[Tensor, "batch features"] | None = None,
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> tuple[Float[Tensor, "batch time features"], Float[Tensor, "batch features"]]:
        """The outputs, and the state after the last step, from which the next call may go on.

        Pass it through `typedgrad.stop_gradient` to truncate back-propagation there.
        """
        return unroll(self, x, state, mask, lengths)
