"""Saying what is wrong with a call that the judge refused, in the words of its annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from beartype.door import is_bearable

from typedgrad.core.signatures import is_variadic
from typedgrad.shapes import DTypeError, ShapeError, Slot, dtypes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typedgrad.core.signatures import Argument, Reading
    from typedgrad.shapes import Dim, Signature


def shapes_of(reading: Reading, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The shapes of the tensor arguments that are there and have one."""
    shapes: dict[str, Any] = {}
    for a in reading.tensors:
        value = arguments.get(a.name)
        if a.slot is not None and a.slot.many:
            if isinstance(value, (tuple, list)) and all(hasattr(item, "shape") for item in value):
                shapes[a.name] = tuple(tuple(item.shape) for item in value)
        elif hasattr(value, "shape") and value is not None:
            shapes[a.name] = tuple(value.shape)
    return shapes


def explain_arguments(
    reading: Reading,
    signature: Signature,
    arguments: Mapping[str, Any],
    known: Mapping[str, Dim],
    title: str,
    *,
    statics: Mapping[str, Any] | None = None,
) -> Exception | None:
    """The error for arguments that do not fit their annotations, or None if nothing can be found wrong with them."""
    for a in reading.arguments:
        if a.name in arguments and not is_variadic(a):
            refusal = _wrong_type(a, arguments[a.name], title)
            if refusal is not None:
                return refusal
    try:
        shapes = shapes_of(reading, arguments)
        if statics is None:
            signature.bind(shapes, known)
        else:
            signature.infer(shapes, statics, known)
    except ShapeError as error:
        error.where = error.where or title
        return error
    except ValueError:
        return None
    return None


def explain_result(reading: Reading, signature: Signature, env: Any, out: Any, title: str) -> Exception | None:
    """The error for a result that does not fit the annotation, or None if ours finds nothing wrong with it."""
    slot = reading.out
    if slot is None:
        if is_bearable(out, reading.out_hint):
            return None
        return TypeError(f"{title}: the result must be {_spell(reading.out_hint)}, not {_value(out)}")
    values = tuple(out) if not isinstance(slot, Slot) and isinstance(out, tuple) else (out,)
    slots = (slot,) if isinstance(slot, Slot) else slot
    if len(values) != len(slots):
        return TypeError(f"{title}: the result must be a tuple of {len(slots)}, not {_value(out)}")
    if isinstance(slot, Slot) and slot.many:
        return None
    for value, wanted in zip(values, slots, strict=True):
        if not hasattr(value, "shape") or not hasattr(value, "dtype"):
            return TypeError(f"{title}: the result must be {_spell(reading.out_hint)}, not {_value(value)}")
        if not dtypes.accepts(wanted.dtype, _dtype(value)):
            return DTypeError(f"the result must be {wanted.dtype}, not {_dtype(value)}", where=title)
    if env is None:
        return None
    try:
        shapes = tuple(tuple(value.shape) for value in values)
        signature.check_result(env, shapes[0] if isinstance(slot, Slot) else shapes)
    except ShapeError as error:
        error.where = title
        return error
    return None


def _wrong_type(a: Argument, value: Any, title: str) -> Exception | None:
    """The error for one argument whose type, or dtype, is wrong whatever its shape."""
    if a.slot is None:
        if a.hint is Any or is_bearable(value, a.hint):
            return None
        return TypeError(f"{title}: `{a.name}` must be {_spell(a.hint)}, not {_value(value)}")
    if (value is None and a.optional) or (a.scalar and isinstance(value, (bool, int, float, complex))):
        return None
    items = value if a.slot.many and isinstance(value, (tuple, list)) else (value,)
    for i, item in enumerate(items):
        name = f"{a.name}[{i}]" if a.slot.many else a.name
        if isinstance(a.array_type, type) and not isinstance(item, a.array_type):
            return TypeError(f"{title}: `{name}` must be a {a.array_type.__name__}, not {_value(item)}")
        if hasattr(item, "dtype") and not dtypes.accepts(a.slot.dtype, _dtype(item)):
            return dtypes.clash(name, a.slot.dtype, _dtype(item), title)
    return None


def _dtype(value: Any) -> str:
    return str(getattr(value.dtype, "name", value.dtype))


def _spell(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "").replace("collections.abc.", "")


def _value(value: object) -> str:
    text = repr(value)
    short = text if len(text) <= 40 and "\n" not in text else ""
    name = type(value).__name__
    return "None" if value is None else f"{short} ({name})" if short else f"a {name}"
