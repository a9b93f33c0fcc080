"""What happens in one step of a gated recurrent layer, after its products of matrices: one op instead of a dozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.activation import sigmoid
from typedgrad.ops.join import split
from typedgrad.ops.move import concat
from typedgrad.ops.trigonometry import tanh

if TYPE_CHECKING:
    from typedgrad.backends import Namespace


@primitive
def lstm_step(
    cell: Float[Tensor, "*batch n"], gates: Float[Tensor, "*batch 4*n"], /
) -> tuple[Float[Tensor, "*batch n"], Float[Tensor, "*batch n"]]:
    """The next `hidden = sigmoid(o) * tanh(cell)` and `cell = sigmoid(f) * cell + sigmoid(i) * tanh(g)` of an LSTM.

    The `gates`, before their activations, are i, f, g and o, one after the other.

    Source: Gers, Schmidhuber and Cummins, "Learning to forget", 2000.

    >>> hidden, cell = tg.lstm_step(tg.ones(1), tg.zeros(4))
    >>> cell
    Tensor([0.5], dtype=float32)
    """
    xp = namespace(cell)
    i, f, candidate, o = _parts(gates, 4)
    new = _gate(xp, f) * cell + _gate(xp, i) * xp.tanh(candidate)
    return _gate(xp, o) * xp.tanh(new), new


def lstm_forward(xp: Namespace[Tensor], cell: Tensor, gates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The step on raw arrays, and the gates after their activations."""
    i, f, candidate, o = _parts(gates, 4)
    i, f, candidate, o = _gate(xp, i), _gate(xp, f), xp.tanh(candidate), _gate(xp, o)
    new = f * cell + i * candidate
    return o * xp.tanh(new), new, xp.concat((i, f, candidate, o), axis=-1)


# With c' = f c + i g and h' = o tanh(c'), the whole cotangent of c' is d = dc' + dh' o (1 - tanh(c')^2). The rest are
# products; each gate s = sigmoid(a) gives its pre-activation its cotangent times s (1 - s), and tanh times 1 - g^2.
@vjp(lstm_step)
def _(g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], cell: Tensor, gates: Tensor) -> tuple[Tensor, Tensor]:
    of_hidden, of_new = g
    i, f, candidate, o = split(gates, 4, axis=-1)
    i, f, candidate, o = sigmoid(i), sigmoid(f), tanh(candidate), sigmoid(o)
    seen = tanh(out[1])
    d = of_new + of_hidden * o * (1.0 - seen * seen)
    of_gates = (
        d * candidate * i * (1.0 - i),
        d * cell * f * (1.0 - f),
        d * i * (1.0 - candidate * candidate),
        of_hidden * seen * o * (1.0 - o),
    )
    return d * f, concat(of_gates, axis=-1)


@primitive
def gru_step(
    state: Float[Tensor, "*batch n"],
    from_input: Float[Tensor, "*batch 3*n"],
    from_state: Float[Tensor, "*batch 3*n"],
    /,
) -> Float[Tensor, "*batch n"]:
    """The next state of a GRU whose reset gate comes after the product: `z * state + (1 - z) * candidate`.

    What comes from the input and from the state are shares of r, z and the candidate, one after the other. The gates
    are sigmoids of the sums, the candidate is `tanh(from_input + r * from_state)`.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.

    >>> tg.gru_step(tg.ones(1), tg.zeros(3), tg.zeros(3))
    Tensor([0.5], dtype=float32)
    """
    xp = namespace(state)
    r_x, z_x, n_x = _parts(from_input, 3)
    r_h, z_h, n_h = _parts(from_state, 3)
    candidate = xp.tanh(n_x + _gate(xp, r_x + r_h) * n_h)
    return candidate + _gate(xp, z_x + z_h) * (state - candidate)


# With n = tanh(a), a = n_x + r n_h and h' = n + z (h - n): da = dh' (1 - z) (1 - n^2), and the gates as above.
@vjp(gru_step)
def _(g: Tensor, out: Tensor, state: Tensor, from_input: Tensor, from_state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r_x, z_x, n_x = split(from_input, 3, axis=-1)
    r_h, z_h, n_h = split(from_state, 3, axis=-1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = tanh(n_x + r * n_h)
    of_n = g * (1.0 - z) * (1.0 - n * n)
    of_r = of_n * n_h * r * (1.0 - r)
    of_z = g * (state - n) * z * (1.0 - z)
    return g * z, concat((of_r, of_z, of_n), axis=-1), concat((of_r, of_z, of_n * r), axis=-1)


def _parts(x: Tensor, count: int) -> list[Tensor]:
    """The last axis cut into parts of one size."""
    n = x.shape[-1] // count
    return [x[..., k * n : (k + 1) * n] for k in range(count)]


def _gate(xp: Namespace[Tensor], x: Tensor) -> Tensor:
    """The logistic function by one hyperbolic tangent, which cannot overflow."""
    return 0.5 * xp.tanh(0.5 * x) + 0.5
