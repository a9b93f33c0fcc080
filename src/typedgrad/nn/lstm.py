"""The long short-term memory. Its gates stand in the order of PyTorch: input, forget, candidate, output."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Bool, Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.recurrence import begun, checked, fitting, forgetting, unroll, zeros_for
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.activation import sigmoid
from typedgrad.ops.join import split
from typedgrad.ops.linear import linear
from typedgrad.ops.move import permute_dims
from typedgrad.ops.rearrange import flip
from typedgrad.ops.recurrent import lstm_step
from typedgrad.ops.recurrent_sequence import lstm_sequence
from typedgrad.ops.trigonometry import tanh


class LstmState(NamedTuple):
    """What an LSTM carries: its output, and what it remembers.

    >>> tg.nn.LstmState(tg.zeros((1, 2)), tg.ones((1, 2))).cell
    Tensor([[1., 1.]], dtype=float32)
    """

    hidden: Tensor
    cell: Tensor


class LstmWeights(Layer):
    """The parameters of `Lstm` and `LstmCell`, and one step.

    The columns of `weight`, `recurrent` and `bias` are those of the input gate, the forget gate (whose bias starts at
    `forget_bias`), the candidate and the output gate. Peepholes show the old cell to the first two gates and the new
    one to the last. `activation` is that of the candidate and of the cell that is shown, `gate_activation` that of the
    gates.
    """

    in_features: int = inferred
    features: int
    use_bias: bool = True
    peepholes: bool = False
    forget_bias: float = 1.0
    activation: Callable[[Tensor], Tensor] = tanh
    gate_activation: Callable[[Tensor], Tensor] = sigmoid
    weight: Float[Tensor, "in_features 4*features"] = param(glorot_uniform, fans=("in_features", "features"))
    recurrent: Float[Tensor, "features 4*features"] = param(glorot_uniform, fans=("features", "features"))
    bias: Float[Tensor, "4*features"] | None = param(
        by=lambda self: forgetting(self.forget_bias), when=lambda self: self.use_bias
    )
    input_peephole: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.peepholes)
    forget_peephole: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.peepholes)
    output_peephole: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.peepholes)

    def start(self, x: Tensor, batch: tuple[int, ...]) -> LstmState:
        """The state before the first step."""
        nothing = zeros_for(x, batch, self.features)
        return LstmState(nothing, nothing)

    def project(self, x: Tensor) -> Tensor:
        """What the input contributes to each step."""
        return linear(x, self.weight, self.bias)

    @property
    def _is_plain(self) -> bool:
        """Whether the steps are those of the textbook, for which there are ops."""
        return not self.peepholes and self.activation is tanh and self.gate_activation is sigmoid

    def stepping(self) -> Callable[[Tensor, LstmState], LstmState]:
        """The function from such a contribution and a state to the next state."""
        if not self._is_plain:
            return self._general()
        recurrent = self.recurrent
        return lambda projected, state: LstmState(*lstm_step(state.cell, projected + state.hidden @ recurrent))

    def _general(self) -> Callable[[Tensor, LstmState], LstmState]:
        recurrent, activation, gate = self.recurrent, self.activation, self.gate_activation
        of_input, of_forget, of_output = self.input_peephole, self.forget_peephole, self.output_peephole

        def peeped(x: Tensor, peephole: Tensor | None, cell: Tensor) -> Tensor:
            return x if peephole is None else x + peephole * cell

        def step(projected: Tensor, state: LstmState) -> LstmState:
            old = state.cell
            i, f, candidate, o = split(projected + state.hidden @ recurrent, 4, axis=-1)
            kept = gate(peeped(f, of_forget, old)) * old
            new = kept + gate(peeped(i, of_input, old)) * activation(candidate)
            return LstmState(gate(peeped(o, of_output, new)) * activation(new), new)

        return step

    def shown(self, state: LstmState) -> Tensor:
        """The output."""
        return state.hidden


class LstmCell(LstmWeights):
    """One step of an LSTM: from an input and a state to the next state, whose `hidden` is the output.

    With the gates i, f, o: `cell = f * cell + i * candidate`, `hidden = o * tanh(cell)`. Without a state it starts with
    zeros.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; forget gates: Gers et al., 2000; peepholes: Gers
    and Schmidhuber, "Recurrent nets that time and count", 2000.

    >>> cell = tg.init(tg.nn.LstmCell(in_features=2, features=3), tg.random.key(0))
    >>> state = cell(tg.ones((4, 2)))
    >>> cell(tg.ones((4, 2)), state).hidden.shape
    (4, 3)
    """

    def __call__(self, x: Float[Tensor, "*batch in_features"], state: LstmState | None = None) -> LstmState:
        state = self.start(x, x.shape[:-1]) if state is None else state
        return self.stepping()(self.project(x), state)


class Lstm(LstmWeights):
    """The steps of `LstmCell` along the axis `time`; gives the outputs of all of them.

    Where `mask` is false, or a step lies beyond the length of its sequence, the state stays, and the output is 0. With
    `reverse` the last step comes first; the outputs stay in their places.

    Raises:
        ShapeError: for a mask or a state of another shape.
        ValueError: for empty sequences, lengths that are not from 1 to `time`, or both a mask and lengths.

    >>> layer = tg.init(tg.nn.Lstm(in_features=2, features=3), tg.random.key(0))
    >>> outputs, state = layer.unroll(tg.ones((4, 5, 2)))
    >>> outputs.shape, state.cell.shape
    ((4, 5, 3), (4, 3))
    """

    reverse: bool = False

    def __call__(
        self,
        x: Float[Tensor, "batch time in_features"],
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> Float[Tensor, "batch time features"]:
        if mask is None and lengths is None and x.shape[1] != 0 and self._is_plain:
            return self._whole(x, None)[0]
        return unroll(self, x, None, mask, lengths)[0]

    @checked
    def unroll(
        self,
        x: Float[Tensor, "batch time in_features"],
        state: LstmState | None = None,
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> tuple[Float[Tensor, "batch time features"], LstmState]:
        """The outputs, and the state after the last step, from which the next call may go on.

        Pass it through `typedgrad.stop_gradient` to truncate back-propagation there.
        """
        if mask is None and lengths is None and x.shape[1] != 0 and self._is_plain:
            return self._whole(x, state)
        return unroll(self, x, state, mask, lengths)

    def _whole(self, x: Tensor, state: LstmState | None) -> tuple[Tensor, LstmState]:
        """All steps as one op, where nothing is masked."""
        name = type(self).__name__
        first = self.start(x, x.shape[:1])
        scope = begun(self) if state is None else None
        state = state if scope is None else scope.start(name)
        carry = first if state is None else fitting(name, state, first)
        steps = permute_dims(x, (1, 0, 2))
        if self.reverse:
            steps = flip(steps, axis=0)
        hiddens, cells, _ = lstm_sequence(self.project(steps), carry.hidden, carry.cell, self.recurrent)
        last = LstmState(hiddens[-1], cells[-1])
        if scope is not None:
            scope.stop(last)
        if self.reverse:
            hiddens = flip(hiddens, axis=0)
        return permute_dims(hiddens, (1, 0, 2)), last
