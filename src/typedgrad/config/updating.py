"""One updater for a whole network, of what is said for all layers and for some of them.

The order is Deeplearning4j's: gradients are normalised, penalties are added to them, the updaters of the layers make
their steps, weights decay, and constraints are met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeVar

from typedgrad import optim
from typedgrad.config.options import LayerOptions
from typedgrad.config.parameters import Parameter, biases_of, weights_of
from typedgrad.core.pytree import flatten as leaves_of
from typedgrad.core.pytree import leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.optim import GradientTransform, Schedule, Updater
from typedgrad.optim.selection import Which, meant

P = TypeVar("P")
STANDARD: Final[Updater[Any]] = optim.adam(1e-3)


class Owned(NamedTuple):
    """A layer's options, those of the network included, and its parameters."""

    options: LayerOptions
    parameters: Sequence[Parameter]


@dataclass(frozen=True)
class Only:
    """A choice of parameters by their paths: for `on` and `grouped` of `tg.optim`."""

    paths: frozenset[str]
    among: Which | None = None

    def __call__(self, path: str, p: Tensor) -> bool:
        """Whether a parameter is one of them."""
        return path in self.paths and meant(self.among, path, p)

    def __repr__(self) -> str:
        return f"Only({', '.join(sorted(self.paths))})"


@dataclass(frozen=True)
class Each:
    """Gradient transforms for groups of parameters."""

    transforms: tuple[tuple[GradientTransform, frozenset[str]], ...]

    def __call__(self, grads: P, /) -> P:
        """The gradients to use instead."""
        leaves, structure = leaves_of(grads)
        paths = [path for path, _ in leaves_with_paths(grads)]
        found = dict(zip(paths, leaves, strict=True))
        for transform, chosen in self.transforms:
            found.update(transform({path: leaf for path, leaf in found.items() if path in chosen}))
        made: P = unflatten(structure, [found[path] for path in paths])
        return made


def updater_for(owned: Sequence[Owned], defaults: LayerOptions) -> Updater[Any]:
    """The updater of a network."""
    whole = defaults.updater or STANDARD
    updater = _each_its_own(owned, whole)
    updater = _decaying(updater, owned, whole)
    updater = _penalised(updater, owned)
    updater = _constrained(updater, owned)
    return _normalised(updater, owned)


def _grouped(owned: Sequence[Owned], of: Callable[[Owned], Mapping[str, Any]]) -> list[tuple[Any, frozenset[str]]]:
    """Values, and the paths of the parameters that have them; equal values once, None left out."""
    groups: list[tuple[Any, set[str]]] = []
    for one in owned:
        for path, value in of(one).items():
            if value is None:
                continue
            paths = next((paths for known, paths in groups if known == value), None)
            if paths is None:
                groups.append((value, {path}))
            else:
                paths.add(path)
    return [(value, frozenset(paths)) for value, paths in groups]


def _updaters(one: Owned, whole: Updater[Any]) -> dict[str, Updater[Any]]:
    biases = {p.path for p in biases_of(one.parameters)}
    of_layer = one.options.updater or whole
    of_bias = one.options.bias_updater or of_layer
    return {p.path: of_bias if p.path in biases else of_layer for p in one.parameters}


def _each_its_own(owned: Sequence[Owned], whole: Updater[Any]) -> Updater[Any]:
    others = [(u, paths) for u, paths in _grouped(owned, lambda one: _updaters(one, whole)) if u != whole]
    return optim.grouped(whole, {Only(paths): updater for updater, paths in others}) if others else whole


def _decaying(updater: Updater[Any], owned: Sequence[Owned], whole: Updater[Any]) -> Updater[Any]:
    def wanted(one: Owned) -> dict[str, tuple[float, float | Schedule] | None]:
        strength, rates = one.options.weight_decay, _updaters(one, whole)
        return {p.path: (strength, rate_of(rates[p.path])) if strength else None for p in weights_of(one.parameters)}

    for (strength, rate), paths in _grouped(owned, wanted):
        updater = optim.weight_decay(updater, strength, learning_rate=rate, on=Only(paths))
    return updater


def rate_of(updater: Any) -> float | Schedule:  # noqa: ANN401  # any updater, of which only it knows the fields
    """The learning rate of an updater, of the one inside if it is made of another; 1 if it has none.

    >>> rate_of(tg.optim.ema(0.9, tg.optim.rmsprop(0.25)))
    0.25
    """
    while not hasattr(updater, "learning_rate"):
        settings: dict[str, float | Schedule] = dict(getattr(updater, "settings", ()))
        if "learning_rate" in settings:
            return settings["learning_rate"]
        if not hasattr(updater, "updater"):
            return 1.0
        updater = updater.updater
    rate: float | Schedule = updater.learning_rate
    return rate


def _penalised(updater: Updater[Any], owned: Sequence[Owned]) -> Updater[Any]:
    def wanted(one: Owned) -> dict[str, tuple[float, float] | None]:
        options, found = one.options, one.parameters
        of_weights, of_biases = (options.l1 or 0.0, options.l2 or 0.0), (options.l1_bias or 0.0, options.l2_bias or 0.0)
        made = {p.path: of_weights for p in weights_of(found)} | {p.path: of_biases for p in biases_of(found)}
        return {path: both if any(both) else None for path, both in made.items()}

    for (l1, l2), paths in _grouped(owned, wanted):
        updater = optim.l1_l2(updater, l1=l1, l2=l2, on=Only(paths))
    return updater


def _constrained(updater: Updater[Any], owned: Sequence[Owned]) -> Updater[Any]:
    def wanted(one: Owned) -> dict[str, tuple[optim.Constraint, ...] | None]:
        constraints = tuple(one.options.constraints or ()) or None
        return {p.path: constraints for p in weights_of(one.parameters)}

    groups = _grouped(owned, wanted)
    met = [replace(c, on=Only(paths, c.on)) for constraints, paths in groups for c in constraints]
    return optim.constrained(updater, *met) if met else updater


def _normalised(updater: Updater[Any], owned: Sequence[Owned]) -> Updater[Any]:
    def wanted(one: Owned) -> dict[str, GradientTransform | None]:
        transform = one.options.gradient_normalization
        return {p.path: None if transform == "none" else transform for p in one.parameters}

    groups = _grouped(owned, wanted)
    if not groups:
        return updater
    everything = frozenset(p.path for one in owned for p in one.parameters)
    if len(groups) == 1 and groups[0][1] == everything:
        return optim.chain(groups[0][0], updater)
    return optim.chain(Each(tuple(groups)), updater)
