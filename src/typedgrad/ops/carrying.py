"""What loops carry from step to step: trees of tensors that must stay what they are."""

from __future__ import annotations

from typing import TypeVar

from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import VALUELESS
from typedgrad.ops.create import asarray
from typedgrad.shapes import DTypeError, ShapeError

T = TypeVar("T")


def as_tensors(what: str, tree: T) -> T:
    """The tree with its numbers made tensors.

    Raises TypeError for leaves that are neither.
    """
    leaves, structure = flatten(tree)
    if all(isinstance(leaf, Tensor) for leaf in leaves):
        return tree
    for path, leaf in leaves_with_paths(tree):
        if not isinstance(leaf, (Tensor, bool, int, float, complex)):
            where = f" at `{path}`" if path else ""
            raise TypeError(f"{what} is made of tensors, but there is a {type(leaf).__name__}{where}")
    made: T = unflatten(structure, [leaf if isinstance(leaf, Tensor) else asarray(leaf) for leaf in leaves])
    return made


def same_tree(rule: str, before: T, after: T, link: str = "became") -> T:
    """`after`, which must have the structure, shapes and dtypes of `before`.

    Raises TypeError for another structure, ShapeError for another shape, DTypeError for another dtype, naming the first
    path and both. The message begins with `rule`, such as "scan: the carry must keep its".
    """
    (old, old_structure), (new, new_structure) = flatten(before), flatten(after)
    if old_structure != new_structure:
        raise TypeError(f"{rule} structure, but {_spelt(before)} {link} {_spelt(after)}")
    for i, (x, y) in enumerate(zip(old, new, strict=True)):
        if not _alike(x, y):
            path = leaves_with_paths(after)[i][0]
            where = f" at `{path}`" if path else ""
            kind, error = _difference(x, y)
            raise error(f"{rule} {kind}, but{where} {_described(x)} {link} {_described(y)}")
    return after


def _difference(x: object, y: object) -> tuple[str, type[TypeError]]:
    if not (isinstance(x, Tensor) and isinstance(y, Tensor)):
        return "structure", TypeError
    if x.shape != y.shape:
        return "shape", ShapeError
    return ("dtype", DTypeError) if x.dtype != y.dtype else ("device", TypeError)


def _alike(x: object, y: object) -> bool:
    if not (isinstance(x, Tensor) and isinstance(y, Tensor)):
        return x.__class__ is y.__class__
    if not VALUELESS.isdisjoint((x.device, y.device)):
        return x.shape == y.shape and x.dtype == y.dtype
    return x.aval is y.aval


def recorded(tree: object) -> bool:
    """Whether a leaf of the tree is being differentiated."""
    return any(isinstance(leaf, Tensor) and leaf.node is not None for leaf in flatten(tree)[0])


def _described(leaf: object) -> str:
    if not isinstance(leaf, Tensor):
        return type(leaf).__name__
    place = "" if leaf.device in {"cpu", *VALUELESS} else f" on {leaf.device}"
    return f"{leaf.dtype.name}[{' '.join(map(str, leaf.shape))}]{place}"


def _spelt(tree: object) -> str:
    """The structure of a tree, as Python would write it, with `*` for the leaves."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key!r}: {_spelt(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return f"{type(tree).__name__}({', '.join(map(_spelt, tree))})"
    if isinstance(tree, (tuple, list)):
        inside = ", ".join(map(_spelt, tree))
        return f"[{inside}]" if isinstance(tree, list) else f"({inside}{',' * (len(tree) == 1)})"
    leaves, _ = flatten(tree)
    return "*" if len(leaves) == 1 and leaves[0] is tree else "None" if tree is None else type(tree).__name__
