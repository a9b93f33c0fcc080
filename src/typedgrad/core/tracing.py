"""Tracing: functions run on tensors without values, and what they call is written down.

This file is what ops know of it: where to report a call. `typedgrad.graph` brings the recorder along.
"""

from __future__ import annotations

import functools
import operator
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

from typedgrad.core.mode import mode

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.keys import Key
    from typedgrad.core.primitive import Primitive
    from typedgrad.core.tape import Node

DEVICE: Final = "traced"
# The devices whose tensors have no values that could be looked at.
VALUELESS: Final = frozenset({"abstract", DEVICE})


class Recorder(Protocol):
    """What is told of a function that is being traced."""

    def primitive(
        self, op: Primitive, statics: Mapping[str, Any], tensors: tuple[Any, ...], avals: tuple[Aval, ...]
    ) -> tuple[Any, ...]:
        """An op runs on these arrays (None if absent, a tuple for a sequence); gives its results."""

    def pull(self, g: Any, node: Node) -> tuple[Any, ...] | None:
        """The first-order rule of an op runs, on tensors. None: it has no kernel, so let its own rule run."""

    def host(self, function: Callable[..., Any], args: tuple[Any, ...], results: int | None) -> Any:
        """A function of numbers and keys runs, some of them not known."""

    def bits(self, key: Key, n: int) -> Any:
        """Random words of a key that is not known."""

    def number(self, number: Number, like: Any) -> Any:
        """A number that is not known as a tensor beside the tensor `like`."""

    def branch(self, pred: Any, true_fun: Callable[..., Any], false_fun: Callable[..., Any], operands: Any) -> Any:
        """`cond` on a tensor without a value."""

    def loop(self, cond_fun: Callable[..., Any], body_fun: Callable[..., Any], carry: Any, limit: int | None) -> Any:
        """`while_loop` on tensors without values."""


class _Open(threading.local):
    """The traces that are open on this thread, innermost last."""

    recorders: tuple[Recorder, ...] = ()


opened = _Open()


def recorder() -> Recorder:
    """The innermost open trace."""
    if not opened.recorders:
        raise TypeError(
            "trace: a tensor without a value got out of the function that was traced, which must be pure: "
            "return it instead of storing it"
        )
    return opened.recorders[-1]


class NeedsValue(Exception):  # caught by the tracer, which then runs once more with the value
    """Python wants to know a number that was to be left open."""

    def __init__(self, number: Number) -> None:
        super().__init__(f"the value of {number!r} is needed while the function is traced")
        self.number = number


class Number:
    """A Python number that is left open: a step count, a learning rate that follows it.

    `example` is what it is this time; it decides between int and float and nothing else. `origins` are the arguments
    that it was computed from.
    """

    __slots__ = ("example", "origins", "value")

    def __init__(self, value: object, example: float, origins: frozenset[int]) -> None:
        self.value = value
        self.example = example
        self.origins = origins

    def __repr__(self) -> str:
        return f"{type(self.example).__name__}(?)"

    def _needed(self, *_: object) -> NoReturn:
        raise NeedsValue(self)

    __bool__ = __int__ = __float__ = __index__ = __hash__ = __round__ = __floor__ = __ceil__ = _needed
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __format__ = _needed


def _arithmetic(function: Callable[..., Any], *, swapped: bool = False) -> Callable[[Number, Any], Any]:
    def method(self: Number, other: Any) -> Any:
        if not isinstance(other, (int, float, Number)):
            return NotImplemented
        return host(function, other, self) if swapped else host(function, self, other)

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(Number, f"__{_name}__", _arithmetic(getattr(operator, _name)))
    setattr(Number, f"__r{_name}__", _arithmetic(getattr(operator, _name), swapped=True))
for _name in ("neg", "pos", "abs"):
    setattr(Number, f"__{_name}__", functools.partialmethod(lambda self, f: host(f, self), getattr(operator, _name)))


def is_open(value: object) -> bool:
    """Whether a number, or a key, is not known while a function is traced."""
    return isinstance(value, Number) or getattr(value, "is_open", False)


def host(function: Callable[..., Any], *args: Any, results: int | None = None) -> Any:
    """`function(*args)`, for a pure function of Python numbers; if one of them is left open, when it is known.

    Args:
        function: a pure function.
        args: numbers, keys, and whatever else it takes.
        results: how many numbers it returns in a tuple; None if it returns one.
    """
    if any(map(is_open, args)):
        return recorder().host(function, args, results)
    return function(*args)


def recording(op: Primitive, statics: Mapping[str, Any], avals: tuple[Aval, ...], *, several: bool) -> Any:
    """What stands for the body of an op while it is traced."""

    def run(*arrays: Any) -> Any:
        made = recorder().primitive(op, statics, arrays, avals)
        return made if several else made[0]

    return run


def pulling(op: Primitive) -> Callable[[Any, Node], Any]:
    """What stands for the rule of an op while it is traced: one step where a kernel has its own, otherwise the rule."""

    def pull(g: Any, node: Node) -> Any:
        found = recorder().pull(g, node) if mode.depth == 0 else None
        return op.pull_taped(g, node) if found is None else found

    return pull


def unreachable(name: str) -> Callable[..., NoReturn]:
    """What stands for the rule on arrays: cotangents of tensors without values are tensors."""

    def pull(*_: object) -> NoReturn:
        raise TypeError(f"{name}: its gradient cannot be computed on arrays while it is traced")

    return pull


def with_numbers(tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of an op, where numbers that are left open have become tensors."""
    if not any(isinstance(x, Number) for x in tensors):
        return tensors
    like = next((x for x in tensors if hasattr(x, "aval")), None)
    return tuple(recorder().number(x, like) if isinstance(x, Number) else x for x in tensors)
