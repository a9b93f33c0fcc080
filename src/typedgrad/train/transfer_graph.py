"""Transfer learning of graphs: some of their layers frozen, or of another size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from typedgrad.config.graph_network import GraphNetwork
from typedgrad.nn import Layer
from typedgrad.nn.layer import replaced
from typedgrad.train.entries import frozen, kept, named, thawed, widened
from typedgrad.train.transfer_network import tuned

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Self

    from typedgrad.config import Defaults
    from typedgrad.config.fold import Entry
    from typedgrad.config.graph_spec import Vertex
    from typedgrad.core.random import Key
    from typedgrad.nn import Initializer
    from typedgrad.nn.names import InitializerName
    from typedgrad.optim import Updater

Out = TypeVar("Out")


@dataclass(frozen=True)
class GraphTransfer(Generic[Out]):
    """What is to become of the layers of a graph; made by `transfer`.

    >>> g = tg.network().graph()
    >>> x = g.input("x", "n 4")
    >>> head = x.layer(tg.nn.Dense, out_features=3).output("mse", tg.nn.Dense, out_features=1)
    >>> net = g.build(inputs=x, outputs=head)
    >>> tg.transfer(net).freeze_through("dense").replace_out("output", 2).build()(tg.ones((5, 4))).shape
    (5, 2)
    """

    net: GraphNetwork[Out]
    vertices: tuple[tuple[str, Vertex], ...]
    defaults: Defaults
    renewed: frozenset[str] = frozenset()

    def freeze_through(self, *names: str) -> Self:
        """These layers, and all on the ways from the inputs to them, stay as they are.

        Raises KeyError if there is no such layer.
        """
        wanted: set[str] = set()
        vertices = dict(self.vertices)
        waiting = [self._there(name) for name in names]
        while waiting:
            name = waiting.pop()
            if name in wanted or name not in vertices:
                continue
            wanted.add(name)
            waiting += [*vertices[name].inputs, *filter(None, [vertices[name].shares])]
        return self._changed(wanted, frozen)

    def thaw(self) -> Self:
        """No layer is frozen any more: to train all of them a little, when the new ones are trained."""
        return self._changed({name for name, _ in self.vertices}, thawed)

    def replace_out(self, name: str, size: int, *, weight_init: Initializer | InitializerName | None = None) -> Self:
        """Another amount comes out of this layer; it, and what takes its output, get new parameters.

        Raises:
            KeyError: if there is no such layer.
            ValueError: if it is frozen, has no size of its own, or `size` is not positive.
        """
        self._there(name)
        made = self._changed({name}, lambda entry: widened(entry, name, size, weight_init))
        return replace(made, renewed=self.renewed | {name})

    def fine_tune(self, *, updater: Updater[Any] | None = None, seed: int | None = None) -> Self:
        """Another updater for the new network, or another seed. Raises what `network` does."""
        return replace(self, defaults=tuned(self.defaults, updater, seed))

    def build(self, *, key: Key | None = None) -> GraphNetwork[Out]:
        """The network: what was kept has the very parameters that it had, what is new has new ones.

        Raises ValueError if what comes out is not what a loss takes, ShapeError if a layer does not fit.
        """
        spec = self.net.spec
        outputs = tuple(output._replace(labels=None) for output in spec.outputs)
        fresh = replace(spec, vertices=self.vertices, outputs=outputs, defaults=self.defaults).build(key=key)
        mine = {name: layer for name, layer in self.net.dag.layers.items() if name not in self.renewed}
        old = {name: layer for name, layer in mine.items() if isinstance(layer, Layer)}
        layers = {
            name: kept(name, old.get(name), layer) if isinstance(layer, Layer) else layer
            for name, layer in fresh.dag.layers.items()
        }
        made = replaced(fresh, {"dag": replaced(fresh.dag, {"layers": layers})})
        return cast("GraphNetwork[Out]", made)

    def _there(self, name: str) -> str:
        names = [vertex for vertex, _ in self.vertices]
        if name not in names:
            raise KeyError(f"transfer: there is no layer `{name}`; there are {', '.join(names)}")
        return name

    def _changed(self, names: Collection[str], change: Callable[[Entry], Entry]) -> Self:
        made = []
        for name, vertex in self.vertices:
            entry = vertex.entry
            changed = change(entry) if entry is not None and name in names else entry
            made.append((name, vertex._replace(entry=changed)))
        return replace(self, vertices=tuple(made))


def begun_graph(net: GraphNetwork[Out]) -> GraphTransfer[Out]:
    """All layers as they are."""
    layers: Any = net.dag.layers
    vertices = [
        (name, vertex if vertex.entry is None else vertex._replace(entry=named(vertex.entry, name, layers[name])))
        for name, vertex in net.spec.vertices
    ]
    return GraphTransfer(net, tuple(vertices), net.spec.defaults)
