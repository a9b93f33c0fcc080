"""The notebook of one trace: every op that runs while it is open becomes a step."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.aval import aval_of
from typedgrad.core.call import Entry, flatten
from typedgrad.core.keys import Key
from typedgrad.core.tape import Partial
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import DEVICE, Number, is_open, opened
from typedgrad.graph.arrays import TracedArray
from typedgrad.graph.ir import Step, Value, array
from typedgrad.graph.operations import Bits, HostCall, NumberToArray, PrimitiveCall, Pull
from typedgrad.graph.pulls import has_kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from typedgrad.core.aval import Aval
    from typedgrad.core.primitive import Primitive
    from typedgrad.core.tape import Node
    from typedgrad.graph.ir import Operation


class OpenKey(Key):
    """A random key that is an argument of the function that is traced, or follows from one."""

    __slots__ = ("origins", "value")
    is_open = True

    def __init__(self, value: Value, origins: frozenset[int]) -> None:
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "origins", origins)

    def __repr__(self) -> str:
        return "Key(?)"

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Notebook:
    """A recorder. Values of traces further out, of which this one is a part, become inputs: `captured`."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.constants: dict[Value, Any] = {}
        self.captured: dict[Value, Value] = {}  # outer -> inner
        self.outer: dict[Value, Any] = {}  # the outer value as what it was met as
        self.maker: dict[Value, int] = {}
        self._by_array: dict[int, Value] = {}
        self._own: set[Value] = set()

    @contextmanager
    def open(self) -> Iterator[None]:
        """While open, ops on tensors without values are written down here."""
        before = opened.recorders
        opened.recorders = (*before, self)
        try:
            yield
        finally:
            opened.recorders = before

    def new(self, value: Value) -> Value:
        """A value of this trace."""
        self._own.add(value)
        return value

    def tensor(self, value: Value) -> Tensor:
        """A tensor that stands for a value."""
        assert value.dtype is not None
        return Tensor(TracedArray(value, self), aval_of(value.shape, value.dtype, DEVICE))

    def value_of(self, data: Any) -> Value:
        """The value that an array, a number or a key stands for; a constant if it is known."""
        if isinstance(data, TracedArray):
            return data.value if data.recorder is self else self._capture(data.value, Tensor(data))
        if is_open(data):
            return data.value if data.value in self._own else self._capture(data.value, data)
        if isinstance(data, (np.ndarray, np.generic)):
            return self._constant(np.asarray(data))
        value = self.new(Value("key" if isinstance(data, Key) else "number", example=data))
        self.constants[value] = data
        return value

    def _constant(self, data: np.ndarray[Any, Any]) -> Value:
        found = self._by_array.get(id(data))
        if found is None:
            found = self.new(Value("array", data.shape, data.dtype))
            self._by_array[id(data)] = found
            self.constants[found] = data  # which keeps it alive, so that no other array gets its id
        return found

    def _capture(self, outer: Value, met: Any) -> Value:
        found = self.captured.get(outer)
        if found is None:
            if not any(isinstance(r, Notebook) and outer in r._own for r in opened.recorders if r is not self):
                raise TypeError(
                    "trace: a tensor without a value got out of a function that was traced before; functions must be "
                    "pure: return it instead of storing it"
                )
            found = self.captured[outer] = self.new(Value(outer.kind, outer.shape, outer.dtype, outer.example))
            self.outer[outer] = met
        return found

    def add(self, operation: Operation, inputs: tuple[Value, ...], outputs: tuple[Value, ...]) -> tuple[Value, ...]:
        """Write a step down."""
        for value in outputs:
            self._own.add(value)
            self.maker[value] = len(self.steps)
        self.steps.append(Step(operation, inputs, outputs))
        return outputs

    def primitive(
        self, op: Primitive, statics: Mapping[str, Any], tensors: tuple[Any, ...], avals: tuple[Aval, ...]
    ) -> tuple[Any, ...]:
        """An op runs on these arrays (None if absent, a tuple for a sequence); gives its results."""
        layout = tuple(None if x is None else len(x) if isinstance(x, tuple) else -1 for x in tensors)
        plain = all(k == -1 for k in layout)
        operation = PrimitiveCall(op, statics, None if plain else layout)
        inputs = tuple([self.value_of(x) for x in flatten(tensors)])
        outputs = self.add(operation, inputs, tuple(map(array, avals)))
        return tuple([TracedArray(value, self) for value in outputs])

    def pull(self, g: Any, node: Node) -> tuple[Any, ...] | None:
        """The first-order rule of an op runs, on tensors. None: it has no kernel, so let its own rule run."""
        entry, inputs, out = node
        outs = out if isinstance(out, tuple) else (out,)
        wanted = tuple([x.node is not None for x in inputs])
        known = isinstance(entry, Entry) and all(isinstance(o, TracedArray) and o.recorder is self for o in outs)
        if not known or not all(type(x) is Tensor for x in inputs) or opened.recorders[-1] is not self:
            return None
        step = self.steps[self.maker[outs[0].value]]
        if not isinstance(step.operation, PrimitiveCall) or not has_kernel(step):
            return None
        parts = tuple(sorted(g.parts)) if isinstance(g, Partial) else None
        cotangents = [g.parts[i] for i in parts] if parts is not None else [g]
        if any(type(c) is not Tensor for c in cotangents):
            return None
        kept = self._kept(outs[0].value)
        call = step.operation
        operation = Pull(call.op, call.statics, call.layout, wanted, parts, len(outs), keeps=kept is not None)
        given = (*(self.value_of(c.data) for c in cotangents), *step.inputs, *(o.value for o in outs))
        made = tuple([array(x.aval) for x, one in zip(inputs, wanted, strict=True) if one])
        results = iter(self.add(operation, given if kept is None else (*given, kept), made))
        return tuple([self.tensor(next(results)) if one else None for one in wanted])

    def _kept(self, out: Value) -> Value | None:
        """What the kernel of the op that made `out` keeps for its rule, if it does; a further result of that op."""
        place = self.maker[out]
        step = self.steps[place]
        assert isinstance(step.operation, PrimitiveCall)
        if step.outputs[-1].kind == "kept":
            return step.outputs[-1]
        if not step.operation.keeps(step):
            return None
        kept = self.new(Value("kept"))
        self.maker[kept] = place
        self.steps[place] = step._replace(outputs=(*step.outputs, kept))
        return kept

    def host(self, function: Callable[..., Any], args: tuple[Any, ...], results: int | None) -> Any:
        """A function of numbers and keys runs, some of them not known."""
        operation = HostCall(function, tuple(None if is_open(x) else (x,) for x in args), results)
        examples = [x.example if isinstance(x, Number) else _SOME_KEY if is_open(x) else x for x in args]
        example = function(*examples)
        found = example if results is not None else (example,)
        origins: frozenset[int] = frozenset().union(*(x.origins for x in args if is_open(x)))
        inputs = tuple([self.value_of(x) for x in args if is_open(x)])
        outputs = tuple([Value("key" if isinstance(e, Key) else "number", example=e) for e in found])
        self.add(operation, inputs, outputs)
        made = tuple([self.opened(value, origins) for value in outputs])
        return made if results is not None else made[0]

    def opened(self, value: Value, origins: frozenset[int]) -> Number | OpenKey:
        """A number or a key that stands for a value."""
        if value.kind == "key":
            return OpenKey(value, origins)
        return Number(value, value.example, origins)  # type: ignore[arg-type]  # the example of a number is one

    def bits(self, key: Key, n: int) -> TracedArray:
        """Random words of a key that is not known."""
        (out,) = self.add(Bits(n), (self.value_of(key),), (Value("array", (n,), np.dtype("uint32")),))
        return TracedArray(out, self)

    def number(self, number: Number, like: Tensor | None) -> Tensor:
        """A number that is not known as a tensor; weak beside the tensor `like`, as Python numbers are."""
        from typedgrad.shapes import dtypes

        whole = isinstance(number.example, int)
        default = "int64" if whole else "float32"
        name = default if like is None else dtypes.with_scalar(like.dtype.name, "int" if whole else "float")
        out = Value("array", (), np.dtype(name))
        self.add(NumberToArray(name), (self.value_of(number),), (out,))
        return self.tensor(out)

    def branch(self, pred: Tensor, true_fun: Any, false_fun: Any, operands: tuple[Any, ...]) -> Any:
        """`cond` on a tensor without a value."""
        from typedgrad.graph.control import branch

        return branch(self, pred, true_fun, false_fun, operands)

    def loop(self, cond_fun: Any, body_fun: Any, carry: Any, limit: int | None) -> Any:
        """`while_loop` on tensors without values."""
        from typedgrad.graph.control import loop

        return loop(self, cond_fun, body_fun, carry, limit)


_SOME_KEY = Key((0, 0))
