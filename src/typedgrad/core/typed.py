"""The run-time judge: beartype and jaxtyping decide once, a cache remembers.

`@typed` checks a function's arguments and result against its annotations. A call whose signature (shape, dtype and
device of each tensor, class of everything else) passed before costs one dictionary look-up; any other goes the full
way through jaxtyping and beartype, and then through our own matcher, which also words the error.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from typedgrad.core.selfwriting import self_writing

if TYPE_CHECKING:
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
        raise TypeError(f"typed: expected a function, not {type(function).__name__}; decorate its methods instead")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        return _plain(function)
    return remembering(function)


def remembering(function: F, **options: Any) -> F:
    """`function`, checked in full on its first call with a signature; the checker is built when it is first called."""

    def write() -> Any:
        from typedgrad.core.judge import Judge

        return Judge(function, **options).written(keep=CHECKS == "cached")

    return cast("F", self_writing(function, write))  # it has the parameters of `function`


def _plain(function: F) -> F:
    """Generators and coroutines: jaxtyping and beartype alone, without a cache."""
    from beartype import beartype
    from jaxtyping import jaxtyped

    checked: F = jaxtyped(typechecker=beartype)(function)
    return checked


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
