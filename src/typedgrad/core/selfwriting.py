"""Functions that write their own code when they are first called.

Reading annotations and compiling text for every op would make importing slow, and a function that calls the one made
later would make every call slow. So the public function exchanges its code object, once.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any, TypeAlias

# The text defines one function called `written`; the scope holds what it mentions. None: nothing can be written, and
# the callable serves every call.
Written: TypeAlias = "tuple[str, dict[str, Any]] | Callable[..., Any]"

_FIRST = compile("def first(*args, **kwargs):\n    return first_call(args, kwargs)", "<first call>", "exec")
_FIRST_CODE = next(constant for constant in _FIRST.co_consts if isinstance(constant, CodeType))


def self_writing(like: Callable[..., Any], write: Callable[[], Written]) -> Callable[..., Any]:
    """A function with the name and docstring of `like` whose code `write` provides at its first call."""
    scope: dict[str, Any] = {"__builtins__": builtins, "__name__": like.__module__}
    function: Any = FunctionType(_FIRST_CODE, scope, like.__name__)

    def first_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        written = write()
        if callable(written):
            scope["first_call"] = lambda args, kwargs: written(*args, **kwargs)
        else:
            text, names = written
            scope.update(names)
            exec(compile(text, f"<written for {like.__qualname__}>", "exec"), scope)
            made = scope.pop("written")
            function.__defaults__, function.__kwdefaults__ = made.__defaults__, made.__kwdefaults__
            function.__code__ = made.__code__.replace(co_name=like.__name__)
        return function(*args, **kwargs)

    scope["first_call"] = first_call
    wrapped: Callable[..., Any] = functools.update_wrapper(function, like)
    return wrapped
