"""A scalar function of a tree, seen as a function of one long vector; every evaluation is checked and counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from typedgrad.backends import namespace
from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import value_and_grad
from typedgrad.optim.refusals import spelt
from typedgrad.optim.walk import boxed, raw

if TYPE_CHECKING:
    from numpy import dtype, generic

P = TypeVar("P")


class Point(NamedTuple):
    """Where a solver is: the vector, the objective there and its gradient, as raw arrays."""

    x: Tensor
    value: float
    gradient: Tensor


class Flat(Generic[P]):
    """The objective as a function of a vector. Counts its evaluations: the only thing here that changes."""

    def __init__(self, objective: Callable[[P], Tensor], tree: P) -> None:
        self.leaves, self.structure = flatten(tree)
        self.places = [i for i, leaf in enumerate(self.leaves) if isinstance(leaf, Tensor)]
        _check(tree)
        self.evaluate = value_and_grad(lambda tensors: objective(self._tree(tensors)))
        self.evaluations = 0

    @property
    def start(self) -> Tensor:
        """The vector of the tree itself."""
        return self._vector([self.leaves[i] for i in self.places])

    def _vector(self, tensors: list[Tensor]) -> Tensor:
        """Tensors one behind the other, as a raw array of the widest of their dtypes."""
        arrays = list(map(raw, tensors))
        xp, widest = namespace(arrays[0]), _widest(arrays)
        return xp.concat([xp.reshape(xp.astype(a, widest), (-1,)) for a in arrays])

    def tree(self, vector: Tensor) -> P:
        """The tree with the elements of a vector."""
        return self._tree(self._tensors(vector))

    def _tensors(self, vector: Tensor) -> list[Tensor]:
        xp, start, found = namespace(vector), 0, []
        for i in self.places:
            like: Tensor = self.leaves[i]
            size = math.prod(like.shape)
            part = xp.reshape(vector[start : start + size], like.shape)
            found.append(boxed(xp.astype(part, raw(like).dtype), like))
            start += size
        return found

    def _tree(self, tensors: list[Tensor]) -> P:
        leaves = list(self.leaves)
        for i, tensor in zip(self.places, tensors, strict=True):
            leaves[i] = tensor
        made: P = unflatten(self.structure, leaves)
        return made

    def __call__(self, x: Tensor) -> Point:
        """The objective and its gradient; NaN counts as infinitely bad.

        Raises TypeError or ShapeError if the objective does not return a scalar.
        """
        self.evaluations += 1
        value, gradient = self.evaluate(self._tensors(x))
        number = float(value)
        return Point(x, math.inf if math.isnan(number) else number, self._vector(gradient))


def dot(a: Tensor, b: Tensor) -> float:
    """The inner product of two vectors."""
    return float(a @ b)


def largest(a: Tensor) -> float:
    """The largest size of an element; 0 if there is none."""
    xp = namespace(a)
    return float(xp.max(xp.abs(a))) if 0 not in a.shape else 0.0


def _widest(arrays: list[Tensor]) -> dtype[generic]:
    return max((a.dtype for a in arrays), key=lambda d: 0 if "16" in str(d) else 1 if "32" in str(d) else 2)


def _check(tree: object) -> None:
    tensors = [(path, leaf) for path, leaf in leaves_with_paths(tree) if isinstance(leaf, Tensor)]
    if not tensors:
        raise TypeError(f"minimize: `x0` must hold a tensor, got {type(tree).__name__}; make one: tg.asarray(...)")
    for path, leaf in tensors:
        if leaf.dtype.kind != "f":
            raise TypeError(f"minimize: {spelt(path)} of `x0` is {leaf.dtype.name}; only float tensors can be moved")
        if leaf.device != tensors[0][1].device:
            raise TypeError(f"minimize: {spelt(path)} of `x0` is on {leaf.device}, others on {tensors[0][1].device}")
        if leaf.device == "abstract":
            raise TypeError(f"minimize: {spelt(path)} of `x0` has a shape only, no values to start from")
