"""What `fit` and `evaluate` take as data: a dataset, which is cut into batches here, or batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from typedgrad.core.tensor import Tensor
from typedgrad.data import Dataset, Loader

if TYPE_CHECKING:
    from typedgrad.data import MaskedBatch

# Several inputs or outputs are a tuple.
Tensors: TypeAlias = Tensor | tuple[Tensor, ...]
Pairs: TypeAlias = Iterable[tuple[Tensors, Tensors]]
Batches: TypeAlias = "Pairs | Iterable[MaskedBatch[Tensor, Tensor, Tensor]] | Iterable[Weighted]"
Data: TypeAlias = "Dataset[Any, Any] | Batches"  # what its rows are, `fit` sees when it gets them


class Weighted(NamedTuple):
    """A batch of which each example counts as much as its weight says; with a mask if there is one.

    >>> batch = tg.train.Weighted(tg.ones((2, 3)), tg.asarray([0, 1]), weights=tg.asarray([1.0, 3.0]))
    >>> batch.weights
    Tensor([1., 3.], dtype=float32)
    """

    x: Tensors
    y: Tensors
    weights: Tensor
    mask: Tensor | None = None


class Example(NamedTuple):
    """A batch as the steps of a training see it."""

    x: tuple[Tensor, ...]
    y: Tensors
    mask: Tensor | None
    weights: Tensor | None

    @property
    def rows(self) -> int:
        """How many examples it has."""
        first = self.x[0]
        return first.shape[0] if first.shape else 1


class Numbered(Protocol):
    """Data whose epochs have numbers."""

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of an epoch, by its number from 0."""


def pairs_of(title: str, data: Data, batch: int | None, default: int, *, shuffle: bool, seed: int = 0) -> Batches:
    """The batches of a dataset; data that comes in batches as it is.

    Raises TypeError if `batch` is given for data that comes in batches already.
    """
    if isinstance(data, Dataset):
        return Loader(data, batch=default if batch is None else batch, shuffle=shuffle, seed=seed)
    if batch is not None:
        kind = type(data).__name__
        raise TypeError(f"{title}: `batch` is for a Dataset, but `data` is a {kind}, which has its own batches")
    if not isinstance(data, Iterable):
        raise TypeError(f"{title}: `data` must be a Dataset, a Loader or batches (x, y), not {type(data).__name__}")
    return data


def checked(title: str, batch: object, where: str) -> Example:
    """The tensors of a batch.

    Raises:
        TypeError: if it is not a pair of tensors or tuples of tensors, with a mask or weights if they have names; or
            if they have no values.
        ValueError: if it has no rows.
    """
    parts = batch if isinstance(batch, tuple) else ()
    names = getattr(batch, "_fields", ("x", "y", "mask")[: len(parts)])
    named = dict(zip(names, parts, strict=False))
    mask, weights = named.get("mask"), named.get("weights")
    if len(parts) < 2 or len(named) != len(parts) or not {*named} <= _KNOWN or not all(map(_is_tensors, parts[:2])):
        kinds = f" of {', '.join(type(t).__name__ for t in batch)}" if isinstance(batch, tuple) else ""
        raise TypeError(f"{title}: {where} must be a pair (x, y) of Tensors, not a {type(batch).__name__}{kinds}")
    for name, value in (("mask", mask), ("weights", weights)):
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(f"{title}: the {name} of {where} must be a Tensor, not a {type(value).__name__}")
    x, y = parts[:2]
    inputs = x if isinstance(x, tuple) else (x,)
    labels = y if isinstance(y, tuple) else (y,)
    if any(tensor.device == "abstract" for tensor in (*inputs, *labels)):
        raise TypeError(f"{title}: {where} has shapes only, no values")
    if any(0 in tensor.shape[:1] for tensor in (*inputs, *labels)):
        sizes = [
            ", ".join(str(list(t.shape)) for t in part) if isinstance(part, tuple) else list(part.shape)
            for part in (x, y)
        ]
        raise ValueError(f"{title}: {where} is empty: x has shape {sizes[0]}, y has shape {sizes[1]}")
    return Example(inputs, y, mask, weights)


_KNOWN = {"x", "y", "mask", "weights"}


def _is_tensors(part: object) -> bool:
    if isinstance(part, tuple):
        return bool(part) and all(isinstance(tensor, Tensor) for tensor in part)
    return isinstance(part, Tensor)


def count(data: object) -> int | None:
    """How many batches there are, if that is known before they are made."""
    if hasattr(data, "size"):
        size = data.size
        return size if isinstance(size, int) else None
    return len(data) if isinstance(data, Sized) else None


def begun(data: object) -> int:
    """How many epochs the data has begun before, if it counts them."""
    found = next((getattr(data, name) for name in ("begun", "_next", "_epoch") if hasattr(data, name)), 0)
    return found if isinstance(found, int) else 0


def epoch_of(data: Batches, number: int | None, done: int) -> Iterator[object]:
    """The batches of the next epoch; of that with this number where the data can give it. Passes over those done."""
    numbered: Any = data
    batches: Iterator[object] = (
        numbered.epoch(number) if number is not None and hasattr(data, "epoch") else iter(numbered)
    )
    return islice(batches, done, None) if done else batches
