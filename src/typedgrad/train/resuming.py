"""Going on: the state of an updater as it was kept, fitted to the model at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor

S = TypeVar("S")


def restored(given: object, fresh: S) -> S:
    """The state that was given, once it fits that of a new training, `fresh`.

    It may be a mapping from the paths of its leaves to their values, as files have it.

    Raises ValueError if it is of another model or another updater; names the first leaf that differs.
    """
    leaves, structure = flatten(fresh)
    paths = [path for path, _ in leaves_with_paths(fresh)]
    if isinstance(given, Mapping) and not isinstance(fresh, Mapping):
        found = dict(given)
    elif type(given) is not type(fresh):
        raise ValueError(f"fit: the state is a {type(given).__name__}, but the updater has a {type(fresh).__name__}")
    else:
        found = dict(leaves_with_paths(given))
    _refuse_others([p for p in paths if p not in found], "lacks")
    _refuse_others([p for p in found if p not in {*paths}], "has")
    made = [_alike(path, found[path], leaf) for path, leaf in zip(paths, leaves, strict=True)]
    state: S = unflatten(structure, made)
    return state


def _refuse_others(paths: list[str], has: str) -> None:
    if paths:
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        reason = "it is that of another model or updater"
        raise ValueError(f"fit: the state {has} `{paths[0]}`{more}, so {reason}")


def _alike(path: str, value: Any, fresh: Any) -> Any:
    if isinstance(fresh, Tensor):
        if not isinstance(value, Tensor):
            raise ValueError(f"fit: `{path}` of the state must be a Tensor, not a {type(value).__name__}")  # noqa: TRY004  # as its siblings: a state that does not fit
        if value.shape != fresh.shape or value.dtype != fresh.dtype:
            sizes = [f"{t.dtype.name}[{' '.join(map(str, t.shape))}]" for t in (value, fresh)]
            raise ValueError(f"fit: `{path}` of the state is {sizes[0]}, but the model needs {sizes[1]}")
    return value
