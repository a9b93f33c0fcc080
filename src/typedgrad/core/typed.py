"""The run-time judge: beartype and jaxtyping decide once, a cache remembers.

`@typed` checks a function's arguments and result against its annotations. A call whose signature (shape, dtype and
device of each tensor, class of everything else) passed before costs one dictionary look-up; any other goes the full
way through jaxtyping and beartype, and then through our own matcher, which also words the error.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from typedgrad.core.selfwriting import self_writing

if TYPE_CHECKING:
    from typedgrad.core.judge import Judge
    from typedgrad.core.primitive import Primitive

F = TypeVar("F", bound=Callable[..., Any])
_MODES = ("off", "cached", "always")


def _mode_from_environment() -> str:
    wanted = os.environ.get("TYPEDGRAD_CHECKS", "cached")
    if wanted not in _MODES:
        raise ValueError(f"TYPEDGRAD_CHECKS must be one of {', '.join(_MODES)}, not {wanted!r}")
    return wanted


CHECKS = _mode_from_environment()


def typed(function: F) -> F:
    """Check every call of `function` against its jaxtyping annotations, at next to no cost once a signature is known.

    The verdict is that of jaxtyping and beartype; `docs/shapes.md` lists where typedgrad reads more than they do. The
    environment variable TYPEDGRAD_CHECKS (off, cached, always) is read when the function is decorated.

    Raises:
        ShapeError: (a TypeError) from the decorated function, if shapes or dtypes do not fit.
        TypeError: from the decorated function, if another argument has the wrong type.

    >>> @tg.typed
    ... def scores(x: Float32[tg.Tensor, "batch n"], w: Float32[tg.Tensor, "n k"]) -> Float32[tg.Tensor, "batch k"]:
    ...     return x @ w
    >>> scores(tg.ones((2, 3)), tg.ones((3, 4))).shape
    (2, 4)
    """
    if CHECKS == "off":
        return function
    if not inspect.isfunction(function):
        advice = ""
        if isinstance(function, (staticmethod, classmethod)):
            advice = f"; put @typed below @{type(function).__name__}"
        elif isinstance(function, type):
            advice = "; decorate its methods instead"
        raise TypeError(f"typed: expected a function, not a {type(function).__name__}{advice}")
    options: dict[str, Any] = {}
    if "<locals>" in function.__qualname__:
        from typedgrad.core.postponed import local_names

        options["names"] = local_names(function, sys._getframe(1))
    return (_awaited if inspect.iscoroutinefunction(function) else remembering)(function, **options)


def remembering(function: F, **options: Any) -> F:
    """`function`, checked in full on its first call with a signature; the checker is built when it is first called."""

    def write() -> Any:
        from typedgrad.core.judge import Judge

        return Judge(function, **options).written(keep=CHECKS == "cached")

    return cast("F", self_writing(function, write))  # it has the parameters of `function`


def _awaited(function: F, **options: Any) -> F:
    """A coroutine function: its arguments are checked before it starts, its result when it is there. No cache."""
    judges: list[Judge] = []

    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        if not judges:
            from typedgrad.core.judge import Judge

            judges.append(Judge(function, **options))
        judges[0].arguments(args, kwargs)
        out = await function(*args, **kwargs)
        return judges[0].returned(out, args, kwargs)

    return cast("F", call)  # it has the parameters of `function`


def check_arguments(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any]) -> None:
    """The full check of an op's arguments by jaxtyping and beartype.

    Raises:
        ShapeError: if shapes or dtypes do not fit the annotations.
        TypeError: if a static argument has the wrong type.
    """
    if CHECKS == "off":
        return
    from typedgrad.core.judge import check_call

    check_call(op, tensors, statics)
