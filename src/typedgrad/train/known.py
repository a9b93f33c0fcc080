"""The classes that may come out of a file: states of updaters, and positions. A file can name no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.core.pytree import Structure, flatten

if TYPE_CHECKING:
    from collections.abc import Mapping


def known_classes() -> dict[str, type]:
    """The library's own, by name.

    >>> known_classes()["AdamState"]
    <class 'typedgrad.optim.adam.AdamState'>
    """
    from typedgrad import optim
    from typedgrad.optim.plateau import PlateauState
    from typedgrad.train.listener import Position
    from typedgrad.train.precision import ScaledState

    states = (
        optim.AccumulatedState, optim.AdamState, optim.AverageState, optim.CountedState, optim.FormulaState,
        optim.GroupedState, optim.SgdState, optim.SolverState, PlateauState, ScaledState, Position,
    )  # fmt: skip
    return {cls.__name__: cls for cls in states}


def classes_in(tree: object) -> dict[str, type]:
    """The classes of the named tuples in a tree, by the names under which they are written."""
    found: dict[str, type] = {}
    known = known_classes()

    def visit(structure: Structure) -> None:
        if structure.cls is not None and hasattr(structure.cls, "_fields"):
            found[name_of(structure.cls, known)] = structure.cls
        for child in structure.children:
            visit(child)

    visit(flatten(tree)[1])
    return found


def name_of(cls: type, known: Mapping[str, type]) -> str:
    """The name of a class in files: one of your own can be taken for none that is known, whatever its name.

    The module is left out: that of a program is called otherwise when another one imports it.
    """
    return cls.__name__ if known.get(cls.__name__) is cls else f"user.{cls.__qualname__}"
