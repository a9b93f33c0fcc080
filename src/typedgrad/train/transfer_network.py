"""Transfer learning of networks that were built from a spec: their specs are changed, and built anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ParamSpec

from typedgrad.config import LayerOptions, LayerSpec, Network
from typedgrad.config.fold import Entry
from typedgrad.nn.layer import replaced
from typedgrad.train.entries import frozen, kept, named, thawed, widened
from typedgrad.train.stages import Stage, checked_drop, place_of

if TYPE_CHECKING:
    from typing import Self

    from typedgrad.config import Defaults
    from typedgrad.core.random import Key
    from typedgrad.nn import Initializer, Layer
    from typedgrad.nn.names import InitializerName
    from typedgrad.optim import Updater

P = ParamSpec("P")


@dataclass(frozen=True)
class NetworkTransfer:
    """What is to become of the layers of a network; made by `transfer`. Layers go by their names.

    >>> net = tg.network().input("n 4").output("mse", tg.nn.Dense, out_features=2).build()
    >>> tg.transfer(net).replace_out("output", 3).build()(tg.ones((1, 4))).shape
    (1, 3)
    """

    net: Network
    # The layers as they are described, each with its name in its options; the last one may be the output.
    entries: tuple[Entry, ...]
    defaults: Defaults
    renewed: frozenset[str] = frozenset()

    def freeze_through(self, which: int | str) -> Self:
        """All layers from the first to this one stay as they are: parameters, running statistics, no dropout.

        Raises KeyError if there is no such layer.
        """
        place = self._place(which) + 1
        return replace(self, entries=(*map(frozen, self.entries[:place]), *self.entries[place:]))

    def thaw(self) -> Self:
        """No layer is frozen any more: to train all of them a little, when the new ones are trained."""
        return replace(self, entries=tuple(map(thawed, self.entries)))

    def replace_out(
        self, which: int | str, size: int, *, weight_init: Initializer | InitializerName | None = None
    ) -> Self:
        """Another amount comes out of this layer; it, and what takes its output, get new parameters.

        Raises:
            KeyError: if there is no such layer.
            ValueError: if it is frozen, has no size of its own, or `size` is not positive.
        """
        place = self._place(which)
        name = _name(self.entries[place])
        changed = widened(self.entries[place], name, size, weight_init)
        entries = (*self.entries[:place], changed, *self.entries[place + 1 :])
        return replace(self, entries=entries, renewed=self.renewed | {name})

    def drop_last(self, n: int = 1) -> Self:
        """Without the last `n` layers, the output first; the loss stays. Raises ValueError unless there are so many."""
        checked_drop(n, len(self.entries))
        return replace(self, entries=self.entries[: len(self.entries) - n])

    def add(self, layer: Callable[P, Layer], /, *args: P.args, **options: P.kwargs) -> Self:
        """One layer more at the end: a class, and the arguments of its constructor. Sizes of the input are left out.

        Raises what the constructor raises.
        """
        cls: Any = layer
        spec = LayerSpec.of(cls, *args, **options)
        return replace(self, entries=(*self.entries, Entry(spec, LayerOptions())))

    def fine_tune(self, *, updater: Updater[Any] | None = None, seed: int | None = None) -> Self:
        """Another updater for the new network, or another seed. Raises what `network` does."""
        return replace(self, defaults=tuned(self.defaults, updater, seed))

    def build(self, *, key: Key | None = None) -> Network:
        """The network: what was kept has the very parameters that it had, what is new has new ones.

        New parameters are drawn from the seed of the network, or from a key.

        Raises:
            ValueError: if there are no layers left, or what comes out is not what the loss takes.
            ShapeError: if a layer does not fit.
        """
        spec, entries = self.net.spec, list(self.entries)
        assert spec.output is not None
        if not entries:
            raise ValueError("transfer: there are no layers left")
        # The activation of the network does not hold for what the loss takes, if that is a layer of its own.
        last = None if spec.output.entry is None else entries.pop()
        output = spec.output._replace(entry=last, labels=None)
        fresh = replace(spec, layers=tuple(entries), output=output, defaults=self.defaults).build(key=key)
        mine = {_name(entry) for entry in self.entries} - self.renewed
        old = {name: layer for name, layer in self.net.layers.items() if name in mine}
        layers = {name: kept(name, old.get(name), layer) for name, layer in fresh.layers.items()}
        return replaced(fresh, {"layers": layers})

    def _place(self, which: int | str) -> int:
        return place_of("transfer", [Stage(_name(entry), entry.layer) for entry in self.entries], which)


def begun(net: Network) -> NetworkTransfer:
    """All layers as they are."""
    spec = net.spec
    output = None if spec.output is None else spec.output.entry
    given = [*spec.layers, *([] if output is None else [output])]
    names = list(spec.folded().options)
    entries = [named(entry, name, net.layers[name]) for entry, name in zip(given, names, strict=True)]
    return NetworkTransfer(net, tuple(entries), spec.defaults)


def tuned(defaults: Defaults, updater: Updater[Any] | None, seed: int | None) -> Defaults:
    """What a network says for all layers, with another updater or seed."""
    changes: dict[str, Any] = {"updater": updater, "seed": seed}
    return replace(defaults, **{name: value for name, value in changes.items() if value is not None})


def _name(entry: Entry) -> str:
    return entry.options.name or ""
