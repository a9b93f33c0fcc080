"""Reading a function's annotations: which arguments are tensors, and what their shape strings say."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, NamedTuple

from typedgrad.core.postponed import hints_of
from typedgrad.shapes import Signature, Slot

_SCALARS = (bool, int, float, complex)


class Argument(NamedTuple):
    """One parameter of a function, as its annotation describes it."""

    name: str
    kind: Any
    default: object
    hint: Any
    slot: Slot | None = None
    optional: bool = False
    scalar: bool = False
    array_type: Any = None

    @property
    def many(self) -> bool:
        """Whether it is a sequence of tensors."""
        return self.slot is not None and self.slot.many


class Reading(NamedTuple):
    """All parameters of a function, and what it returns."""

    arguments: tuple[Argument, ...]
    out: Slot | tuple[Slot, ...] | None
    out_hint: Any

    @property
    def tensors(self) -> tuple[Argument, ...]:
        """The arguments with a shape string."""
        return tuple(a for a in self.arguments if a.slot is not None)

    @property
    def statics(self) -> tuple[Argument, ...]:
        """All others."""
        return tuple(a for a in self.arguments if a.slot is None)


def read(function: Callable[..., Any], names: Mapping[str, object] | None = None) -> Reading:
    """Read the annotations of `function`; strings are evaluated in its module, and with `names`.

    Raises:
        ShapeStringError: for a malformed shape string.
        NameError: for a shape annotation that mentions what is not defined at run time; others count as `Any` then.
    """
    hints = hints_of(function, names)
    arguments = tuple(
        _argument(p.name, p.kind, p.default, hints.get(p.name, Any)) for p in signature(function).parameters.values()
    )
    out_hint = hints.get("return", Any)
    return Reading(arguments, _result(out_hint), out_hint)


def signature_of(reading: Reading, name: str) -> Signature:
    """The shape signature that `reading` spells."""
    return Signature({a.name: a.slot for a in reading.tensors if a.slot is not None}, reading.out, name=name)


def _argument(name: str, kind: Any, default: object, hint: Any) -> Argument:
    options = options_of(hint)
    arrays = [option for option in options if _is_array(option)]
    if len(arrays) == 1:
        (array,) = arrays
        scalar = any(option in _SCALARS for option in options)
        slot = _slot(array, many=kind is Parameter.VAR_POSITIONAL)
        return Argument(name, kind, default, hint, slot, NoneType in options, scalar, array.array_type)
    if len(options) == 1 and typing.get_origin(hint) in (Sequence, tuple, list):
        items = [item for item in typing.get_args(hint) if item is not Ellipsis]
        if len(items) == 1 and _is_array(items[0]):
            return Argument(name, kind, default, hint, _slot(items[0], many=True), array_type=items[0].array_type)
    return Argument(name, kind, default, hint)


def _result(hint: Any) -> Slot | tuple[Slot, ...] | None:
    if _is_array(hint):
        return _slot(hint)
    if typing.get_origin(hint) is tuple or record_of(hint) is not None:
        items = typing.get_args(hint) or tuple(typing.get_type_hints(hint, include_extras=True).values())
        if len(items) == 2 and items[1] is Ellipsis:
            return _slot(items[0], many=True) if _is_array(items[0]) else None
        if items and all(map(_is_array, items)):
            return tuple(map(_slot, items))
    return None


def record_of(hint: Any) -> type[tuple[Any, ...]] | None:
    """The class of named tuples that an annotation is, if it is one."""
    return hint if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields") else None


def _is_array(hint: Any) -> bool:
    return hasattr(hint, "dim_str") and hasattr(hint, "array_type")


def _slot(hint: Any, *, many: bool = False) -> Slot:
    return Slot(hint.dim_str, hint.dtype.__name__, many)


def options_of(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the annotation alone."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, UnionType) else (hint,)


def is_variadic(argument: Argument) -> bool:
    """Whether it is `*args` or `**kwargs`."""
    return argument.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def is_required(argument: Argument) -> bool:
    """Whether the parameter has no default."""
    return argument.default is Parameter.empty


def parameter_list(arguments: tuple[Argument, ...]) -> str:
    """The parameters as source text, with the markers for positional-only and keyword-only ones.

    Defaults are called `_default_NAME_`.
    """
    texts: list[str] = []
    kinds = [a.kind for a in arguments]
    for i, a in enumerate(arguments):
        if a.kind is Parameter.KEYWORD_ONLY and not {a.kind, Parameter.VAR_POSITIONAL} & set(kinds[:i]):
            texts.append("*")
        if a.kind is Parameter.VAR_POSITIONAL:
            texts.append(f"*{a.name}")
            continue
        texts.append(a.name if is_required(a) else f"{a.name}=_default_{a.name}_")
        if a.kind is Parameter.POSITIONAL_ONLY and (i + 1 == len(arguments) or kinds[i + 1] is not a.kind):
            texts.append("/")
    return ", ".join(texts)
