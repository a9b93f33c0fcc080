"""Graphs of layers: several inputs and outputs, branches that part and meet, layers used in several places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar, cast, overload

from typedgrad.core.tensor import Tensor
from typedgrad.nn.initialise import learnt
from typedgrad.nn.layer import Layer, forwarding
from typedgrad.nn.node import Input, Node, Part
from typedgrad.nn.ports import bound
from typedgrad.nn.wiring import Step, Vertex, named, nodes_from_names, ordered, steps
from typedgrad.shapes import ShapeError

Out = TypeVar("Out")
T = TypeVar("T")


class Dag(Layer, Generic[Out]):
    """A graph of layers without cycles, from its inputs to its outputs; made of the handles that `Input` begins.

    It is called with its inputs, in order or by name, and gives what `outputs` is: a tensor for a node, a tuple for a
    tuple of nodes, a dict for a dict of nodes. A layer that stands in several places has its parameters once. Where all
    inputs have shapes, missing sizes are learnt at once.

    Raises:
        TypeError: for what is no node.
        ValueError: if an input is missing or leads to no output, or two nodes have one name.

    >>> image, words = tg.nn.Input(name="image", shape="n 8"), tg.nn.Input(name="words", shape="n 6")
    >>> seen = image.then(tg.nn.Dense(out_features=4), name="seen")
    >>> both = seen.then(tg.nn.Concat(axis=-1), words).then(tg.nn.Dense(out_features=3), name="both")
    >>> model = tg.init(tg.nn.Dag(inputs=(image, words), outputs={"seen": seen, "both": both}), tg.random.key(0))
    >>> made = model(tg.ones((2, 8)), words=tg.ones((2, 6)))
    >>> {name: y.shape for name, y in made.items()}
    {'seen': (2, 4), 'both': (2, 3)}
    """

    layers: dict[str, Part]
    steps: tuple[Step, ...]
    inputs: tuple[str, ...]
    shapes: tuple[str | None, ...]
    dtypes: tuple[str, ...]
    outputs: tuple[str, ...]
    keys: tuple[str, ...] | None
    single: bool

    @overload
    def __init__(self: Dag[Tensor], *, inputs: Input | Sequence[Input], outputs: Node) -> None: ...
    @overload
    def __init__(
        self: Dag[tuple[Tensor, Tensor]], *, inputs: Input | Sequence[Input], outputs: tuple[Node, Node]
    ) -> None: ...
    @overload
    def __init__(
        self: Dag[tuple[Tensor, Tensor, Tensor]], *, inputs: Input | Sequence[Input], outputs: tuple[Node, Node, Node]
    ) -> None: ...
    @overload
    def __init__(
        self: Dag[tuple[Tensor, ...]], *, inputs: Input | Sequence[Input], outputs: Sequence[Node]
    ) -> None: ...
    @overload
    def __init__(
        self: Dag[dict[str, Tensor]], *, inputs: Input | Sequence[Input], outputs: Mapping[str, Node]
    ) -> None: ...
    def __init__(self, *, inputs: Input | Sequence[Input], outputs: Node | Sequence[Node] | Mapping[str, Node]) -> None:
        given = [inputs] if isinstance(inputs, Node) else list(inputs)
        wanted = _listed(outputs, Node)
        nodes = named(ordered(given, wanted))
        names = {id(node): name for name, node in nodes.items()}
        fields: dict[str, object] = {
            "layers": {name: node.layer for name, node in nodes.items() if node.layer is not None},
            "steps": steps(nodes, [names[id(node)] for node in wanted]),
            "inputs": tuple(names[id(node)] for node in given),
            "shapes": tuple(node.text for node in given),
            "dtypes": tuple(node.dtype for node in given),
            "outputs": tuple(names[id(node)] for node in wanted),
            "keys": tuple(outputs) if isinstance(outputs, Mapping) else None,
            "single": isinstance(outputs, Node),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        if all(node.value is not None for node in given):
            values = {names[id(node)]: node.value for node in given}
            object.__setattr__(self, "layers", learnt(self.layers, lambda: self._run(values, {})))

    @overload
    @classmethod
    def from_names(cls, *, inputs: Sequence[Input], vertices: Mapping[str, Vertex], outputs: str) -> Dag[Tensor]: ...
    @overload
    @classmethod
    def from_names(
        cls, *, inputs: Sequence[Input], vertices: Mapping[str, Vertex], outputs: tuple[str, ...]
    ) -> Dag[tuple[Tensor, ...]]: ...
    @overload
    @classmethod
    def from_names(
        cls, *, inputs: Sequence[Input], vertices: Mapping[str, Vertex], outputs: Mapping[str, str]
    ) -> Dag[dict[str, Tensor]]: ...
    @classmethod
    def from_names(
        cls,
        *,
        inputs: Sequence[Input],
        vertices: Mapping[str, Vertex],
        outputs: str | tuple[str, ...] | Mapping[str, str],
    ) -> Dag[Tensor] | Dag[tuple[Tensor, ...]] | Dag[dict[str, Tensor]]:
        """The graph that names describe, as they stand in a file: the inverse of `vertices`.

        Args:
            inputs: made by `Input`.
            vertices: names of the layers, and what each takes; in any order.
            outputs: a name, several, or names by the keys of the dict that calls give.

        Raises ValueError for names that are not there or there twice, for vertices that wait for each other, and for
        inputs and vertices that lead to no output.

        >>> dense = tg.nn.Dense(in_features=4, out_features=4)
        >>> vertices = {"twice": tg.nn.Vertex(tg.nn.Add(), ("x", "h")), "h": tg.nn.Vertex(dense, ("x",))}
        >>> tg.nn.Dag.from_names(inputs=[tg.nn.Input(name="x", shape="n 4")], vertices=vertices, outputs="twice")
        Dag(
          x: n 4
          h = Dense(in_features=4, out_features=4)(x)
          twice = Add()(x, h)
        ) -> twice
        """
        nodes = nodes_from_names(inputs, vertices, _listed(outputs, str))
        if isinstance(outputs, str):
            return Dag(inputs=inputs, outputs=nodes[outputs])
        if isinstance(outputs, Mapping):
            return Dag(inputs=inputs, outputs={key: nodes[name] for key, name in outputs.items()})
        return Dag(inputs=inputs, outputs=[nodes[name] for name in outputs])

    @property
    def ports(self) -> tuple[Input, ...]:
        """The inputs: their names, shapes and dtypes."""
        parts = zip(self.inputs, self.shapes, self.dtypes, strict=True)
        return tuple(Input(name=name, shape=shape, dtype=dtype) for name, shape, dtype in parts)

    @property
    def vertices(self) -> dict[str, Vertex]:
        """The layers by name, and the names of what they take."""
        return {step.name: Vertex(self.layers[step.name], step.inputs, dict(step.options)) for step in self.steps}

    @forwarding
    def __call__(self, *inputs: Tensor, **by_name: Tensor) -> Out:
        values = self._run(bound(self.inputs, self.shapes, inputs, by_name), None)
        found = tuple(values[name] for name in self.outputs)
        if self.single:
            return cast("Out", found[0])
        return cast("Out", found if self.keys is None else dict(zip(self.keys, found, strict=True)))

    def activations(self, *inputs: Tensor, **by_name: Tensor) -> dict[str, Tensor]:
        """What each layer makes of the inputs, by its name; the inputs as well.

        >>> x = tg.nn.Input(name="x")
        >>> model = tg.nn.Dag(inputs=x, outputs=x.then(tg.relu).then(tg.sqrt))
        >>> model.activations(tg.asarray([-1.0, 4.0]))["relu"]
        Tensor([0., 4.], dtype=float32)
        """
        kept: dict[str, Tensor] = {}
        self._run(bound(self.inputs, self.shapes, inputs, by_name), kept)
        return kept

    def _run(self, values: dict[str, Any], kept: dict[str, Any] | None) -> dict[str, Any]:
        """All values; those that are not needed any more are given up, unless they are to be kept."""
        for step in self.steps:
            taken = [values[name] for name in step.inputs]
            try:
                made = self.layers[step.name](*taken, **{key: values[name] for key, name in step.options})
            except ShapeError as error:
                error.add_note(f"at `{step.name}` of a Dag")
                raise
            if kept is None:
                for name in step.last_use_of:
                    del values[name]
            values[step.name] = made
        if kept is not None:
            kept.update(values)
        return values

    def __getitem__(self, name: str) -> Part:
        if name not in self.layers:
            raise KeyError(f"Dag: there is no vertex `{name}`; there are {', '.join(self.layers)}")
        return self.layers[name]

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        lines = [f"  {n}: {text or '...'}" for n, text in zip(self.inputs, self.shapes, strict=True)]
        for step in self.steps:
            layer = self.layers[step.name]
            shown = repr(layer) if isinstance(layer, Layer) else getattr(layer, "__name__", "function")
            taken = [*step.inputs, *(f"{key}={name}" for key, name in step.options)]
            lines.append(f"  {step.name} = {shown}({', '.join(taken)})")
        outputs = self.outputs if self.keys is None else map(": ".join, zip(self.keys, self.outputs, strict=True))
        return "\n".join(["Dag(", *lines, f") -> {', '.join(outputs)}"])


def _listed(outputs: T | Sequence[T] | Mapping[str, T], kind: type[T]) -> list[T]:
    """The outputs, however they are given."""
    if isinstance(outputs, kind):
        return [outputs]
    return [*outputs.values()] if isinstance(outputs, Mapping) else [*cast("Sequence[T]", outputs)]
