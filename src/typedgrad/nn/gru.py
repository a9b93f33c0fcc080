"""The gated recurrent unit, in both variants. Its gates stand in the order of PyTorch: reset, update, candidate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from jaxtyping import Bool, Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.recurrence import checked, unroll, zeros_for
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.activation import sigmoid
from typedgrad.ops.join import split
from typedgrad.ops.pad import pad
from typedgrad.ops.recurrent import gru_step
from typedgrad.ops.trigonometry import tanh


class GruWeights(Layer):
    """The parameters of `Gru` and `GruCell`, and one step.

    The columns of `weight`, `recurrent` and `bias` are those of the reset gate, the update gate and the candidate. With
    `reset="after"` the state's share of the candidate has a bias of its own, as the reset gate scales it. `activation`
    is that of the candidate, `gate_activation` that of the gates.
    """

    in_features: int = inferred
    features: int
    use_bias: bool = True
    reset: Literal["after", "before"] = "after"
    activation: Callable[[Tensor], Tensor] = tanh
    gate_activation: Callable[[Tensor], Tensor] = sigmoid
    weight: Float[Tensor, "in_features 3*features"] = param(glorot_uniform, fans=("in_features", "features"))
    recurrent: Float[Tensor, "features 3*features"] = param(glorot_uniform, fans=("features", "features"))
    bias: Float[Tensor, "3*features"] | None = param(zeros, when=lambda self: self.use_bias)
    recurrent_bias: Float[Tensor, "features"] | None = param(
        zeros, when=lambda self: self.use_bias and self.reset == "after"
    )

    def __check__(self) -> None:
        if self.reset not in {"after", "before"}:
            raise ValueError(f'{type(self).__name__}: `reset` must be "after" or "before", not {self.reset!r}')

    def start(self, x: Tensor, batch: tuple[int, ...]) -> Tensor:
        """The state before the first step."""
        return zeros_for(x, batch, self.features)

    def project(self, x: Tensor) -> Tensor:
        """What the input contributes to each step."""
        y = x @ self.weight
        return y if self.bias is None else y + self.bias

    def stepping(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The function from such a contribution and a state to the next state."""
        return self._reset_after() if self.reset == "after" else self._reset_before()

    def _reset_after(self) -> Callable[[Tensor, Tensor], Tensor]:
        recurrent, own = self.recurrent, self.recurrent_bias
        bias = None if own is None else pad(own, ((2 * self.features, 0),))
        step = gru_step if self.activation is tanh and self.gate_activation is sigmoid else self._gated

        def after(projected: Tensor, state: Tensor) -> Tensor:
            told = state @ recurrent
            return step(state, projected, told if bias is None else told + bias)

        return after

    def _gated(self, state: Tensor, from_input: Tensor, from_state: Tensor) -> Tensor:
        """What `gru_step` does, with other activations."""
        r_x, z_x, n_x = split(from_input, 3, axis=-1)
        r_h, z_h, n_h = split(from_state, 3, axis=-1)
        r, z = self.gate_activation(r_x + r_h), self.gate_activation(z_x + z_h)
        candidate = self.activation(n_x + r * n_h)
        return candidate + z * (state - candidate)

    def _reset_before(self) -> Callable[[Tensor, Tensor], Tensor]:
        of_gates, of_candidate = self.recurrent[:, : 2 * self.features], self.recurrent[:, 2 * self.features :]
        gate = self.gate_activation

        def before(projected: Tensor, state: Tensor) -> Tensor:
            r_x, z_x, n_x = split(projected, 3, axis=-1)
            r_h, z_h = split(state @ of_gates, 2, axis=-1)
            r, z = gate(r_x + r_h), gate(z_x + z_h)
            candidate = self.activation(n_x + (r * state) @ of_candidate)
            return candidate + z * (state - candidate)

        return before

    def shown(self, state: Tensor) -> Tensor:
        """The output."""
        return state


class GruCell(GruWeights):
    """One step of a GRU: with the gates r and z, `z * state + (1 - z) * candidate`.

    The candidate is `tanh(x @ w + r * (state @ u))`, or with `reset="before"` `tanh(x @ w + (r * state) @ u)`, as in
    the source. Without a state it starts with zeros.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.

    >>> cell = tg.init(tg.nn.GruCell(in_features=2, features=3), tg.random.key(0))
    >>> state = cell(tg.ones((4, 2)))
    >>> cell(tg.ones((4, 2)), state).shape
    (4, 3)
    """

    def __call__(
        self, x: Float[Tensor, "*batch in_features"], state: Float[Tensor, "*batch features"] | None = None
    ) -> Float[Tensor, "*batch features"]:
        state = self.start(x, x.shape[:-1]) if state is None else state
        return self.stepping()(self.project(x), state)


class Gru(GruWeights):
    """The steps of `GruCell` along the axis `time`; gives the outputs of all of them.

    Where `mask` is false, or a step lies beyond the length of its sequence, the state stays, and the output is 0. With
    `reverse` the last step comes first; the outputs stay in their places.

    Raises:
        ShapeError: for a mask or a state of another shape.
        ValueError: for empty sequences, lengths that are not from 1 to `time`, or both a mask and lengths.

    >>> layer = tg.init(tg.nn.Gru(in_features=2, features=3), tg.random.key(0))
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
