"""Recurrent layers, and what they are made of."""

from __future__ import annotations

from typing import Any

import typedgrad as tg
from tests.peers.layers import Params, of_layer, under
from tests.peers.peer import functional, torch
from tests.peers.row import Array, Draw, Row, Setting
from typedgrad import nn

KINDS: dict[str, Any] = {"Rnn": nn.Rnn, "Lstm": nn.Lstm, "Gru": nn.Gru}
THEIRS = {"Rnn": "RNN", "Lstm": "LSTM", "Gru": "GRU"}
ORDER = (
    "[batch, time, features]; gates in their order (Keras: i, f, c, o; Deeplearning4j: c, f, o, i); one bias, theirs "
    "two that add up"
)


def named(p: Params, suffix: str) -> Params:
    """Our parameters by their names. Of their two biases ours are one, where they only add up."""
    bias = p["bias"]
    second = torch.zeros_like(bias)
    if "recurrent_bias" in p:
        own = p["recurrent_bias"]
        second = torch.cat([torch.zeros_like(bias[: -len(own)]), own])
    return {
        f"weight_ih{suffix}": p["weight"].T,
        f"weight_hh{suffix}": p["recurrent"].T,
        f"bias_ih{suffix}": bias,
        f"bias_hh{suffix}": second,
    }


def states_of(state: Any) -> list[Any]:
    """The tensors of a state: the output first, the cell of an LSTM then."""
    return list(state) if isinstance(state, tuple) else [state]


def lengths_of(d: Draw, batch: int, time: int) -> Array:
    """Lengths in falling order, as theirs wants them."""
    found = d.integers(1, time, batch)
    found[0] = time
    found[::-1].sort()
    return found


def run_theirs(
    kind: str, sizes: tuple[int, int], params: Params, x: Any, lengths: Any, **options: Any
) -> tuple[Any, Any]:
    """Outputs and last states of their layer; of sequences of several lengths if there are `lengths`."""
    layer = getattr(torch.nn, THEIRS[kind])(*sizes, batch_first=True, dtype=x.dtype, **options)
    if lengths is None:
        return torch.func.functional_call(layer, params, (x,))  # type: ignore[no-any-return]  # a pair
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
    y, last = torch.func.functional_call(layer, params, (packed,))
    return torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])[0], last


def one_way(kind: str, options: tuple[dict[str, Any], dict[str, Any]] = ({}, {}), title: str = "") -> Row:
    """Outputs and last states, with and without lengths."""
    mine, other = options

    def draw(d: Draw) -> Setting:
        n_in, n, batch, time = d.size(), d.size(2), d.size(2, 4), d.size(2, 6)
        lengths = lengths_of(d, batch, time)
        given = d.index != 1

        def ours(model: Any, x: Any, lengths: Any) -> Any:
            y, last = model.unroll(x, lengths=lengths if given else None)
            return [y, *states_of(last)]

        def theirs(p: Params, x: Any, lengths: Any) -> Any:
            y, last = run_theirs(kind, (n_in, n), named(p, "_l0"), x, lengths if given else None, **other)
            return [y, *(part[0] for part in (last if isinstance(last, tuple) else (last,)))]

        layer = KINDS[kind](in_features=n_in, features=n, **mine)
        return of_layer(d, layer, (d.normal(batch, time, n_in), lengths), theirs, ours)

    return Row(
        f"nn.{kind}",
        f"torch.nn.{THEIRS[kind]}{title}",
        draw,
        note=ORDER if kind != "Rnn" else "one bias, theirs two that add up",
    )


def both_ways(kind: str) -> Row:
    """Both directions, and their last states."""

    def draw(d: Draw) -> Setting:
        n_in, n, batch, time = d.size(), d.size(2), d.size(2, 4), d.size(2, 6)
        lengths = lengths_of(d, batch, time)
        given = d.index != 1

        def ours(model: Any, x: Any, lengths: Any) -> Any:
            y, (ahead, behind) = model.unroll(x, lengths=lengths if given else None)
            pairs = zip(states_of(ahead), states_of(behind), strict=True)
            return [y, *(tg.stack(pair) for pair in pairs)]

        def theirs(p: Params, x: Any, lengths: Any) -> Any:
            params = named(under(p, "forward"), "_l0") | named(under(p, "backward"), "_l0_reverse")
            y, last = run_theirs(kind, (n_in, n), params, x, lengths if given else None, bidirectional=True)
            return [y, *(last if isinstance(last, tuple) else (last,))]

        layer = nn.Bidirectional(forward=KINDS[kind](in_features=n_in, features=n))
        return of_layer(d, layer, (d.normal(batch, time, n_in), lengths), theirs, ours)

    return Row("nn.Bidirectional", f"torch.nn.{THEIRS[kind]}, bidirectional", draw)


def _cell(kind: str) -> Row:
    def draw(d: Draw) -> Setting:
        n_in, n, batch = d.size(), d.size(), d.size()
        x, states = d.normal(batch, n_in), [d.normal(batch, n) for _ in range(2 if kind == "Lstm" else 1)]

        def ours(model: Any, x: Any, *states: Any) -> Any:
            return states_of(model(x, nn.LstmState(*states) if kind == "Lstm" else states[0]))

        def theirs(p: Params, x: Any, *states: Any) -> Any:
            cell = getattr(torch.nn, f"{THEIRS[kind]}Cell")(n_in, n, dtype=x.dtype)
            found = torch.func.functional_call(cell, named(p, ""), (x, states if kind == "Lstm" else states[0]))
            return list(found) if isinstance(found, tuple) else [found]

        return of_layer(d, getattr(nn, f"{kind}Cell")(in_features=n_in, features=n), (x, *states), theirs, ours)

    names = f"nn.{kind}Cell nn.LstmState" if kind == "Lstm" else f"nn.{kind}Cell"
    return Row(names, f"torch.nn.{THEIRS[kind]}Cell", draw)


def _peepholes(d: Draw) -> Setting:
    """The equations of Gers and Schmidhuber."""
    n_in, n, batch, time = d.size(), d.size(), d.size(1, 3), d.size(2, 4)

    def theirs(p: Params, x: Any) -> Any:
        h, c, outputs = torch.zeros(batch, n, dtype=x.dtype), torch.zeros(batch, n, dtype=x.dtype), []
        for t in range(time):
            i, f, g, o = (x[:, t] @ p["weight"] + h @ p["recurrent"] + p["bias"]).chunk(4, -1)
            i, f = torch.sigmoid(i + p["input_peephole"] * c), torch.sigmoid(f + p["forget_peephole"] * c)
            c = f * c + i * torch.tanh(g)
            h = torch.sigmoid(o + p["output_peephole"] * c) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, 1)

    return of_layer(d, nn.Lstm(in_features=n_in, features=n, peepholes=True), (d.normal(batch, time, n_in),), theirs)


def _reset_before(d: Draw) -> Setting:
    """The equations of Cho et al."""
    n_in, n, batch, time = d.size(), d.size(), d.size(1, 3), d.size(2, 4)

    def theirs(p: Params, x: Any) -> Any:
        h, outputs = torch.zeros(batch, n, dtype=x.dtype), []
        for t in range(time):
            from_x = x[:, t] @ p["weight"] + p["bias"]
            r, z = torch.sigmoid(from_x[:, : 2 * n] + h @ p["recurrent"][:, : 2 * n]).chunk(2, -1)
            candidate = torch.tanh(from_x[:, 2 * n :] + (r * h) @ p["recurrent"][:, 2 * n :])
            h = z * h + (1 - z) * candidate
            outputs.append(h)
        return torch.stack(outputs, 1)

    return of_layer(d, nn.Gru(in_features=n_in, features=n, reset="before"), (d.normal(batch, time, n_in),), theirs)


def _merged(d: Draw) -> Setting:
    how = d.one_of("add", "multiply", "average")

    def theirs(p: Params, x: Any) -> Any:
        params = named(under(p, "forward"), "_l0") | named(under(p, "backward"), "_l0_reverse")
        a, b = run_theirs("Gru", (3, 2), params, x, None, bidirectional=True)[0].chunk(2, -1)
        return a + b if how == "add" else a * b if how == "multiply" else (a + b) / 2

    layer = nn.Bidirectional(forward=nn.Gru(in_features=3, features=2), merge=how)
    return of_layer(d, layer, (d.normal(2, 4, 3),), theirs)


def _lstm_step(d: Draw) -> Setting:
    def theirs(c: Any, gates: Any) -> Any:
        i, f, g, o = gates.chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    batch, n = d.shape(0, 2), d.size()
    return Setting((d.normal(*batch, n), d.normal(*batch, 4 * n)), tg.lstm_step, theirs)


def _lstm_sequence(d: Draw) -> Setting:
    """Gates in the order input, forget, candidate, output, step by step."""

    def theirs(given: Any, h: Any, c: Any, recurrent: Any) -> Any:
        found = []
        for x in given:
            i, f, g, o = (x + h @ recurrent).chunk(4, -1)
            i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            found.append((h, c, torch.cat([i, f, g, o], -1)))
        return [torch.stack(parts) for parts in zip(*found, strict=True)]

    time, batch, n = d.size(), d.size(), d.size()
    inputs = (d.normal(time, batch, 4 * n), d.normal(batch, n), d.normal(batch, n), d.normal(n, 4 * n))
    return Setting(inputs, tg.lstm_sequence, theirs)


def _gru_step(d: Draw) -> Setting:
    def theirs(h: Any, a: Any, b: Any) -> Any:
        (r, z, n), (r2, z2, n2) = a.chunk(3, -1), b.chunk(3, -1)
        z = torch.sigmoid(z + z2)
        return z * h + (1 - z) * torch.tanh(n + torch.sigmoid(r + r2) * n2)

    batch, n = d.shape(0, 2), d.size()
    return Setting((d.normal(*batch, n), d.normal(*batch, 3 * n), d.normal(*batch, 3 * n)), tg.gru_step, theirs)


def _conv_lstm(d: Draw) -> Setting:
    """Convolutions that keep sizes in the place of products."""
    kernel, time = d.one_of(3, 1, 5), d.size(2, 4)

    def theirs(p: Params, x: Any) -> Any:
        h = c = torch.zeros(2, 2, 4, 5, dtype=x.dtype)
        outputs = []
        for t in range(time):
            told = functional.conv2d(x[:, t], p["weight"], p["bias"], padding="same")
            i, f, g, o = (told + functional.conv2d(h, p["recurrent"], padding="same")).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, 1)

    layer = nn.ConvLstm2d(in_channels=3, out_channels=2, kernel=kernel)
    return of_layer(d, layer, (d.normal(2, time, 3, 4, 5),), theirs)


def _other_gates(d: Draw) -> Setting:
    """Gates of straight lines, as in old Keras."""
    time = d.size(2, 4)

    def theirs(p: Params, x: Any) -> Any:
        h, c, outputs = torch.zeros(2, 4, dtype=x.dtype), torch.zeros(2, 4, dtype=x.dtype), []
        for t in range(time):
            gates = (x[:, t] @ p["weight"] + h @ p["recurrent"] + p["bias"]).chunk(4, -1)
            i, f, o = (functional.relu6(gates[k] + 3.0) / 6.0 for k in (0, 1, 3))
            c = f * c + i * functional.softsign(gates[2])
            h = o * functional.softsign(c)
            outputs.append(h)
        return torch.stack(outputs, 1)

    layer = nn.Lstm(in_features=3, features=4, activation=tg.softsign, gate_activation=tg.hard_sigmoid)
    return of_layer(d, layer, (d.normal(2, time, 3),), theirs)


def _stacked(d: Draw) -> Setting:
    n_in, n, batch, time = d.size(), d.size(), d.size(1, 4), d.size(2, 6)
    lengths = lengths_of(d, batch, time)

    def ours(model: Any, x: Any, lengths: Any) -> Any:
        y, states = model.unroll(x, lengths=lengths)
        return [y, *(tg.stack(pair) for pair in zip(*map(states_of, states), strict=True))]

    def theirs(p: Params, x: Any, lengths: Any) -> Any:
        layers = sorted({path.rsplit(".", 1)[0] for path in p})
        params = named(under(p, layers[0]), "_l0") | named(under(p, layers[1]), "_l1")
        y, last = run_theirs("Lstm", (n_in, n), params, x, lengths, num_layers=2)
        return [y, *last]

    layer = nn.Stacked(nn.Lstm(in_features=n_in, features=n), nn.Lstm(in_features=n, features=n))
    return of_layer(d, layer, (d.normal(batch, time, n_in), lengths), theirs, ours)


def _stacked_cells(d: Draw) -> Setting:
    n_in, n, m, batch = d.size(), d.size(), d.size(), d.size()

    def ours(model: Any, x: Any, h: Any, c: Any, g: Any) -> Any:
        y, (first, second) = model(x, (nn.LstmState(h, c), g))
        return [y, *first, second]

    def theirs(p: Params, x: Any, h: Any, c: Any, g: Any) -> Any:
        cells = sorted({path.rsplit(".", 1)[0] for path in p})
        lower, upper = torch.nn.LSTMCell(n_in, n, dtype=x.dtype), torch.nn.GRUCell(n, m, dtype=x.dtype)
        h, c = torch.func.functional_call(lower, named(under(p, cells[0]), ""), (x, (h, c)))
        g = torch.func.functional_call(upper, named(under(p, cells[1]), ""), (h, g))
        return [g, h, c, g]

    layer = nn.StackedCells(nn.LstmCell(in_features=n_in, features=n), nn.GruCell(in_features=n, features=m))
    return of_layer(
        d, layer, (d.normal(batch, n_in), d.normal(batch, n), d.normal(batch, n), d.normal(batch, m)), theirs, ours
    )


def _truncated(d: Draw) -> Setting:
    """No gradient passes from one piece to the one before it."""
    steps = d.one_of(2, 3, 4)

    def theirs(p: Params, x: Any) -> Any:
        layer = torch.nn.GRU(3, 2, batch_first=True, dtype=x.dtype)
        outputs, state = [], torch.zeros(1, 2, 2, dtype=x.dtype)
        for piece in x.split(steps, 1):
            y, state = torch.func.functional_call(layer, named(p, "_l0"), (piece, state.detach()))
            outputs.append(y)
        return torch.cat(outputs, 1), state[0]

    return of_layer(
        d,
        nn.Gru(in_features=3, features=2),
        (d.normal(2, 7, 3),),
        theirs,
        lambda model, x: nn.truncated(model, x, steps=steps),
    )


def _mask_value(d: Draw) -> Setting:
    """Steps of zeros at the end are left out, which lengths would say as well."""
    x, lengths = d.normal(3, 5, 2), lengths_of(d, 3, 5)
    for row, n in zip(x, lengths, strict=True):
        row[n:] = 0.0
    seen = torch.tensor(lengths)

    layer = nn.MaskValue(layer=nn.Gru(in_features=2, features=4))
    return of_layer(d, layer, (x,), lambda p, x: run_theirs("Gru", (2, 4), named(under(p, "layer"), "_l0"), x, seen)[0])


ROWS = [
    *map(one_way, KINDS),
    one_way("Rnn", ({"activation": tg.relu}, {"nonlinearity": "relu"}), ", relu"),
    *map(both_ways, KINDS),
    Row("nn.Bidirectional", "torch.nn.GRU, both directions merged otherwise", _merged),
    *map(_cell, KINDS),
    Row("nn.Lstm", "formula in PyTorch, peepholes", _peepholes),
    Row("nn.Lstm", "formula in PyTorch, other activations", _other_gates),
    Row("nn.ConvLstm2d", "formula in PyTorch", _conv_lstm),
    Row("nn.Gru", "formula in PyTorch, reset before the product", _reset_before),
    Row("lstm_step", "formula in PyTorch", _lstm_step),
    Row("lstm_sequence", "formula in PyTorch", _lstm_sequence), Row("gru_step", "formula in PyTorch", _gru_step),
    Row("nn.Stacked", "torch.nn.LSTM, two layers", _stacked),
    Row("nn.StackedCells", "torch.nn.LSTMCell, torch.nn.GRUCell", _stacked_cells),
    Row("nn.truncated", "torch.nn.GRU, detached between pieces", _truncated),
    Row("nn.MaskValue", "torch.nn.GRU, packed", _mask_value),
]  # fmt: skip
