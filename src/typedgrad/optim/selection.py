"""Which parameters are meant: by a pattern of their paths, or by a function of path and parameter."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TypeAlias

from typedgrad.core.tensor import Tensor

# "bias" or "encoder.*": matches a whole path or its end behind a dot. A function takes the path and the parameter.
Which: TypeAlias = str | Callable[[str, Tensor], bool]


def meant(which: Which | None, path: str, p: Tensor) -> bool:
    """Whether a parameter is meant; all are by `None`."""
    if which is None:
        return True
    if isinstance(which, str):
        return fnmatchcase(path, which) or fnmatchcase(path, f"*.{which}")
    return bool(which(path, p))


def check_which(title: str, which: object) -> None:
    """Raises TypeError if it is neither a pattern nor a function."""
    if which is not None and not isinstance(which, str) and not callable(which):
        raise TypeError(
            f"{title}: parameters are chosen by a pattern of paths or a function of path and parameter, "
            f"not {type(which).__name__}"
        )
