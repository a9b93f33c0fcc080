"""What graphs are made of: values, the steps that compute them, and the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from typedgrad.core.aval import Aval

Kind: TypeAlias = Literal["array", "number", "key", "kept"]


class Value:
    """Something that is computed: an array, a Python number, a random key, or what a kernel keeps for its rule."""

    __slots__ = ("dtype", "example", "kind", "shape")

    def __init__(
        self, kind: Kind, shape: tuple[int, ...] = (), dtype: np.dtype[Any] | None = None, example: object = None
    ) -> None:
        self.kind = kind
        self.shape = shape
        self.dtype = dtype
        self.example = example  # of a number: whether it is an int or a float

    @property
    def size(self) -> int:
        """The number of elements."""
        total = 1
        for n in self.shape:
            total *= n
        return total

    @property
    def nbytes(self) -> int:
        """How much memory the elements take."""
        return 0 if self.dtype is None else self.size * self.dtype.itemsize

    def __repr__(self) -> str:
        return f"<{type_of(self)}>"


def array(aval: Aval) -> Value:
    """An array of this shape and dtype."""
    return Value("array", aval.shape, aval.dtype)


_CLASSES = {"float": "Float", "int": "Int", "uint": "UInt", "complex": "Complex"}


def type_of(value: Value) -> str:
    """The type of a value, of an array as jaxtyping spells it: `Float32[2 3]`."""
    if value.dtype is None:
        return type(value.example).__name__ if value.kind == "number" else value.kind.capitalize()
    name = value.dtype.name
    stem = name.rstrip("0123456789")
    return f"{_CLASSES.get(stem, stem.capitalize())}{name[len(stem) :]}[{' '.join(map(str, value.shape))}]"


class Operation(Protocol):
    """What a step does. One operation may serve several steps."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def statics(self) -> Mapping[str, Any]:
        """Its static arguments."""

    @property
    def layout(self) -> tuple[int | None, ...] | None:
        """How its inputs fill the arguments: see `core.call.spread`. None if each input is one argument."""

    def key(self) -> Hashable:
        """Equal keys and equal inputs make equal results; None: never."""

    def ready(self, step: Step) -> Callable[..., Any]:
        """The function of raw values that does the step: one result, or a tuple of several."""

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The results for tensors, numbers and keys; what is recorded on a tape stays so."""

    def graphs(self) -> Iterable[tuple[str, Graph]]:
        """Graphs inside it, by name."""


class Step(NamedTuple):
    """One call: what is done, with which values, making which."""

    operation: Operation
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]


class Graph:
    """Steps in an order in which they can be done.

    Attributes:
        inputs: the values that are given.
        constants: values that are known; arrays, which must not be changed.
        steps: how the others are made.
        outputs: the values that are wanted. One may stand there twice, and inputs and constants may.
        names: what inputs are called.
    """

    __slots__ = ("__weakref__", "_compiled", "constants", "inputs", "names", "outputs", "steps")

    def __init__(
        self,
        inputs: Iterable[Value],
        constants: Mapping[Value, Any],
        steps: Iterable[Step],
        outputs: Iterable[Value],
        names: Mapping[Value, str] | None = None,
    ) -> None:
        self.inputs = tuple(inputs)
        self.constants = dict(constants)
        self.steps = tuple(steps)
        self.outputs = tuple(outputs)
        self.names = dict(names or {})
        self._compiled: Callable[[list[Any]], tuple[Any, ...]] | None = None

    def on_arrays(self, *values: Any) -> tuple[Any, ...]:
        """The outputs for raw arrays, numbers and keys, by the eager backend."""
        return self.function(list(values))

    @property
    def function(self) -> Callable[[list[Any]], tuple[Any, ...]]:
        """The function behind `on_arrays`. It empties the list of inputs that it is given."""
        if self._compiled is None:
            from typedgrad.graph.execute import function_of

            self._compiled = function_of(self)
        return self._compiled

    def apply(self, *values: Any) -> tuple[Any, ...]:
        """The outputs for tensors, numbers and keys. Tensors may be recorded on a tape, or be traced themselves."""
        from typedgrad.core.tensor import Tensor

        known: dict[Value, Any] = {value: Tensor(data) for value, data in self.constants.items()}
        known.update(zip(self.inputs, values, strict=True))
        for step in self.steps:
            made = step.operation.apply(step, tuple([known[value] for value in step.inputs]))
            known.update(zip(step.outputs, made, strict=True))
        return tuple([known[value] for value in self.outputs])

    def replaced(
        self,
        steps: Iterable[Step],
        outputs: Iterable[Value] | None = None,
        constants: Mapping[Value, Any] | None = None,
    ) -> Graph:
        """The same function, computed otherwise."""
        return Graph(
            self.inputs,
            self.constants if constants is None else constants,
            steps,
            self.outputs if outputs is None else outputs,
            self.names,
        )

    def makers(self) -> dict[Value, Step]:
        """The step that makes each value."""
        return {value: step for step in self.steps for value in step.outputs}

    def uses(self) -> dict[Value, int]:
        """How often each value is used, being an output among the uses."""
        counts: dict[Value, int] = {}
        for value in self._used():
            counts[value] = counts.get(value, 0) + 1
        return counts

    def _used(self) -> Iterator[Value]:
        for step in self.steps:
            yield from step.inputs
        yield from self.outputs

    def __str__(self) -> str:
        from typedgrad.graph.show import text_of

        return text_of(self)
