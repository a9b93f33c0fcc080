"""Described layers as transfer learning changes them: frozen, thawed, of another size; which parameters are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from typedgrad.config import LayerSpec
from typedgrad.config.fold import Entry
from typedgrad.core.pytree import leaves_with_paths
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Frozen, Layer, freeze
from typedgrad.train.stages import checked_size, out_field

if TYPE_CHECKING:
    from typedgrad.nn import Initializer
    from typedgrad.nn.names import InitializerName


def named(entry: Entry, name: str, layer: Layer) -> Entry:
    """A layer as it is described, with its name, and with the activation that the network gave it.

    Neither must change with its place.
    """
    spec = entry.layer
    activation = getattr(layer, "activation", None)
    if activation is not None and spec.get("activation") is None and "activation" in type(layer)._annotated:
        spec = spec.replace(activation=activation)
    return Entry(spec, replace(entry.options, name=name))


def frozen(entry: Entry) -> Entry:
    """The same layer, frozen."""
    if entry.layer.cls is Frozen:
        return entry
    return Entry(LayerSpec.of(Frozen, layer=entry.layer.make()), entry.options)


def thawed(entry: Entry) -> Entry:
    """The same layer, not frozen."""
    inner = entry.layer.get("layer") if entry.layer.cls is Frozen else None
    return Entry(inner, entry.options) if isinstance(inner, LayerSpec) else entry


def widened(entry: Entry, name: str, size: int, weight_init: Initializer | InitializerName | None) -> Entry:
    """The same layer, with another amount that comes out of it.

    Raises ValueError if it is frozen, has no size of its own, or `size` is not positive.
    """
    checked_size("transfer", size)
    if entry.layer.cls is Frozen:
        raise ValueError(f"transfer: `{name}` is frozen; freeze through a layer before it")
    field = out_field(entry.layer.make())
    if field is None:
        raise ValueError(
            f"transfer: `{name}`, {entry.layer}, has no size of what comes out; there is no `out_features`"
        )
    options = entry.options if weight_init is None else replace(entry.options, weight_init=weight_init)
    return Entry(entry.layer.replace(**{field: size}), options)


def kept(name: str, old: Layer | None, fresh: Layer) -> Layer:
    """The old layer, if it has the parameters that the new one needs.

    Raises ValueError for a frozen layer that has not.
    """
    if old is None:
        return fresh
    if isinstance(fresh, Frozen) and not isinstance(old, Frozen):
        old = freeze(old)
    elif isinstance(old, Frozen) and not isinstance(fresh, Frozen):
        old = old.layer
    if _sizes(old) == _sizes(fresh):
        return old
    if isinstance(fresh, Frozen):
        raise ValueError(f"transfer: `{name}` is frozen, but would have to take another size")  # noqa: TRY004  # of a size
    return fresh


def _sizes(layer: Layer) -> list[tuple[str, tuple[int, ...]]]:
    """The shapes of a layer's parameters and states, by path."""
    tensors = [(p, x.value if isinstance(x, State) else x) for p, x in leaves_with_paths(layer)]
    return [(path, x.shape) for path, x in tensors if isinstance(x, Tensor)]
