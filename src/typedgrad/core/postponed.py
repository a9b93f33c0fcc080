"""Evaluating annotations that are strings, as they are in modules that postpone them."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from typedgrad.shapes import ShapeStringError, parse_axes

_WORD = re.compile(r"[^\W\d]\w*")
_QUOTED = re.compile(r"""["']([^"']*)["']""")


def hints_of(function: Callable[..., Any], names: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The annotations of `function`, evaluated in its module, and with `names`.

    What is not defined at run time, because only type checkers import it, counts as `Any`, as it does for jaxtyping,
    but not if a shape would go unchecked.
    """
    try:
        return typing.get_type_hints(function, localns=dict(names) if names else None, include_extras=True)
    except (AttributeError, NameError, SyntaxError, TypeError, ValueError):
        annotations = getattr(function, "__annotations__", {})
        return {name: _evaluated(function, name, text, names) for name, text in annotations.items()}


def _evaluated(function: Callable[..., Any], name: str, annotation: object, names: Mapping[str, object] | None) -> Any:
    def carrier() -> None: ...

    carrier.__annotations__ = {name: annotation}
    scope = getattr(inspect.unwrap(function), "__globals__", {})
    shapes = _QUOTED.findall(annotation) if isinstance(annotation, str) else []
    whose = "the result" if name == "return" else f"`{name}`"
    try:
        return typing.get_type_hints(carrier, scope, dict(names) if names else None, include_extras=True)[name]
    except NameError as error:
        if not shapes:
            return Any
        raise NameError(
            f"{function.__name__}: the annotation of {whose} mentions `{error.name}`, which is not defined at run time",
            name=error.name,
        ) from error
    except (AttributeError, SyntaxError, TypeError, ValueError) as error:
        for text in shapes:
            try:
                parse_axes(text)
            except ShapeStringError as wrong:
                whole = f"{function.__name__}: {whose}"
                raise ShapeStringError(wrong.text, wrong.token, wrong.column, wrong.reason, whole) from error
        raise TypeError(f"{function.__name__}: the annotation of {whose} is wrong: {error}") from error


def local_names(function: Callable[..., Any], frame: FrameType | None) -> dict[str, object]:
    """What the annotations of a function that is defined in another one mention of the names there."""
    texts = [text for text in getattr(function, "__annotations__", {}).values() if isinstance(text, str)]
    wanted = {word for text in texts for word in _WORD.findall(text)}
    found: dict[str, object] = {}
    while frame is not None and frame.f_locals is not frame.f_globals:
        scope = frame.f_locals
        found = {word: scope[word] for word in wanted if word in scope} | found
        # The body of a class has the names of the function around it as well.
        frame = None if frame.f_code.co_flags & inspect.CO_OPTIMIZED else frame.f_back
    return found
