"""`GraphSpec`: all that was said of a network whose layers part and meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from typedgrad.config.demands import layout_of
from typedgrad.config.fold import Conversion, Entry, Place, described, joined, placed, turning
from typedgrad.config.losses import Loss
from typedgrad.config.options import STANDARD, Defaults, LayerOptions
from typedgrad.config.parameters import has_parameters
from typedgrad.config.ports import port
from typedgrad.nn import Identity, Input, Layer
from typedgrad.nn import Vertex as Wire
from typedgrad.nn.wiring import nodes_from_names

if TYPE_CHECKING:
    from typedgrad.config.graph_network import GraphBackbone, GraphNetwork
    from typedgrad.core.random import Key
    from typedgrad.core.tensor import Tensor


class Vertex(NamedTuple):
    """A layer of a graph and the names of what it takes; instead of a layer, the name of the vertex that it shares."""

    inputs: tuple[str, ...]
    entry: Entry | None
    shares: str | None = None


class GraphOutput(NamedTuple):
    """What comes out, by the name of the vertex; its loss, what that counts, and what its labels will be."""

    vertex: str
    loss: Loss | None = None
    weight: float = 1.0
    labels: str | None = None


class Step(NamedTuple):
    """One call: what is called, under which name, and the names of what it takes."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


class GraphFold(NamedTuple):
    """The calls in order, sizes and all; what was put between layers; what each makes; the options; the outputs."""

    steps: tuple[Step, ...]
    conversions: tuple[Conversion, ...]
    places: Mapping[str, Place]
    options: Mapping[str, LayerOptions]
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class GraphSpec:
    """A graph as it was described: its inputs by name, what holds for all layers, the layers, and the outputs.

    With `single` a call gives one tensor, otherwise a tuple.

    >>> g = tg.network(seed=7).graph()
    >>> x = g.input("x", "n 4")
    >>> head = (x + x.layer(tg.nn.Dense, out_features=4)).output("mse", tg.nn.Dense, out_features=1)
    >>> spec = g.build(inputs=x, outputs=head).spec
    >>> tg.config.GraphSpec.from_json(spec.to_json()) == spec
    True
    """

    inputs: tuple[tuple[str, str], ...]
    vertices: tuple[tuple[str, Vertex], ...]
    outputs: tuple[GraphOutput, ...]
    defaults: Defaults = STANDARD
    single: bool = False

    def build(
        self, *, key: Key | None = None, reuse: Mapping[str, Layer] | None = None
    ) -> GraphNetwork[Tensor] | GraphNetwork[tuple[Tensor, ...]]:
        """The network, with parameters drawn from its seed, or from a key; those of `reuse`, by name, are kept.

        Raises ValueError for names that are not there, for cycles, for what leads to no output, and unless each output
        has a loss and makes what that takes; ShapeError for a layer that does not fit.
        """
        from typedgrad.config.graph_network import built

        return built(self, key, reuse)

    def build_backbone(self, *, key: Key | None = None, reuse: Mapping[str, Layer] | None = None) -> GraphBackbone[Any]:
        """The network without its losses."""
        from typedgrad.config.graph_network import backbone

        return backbone(self, key, reuse)

    def folded(self) -> GraphFold:
        """The layers in an order in which each takes what is there, sizes and all, but without values.

        Raises what `build` does.
        """
        vertices = dict(self.vertices)
        places: dict[str, Place] = {}
        for name, text in self.inputs:
            given = port(f"input `{name}`", text)
            places[name] = Place(given.tensor(self.defaults.dtype), layout_of(given.axes))
        fold = GraphFold((), (), places, {})
        last = {output.vertex for output in self.outputs if output.loss is not None}
        for name in self.order():
            fold = _extended(fold, name, vertices[name], self.defaults, last=name in last)
        for output in self.outputs:
            fold = _ended(fold, output)
        return fold

    def order(self) -> list[str]:
        """The names of the vertices, each after what it takes, and after that whose layer it shares."""
        vertices = dict(self.vertices)
        wires = {}
        for name, vertex in vertices.items():
            if not vertex.inputs:
                raise ValueError(f"graph: the layer `{name}` takes nothing")
            if vertex.shares is not None and (vertex.shares not in vertices or vertices[vertex.shares].entry is None):
                raise ValueError(f"graph: `{name}` shares the layer `{vertex.shares}`, which is not there")
            besides = {"shared": vertex.shares} if vertex.shares is not None else {}
            wires[name] = Wire(Identity(), vertex.inputs, besides)
        inputs = [Input(name=name) for name, _ in self.inputs]
        try:
            nodes = nodes_from_names(inputs, wires, [output.vertex for output in self.outputs])
        except ValueError as error:
            raise ValueError(str(error).replace("Dag:", "graph:")) from None
        return [name for name in nodes if name in vertices]

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """What happens between layers without being asked for."""
        return self.folded().conversions

    def shapes(self) -> dict[str, str]:
        """What goes in, and what comes out of each layer, by name, without any data."""
        return {name: " ".join(map(str, place.value.shape)) for name, place in self.folded().places.items()}

    def to_json(self) -> str:
        """The spec as JSON: what was said and nothing more. Raises ValueError for what has no name to be written by."""
        from typedgrad.config.graph_files import graph_document
        from typedgrad.config.writing import json_text

        return json_text(graph_document(self))

    def to_yaml(self) -> str:
        """The spec as YAML, as `to_json` gives it as JSON."""
        from typedgrad.config.graph_files import graph_document
        from typedgrad.config.writing import yaml_text

        return yaml_text(graph_document(self))

    @classmethod
    def from_json(cls, text: str, *, file: str = "<json>") -> GraphSpec:
        """The spec that a text describes; see `NetworkSpec.from_json`, also for what is refused."""
        from typedgrad.config.graph_files import read_graph
        from typedgrad.config.json_text import parse_json

        return read_graph(parse_json(text, file))

    @classmethod
    def from_yaml(cls, text: str, *, file: str = "<yaml>") -> GraphSpec:
        """The same for YAML, for which PyYAML is needed: `pip install typedgrad[yaml]`."""
        from typedgrad.config.graph_files import read_graph
        from typedgrad.config.yaml_text import parse_yaml

        return read_graph(parse_yaml(text, file))


def _ended(fold: GraphFold, output: GraphOutput) -> GraphFold:
    """One output more; channels are moved last where its loss looks for classes there."""
    classes = output.loss is not None and output.loss.rule.classes
    turn = turning(fold.places[output.vertex], fold.places, classes=classes)
    if turn is None:
        return fold._replace(ends=(*fold.ends, output.vertex))
    conversion, layer, place = turn
    return fold._replace(
        steps=(*fold.steps, Step(conversion.by, layer, (output.vertex,))),
        conversions=(*fold.conversions, conversion),
        places={**fold.places, conversion.by: place},
        ends=(*fold.ends, conversion.by),
    )


def _extended(fold: GraphFold, name: str, vertex: Vertex, defaults: Defaults, *, last: bool) -> GraphFold:
    title = f"layer {len(fold.options) + 1} `{name}`"
    places = [fold.places[source] for source in vertex.inputs]
    if vertex.entry is None:
        layer = next(step.layer for step in fold.steps if step.name == vertex.shares)
        options = LayerOptions()
    else:
        layer = described(vertex.entry.layer, None if last else defaults)
        options = vertex.entry.options.over(defaults)
        if vertex.entry.options.drop is None and not has_parameters(layer):
            options = LayerOptions(drop=0.0).over(options)
    if len(places) > 1:
        known, place = joined(title, layer, places)
        steps: tuple[Step, ...] = (Step(name, known, vertex.inputs),)
        conversions: tuple[Conversion, ...] = ()
    else:
        made = placed(title, name, layer, options, places[0])
        sources, chained = vertex.inputs, list[Step]()
        for key, one in made.layers.items():
            chained.append(Step(key, one, sources))
            sources = (key,)
        steps, place, conversions = tuple(chained), made.place, made.conversions
    return GraphFold(
        (*fold.steps, *steps),
        (*fold.conversions, *conversions),
        {**fold.places, name: place},
        fold.options if vertex.entry is None else {**fold.options, name: options},
    )
