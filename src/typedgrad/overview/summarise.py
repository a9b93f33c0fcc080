"""`summary`: the layers of a model, what comes out of each, and what it costs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typedgrad.nn.layer import Layer
from typedgrad.nn.learning import learning
from typedgrad.overview.amounts import count, memory, plain
from typedgrad.overview.trace import Call, Trace, traced
from typedgrad.overview.weights import NOTHING, Weights, layers_with_paths, own_weights, without_values

if TYPE_CHECKING:
    from typedgrad.backends import AbstractArray
    from typedgrad.core.tensor import Tensor
    from typedgrad.shapes import Dim

_HEAD = ("layer", "output", "parameters", "multiply-adds", "activations")


@dataclass(frozen=True)
class Row:
    """One call of a layer. Numbers are of what it does and holds itself, so that columns add up to the totals.

    Amounts are ints, or polynomials in the names of the input's sizes. `states` are numbers that gradients do not move:
    running statistics, and frozen parameters. `again` says that the layer was called before, so what it holds is
    counted there; `called` is false for layers that hold something but are not called.
    """

    path: str
    depth: int
    layer: str
    options: str
    outputs: tuple[str, ...]
    parameters: Dim
    states: Dim
    multiply_adds: Dim
    activation_bytes: Dim
    repeated: Dim = 1
    again: bool = False
    called: bool = True


@dataclass(frozen=True)
class Summary:
    """The rows of a model and their totals; `str()` is a table, `to_svg()` a picture."""

    name: str
    inputs: tuple[str, ...]
    rows: tuple[Row, ...]
    parameters: Dim
    states: Dim
    parameter_bytes: Dim
    multiply_adds: Dim
    activation_bytes: Dim
    trace: Trace

    def __str__(self) -> str:
        holding = {row.path for row in self.rows if not row.again and row.parameters + row.states != 0}
        lines = [_HEAD, *(_cells(row, holding) for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(_HEAD))]
        table = [
            "  ".join(
                cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        rule = "-" * max(map(len, table))
        kept = f", and {count(self.states)} that are not trained" if self.states != 0 else ""
        totals = [
            f"parameters     {count(self.parameters)}{kept} ({memory(self.parameter_bytes)})",
            f"multiply-adds  {count(self.multiply_adds)}",
            f"activations    {memory(self.activation_bytes)}",
        ]
        return "\n".join([f"{self.name}({', '.join(self.inputs)})", "", table[0], rule, *table[1:], rule, *totals])

    def to_json(self) -> str:
        """The rows and totals; amounts that are polynomials are strings that `typedgrad.shapes.parse_dim` reads.

        >>> print(tg.summary(tg.nn.Dense(in_features=4, out_features=2), "n 4").to_json())  # doctest: +ELLIPSIS
        {"name": "Dense", "inputs": ["float32[n 4]"], "parameters": 10, ... "multiply_adds": "8*n", ...
        """
        totals = ("parameters", "states", "parameter_bytes", "multiply_adds", "activation_bytes")
        rows = [
            {
                name: value if isinstance(value, (str, tuple, bool)) else plain(value)
                for name, value in vars(row).items()
            }
            for row in self.rows
        ]
        head: dict[str, object] = {"name": self.name, "inputs": self.inputs}
        return json.dumps(head | {name: plain(getattr(self, name)) for name in totals} | {"layers": rows})

    def to_svg(self, *, depth: int | None = None) -> str:
        """A picture of the graph: layers as boxes, what flows between them as arrows with shapes.

        Args:
            depth: how deep to look into layers made of layers; without it, as deep as leaves the picture readable.

        Raises ValueError if `depth` is below 0.

        >>> tg.summary(tg.nn.Dense(in_features=4, out_features=2), "n 4").to_svg()[:4]
        '<svg'
        """
        from typedgrad.overview.picture import picture

        if depth is not None and depth < 0:
            raise ValueError(f"to_svg: `depth` must be at least 0, got {depth}")
        return picture(self, depth)


def summary(model: Layer, inputs: object) -> Summary:
    """The layers of a model, and what they cost, found by running it on shapes: no data and no parameters are needed.

    Multiply-adds are those of products of matrices, convolutions, attention and einsum. The memory of activations is
    that of all results of ops that are no views, as a gradient keeps them at most.

    Args:
        model: a layer, as described or with parameters.
        inputs: what it will be called with: a shape string whose names stay symbols, such as "n 3 224 224", with a
            dtype in front if that is not float32 ("Int n time"); a tensor; a tuple for several arguments.

    Raises:
        ShapeError: naming the path of the layer that the input, or what becomes of it, does not fit.
        TypeError: if `model` is no layer.

    >>> model = tg.nn.Sequential(tg.nn.Dense(in_features=784, out_features=100), tg.relu, tg.nn.Dense(out_features=10))
    >>> print(tg.summary(model, "n 784"))
    Sequential(float32[n 784])
    <BLANKLINE>
    layer                                                 output          parameters  multiply-adds  activations
    ------------------------------------------------------------------------------------------------------------
    Sequential                                            float32[n 10]            -              -      400 B n
      layers.0: Dense(in_features=784, out_features=100)  float32[n 100]      78,500       78,400 n      800 B n
      layers.2: Dense(in_features=100, out_features=10)   float32[n 10]        1,010        1,000 n       80 B n
    ------------------------------------------------------------------------------------------------------------
    parameters     79,510 (318 kB)
    multiply-adds  79,400 n
    activations    1.28 kB n
    """
    if not isinstance(model, Layer):
        raise TypeError(f"summary: `model` must be a Layer, not {type(model).__name__}")
    with learning:  # sizes that are learnt on the way are needed for counting until the end
        model = without_values(model)
        trace, given = traced(model, inputs)
        assert trace.root is not None
        rows = _rows(trace.root, 0)
        rows += _left_out(model, trace)
        held = [weights for _, weights in rows]
    total = NOTHING
    for weights in held:
        total = total.plus(weights)
    cost: Dim = 0
    taken: Dim = 0
    for row, _ in rows:
        cost, taken = cost + row.multiply_adds, taken + row.activation_bytes
    return Summary(
        type(model).__name__,
        tuple(_shown(x) for x in _flat(given)),
        tuple(row for row, _ in rows),
        total.parameters,
        total.states,
        total.bytes,
        cost,
        taken,
        trace,
    )


def _rows(call: Call, depth: int) -> list[tuple[Row, Weights]]:
    """The rows of a call and of those inside it, in the order in which they run."""
    cost: Dim = 0
    taken: Dim = 0
    for op in call.ops():
        cost, taken = cost + op.cost, taken + op.taken
    row = Row(
        call.path,
        depth,
        call.name,
        call.options,
        tuple(_shown(x) for x in call.outputs),
        call.weights.parameters,
        call.weights.states,
        cost,
        taken,
        call.times,
        call.again,
    )
    return [(row, call.weights), *(pair for inner in _inner(call) for pair in _rows(inner, depth + 1))]


def _inner(call: Call) -> list[Call]:
    """The layers that are called inside, through typed functions too."""
    found: list[Call] = []
    for step in call.steps:
        if isinstance(step, Call):
            found += [step] if step.layer is not None else _inner(step)
    return found


def _left_out(model: Layer, trace: Trace) -> list[tuple[Row, Weights]]:
    """Layers that were not called, but hold something: used by others, or only in training."""
    found = []
    for path, layer in layers_with_paths(model):
        if id(layer) not in trace.seen:
            try:
                weights = own_weights(layer, trace.tensors, frozen=id(layer) in trace.frozen)
            except (TypeError, AttributeError):  # a size that would be learnt from what comes in
                continue
            if weights != NOTHING:
                row = Row(
                    path, path.count(".") + 1, type(layer).__name__, "", (), weights.parameters, weights.states, 0, 0,
                    called=False,
                )  # fmt: skip
                found.append((row, weights))
    return found


def _cells(row: Row, holding: set[str]) -> tuple[str, ...]:
    name = f"{row.path}: {row.layer}" if row.path else row.layer
    options = f"({row.options})" if row.options else ""
    notes = "".join([f" × {row.repeated}" if row.repeated != 1 else "", "" if row.called else ", not called"])
    amounts = [count(x) if x != 0 else "-" for x in (row.parameters + row.states, row.multiply_adds)]
    held = "as above" if row.again and row.path in holding else amounts[0]
    taken = memory(row.activation_bytes) if row.activation_bytes != 0 else "-"
    return (f"{'  ' * row.depth}{name}{options}{notes}", ", ".join(row.outputs), held, amounts[1], taken)


def _shown(x: AbstractArray | Tensor) -> str:
    return f"{x.dtype.name}[{' '.join(map(str, x.shape))}]"


def _flat(given: object) -> list[Tensor]:
    from typedgrad.core.pytree import flatten
    from typedgrad.core.tensor import Tensor

    return [x for x in flatten(given)[0] if isinstance(x, Tensor)]
