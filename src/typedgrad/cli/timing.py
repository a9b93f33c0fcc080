"""`typedgrad time`: how long each layer takes, forward and backward."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from typedgrad.cli.networks import SPEC_HELP, inputs_of, source_of
from typedgrad.cli.outcome import Failure

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from typedgrad.cli.networks import Built
    from typedgrad.core.tensor import Tensor


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("network", metavar="NETWORK", help=SPEC_HELP)
    parser.add_argument("--batch", type=int, default=32, help="rows (default: %(default)s)")
    parser.add_argument(
        "--length", type=int, default=32, help="of sequences whose length varies (default: %(default)s)"
    )
    parser.add_argument(
        "--repeat", type=int, default=10, help="measurements, of which the median counts (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="as an object")


class Line(NamedTuple):
    """Milliseconds of a layer. NaN for a backward pass where nothing can be differentiated."""

    name: str
    layer: str
    output: str
    forward: float
    backward: float | None


def run(given: Namespace) -> int:
    """Measure, and print a table."""
    for name in ("batch", "length", "repeat"):
        if getattr(given, name) < 1:
            raise Failure(f"--{name} must be at least 1, got {getattr(given, name)}")
    network = source_of(given.network).network()
    lines = measured(network, given.batch, given.length, given.repeat)
    total = Line("total", "", "", sum(line.forward for line in lines), sum(line.backward or 0.0 for line in lines))
    if given.json:
        rows = [line._asdict() for line in lines]
        sys.stdout.write(f"{json.dumps({'batch': given.batch, 'layers': rows, 'total': total._asdict()})}\n")
        return 0
    shown = [("layer", "", "output", "forward ms", "backward ms"), *map(_cells, [*lines, total])]
    widths = [max(len(row[i]) for row in shown) for i in range(5)]
    for row in shown:
        cells = [cell.ljust(w) if i < 3 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))]
        sys.stdout.write(f"{'  '.join(cells)}\n")
    return 0


def _cells(line: Line) -> tuple[str, ...]:
    backward = "-" if line.backward is None else f"{line.backward:.3f}"
    return line.name, line.layer, line.output, f"{line.forward:.3f}", backward


def measured(network: Built, batch: int, length: int, repeat: int) -> list[Line]:
    """The times of every layer on its own, on random numbers that come from the layers before it."""
    values = {name: _input(shape, batch, length) for name, shape in inputs_of(network.spec).items()}
    lines = []
    for name, layer, inputs in _steps(network, next(iter(values))):
        given = [values[one] for one in inputs]
        out = values[name] = layer(*given)
        what = f"{out.dtype.name}[{' '.join(map(str, out.shape))}]"
        forward = _milliseconds(partial(layer, *given), repeat)
        lines.append(Line(name, type(layer).__name__, what, forward, _backward(layer, given, out, repeat)))
    return lines


def _steps(network: Any, first: str) -> list[tuple[str, Any, tuple[str, ...]]]:  # noqa: ANN401  # of either kind
    """Layers in the order in which they run, and whose outputs they take."""
    if isinstance(network.layers, dict) and not hasattr(network, "dag"):
        names = [first, *network.layers]
        return [(name, layer, (names[i],)) for i, (name, layer) in enumerate(network.layers.items())]
    held = network.layers
    return [(step.name, held.get(step.name, step.layer), step.inputs) for step in network.spec.folded().steps]


def _backward(layer: Any, given: list[Tensor], out: Tensor, repeat: int) -> float | None:  # noqa: ANN401  # a layer
    """The time of the gradients of parameters and inputs, given that of the output."""
    from typedgrad.core.transforms import vjp
    from typedgrad.ops.like import ones_like

    if out.dtype.kind != "f":
        return None
    # Integers have no gradient: then it is that of the parameters alone.
    moved = given if all(x.dtype.kind == "f" for x in given) else []

    def call(layer: Any, *inputs: Tensor) -> Tensor:  # noqa: ANN401  # a layer
        made: Tensor = layer(*(inputs or given))
        return made

    _, pull = vjp(call, layer, *moved)
    cotangent = ones_like(out)
    return _milliseconds(lambda: pull(cotangent), repeat)


def _milliseconds(work: Callable[[], object], repeat: int) -> float:
    work()  # what is found out on the first call is not measured
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


def _input(shape: str, batch: int, length: int) -> Tensor:
    """Random numbers of a network's input: names of sizes are the batch first, then lengths."""
    from typedgrad.core import random
    from typedgrad.ops.create import zeros

    words = shape.split()
    integers = words[0][:1].isupper()
    sizes = [word.rpartition("=")[2] for word in (words[1:] if integers else words)]
    wanted = tuple(int(w) if w.isdigit() else batch if i == 0 else length for i, w in enumerate(sizes))
    return zeros(wanted, dtype="int64") if integers else random.normal(random.key(0), wanted)
