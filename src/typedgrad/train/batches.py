"""What `fit` and `evaluate` take as data: a dataset, which is cut into batches here, or batches."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import TypeAlias

from typedgrad.core.tensor import Tensor
from typedgrad.data import Dataset, Loader

Pairs: TypeAlias = Iterable[tuple[Tensor, Tensor]]
Data: TypeAlias = Dataset[Tensor, Tensor] | Pairs


def pairs_of(title: str, data: Data, batch: int | None, default: int, *, shuffle: bool, seed: int = 0) -> Pairs:
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


def checked(title: str, batch: tuple[Tensor, Tensor], where: str) -> tuple[Tensor, Tensor]:
    """The two tensors of a batch.

    Raises:
        TypeError: if it is not a pair of tensors.
        ValueError: if it has no rows.
    """
    if not isinstance(batch, tuple) or len(batch) != 2 or not all(isinstance(t, Tensor) for t in batch):
        kinds = f" of {', '.join(type(t).__name__ for t in batch)}" if isinstance(batch, tuple) else ""
        raise TypeError(f"{title}: {where} must be a pair (x, y) of Tensors, not a {type(batch).__name__}{kinds}")
    x, y = batch
    if 0 in (*x.shape[:1], *y.shape[:1]):
        raise ValueError(f"{title}: {where} is empty: x has shape {list(x.shape)}, y has shape {list(y.shape)}")
    return x, y


def count(data: Pairs) -> int | None:
    """How many batches there are, if that is known before they are made."""
    return len(data) if isinstance(data, Sized) else None
