"""Which names the strings of a signature mention, and where."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from typedgrad.shapes.axes import Axis
from typedgrad.shapes.dim import names_of

Patterns = Mapping[str, tuple[Axis, ...]]


def names_in(axes: Iterable[Axis]) -> set[str]:
    """Every name that is bound or used; a starred one without its star, as a rule asks for it."""
    return {name for axis in axes if axis.kind in ("name", "expression") for name in names_of(axis.dim)}


def stretched(patterns: Patterns) -> set[str]:
    """The keys that arguments mention with `#`. One that has met nothing but 1 is not bound, and stands for 1."""
    return {axis.key for axes in patterns.values() for axis in axes if axis.stretch and axis.kind == "name"}


def keys_of_items(patterns: Patterns, sequences: Collection[str], elsewhere: set[str]) -> dict[str, set[str]]:
    """For each sequence argument the keys that every item has for itself.

    They are those that nothing else mentions: no other argument, and neither the results nor the rule (`elsewhere`).
    """
    own: dict[str, set[str]] = {}
    for name in sequences:
        others = elsewhere.union(*(names_in(axes) for other, axes in patterns.items() if other != name))
        own[name] = {axis.key for axis in patterns[name] if axis.kind == "name" and axis.text not in others}
    return own
