"""Datasets and loaders: generic classes around tensors of which they hold some rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy.types import Instance, Type, get_proper_type

from typedgrad.mypy_plugin.encoding import map_tensors

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.encoding import Codec

DATA: Final = "typedgrad.data."


def holds_rows(typ: Type) -> bool:
    """Whether a value of this type gives rows of its tensors, now so many and now so many."""
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.fullname.startswith(DATA)


def of_any_number(codec: Codec, typ: Type) -> Type:
    """The type with any number of rows: of a dataset of `1000 8 8` a loader makes batches of `_ 8 8`."""

    def freed(tensor: Instance) -> Type:
        known = codec.read(tensor)
        if known is None or known.shape is None:
            return tensor
        first, *others = known.shape.split() or ["_"]
        return codec.tensor(tensor, known._replace(shape=" ".join(["..." if _is_run(first) else "_", *others])))

    return map_tensors(typ, freed)


def _is_run(token: str) -> bool:
    return token == "..." or token.startswith(("*", "#*"))
