"""Saying what is wrong with a call that the judge refused, in the words of its annotations."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

from beartype.door import is_bearable
from jaxtyping import AnnotationError

from typedgrad.core.signatures import is_variadic, options_of
from typedgrad.shapes import DTypeError, ShapeError, ShapeStringError, Slot, dtypes, hints, parse_axes

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
        if a.name in arguments and (a.many or not is_variadic(a)):
            refusal = _wrong_type(a, arguments[a.name], title)
            if refusal is not None:
                return refusal
    shapes = shapes_of(reading, arguments)
    try:
        if statics is None:
            signature.bind(shapes, known)
        else:
            signature.infer(shapes, statics, known)
    except ShapeError as error:
        return located(error, signature, shapes, known, title)
    except ShapeStringError:
        return explain_strings(reading, title)
    except ValueError:
        return None
    return None


def located(
    error: ShapeError, signature: Signature, shapes: dict[str, Any], known: Mapping[str, Dim], title: str
) -> ShapeError:
    """The error of a function's arguments, with its name, and with the repair that would do if there is one."""
    error.where = error.where or title
    error.hint = error.hint or hints.find(lambda s, _, k: signature.bind(s, k), error, shapes, known=known)
    return error


def explain_result(reading: Reading, signature: Signature, env: Any, out: Any, title: str) -> Exception | None:
    """The error for a result that does not fit the annotation, or None if ours finds nothing wrong with it."""
    slot, hint = reading.out, reading.out_hint
    if slot is None:
        return None if _bears(out, hint) else _refusal(title, "the result", hint, out)
    if isinstance(slot, Slot) and slot.many:
        return None
    single = isinstance(slot, Slot)
    slots: tuple[Slot, ...] = (slot,) if isinstance(slot, Slot) else slot
    annotations = (hint,) if single else typing.get_args(hint)
    if not single and not (isinstance(out, tuple) and len(out) == len(slots)):
        return TypeError(f"{title}: the result must be a tuple of {len(slots)}, not {_value(out)}")
    values = (out,) if single else out
    for i, (value, wanted, one) in enumerate(zip(values, slots, annotations, strict=True)):
        name = "the result" if single else f"part {i} of the result"
        if isinstance(one.array_type, type) and not isinstance(value, one.array_type):
            return TypeError(f"{title}: {name} must be a {one.array_type.__name__}, not {_value(value)}")
        if not dtypes.accepts(wanted.dtype, _dtype(value)):
            return DTypeError(f"{name} must be {wanted.dtype}, not {_dtype(value)}", where=title)
    if env is None:
        return None
    try:
        shapes = tuple(tuple(value.shape) for value in values)
        signature.check_result(env, shapes[0] if single else shapes)
    except ShapeError as error:
        error.where = title
        return error
    return None


def explain_strings(reading: Reading, title: str) -> ShapeStringError | None:
    """The error for a shape string that is malformed, if there is one."""
    out = reading.out
    slots = [(f"`{a.name}`", a.slot) for a in reading.tensors if a.slot is not None]
    slots += [("the result", slot) for slot in ((out,) if isinstance(out, Slot) else out or ())]
    for name, slot in slots:
        try:
            parse_axes(slot.axes)
        except ShapeStringError as error:
            return ShapeStringError(error.text, error.token, error.column, error.reason, f"{title}: {name}")
    return None


def _wrong_type(a: Argument, value: Any, title: str) -> Exception | None:
    """The error for one argument whose type, or dtype, is wrong whatever its shape."""
    if a.slot is None:
        return None if a.hint is Any or _bears(value, a.hint) else _refusal(title, f"`{a.name}`", a.hint, value)
    others = [option for option in options_of(a.hint) if not hasattr(option, "dim_str")]
    if not a.slot.many and any(_bears(value, option) for option in others):
        return None
    if a.slot.many and not isinstance(value, (tuple, list)):
        return _refusal(title, f"`{a.name}`", a.hint, value)
    items = value if a.slot.many else (value,)
    for i, item in enumerate(items):
        name = f"{a.name}[{i}]" if a.slot.many else a.name
        if isinstance(a.array_type, type) and not isinstance(item, a.array_type):
            return TypeError(f"{title}: `{name}` must be a {a.array_type.__name__}, not {_value(item)}")
        if hasattr(item, "dtype") and not dtypes.accepts(a.slot.dtype, _dtype(item)):
            return dtypes.clash(name, a.slot.dtype, _dtype(item), title)
    return None


def refuse_tuples(reading: Reading, statics: Mapping[str, Any], title: str) -> None:
    """Look at every item of the tuples among the static arguments; beartype looks at one, picked at random.

    Raises TypeError for an item of the wrong type.
    """
    for a in reading.statics:
        value = statics.get(a.name)
        if isinstance(value, tuple) and not _bears(value, a.hint):
            raise _refusal(title, f"`{a.name}`", a.hint, value)


def _bears(value: object, hint: Any) -> bool:
    """Whether `value` fits `hint`; True where that cannot be said without knowing what the names of axes mean."""
    try:
        return any(is_bearable(value, option) and _items_bear(value, option) for option in options_of(hint))
    except AnnotationError:
        return True


def _items_bear(value: object, hint: Any) -> bool:
    if not isinstance(value, tuple) or typing.get_origin(hint) is not tuple:
        return True
    wanted = typing.get_args(hint)
    if len(wanted) == 2 and wanted[1] is Ellipsis:
        return all(_bears(item, wanted[0]) for item in value)
    return all(map(_bears, value, wanted))


def _refusal(title: str, name: str, hint: Any, value: object) -> TypeError:
    """The error for a value that is not of its type; of shapes, if it is an array where some arrays are welcome."""
    words = f"{name} must be {_spell(hint)}, not {_value(value)}"
    arrays = any(hasattr(option, "dim_str") for option in options_of(hint))
    return ShapeError(words, where=title) if arrays and hasattr(value, "shape") else TypeError(f"{title}: {words}")


def _dtype(value: Any) -> str:
    return str(getattr(value.dtype, "name", value.dtype))


def _spell(hint: Any) -> str:
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return hint.__name__
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(map(repr, typing.get_args(hint)))
    text = str(hint)
    for module in ("jaxtyping.", "typing.", "collections.abc.", "typedgrad.core.tensor."):
        text = text.replace(module, "")
    return text


def _value(value: Any) -> str:
    if value is None:
        return "None"
    name = type(value).__name__
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{_dtype(value)}[{' '.join(map(str, value.shape))}] ({name})"
    text = repr(value)
    short = len(text) <= 40 and "\n" not in text
    return f"{text} ({name})" if short else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
