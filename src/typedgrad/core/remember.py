"""The fast path of `typed`: how a call's signature is written down, and what is remembered of it."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from types import CodeType, NoneType, UnionType
from typing import TYPE_CHECKING, Any

from typedgrad.core.signatures import is_variadic, parameter_list, takes_tensor
from typedgrad.shapes import Slot

if TYPE_CHECKING:
    from typedgrad.core.signatures import Argument, Reading

_TENSOR = "{0}.aval"
_ARRAY = "({0}.__class__, {0}.shape, {0}.dtype)"


class Remembered:
    """A verdict: the signature of the result, and the sizes that jaxtyping bound.

    It goes on jaxtyping's stack of bindings as it is. jaxtyping unpacks what lies on top, which makes the copies that
    an `isinstance` in the body may extend; most bodies never look.
    """

    __slots__ = ("result", "single", "variadic")

    def __init__(self, out: Any, single: dict[str, int], variadic: dict[str, Any], reading: Reading) -> None:
        self.result = result_key(out, reading)
        self.single = single
        self.variadic = variadic

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter((dict(self.single), dict(self.variadic), {}, {}))


def wrapper_source(function: Callable[..., Any], reading: Reading, self_key: str | None) -> str | None:
    """The text of the wrapper, or None if a verdict may depend on more than types and shapes."""
    arguments = reading.arguments
    parts = [_part(a) for a in arguments]
    if self_key is not None:
        parts[0] = f"{arguments[0].name}.{self_key}"
    result = _result_part(reading)
    if result is None or any(part is None for part in parts) or _mentions_braces(function.__code__):
        return None
    key = ", ".join(part for part in parts if part)
    passed = ", ".join(_passed(a) for a in arguments)
    positional = "".join(f"{a.name}, " for a in arguments if a.kind is not a.kind.KEYWORD_ONLY)
    keywords = ", ".join(f"{a.name!r}: {a.name}" for a in arguments if a.kind is a.kind.KEYWORD_ONLY)
    # Names that are not parameters begin and end with an underscore, so that no parameter is hidden.
    return f"""
def written({parameter_list(arguments)}):
    try:
        _key_ = ({key},)
        _entry_ = _get_(_key_)
    except (AttributeError, TypeError):
        return _unknown_(None, ({positional}), {{{keywords}}})
    if _entry_ is None:
        return _unknown_(_key_, ({positional}), {{{keywords}}})
    try:
        _stack_ = _storage_.memo_stack
    except AttributeError:
        _stack_ = _storage_.memo_stack = []
    _stack_.append(_entry_)
    try:
        _out_ = _function_({passed})
    finally:
        _stack_.pop()
    try:
        if {result} == _entry_.result:
            return _out_
    except (AttributeError, TypeError):
        pass
    return _returned_(_out_, ({positional}), {{{keywords}}})
"""


def _passed(a: Argument) -> str:
    return f"{a.name}={a.name}" if a.kind is a.kind.KEYWORD_ONLY else a.name


def _part(a: Argument) -> str | None:
    """What the key says of one argument: "" for nothing, None if its verdict cannot be remembered."""
    if is_variadic(a):
        return None
    if a.slot is not None:
        return _tensor_part(a)
    if a.hint is Any or a.hint is inspect.Parameter.empty:
        return ""
    return f"{a.name}.__class__" if _decided_by_class(a.hint) else None


def _tensor_part(a: Argument) -> str | None:
    assert a.slot is not None
    if a.slot.many or "{" in a.slot.axes or "?" in a.slot.axes:
        return None
    text = (_TENSOR if takes_tensor(a) else _ARRAY).format(a.name)
    others = [option for option in _options(a.hint) if not hasattr(option, "dim_str")]
    if not others:
        return text
    if not all(_decided_by_class(option) for option in others) or not takes_tensor(a):
        return None
    return f"({text} if {a.name}.__class__ is _Tensor_ else {a.name}.__class__)"


def _options(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, UnionType) else (hint,)


def _decided_by_class(hint: Any) -> bool:
    """Whether beartype's verdict on a value depends on its class alone."""
    if hint is None or hint is NoneType:
        return True
    if typing.get_origin(hint) in (typing.Union, UnionType):
        return all(map(_decided_by_class, typing.get_args(hint)))
    if hint is Callable or typing.get_origin(hint) is Callable:
        return True
    return isinstance(hint, type) and typing.get_origin(hint) is None and type(hint) is type


def _result_part(reading: Reading) -> str | None:
    hint, out = reading.out_hint, reading.out
    if isinstance(out, Slot) and not out.many:
        if "{" in out.axes or "?" in out.axes:
            return None
        return (_TENSOR if _is_ours(hint) else _ARRAY).format("_out_")
    if isinstance(out, tuple) and not isinstance(out, Slot):
        items = typing.get_args(hint)
        if any("{" in slot.axes or "?" in slot.axes for slot in out) or not all(map(_is_ours, items)):
            return None
        return "(_out_.__class__, *[_t_.aval for _t_ in _out_])"
    if hint is Any:
        return "None.__class__"
    return "_out_.__class__" if _decided_by_class(hint) else None


def result_key(out: Any, reading: Reading) -> Any:
    """The signature of a result, as the wrapper's text computes it; None if it cannot be remembered."""
    text = _result_part(reading)
    if text is None:
        return None
    hint, slot = reading.out_hint, reading.out
    if isinstance(slot, Slot):
        return out.aval if _is_ours(hint) else (out.__class__, out.shape, out.dtype)
    if slot is not None:
        return (out.__class__, *[t.aval for t in out])
    return NoneType if hint is Any else out.__class__


def _is_ours(hint: Any) -> bool:
    from typedgrad.core.tensor import Tensor

    array_type = getattr(hint, "array_type", None)
    return isinstance(array_type, type) and issubclass(array_type, Tensor)


def _mentions_braces(code: CodeType) -> bool:
    """Whether a body may check values against an axis such as `{n}`, which looks at the call's arguments."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and _mentions_braces(constant):
            return True
        if isinstance(constant, str) and "{" in constant and constant is not code.co_consts[0]:
            return True
    return False
