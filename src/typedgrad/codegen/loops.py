"""A group of elementwise steps as C: loops over axes, as few as there can be, with sums in blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from typedgrad.codegen.scalar import PRINTERS, expression, number, type_name
from typedgrad.graph.operations import PrimitiveCall
from typedgrad.graph.rewrites.engine import View
from typedgrad.ops.axes import axes_of

if TYPE_CHECKING:
    from typedgrad.graph.fusion import Fused
    from typedgrad.graph.ir import Graph, Step, Value

# Elements that are summed in the precision of the array before the sum goes on in double precision.
BLOCK = 512
# Work that is worth another thread, in additions.
GRAIN = 16_384
_SLOW = frozenset(("exp", "log", "tanh", "sigmoid", "softplus", "log_sigmoid", "expm1", "log1p", "erf", "erfc", "gelu"))
_SLOWER = frozenset(("silu", "elu", "divide", "sqrt", "reciprocal", "power", "pow", "sin", "cos", "tan"))


class Unsuited(Exception):  # caught by the plan, which leaves the steps apart
    """A group that no loop can be written for."""


class Function(NamedTuple):
    """A C function without its name, which is `NAME`; how much work it has, and how much is worth a thread."""

    text: str
    work: int
    grain: int


class Code(NamedTuple):
    """All that a group needs: functions that run one after the other, and bytes of memory between them."""

    functions: tuple[Function, ...]
    scratch: int
    total: int
    any_order: bool


class Sum(NamedTuple):
    """A sum over axes; `divisor` is what it is divided by."""

    step: Step
    axes: frozenset[int]
    divisor: int


def sum_of(step: Step) -> Sum | None:
    """The step as a sum of floats, if it is one."""
    operation = step.operation
    if not isinstance(operation, PrimitiveCall) or len(step.inputs) != 1:
        return None
    x, out = step.inputs[0], step.outputs[0]
    if x.dtype is None or x.dtype.name not in {"float32", "float64"} or x.dtype != out.dtype or 0 in x.shape:
        return None
    name, rank = operation.op.full_name, len(x.shape)
    if name in {"typedgrad.ops.reduce.sum", "typedgrad.ops.reduce.mean"}:
        axes = frozenset(axes_of(x.shape, operation.statics["axis"]))
        count = math.prod(x.shape[i] for i in axes) if name.endswith("mean") else 1
        return Sum(step, axes, count)
    if name == "typedgrad.core.broadcasting.sum_to":
        lead = rank - len(out.shape)
        axes = frozenset(i for i, n in enumerate(x.shape) if i < lead or (out.shape[i - lead] == 1 and n != 1))
        return Sum(step, axes, 1)
    return None


def suits(found: Sum) -> bool:
    """Whether a loop can make the sum as it goes: over all axes, or over the last ones."""
    shape = found.step.inputs[0].shape
    kept = [i for i, n in enumerate(shape) if n > 1 and i not in found.axes]
    gone = [i for i, n in enumerate(shape) if n > 1 and i in found.axes]
    return not kept or not gone or max(kept) < min(gone)


class _Axis(NamedTuple):
    """Axes of the group taken together: their size, and for each operand whether it moves along them."""

    size: int
    moves: tuple[bool, ...]


class _Group:
    """The operands of a group and the axes of its loop. Operands are the inputs, the outputs, and the sums."""

    def __init__(self, group: Fused) -> None:
        self.graph: Graph = group.graph
        self.shape = group.shape
        self.view = View(self.graph.constants)
        found = [sum_of(step) for step in self.graph.steps]
        self.sums = [s for s in found if s is not None]
        self.summed = {s.step.outputs[0]: k for k, s in enumerate(self.sums)}
        self.arrays = [*self.graph.inputs, *(v for v in self.graph.outputs if v not in self.summed)]
        self.axes = self._axes()
        self.inner = self.axes[-1] if self.axes else None
        self.outer = self.axes[:-1]
        self.rows = math.prod(axis.size for axis in self.outer)
        self.between = False  # whether sums of parts are kept for a function that adds them up

    def _axes(self) -> list[_Axis]:
        axes: list[_Axis] = []
        rank = len(self.shape)
        for i, n in enumerate(self.shape):
            if n == 1:
                continue
            moves = [self._moves(v.shape, rank, i) for v in self.arrays]
            moves += [i not in s.axes for s in self.sums]
            if axes and axes[-1].moves == tuple(moves):
                axes[-1] = _Axis(axes[-1].size * n, tuple(moves))
            else:
                axes.append(_Axis(n, tuple(moves)))
        return axes

    @staticmethod
    def _moves(shape: Sequence[int], rank: int, axis: int) -> bool:
        place = axis - (rank - len(shape))
        return place >= 0 and shape[place] > 1

    def is_full(self, s: Sum) -> bool:
        """Whether a sum is over everything."""
        k = len(self.arrays) + self.sums.index(s)
        return not any(axis.moves[k] for axis in self.axes)

    def check(self) -> None:
        """Raise Unsuited for a sum that is neither over everything nor over the innermost loop alone."""
        for k, s in enumerate(self.sums, len(self.arrays)):
            along = [axis.moves[k] for axis in self.axes]
            if any(along) and not (all(along[:-1]) and not along[-1]):
                raise Unsuited(s.step.operation.name)


def code_of(group: Fused) -> Code:
    """C for a group. Raises Unsuited if there is no loop for it."""
    g = _Group(group)
    g.check()
    cost = sum(_cost(step) for step in g.graph.steps)
    total = math.prod(g.shape) * cost
    if not g.axes:
        return Code((Function(_text(_single(g)), 1, 1),), 0, total, any_order=False)
    plain = all(v.size == 1 or v.shape == g.shape for v in g.graph.inputs)
    any_order = plain and len(g.axes) == 1 and not any(True for v in g.graph.outputs if v in g.summed and v.size > 1)
    full = [s for s in g.sums if g.is_full(s)]
    assert g.inner is not None
    if not g.outer and g.sums:
        units, unit = -(-g.inner.size // BLOCK), min(BLOCK, g.inner.size)
    elif not g.outer:
        units, unit = g.inner.size, 1
    else:
        units, unit = g.rows, g.inner.size
    g.between = bool(full) and units > 1
    body = _rows(g) if g.outer else _blocks(g, units) if g.sums else _flat(g)
    grain = max(1, GRAIN // (unit * cost))
    functions = [Function(_text(body), units, grain)]
    if g.between:
        functions.append(Function(_text(_finish(g, full, units)), 1, 1))
    scratch = 8 * len(full) * units if g.between else 0
    return Code(tuple(functions), scratch, total, any_order)


def _cost(step: Step) -> int:
    name = step.operation.name
    return 12 if name in _SLOW else 16 if name in _SLOWER else 1


def _text(lines: Iterator[str]) -> str:
    return "\n".join(["void NAME(void *const *at, int64_t begin, int64_t end) {", *lines, "}", ""])


def _pointers(g: _Group, *, inputs: bool = True) -> Iterator[str]:
    """The arrays by name: x0, x1, ... and y0, y1, ...; inputs of one element by their number."""
    n = len(g.graph.inputs)
    for i, v in enumerate(g.graph.inputs if inputs else ()):
        if v.size == 1:
            yield f"    const {type_name(v)} s{i} = *(const {type_name(v)} *)at[{i}];"
        else:
            yield f"    const {type_name(v)} *restrict x{i} = at[{i}];"
    for i, v in enumerate(g.graph.outputs):
        yield f"    {type_name(v)} *restrict y{i} = at[{n + i}];"
    if g.between:
        yield f"    double *restrict partial = at[{n + len(g.graph.outputs)}];"


def _body(g: _Group, places: dict[Value, str], indent: str) -> Iterator[str]:
    """One element: what is read, computed, added up and written."""
    names: dict[Value, str] = {}
    for value, data in g.graph.constants.items():
        assert value.dtype is not None
        names[value] = number(data.flat[0].item(), value.dtype)
    for i, value in enumerate(g.graph.inputs):
        if value.size == 1:
            names[value] = f"s{i}"
        else:
            names[value] = f"a{i}"
            yield f"{indent}const {type_name(value)} a{i} = x{i}[{places[value]}];"
    for i, step in enumerate(g.graph.steps):
        out = step.outputs[0]
        if out in g.summed:
            yield f"{indent}t{g.summed[out]} += {names[step.inputs[0]]};"
            continue
        names[out] = f"v{i}"
        yield f"{indent}const {type_name(out)} v{i} = {expression(step, [names[v] for v in step.inputs])};"
    for i, value in enumerate(g.graph.outputs):
        if value not in g.summed:
            yield f"{indent}y{i}[{places[value]}] = {names[value]};"


def _simd(g: _Group) -> str:
    sums = ", ".join(f"t{k}" for k in range(len(g.sums)))
    return f"#pragma omp simd reduction(+:{sums})" if sums else "#pragma omp simd"


def _starts(g: _Group, indent: str) -> Iterator[str]:
    for k, s in enumerate(g.sums):
        yield f"{indent}{type_name(s.step.outputs[0])} t{k} = 0;"


def _result(g: _Group, s: Sum, total: str) -> str:
    """A sum as the output that it is, divided if it is a mean."""
    i = g.graph.outputs.index(s.step.outputs[0])
    divided = total if s.divisor == 1 else f"{total} / {s.divisor}.0"
    return f"y{i}[{{}}] = ({type_name(s.step.outputs[0])})({divided});"


def _single(g: _Group) -> Iterator[str]:
    """No axes: each statement once."""
    yield from _pointers(g)
    yield from _starts(g, "    ")
    yield from _body(g, dict.fromkeys(g.arrays, "0"), "    ")
    for k, s in enumerate(g.sums):
        yield "    " + _result(g, s, f"(double)t{k}").format(0)


def _flat(g: _Group) -> Iterator[str]:
    """One axis and no sums."""
    yield from _pointers(g)
    yield _simd(g)
    yield "    for (int64_t i = begin; i < end; i++) {"
    yield from _body(g, dict.fromkeys(g.arrays, "i"), " " * 8)
    yield "    }"


def _blocks(g: _Group, units: int) -> Iterator[str]:
    """One axis, cut into blocks, each with its own sums."""
    assert g.inner is not None
    yield from _pointers(g)
    yield "    for (int64_t b = begin; b < end; b++) {"
    n = g.inner.size
    yield f"        const int64_t low = b * {BLOCK}, high = low + {BLOCK} < {n} ? low + {BLOCK} : {n};"
    yield from _starts(g, " " * 8)
    yield _simd(g)
    yield "        for (int64_t i = low; i < high; i++) {"
    yield from _body(g, dict.fromkeys(g.arrays, "i"), " " * 12)
    yield "        }"
    for k, s in enumerate(g.sums):
        if units == 1:
            yield " " * 8 + _result(g, s, f"(double)t{k}").format(0)
        else:
            yield f"        {_part('b', len(g.sums), k)} = (double)t{k};"
    yield "    }"


def _rows(g: _Group) -> Iterator[str]:
    """Several axes: rows are shared out, the innermost axis is a loop, in blocks if there are sums."""
    assert g.inner is not None
    n, full = g.inner.size, [s for s in g.sums if g.is_full(s)]
    yield from _pointers(g)
    yield "    for (int64_t r = begin; r < end; r++) {"
    yield from _offsets(g)
    places = {}
    for k, v in enumerate(g.arrays):
        inner = "j" if g.inner.moves[k] else "0"
        places[v] = inner if v.size == 1 or not any(a.moves[k] for a in g.outer) else f"o{k} + {inner}"
    if g.sums:
        yield from (f"        double d{k} = 0;" for k in range(len(g.sums)))
        yield f"        for (int64_t low = 0; low < {n}; low += {BLOCK}) {{"
        yield f"        const int64_t high = low + {BLOCK} < {n} ? low + {BLOCK} : {n};"
        yield from _starts(g, " " * 8)
    yield _simd(g)
    yield f"        for (int64_t j = {'low; j < high' if g.sums else f'0; j < {n}'}; j++) {{"
    yield from _body(g, places, " " * 12)
    yield "        }"
    if g.sums:
        yield from (f"        d{k} += (double)t{k};" for k in range(len(g.sums)))
        yield "        }"
    for k, s in enumerate(g.sums):
        if s in full:
            yield f"        {_part('r', len(full), full.index(s))} = d{k};"
        else:
            yield " " * 8 + _result(g, s, f"d{k}").format("r")
    yield "    }"


def _offsets(g: _Group) -> Iterator[str]:
    """Where the row starts in each array."""
    yield "        int64_t q = r;"
    for i in reversed(range(len(g.outer))):
        yield f"        const int64_t k{i} = q % {g.outer[i].size};"
        yield f"        q /= {g.outer[i].size};"
    yield "        (void)q;"
    for k, v in enumerate(g.arrays):
        if v.size == 1 or not any(a.moves[k] for a in g.outer):
            continue
        stride = g.inner.size if g.inner is not None and g.inner.moves[k] else 1
        parts = []
        for i in reversed(range(len(g.outer))):
            if g.outer[i].moves[k]:
                parts.append(f"k{i} * {stride}")
                stride *= g.outer[i].size
        yield f"        const int64_t o{k} = {' + '.join(parts)};"


def _part(row: str, count: int, k: int) -> str:
    """Where the sum of a part is kept, until all are there."""
    return f"partial[{row}]" if count == 1 else f"partial[{row} * {count} + {k}]"


def _finish(g: _Group, full: list[Sum], units: int) -> Iterator[str]:
    """The sums of the sums."""
    yield from _pointers(g, inputs=False)
    for k, s in enumerate(full):
        yield "    {"
        yield "        double total = 0;"
        yield f"        for (int64_t b = 0; b < {units}; b++) total += {_part('b', len(full), k)};"
        yield " " * 8 + _result(g, s, "total").format(0)
        yield "    }"


__all__ = ["PRINTERS", "Code", "Function", "Unsuited", "code_of", "suits", "sum_of"]
