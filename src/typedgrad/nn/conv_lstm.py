"""An LSTM on sequences of images, whose products are convolutions."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Bool, Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.layer import Layer
from typedgrad.nn.lstm import LstmState
from typedgrad.nn.recurrence import checked, forgetting, unroll, zeros_for
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.activation import sigmoid
from typedgrad.ops.conv import conv2d
from typedgrad.ops.join import split
from typedgrad.ops.move import reshape
from typedgrad.ops.trigonometry import tanh


class ConvLstm2d(Layer):
    """An LSTM whose inputs, outputs and states are images; its products of matrices are convolutions that keep sizes.

    Gates, masks, lengths and `reverse` are as for `Lstm`; `kernel` is the height and the width of the kernels.

    Source: Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation nowcasting", 2015,
    without peepholes.

    Raises:
        ShapeError: for a mask or a state of another shape.
        ValueError: for empty sequences, lengths that are not from 1 to `time`, both a mask and lengths, and a kernel
            that is not positive.

    >>> layer = tg.init(tg.nn.ConvLstm2d(in_channels=2, out_channels=3), tg.random.key(0))
    >>> layer(tg.ones((4, 5, 2, 8, 8))).shape
    (4, 5, 3, 8, 8)
    """

    in_channels: int = inferred
    out_channels: int
    kernel: int = 3
    use_bias: bool = True
    forget_bias: float = 1.0
    activation: Callable[[Tensor], Tensor] = tanh
    gate_activation: Callable[[Tensor], Tensor] = sigmoid
    reverse: bool = False
    weight: Float[Tensor, "4*out_channels in_channels kernel kernel"] = param(glorot_uniform)
    recurrent: Float[Tensor, "4*out_channels out_channels kernel kernel"] = param(glorot_uniform)
    bias: Float[Tensor, "4*out_channels"] | None = param(
        by=lambda self: forgetting(self.forget_bias), when=lambda self: self.use_bias
    )

    @property
    def features(self) -> int:
        """The channels of the state."""
        return self.out_channels

    def start(self, x: Tensor, batch: tuple[int, ...]) -> LstmState:
        """The state before the first step."""
        nothing = zeros_for(x, batch, self.out_channels, *x.shape[-2:])
        return LstmState(nothing, nothing)

    def project(self, x: Tensor) -> Tensor:
        """What the input contributes to each step."""
        batch, time, *image = x.shape
        made = conv2d(reshape(x, (batch * time, *image)), self.weight, self.bias, padding="same")
        return reshape(made, (batch, time, *made.shape[1:]))

    def stepping(self) -> Callable[[Tensor, LstmState], LstmState]:
        """The function from such a contribution and a state to the next state."""
        recurrent, activation, gate = self.recurrent, self.activation, self.gate_activation

        def step(projected: Tensor, state: LstmState) -> LstmState:
            told = conv2d(state.hidden, recurrent, padding="same")
            i, f, candidate, o = split(projected + told, 4, axis=1)
            new = gate(f) * state.cell + gate(i) * activation(candidate)
            return LstmState(gate(o) * activation(new), new)

        return step

    def shown(self, state: LstmState) -> Tensor:
        """The output."""
        return state.hidden

    def __call__(
        self,
        x: Float[Tensor, "batch time in_channels h w"],
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> Float[Tensor, "batch time out_channels h w"]:
        return unroll(self, x, None, mask, lengths)[0]

    @checked
    def unroll(
        self,
        x: Float[Tensor, "batch time in_channels h w"],
        state: LstmState | None = None,
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> tuple[Float[Tensor, "batch time out_channels h w"], LstmState]:
        """The outputs, and the state after the last step, from which the next call may go on."""
        return unroll(self, x, state, mask, lengths)
