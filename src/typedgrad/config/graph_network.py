"""Graphs that are built: a `Dag` of layers; with losses, what can be fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from typedgrad.config.agreement import check_agreement, check_target
from typedgrad.config.building import filled, kept, updater_of
from typedgrad.config.fold import Conversion
from typedgrad.config.graph_spec import GraphFold, GraphOutput, GraphSpec, Vertex
from typedgrad.config.losses import Loss
from typedgrad.config.names import free_name
from typedgrad.config.ports import port
from typedgrad.config.recipe import Recipe
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dag, Input, Layer, Node
from typedgrad.nn.layer import forwarding, replaced

if TYPE_CHECKING:
    from typedgrad.config.network import Backbone
    from typedgrad.core.random import Key

Out = TypeVar("Out")


@dataclass(frozen=True)
class GraphLoss:
    """The weighted sum of the losses of several outputs."""

    losses: tuple[Loss, ...]
    weights: tuple[float, ...]

    def __call__(self, predictions: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
        """The loss of some predictions. Raises ValueError unless there is a target for each."""
        if isinstance(targets, Tensor) or len(targets) != len(self.losses):
            count = "one tensor" if isinstance(targets, Tensor) else len(targets)
            raise ValueError(f"graph: there are {len(self.losses)} outputs, but targets for them: {count}")
        terms = [
            loss(y, target) * weight
            for loss, weight, y, target in zip(self.losses, self.weights, predictions, targets, strict=True)
        ]
        whole = terms[0]
        for term in terms[1:]:
            whole = whole + term
        return whole


@dataclass(frozen=True)
class WeightedLoss:
    """A loss that counts more or less than it would."""

    loss: Loss
    weight: float

    def __call__(
        self,
        prediction: Tensor,
        target: Tensor,
        *,
        weights: Tensor | None = None,
        mask: Tensor | None = None,
        reduction: str | None = None,
    ) -> Tensor:
        """The loss of a prediction."""
        return self.loss(prediction, target, weights=weights, mask=mask, reduction=reduction) * self.weight


class GraphBackbone(Layer, Generic[Out]):
    """A graph without losses: it can be called, with its inputs in order or by name, and not fitted.

    >>> g = tg.network().graph()
    >>> x = g.input("x", "n 4")
    >>> net = g.backbone(inputs=x, outputs=[x.layer(tg.nn.Dense, out_features=2), x.layer(tg.nn.Relu)])
    >>> [y.shape for y in net(tg.ones((3, 4)))], net["dense"].out_features
    ([(3, 2), (3, 4)], 2)
    """

    spec: GraphSpec
    dag: Dag[Any]  # what it gives is `Out`, which is known here

    @property
    def layers(self) -> dict[str, Layer]:
        """The layers by name."""
        return {name: layer for name, layer in self.dag.layers.items() if isinstance(layer, Layer)}

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """What happens between layers without being asked for."""
        return self.spec.conversions

    @forwarding
    def __call__(self, *inputs: Tensor, **by_name: Tensor) -> Out:
        """What the network makes of its inputs. Raises ShapeError unless they are such as the spec says."""
        made: Out = self.dag(*inputs, **by_name)
        return made

    def activations(self, *inputs: Tensor, **by_name: Tensor) -> dict[str, Tensor]:
        """What goes in, and what each layer makes of it, by name."""
        return self.dag.activations(*inputs, **by_name)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # a layer, whose class only its reader knows
        if name not in self.dag.layers:
            raise KeyError(f"there is no layer `{name}` in the graph; there are {', '.join(self.dag.layers)}")
        return self.dag.layers[name]

    def __len__(self) -> int:
        return len(self.dag)

    def __repr__(self) -> str:
        losses = [f"{o.vertex}: {o.loss.name}" for o in self.spec.outputs if o.loss is not None]
        shown = repr(self.dag).replace("Dag(", f"{type(self).__name__}(", 1)
        return f"{shown} -> {', '.join(losses)}" if losses else shown


class GraphNetwork(GraphBackbone[Out]):
    """A graph with a loss for each output: what `fit` takes. See `GraphBuilder`.

    The loss is the weighted sum; with several outputs, targets are a tuple, one for each.

    >>> g = tg.network(seed=1).graph()
    >>> x = g.input("x", "n 4")
    >>> heads = [
    ...     x.output("mse", tg.nn.Dense, out_features=2),
    ...     x.output("mse", tg.nn.Dense, out_features=1).weighted(0.5),
    ... ]
    >>> net = g.build(inputs=x, outputs=heads)
    >>> net.recipe.loss(net(tg.ones((3, 4))), (tg.ones((3, 2)), tg.ones((3, 1)))).shape
    ()
    """

    recipe: Recipe

    def predict(self, *inputs: Tensor, **by_name: Tensor) -> Out:
        """What the network says in the terms of its losses: probabilities for logits, and so on."""
        links = [output.loss.rule.link for output in self.spec.outputs if output.loss is not None]
        made: Any = self(*inputs, **by_name)
        found: Any = links[0](made) if self.spec.single else tuple(f(y) for f, y in zip(links, made, strict=True))
        return found  # type: ignore[no-any-return]  # of the form of `made`


def backbone(spec: GraphSpec, key: Key | None, reuse: Mapping[str, Layer] | None) -> GraphBackbone[Any]:
    """A graph without losses."""
    fold = spec.folded()
    return GraphBackbone(spec=spec, dag=_dag(spec, fold, key, reuse))


def built(spec: GraphSpec, key: Key | None, reuse: Mapping[str, Layer] | None) -> GraphNetwork[Any]:
    """A graph with losses."""
    fold = spec.folded()
    for output, end in zip(spec.outputs, fold.ends, strict=True):
        _check_output(output, end, fold)
    losses = [output.loss for output in spec.outputs if output.loss is not None]
    weights = tuple(output.weight for output in spec.outputs)
    dag = _dag(spec, fold, key, reuse)
    loss: Any = GraphLoss(tuple(losses), weights)
    if spec.single:
        loss = losses[0] if weights == (1.0,) else WeightedLoss(losses[0], weights[0])
    recipe = Recipe(
        loss=loss,
        updater=updater_of(dag.layers, "dag.layers", fold.options, spec.defaults),
        seed=spec.defaults.seed,
        truncate=spec.defaults.truncate,
    )
    return GraphNetwork(spec=spec, dag=dag, recipe=recipe)


def graph_of(net: Backbone[Any, Any]) -> GraphBackbone[Any]:
    """A sequential network as a graph, with the same parameters, and with a loss if it has one."""
    spec, last = net.spec, net.spec.output
    entries = [*spec.layers, *([last.entry] if last is not None and last.entry is not None else [])]
    names = list(spec.folded().options)
    vertices: list[tuple[str, Vertex]] = []
    first = source = free_name("x", names)
    for name, entry in zip(names, entries, strict=True):
        vertices.append((name, Vertex((source,), entry)))
        source = name
    output = GraphOutput(source) if last is None else GraphOutput(source, last.loss, 1.0, last.labels)
    graph = GraphSpec(((first, spec.input),), tuple(vertices), (output,), spec.defaults, single=True)
    made = backbone(graph, None, None) if last is None else built(graph, None, None)
    return replaced(made, {"dag": replaced(made.dag, {"layers": {n: net.layers[n] for n in made.dag.layers}})})


def _check_output(output: GraphOutput, end: str, fold: GraphFold) -> None:
    if output.loss is None:
        raise ValueError(f"graph: the output `{output.vertex}` has no loss; `build_backbone` is for graphs without")
    out = fold.places[end].value
    layer = next((step.layer for step in fold.steps if step.name == output.vertex), None)
    title = f"graph: output `{output.vertex}`"
    if layer is not None:
        check_agreement(title, layer, out, output.loss)
    check_target(title, output.loss, out, None if output.labels is None else port("labels", output.labels))


def _dag(spec: GraphSpec, fold: GraphFold, key: Key | None, reuse: Mapping[str, Layer] | None) -> Dag[Any]:
    layers = kept({step.name: step.layer for step in fold.steps}, reuse)
    nodes: dict[str, Node] = {}
    for name, text in spec.inputs:
        given = port(f"input `{name}`", text)
        nodes[name] = Input(name=name, shape=" ".join(given.axes), dtype=given.dtype or spec.defaults.dtype)
    for step in fold.steps:
        first, *others = [nodes[source] for source in step.inputs]
        nodes[step.name] = first.then(layers[step.name], *others, name=step.name)
    inputs = [node for node in nodes.values() if isinstance(node, Input)]
    ends = [nodes[name] for name in fold.ends]
    described: Dag[Any] = Dag(inputs=inputs, outputs=ends[0]) if spec.single else Dag(inputs=inputs, outputs=ends)
    return filled(described, described.layers, "layers", fold.options, spec.defaults, key)
