"""Vectors for things that are numbered: looked up, averaged in bags, or with a single 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from jaxtyping import Bool, Float, Int

from typedgrad.backends import namespace
from typedgrad.core.batching import innermost
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import VALUELESS
from typedgrad.nn.fields import param
from typedgrad.nn.initialisers import normal
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_choice
from typedgrad.ops.create import arange
from typedgrad.ops.gather import take
from typedgrad.ops.move import expand_dims
from typedgrad.ops.one_hot import one_hot
from typedgrad.ops.reduce import max, sum
from typedgrad.ops.selection import maximum, where
from typedgrad.ops.truth import any

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.nn.fields import Initializer


class Embedding(Layer):
    """Looks up one row of `weight` for each index.

    The row `padding_index`, if there is one, is 0 and stays so: it has no gradient. The others start as normal numbers
    with the standard deviation `std`.

    Raises:
        IndexError: for an index that is negative, or outside of the vocabulary.
        ValueError: for a padding index outside of the vocabulary.

    >>> layer = tg.init(tg.nn.Embedding(vocabulary=10, features=4, padding_index=0), tg.random.key(0))
    >>> layer(tg.asarray([[1, 2, 0]])).shape
    (1, 3, 4)
    >>> layer(tg.asarray([0]))
    Tensor([[0., 0., 0., 0.]], dtype=float32)
    """

    vocabulary: int
    features: int
    padding_index: int | None = None
    std: float = 1.0
    weight: Float[Tensor, "vocabulary features"] = param(by=lambda self: _padded(self.padding_index, self.std))

    def __check__(self) -> None:
        _check_padding(self, self.padding_index, self.vocabulary)

    def __call__(self, indices: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch features"]:
        check_indices("Embedding", indices, self.vocabulary)
        rows = take(self.weight, indices, axis=0)
        if self.padding_index is None:
            return rows
        # The row could have been set to something else, and must have no gradient in any case.
        return where(expand_dims(indices == self.padding_index, axis=-1), 0.0, rows)


class EmbeddingBag(Layer):
    """The mean (or `reduction` "sum" or "max") of the rows of `weight` for the indices of each bag.

    Indices where `mask` is false, and `padding_index`, do not count; a bag in which none counts gives zeros.

    Raises:
        IndexError: for an index that is negative, or outside of the vocabulary.
        ShapeError: for a mask of another shape.
        ValueError: for a padding index outside of the vocabulary, another `reduction`, and empty bags.

    >>> layer = tg.init(tg.nn.EmbeddingBag(vocabulary=10, features=4), tg.random.key(0))
    >>> layer(tg.asarray([[1, 2, 3], [1, 1, 1]])).shape
    (2, 4)
    """

    vocabulary: int
    features: int
    reduction: Literal["mean", "sum", "max"] = "mean"
    padding_index: int | None = None
    weight: Float[Tensor, "vocabulary features"] = param(by=lambda self: _padded(self.padding_index))

    def __check__(self) -> None:
        _check_padding(self, self.padding_index, self.vocabulary)
        check_choice(self, "reduction", ("mean", "sum", "max"))

    def __call__(
        self, indices: Int[Tensor, "*batch n"], *, mask: Bool[Tensor, "*batch n"] | None = None
    ) -> Float[Tensor, "*batch features"]:
        if indices.shape[-1] == 0:
            raise ValueError(f"EmbeddingBag: `indices` holds empty bags, its shape is {indices.shape}")
        check_indices("EmbeddingBag", indices, self.vocabulary)
        counted = indices >= 0 if mask is None else mask
        if self.padding_index is not None:
            counted = counted & (indices != self.padding_index)
        here = expand_dims(counted, axis=-1)
        rows = take(self.weight, indices, axis=0)
        if self.reduction == "max":
            found = max(where(here, rows, float("-inf")), axis=-2)
            return where(any(here, axis=-2), found, 0.0)
        total = sum(where(here, rows, 0.0), axis=-2)
        if self.reduction == "sum":
            return total
        return total / maximum(sum(here.astype(total.dtype), axis=-2), 1.0)


class OneHot(Layer):
    """For each label a vector with a 1 at the label's place; see `typedgrad.one_hot`.

    Raises ValueError for a label outside of 0 .. classes - 1.

    >>> tg.nn.OneHot(classes=3)(tg.asarray([2]))
    Tensor([[0., 0., 1.]], dtype=float32)
    """

    classes: int

    def __call__(self, labels: Int[Tensor, "*s"]) -> Float[Tensor, "*s classes"]:
        return one_hot(labels, classes=self.classes)


def check_indices(name: str, indices: Tensor, count: int) -> None:
    """Raise IndexError for an index that is not in 0 .. count - 1. Looks at values, where there are some."""
    if indices.device in VALUELESS or not indices.size:
        return
    values: Any = innermost(indices).data  # of all examples under `vmap`
    xp = namespace(values)
    for worst in (int(xp.min(values)), int(xp.max(values))):
        if not 0 <= worst < count:
            raise IndexError(f"{name}: an index is {worst}, but must be from 0 to {count - 1}, as vocabulary={count}")


def _padded(padding_index: int | None, std: float = 1.0) -> Initializer:
    """The initialiser of a table with a row of zeros."""
    if padding_index is None:
        return normal(std)

    def made(key: Key, shape: tuple[int, ...], dtype: str, fans: tuple[int, int]) -> Tensor:
        table = normal(std)(key, shape, dtype, fans)
        return where(expand_dims(arange(shape[0]) == padding_index, axis=-1), 0.0, table)

    return made


def _check_padding(layer: Layer, padding_index: int | None, vocabulary: int) -> None:
    if padding_index is not None and not 0 <= padding_index < vocabulary:
        raise ValueError(
            f"{type(layer).__name__}: `padding_index` must be from 0 to {vocabulary - 1}, as vocabulary={vocabulary}, "
            f"got {padding_index}"
        )
