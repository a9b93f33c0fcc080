"""Annotations as they are written, before anything in them is evaluated."""

from __future__ import annotations

import re
import sys
from inspect import get_annotations
from typing import Any, get_args

_QUOTED = re.compile(r"""["']([^"']*)["']""")


def own_annotations(thing: Any) -> dict[str, Any]:
    """The annotations written in a class or function itself; names that do not exist yet stay as they are written."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return annotationlib.get_annotations(thing, format=annotationlib.Format.FORWARDREF)
    return get_annotations(thing)


def shape_strings(annotation: Any) -> list[str]:
    """The shape strings in an annotation, which is itself a string if its evaluation was postponed."""
    if isinstance(annotation, str):
        return _QUOTED.findall(annotation)
    own = [annotation.dim_str] if hasattr(annotation, "dim_str") else []
    return [*own, *(text for part in get_args(annotation) for text in shape_strings(part))]
