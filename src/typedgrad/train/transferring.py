"""Transfer learning: a trained network with some of its layers frozen, replaced, left out or added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar, overload

from typedgrad.config import Network
from typedgrad.config.graph_network import GraphNetwork
from typedgrad.core.random import Key
from typedgrad.core.random import key as seeded
from typedgrad.nn import Frozen, Layer, Sequential
from typedgrad.nn.initialise import init, learn
from typedgrad.shapes import ShapeError
from typedgrad.train.stages import (
    Stage,
    checked_drop,
    has_values,
    kept,
    lacks_sizes,
    out_field,
    place_of,
    relearning,
    resized,
)
from typedgrad.train.transfer_graph import GraphTransfer, begun_graph
from typedgrad.train.transfer_network import NetworkTransfer, begun

if TYPE_CHECKING:
    from typing import Self

    from typedgrad.nn import Initializer
    from typedgrad.nn.names import InitializerName

P = ParamSpec("P")
Out = TypeVar("Out")


@dataclass(frozen=True)
class SequentialTransfer:
    """What is to become of the layers of a `Sequential`; made by `transfer`. Layers are named by their numbers.

    >>> net = tg.init(tg.nn.Sequential(tg.nn.Dense(in_features=2, out_features=3), tg.relu), tg.random.key(0))
    >>> len(tg.transfer(net).drop_last(1).stages)
    1
    """

    stages: tuple[Stage, ...]

    def freeze_through(self, which: int | str) -> Self:
        """All layers from the first to this one stay as they are: parameters, running statistics, no dropout.

        Raises KeyError if there is no such layer.
        """
        last = place_of("transfer", list(self.stages), which)
        return replace(self, stages=tuple(s._replace(frozen=s.frozen or i <= last) for i, s in enumerate(self.stages)))

    def thaw(self) -> Self:
        """No layer is frozen any more: to train all of them a little, when the new ones are trained."""
        stages = (s._replace(layer=s.layer.layer) if isinstance(s.layer, Frozen) else s for s in self.stages)
        return replace(self, stages=tuple(s._replace(frozen=False) for s in stages))

    def replace_out(
        self, which: int | str, size: int, *, weight_init: Initializer | InitializerName | None = None
    ) -> Self:
        """Another amount comes out of this layer; it, and what takes its output, get new parameters.

        Raises:
            KeyError: if there is no such layer.
            ValueError: if it is frozen, has no size of its own, or `size` is not positive.
        """
        stages = list(self.stages)
        place = place_of("transfer", stages, which)
        stages[place] = resized("transfer", stages[place], size, weight_init)
        return replace(self, stages=tuple(relearning(stages, place)))

    def drop_last(self, n: int = 1) -> Self:
        """Without the last `n` layers. Raises ValueError unless there are so many."""
        checked_drop(n, len(self.stages))
        return replace(self, stages=self.stages[: len(self.stages) - n])

    def add(self, layer: Callable[P, Layer], /, *args: P.args, **options: P.kwargs) -> Self:
        """One layer more at the end: a class, and the arguments of its constructor. Sizes of the input are left out.

        Raises what the constructor raises.
        """
        made = layer(*args, **options)
        if not isinstance(made, Layer):
            raise TypeError(f"transfer: only layers can be added, not {type(made).__name__}")
        return replace(self, stages=(*self.stages, Stage(str(len(self.stages)), made)))

    def build(self, *, key: Key | None = None, input: object = None) -> Sequential:  # the word of `init`
        """The model: what was kept has the very parameters that it had, what is new has new ones.

        Args:
            key: where new parameters come from; that of seed 0 unless given.
            input: what the model will be called with, as for `init`, where new layers must learn their sizes. After a
                dense layer they can without.

        Raises:
            ValueError: if there are no layers left.
            TypeError: if a size is not known.
            ShapeError: if a frozen layer does not fit what comes in.
        """
        if not self.stages:
            raise ValueError("transfer: there are no layers left")
        model = Sequential(*map(kept, self.stages))
        if input is None:
            model = _guessed(model)
        drawn = {
            f"layers.{i}.weight": stage.weight_init
            for i, stage in enumerate(self.stages)
            if stage.weight_init is not None
        }
        return init(model, seeded(0) if key is None else key, input=input, initializers=drawn)


@overload
def transfer(net: Sequential) -> SequentialTransfer: ...
@overload
def transfer(net: Network) -> NetworkTransfer: ...
@overload
def transfer(net: GraphNetwork[Out]) -> GraphTransfer[Out]: ...
def transfer(
    net: Sequential | Network | GraphNetwork[Out],
) -> SequentialTransfer | NetworkTransfer | GraphTransfer[Out]:
    """Begin to make a new model of a trained one: freeze, replace, drop, add, and `build()`.

    What is kept has the very tensors of the trained model, and what is frozen keeps them while the new model is
    trained. The layers of a built network go by their names, those of a `Sequential` by their numbers. Layers of graphs
    can be frozen, thawed and given other sizes.

    Raises TypeError for a model of another kind, ValueError for one without parameters.

    >>> layers = tg.nn.Dense(in_features=4, out_features=8), tg.relu, tg.nn.Dense(in_features=8, out_features=2)
    >>> net = tg.init(tg.nn.Sequential(*layers), tg.random.key(0))
    >>> new = tg.transfer(net).freeze_through(1).replace_out(2, 10).build()
    >>> new
    Sequential(Frozen(Dense(in_features=4, out_features=8)), relu, Dense(in_features=8, out_features=10))
    >>> new[0].layer.weight is net[0].weight
    True
    """
    if not isinstance(net, (Sequential, Network, GraphNetwork)):
        raise TypeError(f"transfer: only a Sequential or a network can be changed, not a {type(net).__name__}")
    if not has_values(net):
        raise ValueError("transfer: the model has no parameters to keep; it gets them by tg.init(model, key)")
    if isinstance(net, GraphNetwork):
        return begun_graph(net)
    if isinstance(net, Network):
        return begun(net)
    return SequentialTransfer(tuple(Stage(str(i), layer) for i, layer in enumerate(net)))


def _guessed(model: Sequential) -> Sequential:
    """The model with the sizes that follow from the dense layer before them; as it is, where they do not."""
    unknown = next((i for i, layer in enumerate(model) if lacks_sizes(layer)), 0)
    for i in range(unknown - 1, -1, -1):
        layer = getattr(model[i], "layer", model[i])
        if out_field(layer) == "out_features":
            try:
                tail = learn(Sequential(*model.layers[i + 1 :]), f"n {layer.out_features}")
            except (ShapeError, TypeError):
                return model
            return Sequential(*model.layers[: i + 1], *tail.layers)
    return model
