"""Networks that are built: layers by name, one after the other; with a loss, what can be fitted."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Generic

from typedgrad.config.fold import Conversion
from typedgrad.config.losses import Loss
from typedgrad.config.recipe import Recipe
from typedgrad.config.spec import NetworkSpec
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Frozen, Layer
from typedgrad.nn.layer import forwarding
from typedgrad.shapes import ShapeError, Signature, Slot

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    from typedgrad.config.graph_network import GraphBackbone, GraphNetwork

    X = TypeVar("X", default=Tensor)
    Y = TypeVar("Y", default=Tensor)
else:
    from typing import TypeVar

    X = TypeVar("X")
    Y = TypeVar("Y")


class Backbone(Layer, Generic[X, Y]):
    """A network without a loss: it can be called, and looked at, but not fitted. `network(...)....build()` makes it.

    `X` and `Y` are what goes in and what comes out.

    >>> net = tg.network(seed=1).input("n 4").layer(tg.nn.Dense, out_features=3).build()
    >>> net(tg.ones((2, 4))).shape, len(net), net["dense"].out_features
    ((2, 3), 1, 3)
    """

    spec: NetworkSpec
    layers: dict[str, Layer]

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """What happens between layers without being asked for."""
        return self.spec.conversions

    @forwarding
    def __call__(self, x: X, *, mask: Tensor | None = None) -> Y:
        """What the network makes of `x`. Raises ShapeError unless that is such as the spec says.

        The mask of sequences, true for steps that are there, is told to the layers that take one, as long as there are
        steps.
        """
        value: Any = x  # what goes through; `X` and `Y` are for type checkers
        check_input(type(self).__name__, self.spec.input, value)
        for name, layer in self.layers.items():
            try:
                value = layer(value) if mask is None else masked(layer, value, mask)
            except ShapeError as error:
                error.add_note(f"at `{name}` of a network")
                raise
        made: Y = value
        return made

    def activations(self, x: Tensor) -> dict[str, Tensor]:
        """What each layer makes of `x`, by its name.

        >>> net = tg.network().input("n 2").layer(tg.nn.Relu).build()
        >>> net.activations(tg.asarray([[-1.0, 2.0]]))
        {'relu': Tensor([[0., 2.]], dtype=float32)}
        """
        made = {}
        for name, layer in self.layers.items():
            x = made[name] = layer(x)
        return made

    def to_graph(self) -> GraphBackbone[Y]:
        """The same layers as a graph, with the same parameters.

        >>> net = tg.network().input("n 2").layer(tg.nn.Relu).build()
        >>> net.to_graph()(tg.asarray([[-1.0, 2.0]]))
        Tensor([[0., 2.]], dtype=float32)
        """
        from typedgrad.config.graph_network import graph_of

        return graph_of(self)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # a layer, whose class only its reader knows
        if name not in self.layers:
            raise KeyError(f"there is no layer `{name}` in the network; there are {', '.join(self.layers)}")
        return self.layers[name]

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        lines = [f"  {name}: {layer!r}" for name, layer in self.layers.items()]
        loss = self.spec.output.loss if self.spec.output is not None else None
        return "\n".join([f"{type(self).__name__}(", f"  input: {self.spec.input}", *lines, f"){shown_loss(loss)}"])


class Network(Backbone[X, Y]):
    """A network with a loss: what `fit` takes. `network(...)....output(...).build()` makes it.

    `net(x)` is what the loss takes, such as logits; `net.predict(x)` what they mean, such as probabilities. `recipe` is
    what `fit` wants to know; `spec` what was said.

    >>> net = tg.network(seed=1).input("n 4").output("softmax_cross_entropy", tg.nn.Dense, out_features=3).build()
    >>> net
    Network(
      input: n 4
      output: Dense(in_features=4, out_features=3)
    ) -> softmax_cross_entropy
    >>> net(tg.ones((2, 4))).shape, round(float(tg.sum(net.predict(tg.ones((1, 4))))), 4)
    ((2, 3), 1.0)
    """

    recipe: Recipe

    def predict(self, x: X, *, mask: Tensor | None = None) -> Y:
        """What the network says of `x` in the terms of its loss: probabilities for logits, and so on."""
        assert self.spec.output is not None
        value: Any = self(x, mask=mask)
        made: Any = self.spec.output.loss.rule.link(value)
        return made  # type: ignore[no-any-return]  # as `Y`, which is what the loss takes

    def loss(self, x: X, target: Tensor) -> Tensor:
        """The loss of the network for some examples.

        >>> net = tg.network().input("n 2").layer(tg.nn.Relu).loss("mse").build()
        >>> net.loss(tg.ones((1, 2)), tg.zeros((1, 2)))
        Tensor(1., dtype=float32)
        """
        value: Any = self(x)
        return self.recipe.loss(value, target)

    def to_graph(self) -> GraphNetwork[Y]:
        """The same network as a graph, with the same parameters."""
        from typedgrad.config.graph_network import GraphNetwork, graph_of

        made = graph_of(self)
        assert isinstance(made, GraphNetwork)
        return made


def masked(layer: Layer, x: Tensor, mask: Tensor) -> Any:  # noqa: ANN401  # whatever the layer makes
    """What a layer makes of sequences of which some steps are not there; told so, if it takes a mask of them."""
    inner: Layer = layer.layer if isinstance(layer, Frozen) else layer
    return layer(x, mask=mask) if _takes_mask(type(inner)) and x.shape[:2] == mask.shape else layer(x)


@functools.lru_cache(maxsize=1024)
def _takes_mask(cls: type) -> bool:
    from inspect import signature

    return "mask" in signature(cls.__call__).parameters


def check_input(title: str, text: str, x: object, name: str = "x") -> None:
    """Raise ShapeError unless a tensor has the shape of an input, TypeError unless it is one."""
    if not isinstance(x, Tensor):
        raise TypeError(f"{title}: `{name}` must be a Tensor, not {type(x).__name__}")
    _check(title, text, name, x.shape)


@functools.lru_cache(maxsize=1024)
def _check(title: str, text: str, name: str, shape: tuple[Any, ...]) -> None:
    from typedgrad.config.ports import port

    signature = Signature({name: Slot(" ".join(port("input", text).axes))}, None)
    try:
        signature.bind({name: shape})
    except ShapeError as error:
        error.where = error.where or title
        raise


def shown_loss(loss: Loss | None) -> str:
    """How a network ends, in its repr."""
    return "" if loss is None else f" -> {loss.name}"
