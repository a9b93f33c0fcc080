"""What steps do: call primitives, run their rules, compute with numbers and keys, draw random words."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.backends import backend_for_device
from typedgrad.core.call import flatten, spread
from typedgrad.core.conversion import scalar
from typedgrad.core.examine import make_entry
from typedgrad.core.leaves import plain_leaf
from typedgrad.core.mode import raw
from typedgrad.core.tape import Partial
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import Number, host, is_open, recorder
from typedgrad.graph.pulls import entry_of, held, on_cpu, static_key

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive
    from typedgrad.graph.ir import Graph, Step

Layout = tuple[int | None, ...] | None


class Simple:
    """What most operations have in common: no static arguments, no optional inputs, no graphs inside."""

    name = ""
    layout: Layout = None

    @property
    def statics(self) -> Mapping[str, Any]:
        """Its static arguments."""
        return {}

    def graphs(self) -> Iterable[tuple[str, Graph]]:
        """Graphs inside it, by name."""
        return ()


class PrimitiveCall(Simple):
    """A call of an op."""

    def __init__(self, op: Primitive, statics: Mapping[str, Any], layout: Layout) -> None:
        self.op = op
        self.given = dict(statics)
        self.layout = layout
        self.name = op.name

    @property
    def statics(self) -> Mapping[str, Any]:
        """Its static arguments."""
        return self.given

    def key(self) -> Hashable:
        """Equal keys and equal inputs make equal results."""
        return self.op.full_name, static_key(self.given), self.layout

    def keeps(self, step: Step) -> bool:
        """Whether there is a kernel that keeps something for its rule."""
        kernel = entry_of(step).kernel
        return kernel is not None and kernel.save is not None

    def ready(self, step: Step) -> Callable[..., Any]:
        """The body, or the kernel, with the static arguments bound."""
        entry = entry_of(step)
        if step.outputs[-1].kind != "kept":
            run = entry.run
            return run if not entry.several or len(step.outputs) > 1 else lambda *arrays: run(*arrays)[0]
        assert entry.kernel is not None
        assert entry.kernel.save is not None
        save, several = entry.kernel.save, entry.several

        def saving(*arrays: Any) -> tuple[Any, ...]:
            out, kept = save(*arrays)
            return (*out, kept) if several else (out, kept)

        return saving

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The results for tensors."""
        made = self.op.function(*spread(self.layout, values), **self.given)
        found = tuple(made) if isinstance(made, tuple) else (made,)
        return (*found, None) if step.outputs[-1].kind == "kept" else found


class Pull(Simple):
    """The first-order rule of an op that has a kernel with a rule of its own.

    Inputs are the cotangents (of the results at `parts`), the op's inputs, its results, and what its kernel kept.
    """

    def __init__(
        self,
        op: Primitive,
        statics: Mapping[str, Any],
        layout: Layout,
        wanted: tuple[bool, ...],
        parts: tuple[int, ...] | None,
        results: int,
        *,
        keeps: bool,
    ) -> None:
        self.op = op
        self.given = dict(statics)
        self.call_layout = layout
        self.wanted = wanted
        self.parts = parts
        self.results = results
        self.keeps = keeps
        self.name = f"pull_{op.name}"

    @property
    def statics(self) -> Mapping[str, Any]:
        """Its static arguments."""
        return self.given

    def key(self) -> Hashable:
        """Equal keys and equal inputs make equal results."""
        call = (self.op.full_name, static_key(self.given), self.call_layout)
        return ("pull", *call, self.wanted, self.parts, self.results, self.keeps)

    def _apart(self, items: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...], Any]:
        """Cotangents, inputs, results, and what was kept."""
        n = 1 if self.parts is None else len(self.parts)
        m = n + len(self.wanted)
        kept = items[-1] if self.keeps else None
        return items[:n], items[n:m], items[m : m + self.results], kept

    def _given(self, cotangents: tuple[Any, ...]) -> Any:
        if self.parts is None:
            return cotangents[0]
        return Partial(dict(zip(self.parts, cotangents, strict=True)))

    def ready(self, step: Step) -> Callable[..., Any]:
        """The kernel's rule."""
        from typedgrad.graph.ir import Step as Call

        _, inputs, results, _ = self._apart(step.inputs)
        call = Call(PrimitiveCall(self.op, self.given, self.call_layout), inputs, results)
        entry = entry_of(call)
        avals = [on_cpu(value) for value in inputs]
        assert entry.kernel is not None
        assert entry.kernel.pull is not None
        pull, wanted, several = entry.kernel.pull, self.wanted, entry.several
        single = sum(wanted) == 1

        def run(*arrays: Any) -> Any:
            cotangents, given, outs, kept = self._apart(arrays)
            tensors = [held(x, a, wanted=w) for x, a, w in zip(given, avals, wanted, strict=True)]
            node: Any = (entry, tuple(tensors), outs if several else outs[0])
            with raw:
                pulled = pull(self._given(cotangents), node, kept)
            found = [np.asarray(c) for c, w in zip(pulled, wanted, strict=True) if w]
            return found[0] if single else tuple(found)

        return run

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The results for tensors, by the op's rule, which can be differentiated."""
        cotangents, given, outs, _ = self._apart(values)
        marked = tuple([plain_leaf(x) if w and x.node is None else x for x, w in zip(given, self.wanted, strict=True)])
        avals = tuple(x.aval for x in outs)
        entry = make_entry(self.op, spread(self.call_layout, marked), dict(self.given), avals, abstract=False)
        data = tuple(x.data for x in outs)
        node: Any = (entry, marked, data if entry.several else data[0])
        pulled = self.op.pull_taped(self._given(cotangents), node)
        return tuple(_zeros(x) if c is None else c for c, x, w in zip(pulled, given, self.wanted, strict=True) if w)


def _zeros(x: Tensor) -> Tensor:
    from typedgrad.core.leaves import zeros_like

    return zeros_like(x)


class HostCall(Simple):
    """A function of Python numbers and keys. `known` says what stands between the inputs: None for an input."""

    def __init__(self, function: Callable[..., Any], known: tuple[tuple[Any] | None, ...], results: int | None) -> None:
        self.function = function
        self.known = known
        self.results = results
        self.name = getattr(function, "__name__", "number")

    def key(self) -> Hashable:
        """Equal keys and equal inputs make equal results."""
        parts = tuple(None if k is None else (k[0].__class__, k[0], repr(k[0])) for k in self.known)
        return "host", self.function, parts, self.results

    def ready(self, step: Step) -> Callable[..., Any]:
        """The function, with what is known filled in."""
        function, known = self.function, self.known
        if all(k is None for k in known):
            return function

        def run(*given: Any) -> Any:
            rest = iter(given)
            return function(*[next(rest) if k is None else k[0] for k in known])

        return run

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The results, which are left open where the numbers are."""
        rest = iter(values)
        args = [next(rest) if k is None else k[0] for k in self.known]
        made = host(self.function, *args, results=self.results)
        return tuple(made) if self.results is not None else (made,)


class NumberToArray(Simple):
    """A Python number as an array without axes."""

    name = "number"

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    @property
    def statics(self) -> Mapping[str, Any]:
        """Its dtype."""
        return {"dtype": self.dtype}

    def key(self) -> Hashable:
        """Equal keys and equal inputs make equal results."""
        return "number", self.dtype

    def ready(self, step: Step) -> Callable[..., Any]:
        """The conversion."""
        dtype = np.dtype(self.dtype)
        return lambda number: np.asarray(number, dtype)

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """A tensor."""
        (number,) = values
        if isinstance(number, Number):
            return (recorder().number(number, scalar(0, self.dtype, "cpu")),)
        return (scalar(number, self.dtype, "cpu"),)


class Bits(Simple):
    """Random words of a key."""

    name = "random_bits"

    def __init__(self, n: int) -> None:
        self.n = n

    @property
    def statics(self) -> Mapping[str, Any]:
        """How many words."""
        return {"n": self.n}

    def key(self) -> Hashable:
        """Equal keys and equal inputs make equal results."""
        return "bits", self.n

    def ready(self, step: Step) -> Callable[..., Any]:
        """The generator."""
        draw, n = backend_for_device("cpu").random_bits, self.n
        return lambda key: draw(key.words, 0, n)

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """A tensor."""
        (key,) = values
        if is_open(key):
            return (Tensor(recorder().bits(key, self.n)),)
        return (Tensor(backend_for_device("cpu").random_bits(key.words, 0, self.n)),)


__all__ = ["Bits", "HostCall", "Layout", "NumberToArray", "PrimitiveCall", "Pull", "Simple", "flatten"]
