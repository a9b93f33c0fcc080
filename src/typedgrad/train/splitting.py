"""A model in two halves: the first gives features, which are computed once; the second learns from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from typedgrad.config import Backbone, Network
from typedgrad.core.run import inference
from typedgrad.data import Dataset
from typedgrad.nn import Sequential
from typedgrad.nn.layer import replaced
from typedgrad.ops.move import concat
from typedgrad.train.batches import checked, pairs_of
from typedgrad.train.stages import Stage, place_of
from typedgrad.train.transfer_network import begun

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.train.batches import Data

BATCH = 256


class SplitSequential(NamedTuple):
    """The two halves of a `Sequential`: `head(features(x))` is what the whole gives."""

    features: Sequential
    head: Sequential


class SplitNetwork(NamedTuple):
    """The two halves of a network; the second one can be fitted."""

    features: Backbone
    head: Network


@overload
def split_at(net: Sequential, which: int | str) -> SplitSequential: ...
@overload
def split_at(net: Network, which: int | str) -> SplitNetwork: ...
def split_at(net: Sequential | Network, which: int | str) -> SplitSequential | SplitNetwork:
    """The model up to a layer, that included, and the rest of it. Both have the very parameters of the whole.

    Raises:
        TypeError: for a model of another kind.
        KeyError: if there is no such layer.
        ValueError: if nothing comes after it.

    >>> layers = tg.nn.Dense(in_features=4, out_features=8), tg.relu, tg.nn.Dense(in_features=8, out_features=2)
    >>> net = tg.init(tg.nn.Sequential(*layers), tg.random.key(0))
    >>> features, head = tg.train.split_at(net, 1)
    >>> head(features(tg.ones((3, 4)))).shape, head[0].weight is net[2].weight
    ((3, 2), True)
    """
    if not isinstance(net, (Sequential, Network)):
        raise TypeError(f"split_at: only a Sequential or a network can be split, not a {type(net).__name__}")
    if isinstance(net, Network):
        return _split_network(net, which)
    place = place_of("split_at", [Stage(str(i), layer) for i, layer in enumerate(net)], which)
    _refuse_end(place, len(net), which)
    return SplitSequential(Sequential(*net.layers[: place + 1]), Sequential(*net.layers[place + 1 :]))


def _split_network(net: Network, which: int | str) -> SplitNetwork:
    entries = list(begun(net).entries)
    place = place_of("split_at", [Stage(entry.options.name or "", entry.layer) for entry in entries], which)
    _refuse_end(place, len(entries), which)
    spec = net.spec
    assert spec.output is not None
    first, rest = entries[: place + 1], entries[place + 1 :]
    last = None if spec.output.entry is None else rest.pop()
    before = replace(spec, layers=tuple(first), output=None)
    between = before.shapes()[first[-1].options.name or ""]
    after = replace(spec, input=between, layers=tuple(rest), output=spec.output._replace(entry=last))
    return SplitNetwork(_with(before.build_backbone(), net), _with(after.build(), net))


def _with(made: Any, net: Network) -> Any:  # noqa: ANN401  # a network of either kind
    """A part of a network with the layers of the whole."""
    return replaced(made, {"layers": {name: net.layers.get(name, layer) for name, layer in made.layers.items()}})


def rejoined(net: Network, head: Network) -> Network:
    """The whole network with the layers of a head that was trained by itself.

    Raises ValueError if the head has a layer that is not in the network.

    >>> net = tg.network().input("n 4").layer(tg.nn.Dense, out_features=3).output("mse", tg.nn.Dense, out_features=1)
    >>> net = net.build()
    >>> features, head = tg.train.split_at(net, "dense")
    >>> trained = tg.fit(head, [(features(tg.ones((2, 4))), tg.ones((2, 1)))], epochs=1)
    >>> tg.train.rejoined(net, trained)["output"] is trained["output"]
    True
    """
    strange = [name for name in head.layers if name not in net.layers]
    if strange:
        raise ValueError(f"rejoined: the network has no layer `{strange[0]}`; there are {', '.join(net.layers)}")
    return replaced(net, {"layers": {**net.layers, **head.layers}})


def featurise(
    features: Callable[..., Tensor], data: Data, *, through: int | str | None = None, batch: int | None = None
) -> Dataset[Any, Any]:
    """The dataset in which each example is what a model makes of it: computed once, to train a head on many times.

    Args:
        features: what gives features, such as the first half of `split_at`; layers are in inference.
        data: a dataset or batches, as for `evaluate`.
        through: if given, `features` is a whole model, which is followed up to this layer, that included.
        batch: rows per batch of a dataset; 256 unless given.

    Raises:
        ValueError: if there is no data.
        TypeError: if the batches have masks or weights, which a dataset cannot hold.

    >>> layers = tg.nn.Dense(in_features=4, out_features=8), tg.nn.Dense(in_features=8, out_features=2)
    >>> net = tg.init(tg.nn.Sequential(*layers), tg.random.key(0))
    >>> data = tg.data.Dataset(tg.ones((5, 4)), tg.asarray([0, 1, 0, 1, 0]), classes=2)
    >>> tg.train.featurise(net, data, through=0)
    Dataset(x=float32[5 8], y=int64[5], classes=2)
    """
    if through is not None:
        if not isinstance(features, (Sequential, Network)):
            raise TypeError(f"featurise: `through` is for a Sequential or a network, not a {type(features).__name__}")
        features = split_at(features, through).features
    made, labels = [], []
    with inference:
        for number, given in enumerate(pairs_of("featurise", data, batch, BATCH, shuffle=False), 1):
            example = checked("featurise", given, f"batch {number}")
            if example.mask is not None or example.weights is not None or isinstance(example.y, tuple):
                raise TypeError(f"featurise: batch {number} must be a pair (x, y) of Tensors without mask or weights")
            made.append(features(*example.x))
            labels.append(example.y)
    if not made:
        raise ValueError("featurise: `data` has no batches")
    classes = data.classes if isinstance(data, Dataset) else None
    return Dataset(concat(made, axis=0), concat(labels, axis=0), classes=classes)


def _refuse_end(place: int, layers: int, which: int | str) -> None:
    if place == layers - 1:
        raise ValueError(f"split_at: nothing comes after {which!r}, the last layer")
