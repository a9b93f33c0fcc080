"""The fast path of `typed`: how a call's signature is written down, and what is remembered of it."""

from __future__ import annotations

import inspect
import typing
from abc import ABCMeta
from collections.abc import Callable, Iterator
from types import CodeType, NoneType, UnionType
from typing import TYPE_CHECKING, Any

from beartype.door import is_bearable
from jaxtyping import _storage as jaxtyping_storage

from typedgrad.core.signatures import is_required, is_variadic, options_of, parameter_list
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Slot

if TYPE_CHECKING:
    from typedgrad.core.signatures import Argument, Reading


class Remembered:
    """A verdict: the signature of the result, and the sizes that jaxtyping bound.

    It goes on jaxtyping's stack of bindings as it is. jaxtyping unpacks what lies on top; then it is replaced there by
    copies, which an `isinstance` in the body may extend. Most bodies never look.
    """

    __slots__ = ("result", "single", "variadic")

    def __init__(self, out: Any, single: dict[str, int], variadic: dict[str, Any], reading: Reading) -> None:
        self.result = result_key(out, reading)
        self.single = single
        self.variadic = variadic

    def __iter__(self) -> Iterator[dict[str, Any]]:
        memos: tuple[dict[str, Any], ...] = (dict(self.single), dict(self.variadic), {}, {})
        stack = jaxtyping_storage._shape_storage.memo_stack
        if stack and stack[-1] is self:
            stack[-1] = memos
        return iter(memos)


def wrapper_source(function: Callable[..., Any], reading: Reading, self_key: str | None) -> str | None:
    """The text of the wrapper, or None if a verdict may depend on more than types and shapes."""
    arguments = reading.arguments
    parts = [_part(a) for a in arguments]
    if self_key is not None:
        parts[0] = f"{arguments[0].name}.{self_key}"
    result = _result_part(reading)
    if result is None or any(part is None for part in parts) or _mentions_braces(function.__code__):
        return None
    if not all(map(_default_fits, arguments)):  # such a default is accepted where it is not written, and only there
        return None
    key = "".join(f"{part}, " for part in parts if part)
    passed = ", ".join(_passed(a) for a in arguments)
    positional = "".join(f"{_star(a)}{a.name}, " for a in arguments if a.kind is not a.kind.KEYWORD_ONLY)
    keywords = ", ".join(f"{a.name!r}: {a.name}" for a in arguments if a.kind is a.kind.KEYWORD_ONLY)
    # Names that are not parameters begin and end with an underscore, so that no parameter is hidden.
    return f"""
def written({parameter_list(arguments)}):
    try:
        _key_ = ({key})
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
    except (AttributeError, TypeError, IndexError):
        pass
    return _returned_(_out_, ({positional}), {{{keywords}}})
"""


def _passed(a: Argument) -> str:
    return f"{a.name}={a.name}" if a.kind is a.kind.KEYWORD_ONLY else f"{_star(a)}{a.name}"


def _star(a: Argument) -> str:
    return "*" if a.kind is a.kind.VAR_POSITIONAL else ""


def _default_fits(a: Argument) -> bool:
    return is_required(a) or a.hint is Any or a.hint is inspect.Parameter.empty or is_bearable(a.default, a.hint)


def _part(a: Argument) -> str | None:
    """What the key says of one argument: "" for nothing, None if its verdict cannot be remembered."""
    if a.many and a.array_type is Tensor and a.kind is a.kind.VAR_POSITIONAL and not a.optional and not a.scalar:
        item = _key_part("_item_", a.hint)
        return item and f"_tuple_([{item} for _item_ in {a.name}])"
    if is_variadic(a):
        return None
    return "" if a.hint is Any or a.hint is inspect.Parameter.empty else _key_part(a.name, a.hint)


def _result_part(reading: Reading) -> str | None:
    hint, out = reading.out_hint, reading.out
    if hint is Any:
        return "_Tensor_"  # the same whatever it is
    if isinstance(out, tuple) and not isinstance(out, Slot):
        items = [_key_part(f"_out_[{i}]", item) for i, item in enumerate(typing.get_args(hint))] or [None]
        return None if None in items else f"(_out_.__class__, _len_(_out_), {', '.join(map(str, items))})"
    return _key_part("_out_", hint)


def _key_part(name: str, hint: Any) -> str | None:
    """An expression for what a verdict on the value called `name` depends on; None if that is more than can be said."""
    options = options_of(hint)
    arrays = [option for option in options if hasattr(option, "dim_str")]
    others = [option for option in options if not hasattr(option, "dim_str")]
    if not arrays and all(map(_decided_by_value, others)):
        return f"({name}.__class__, {name})"
    if any("{" in array.dim_str or "?" in array.dim_str for array in arrays) or not all(map(_decided_by_class, others)):
        return None
    if not arrays:
        return f"{name}.__class__"
    if all(array.array_type is Tensor for array in arrays):
        return f"{name}.aval" if not others else f"({name}.aval if {name}.__class__ is _Tensor_ else _class_({name}))"
    if others or any(array.array_type is Tensor for array in arrays):
        return None
    return f"({name}.__class__, {name}.shape, {name}.dtype)"


def class_of(value: object) -> type:
    """The class of what is no Tensor. Raises TypeError for an instance of a subclass, whose shape matters as well."""
    if isinstance(value, Tensor):
        raise TypeError("a tensor of another class is judged in full")
    return value.__class__


def _decided_by_class(hint: Any) -> bool:
    """Whether beartype's verdict on a value depends on its class alone."""
    if hint is None or hint is NoneType:
        return True
    if typing.get_origin(hint) in (typing.Union, UnionType):
        return all(map(_decided_by_class, typing.get_args(hint)))
    if hint is Callable or typing.get_origin(hint) is Callable:
        return True
    if not isinstance(hint, type) or typing.get_origin(hint) is not None:
        return False
    # A protocol, or an annotation of jaxtyping, looks at the value itself.
    return type(hint).__instancecheck__ in (type.__instancecheck__, ABCMeta.__instancecheck__)


def _decided_by_value(hint: Any) -> bool:
    """Whether the values that beartype accepts are listed, so that each can be remembered."""
    return hint is None or hint is NoneType or typing.get_origin(hint) is typing.Literal


def result_key(out: Any, reading: Reading) -> Any:
    """The signature of a result, as the wrapper's text computes it; None if it cannot be remembered."""
    text = _result_part(reading)
    if text is None:
        return None
    scope = {"_out_": out, "_Tensor_": Tensor, "_class_": class_of, "_len_": len}
    try:
        return eval(text, scope)  # made of the names above
    except (AttributeError, TypeError, IndexError):
        return None


def _mentions_braces(code: CodeType) -> bool:
    """Whether a body may check values against an axis such as `{n}`, which looks at the call's arguments."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and _mentions_braces(constant):
            return True
        if isinstance(constant, str) and "{" in constant and constant is not code.co_consts[0]:
            return True
    return False
