"""What loops carry from step to step: trees of tensors that must stay what they are."""

from __future__ import annotations

from typing import TypeVar

from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.ops.create import asarray
from typedgrad.shapes import ShapeError

T = TypeVar("T")


def as_tensors(name: str, tree: T) -> T:
    """The tree with its numbers made tensors.

    Raises TypeError for leaves that are neither.
    """
    leaves, structure = flatten(tree)
    if all(isinstance(leaf, Tensor) for leaf in leaves):
        return tree
    for path, leaf in leaves_with_paths(tree):
        if not isinstance(leaf, (Tensor, bool, int, float, complex)):
            where = f" at `{path}`" if path else ""
            raise TypeError(f"{name}: a carry is made of tensors, but there is a {type(leaf).__name__}{where}")
    made: T = unflatten(structure, [leaf if isinstance(leaf, Tensor) else asarray(leaf) for leaf in leaves])
    return made


def same_tree(what: str, before: T, after: T) -> T:
    """`after`, which must have the structure, shapes and dtypes of `before`.

    Raises TypeError for another structure, ShapeError for another shape or dtype, naming the first path and both.
    """
    (old, old_structure), (new, new_structure) = flatten(before), flatten(after)
    if old_structure != new_structure:
        raise TypeError(f"{what} must keep its structure, but {_spelt(before)} became {_spelt(after)}")
    for i, (x, y) in enumerate(zip(old, new, strict=True)):
        if not _alike(x, y):
            path = leaves_with_paths(after)[i][0]
            where = f" at `{path}`" if path else ""
            raise ShapeError(f"{what} must keep its shapes, but{where} {_described(x)} became {_described(y)}")
    return after


def _alike(x: object, y: object) -> bool:
    if not (isinstance(x, Tensor) and isinstance(y, Tensor)):
        return x.__class__ is y.__class__
    if "abstract" in (x.device, y.device):
        return x.shape == y.shape and x.dtype == y.dtype
    return x.aval is y.aval


def recorded(tree: object) -> bool:
    """Whether a leaf of the tree is being differentiated."""
    return any(isinstance(leaf, Tensor) and leaf.node is not None for leaf in flatten(tree)[0])


def _described(leaf: object) -> str:
    return repr(leaf.aval) if isinstance(leaf, Tensor) else type(leaf).__name__


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
