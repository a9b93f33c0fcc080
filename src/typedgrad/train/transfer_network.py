"""Transfer learning of networks that were built from a spec: their specs are changed, and built anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ParamSpec

from typedgrad.config import LayerOptions, LayerSpec, Network
from typedgrad.config.fold import Entry
from typedgrad.core.pytree import leaves_with_paths
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Frozen, Layer, freeze
from typedgrad.nn.layer import replaced
from typedgrad.train.stages import Stage, out_field, place_of

if TYPE_CHECKING:
    from typing import Self

    from typedgrad.config import NetworkSpec
    from typedgrad.core.random import Key
    from typedgrad.nn import Initializer
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
    frozen: frozenset[str] = frozenset()
    renewed: frozenset[str] = frozenset()
    spec: NetworkSpec | None = None

    def freeze_through(self, which: int | str) -> Self:
        """All layers from the first to this one stay as they are: parameters, running statistics, no dropout.

        Raises KeyError if there is no such layer.
        """
        names = [_name(entry) for entry in self.entries[: self._place(which) + 1]]
        return replace(self, frozen=self.frozen | {*names})

    def replace_out(
        self, which: int | str, size: int, *, weight_init: Initializer | InitializerName | None = None
    ) -> Self:
        """Another amount comes out of this layer; it, and what takes its output, get new parameters.

        Raises:
            KeyError: if there is no such layer.
            ValueError: if it is frozen, has no size of its own, or `size` is not positive.
        """
        place = self._place(which)
        entry = self.entries[place]
        name = _name(entry)
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"transfer: the size of what comes out must be a positive int, got {size!r}")
        if name in self.frozen:
            raise ValueError(f"transfer: `{name}` is frozen; freeze through a layer before it")
        field = out_field(entry.layer.make())
        if field is None:
            raise ValueError(
                f"transfer: `{name}`, {entry.layer}, has no size of what comes out; there is no `out_features`"
            )
        options = entry.options if weight_init is None else replace(entry.options, weight_init=weight_init)
        changed = Entry(entry.layer.replace(**{field: size}), options)
        entries = (*self.entries[:place], changed, *self.entries[place + 1 :])
        return replace(self, entries=entries, renewed=self.renewed | {name})

    def drop_last(self, n: int = 1) -> Self:
        """Without the last `n` layers, the output first; the loss stays. Raises ValueError unless there are so many."""
        if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= len(self.entries):
            raise ValueError(f"transfer: cannot drop the last {n!r} of {len(self.entries)} layers")
        return replace(self, entries=self.entries[: len(self.entries) - n])

    def add(self, layer: Callable[P, Layer], /, *args: P.args, **options: P.kwargs) -> Self:
        """One layer more at the end: a class, and the arguments of its constructor. Sizes of the input are left out.

        Raises what the constructor raises.
        """
        cls: Any = layer
        spec = LayerSpec.of(cls, *args, **options)
        return replace(self, entries=(*self.entries, Entry(spec, LayerOptions())))

    def fine_tune(self, *, updater: Updater[Any] | None = None, seed: int | None = None) -> Self:
        """Another updater for the new network, or another seed.

        Raises what `network` does.
        """
        changes: dict[str, Any] = {"updater": updater, "seed": seed}
        spec = self.net.spec if self.spec is None else self.spec
        given = {name: value for name, value in changes.items() if value is not None}
        return replace(self, spec=replace(spec, defaults=replace(spec.defaults, **given)))

    def build(self, *, key: Key | None = None) -> Network:
        """The network: what was kept has the very parameters that it had, what is new has new ones.

        New parameters are drawn from the seed of the network, or from a key.

        Raises:
            ValueError: if there are no layers left, or what comes out is not what the loss takes.
            ShapeError: if a layer does not fit.
        """
        spec = self.net.spec if self.spec is None else self.spec
        assert spec.output is not None
        if not self.entries:
            raise ValueError("transfer: there are no layers left")
        entries = [
            Entry(_frozen(entry), entry.options) if _name(entry) in self.frozen else entry for entry in self.entries
        ]
        # The activation of the network does not hold for what the loss takes, if that is a layer of its own.
        last = None if spec.output.entry is None else entries.pop()
        output = spec.output._replace(entry=last, labels=None)
        fresh = replace(spec, layers=tuple(entries), output=output).build(key=key)
        layers = {name: self._kept(name, layer) for name, layer in fresh.layers.items()}
        return replaced(fresh, {"layers": layers})

    def _kept(self, name: str, fresh: Layer) -> Layer:
        """The layer of the old network, if it has the parameters that the new one needs."""
        old = self.net.layers.get(name)
        if old is None or name in self.renewed or name not in {_name(entry) for entry in self.entries}:
            return fresh
        if isinstance(fresh, Frozen) and not isinstance(old, Frozen):
            old = freeze(old)
        if _sizes(old) == _sizes(fresh):
            return old
        if isinstance(old, Frozen):
            raise ValueError(f"transfer: `{name}` is frozen, but would have to take another size")  # noqa: TRY004  # its size is wrong
        return fresh

    def _place(self, which: int | str) -> int:
        return place_of("transfer", [Stage(_name(entry), entry.layer) for entry in self.entries], which)


def begun(net: Network) -> NetworkTransfer:
    """All layers as they are."""
    spec = net.spec
    output = None if spec.output is None else spec.output.entry
    given = [*spec.layers, *([] if output is None else [output])]
    names = list(spec.folded().options)
    entries = [
        Entry(_whole(entry.layer, net.layers[name]), replace(entry.options, name=name))
        for entry, name in zip(given, names, strict=True)
    ]
    return NetworkTransfer(net, tuple(entries))


def _whole(spec: LayerSpec, layer: Layer) -> LayerSpec:
    """The spec with the activation that the network gave the layer: that must not change with its place."""
    activation = getattr(layer, "activation", None)
    if activation is None or spec.get("activation") is not None or "activation" not in type(layer)._annotated:
        return spec
    return spec.replace(activation=activation)


def _frozen(entry: Entry) -> LayerSpec:
    return entry.layer if entry.layer.cls is Frozen else LayerSpec.of(Frozen, layer=entry.layer.make())


def _name(entry: Entry) -> str:
    return entry.options.name or ""


def _sizes(layer: Layer) -> list[tuple[str, tuple[int, ...]]]:
    """The shapes of a layer's parameters and states, by path."""
    tensors = [(p, x.value if isinstance(x, State) else x) for p, x in leaves_with_paths(layer)]
    return [(path, x.shape) for path, x in tensors if isinstance(x, Tensor)]
