"""`trace`: a pure function of trees of tensors as a graph of primitives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

from typedgrad.core.leaves import refuse_uncallable
from typedgrad.core.pytree import Structure, flatten, unflatten
from typedgrad.core.run import refuse_open_updates
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import NeedsValue
from typedgrad.graph import trees
from typedgrad.graph.ir import Graph
from typedgrad.graph.recorder import Notebook

P = ParamSpec("P")
R = TypeVar("R")


class Traced(Generic[P, R]):
    """A function that was traced, for arguments of certain shapes and dtypes.

    Attributes:
        graph: what it computes, as steps.
        arguments: the structure of the arguments, and what their leaves looked like.
        result: how what it returns is made of the graph's outputs.
        places: which leaves of the arguments are the inputs of the graph; the rest are built in.
        fixed: which leaves are numbers that Python had to know, so that they are built in as well.
    """

    def __init__(
        self,
        name: str,
        graph: Graph,
        arguments: tuple[Structure, tuple[Any, ...]],
        result: trees.Result,
        places: tuple[int, ...],
        fixed: frozenset[int],
    ) -> None:
        self.name = name
        self.graph = graph
        self.arguments = arguments
        self.result = result
        self.places = places
        self.fixed = fixed
        self._box = trees.boxed_outputs(graph.outputs)

    def run(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns for these arguments, computed by the graph. It can be differentiated, and traced.

        Raises TypeError for arguments that the graph was not made for.
        """
        leaves, structure = flatten((args, kwargs))
        self._fits(leaves, structure)
        found: R = self.result.whole(self.outputs([leaves[i] for i in self.places]), leaves)
        return found

    def outputs(self, inputs: list[Any]) -> list[Any]:
        """The graph's outputs, for the leaves that are its inputs."""
        if all(map(trees.plain, inputs)):
            return self._box(self.graph.on_arrays(*map(trees.given, inputs)))
        return list(self.graph.apply(*[trees.tensor_in(x) if trees.is_array(x) else x for x in inputs]))

    def _fits(self, leaves: list[Any], structure: Structure) -> None:
        if structure != self.arguments[0]:
            raise TypeError(f"{self.name}: the arguments have another structure than those that it was traced for")
        for i, (leaf, wanted) in enumerate(zip(leaves, self.arguments[1], strict=True)):
            seen = trees.seen_as(leaf, fixed=i in self.fixed)
            if seen is not wanted and seen != wanted and not _alike(seen, wanted):
                raise TypeError(f"{self.name}: leaf {i} of the arguments is {seen!r}, but it was traced for {wanted!r}")

    def __str__(self) -> str:
        return str(self.graph)

    def dot(self) -> str:
        """The graph in the language of Graphviz."""
        from typedgrad.graph.draw import dot_of

        return dot_of(self.graph)

    def svg(self) -> str:
        """The graph as a picture."""
        from typedgrad.graph.draw import svg_of

        return svg_of(self.graph)


def _alike(seen: object, wanted: object) -> bool:
    """Whether two avals differ in nothing but where the tensor lives, or in identity."""
    shapes = [getattr(x, "shape", None) for x in (seen, wanted)]
    return shapes[0] is not None and shapes[0] == shapes[1] and getattr(seen, "dtype", 0) == getattr(wanted, "dtype", 1)


def trace(f: Callable[P, R]) -> Callable[P, Traced[P, R]]:
    """A function that takes the arguments of `f`, and gives what `f` computes with them as a graph of primitives.

    `f` runs once, on tensors that have shapes and dtypes but no values; gradients that it takes become part of the
    graph. Loops of Python and `typedgrad.scan` are unrolled; `typedgrad.cond` and `typedgrad.while_loop` become steps
    with graphs inside. Numbers and random keys in the arguments are inputs, as long as Python need not know them.

    Raises:
        TypeError: from the result, if `f` looks at values (`if x > 0`, `float(x)`), or stores what it computes.

    >>> traced = tg.trace(lambda x: tg.sum(x * x))(tg.ones(3))
    >>> print(traced)
    graph(x: Float32[3]):
        a: Float32[3] = multiply(x, x)
        b: Float32[] = sum(a, axis=None, dtype=None, keepdims=False)
        return b
    >>> traced.run(tg.asarray([1.0, 2.0, 3.0]))
    Tensor(14., dtype=float32)
    """
    if isinstance(f, Tensor):
        raise TypeError(
            "trace: the argument must be a function, not a Tensor; for the sum of a diagonal use tg.linalg.trace"
        )
    refuse_uncallable("trace", f)

    @functools.wraps(f, updated=())
    def traced(*args: P.args, **kwargs: P.kwargs) -> Traced[P, R]:
        return trace_call(f, (args, dict(kwargs)))

    return traced


def trace_call(
    f: Callable[..., Any], arguments: trees.Arguments, fixed: frozenset[int] = frozenset()
) -> Traced[Any, Any]:
    """The trace of one call. Numbers at the places `fixed` among the leaves are built in from the start."""
    leaves, structure = flatten(arguments)
    while True:
        try:
            return _once(f, arguments, leaves, structure, fixed)
        except NeedsValue as needed:
            if needed.number.origins <= fixed:
                raise TypeError(f"trace: {needed}") from None
            fixed |= needed.number.origins


def _once(
    f: Callable[..., Any], arguments: trees.Arguments, leaves: list[Any], structure: Structure, fixed: frozenset[int]
) -> Traced[Any, Any]:
    notebook = Notebook()
    shown = trees.opened(notebook, leaves, fixed)
    args, kwargs = unflatten(structure, shown.leaves)
    with notebook.open():
        result = f(*args, **kwargs)
        outputs, whole = trees.closed(notebook, result, leaves)
    refuse_open_updates("trace")
    if notebook.captured:
        inner = [trees.tensor_in(x) for x in notebook.outer.values() if isinstance(x, Tensor)]
        raise TypeError(f"trace: {inner[0]!r} belongs to another trace; pass it as an argument")
    names = trees.names_of(f, arguments)
    graph = Graph(
        shown.inputs,
        notebook.constants,
        notebook.steps,
        outputs,
        {value: names[i] for value, i in zip(shown.inputs, shown.places, strict=True)},
    )
    seen = tuple(trees.seen_as(leaf, fixed=i in fixed) for i, leaf in enumerate(leaves))
    return Traced(trees.name_of(f), graph, (structure, seen), whole, tuple(shown.places), fixed)
