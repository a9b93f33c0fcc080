"""Sequences of different lengths: padded to one length, with masks, in batches of similar lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.masked import MaskedBatch
from typedgrad.data.order import Draws, checked_int, checked_seed, permutation
from typedgrad.data.parting import Parts, split_rows
from typedgrad.data.rows import host
from typedgrad.data.stream import Stream, stream_of
from typedgrad.ops.create import asarray
from typedgrad.shapes.dtypes import promote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxtyping import Bool, Shaped
    from numpy.typing import NDArray

    Padded: TypeAlias = MaskedBatch[
        Shaped[Tensor, "batch time *features"], Shaped[Tensor, "batch *labels"], Bool[Tensor, "batch time"]
    ]

Align: TypeAlias = Literal["start", "end"]
# What random numbers are for; see `Draws`.
BUCKET_PURPOSE = 2


def from_sequences(
    xs: Sequence[object],
    ys: Sequence[object],
    *,
    per_step: bool = False,
    align: Align = "start",
    pad: float = 0.0,
) -> Padded:
    """Sequences `[time, ...]` as one batch, padded to the longest.

    Args:
        xs: the sequences, as tensors, arrays or nested lists.
        ys: the label of each sequence; with `per_step`, the labels `[time, ...]` of each.
        per_step: whether there is a label for every step.
        align: "start" pads at the end, "end" at the start, so that all last steps stand together.
        pad: what padding is filled with, in the features; labels are filled with 0.

    Raises:
        ValueError: if there are no sequences, one is empty or ragged, or they differ in features or number of labels.

    >>> x, y, mask = tg.data.from_sequences([[[1.0], [2.0]], [[3.0]]], [1, 0], align="end")
    >>> x.tolist(), y.tolist(), mask.tolist()
    ([[[1.0], [2.0]], [[0.0], [3.0]]], [1, 0], [[True, True], [False, True]])
    """
    return SequenceDataset(xs, ys, per_step=per_step).padded(align=align, pad=pad)


class SequenceDataset:
    """Sequences and their labels; arguments and errors are those of `from_sequences`.

    >>> data = tg.data.SequenceDataset([[1.0, 2.0, 3.0], [4.0], [5.0, 6.0]], [0, 1, 1])
    >>> data.lengths, [batch.x.shape for batch in data.batches(2)]
    ((3, 1, 2), [(2, 3), (1, 2)])
    """

    __slots__ = ("_per_step", "_xs", "_ys")

    def __init__(self, xs: Sequence[object], ys: Sequence[object], *, per_step: bool = False) -> None:
        if len(xs) == 0:
            raise ValueError("sequences: there are none")
        if len(xs) != len(ys):
            raise ValueError(f"sequences: there are {len(xs)} in `xs` but {len(ys)} labels in `ys`")
        self._xs = _arrays("xs", xs, 1)
        self._ys = _arrays("ys", ys, 1 if per_step else 0)
        self._per_step = per_step
        for i, (x, y) in enumerate(zip(self._xs, self._ys, strict=True)):
            if len(x) == 0:
                raise ValueError(f"sequences: xs[{i}] is empty")
            if per_step and len(x) != len(y):
                raise ValueError(f"sequences: xs[{i}] has {len(x)} steps but ys[{i}] has {len(y)} labels")

    def __len__(self) -> int:
        return len(self._xs)

    @property
    def lengths(self) -> tuple[int, ...]:
        """The number of steps of each sequence."""
        return tuple(len(x) for x in self._xs)

    def padded(self, which: NDArray[np.int64] | None = None, *, align: Align = "start", pad: float = 0.0) -> Padded:
        """Some of the sequences, or all, as one batch padded to the longest of them.

        >>> tg.data.SequenceDataset([[1, 2], [3]], [0, 1]).padded().x.tolist()
        [[1, 2], [3, 0]]
        """
        if align not in {"start", "end"}:
            raise ValueError(f"sequences: `align` must be 'start' or 'end', got {align!r}")
        chosen = range(len(self)) if which is None else which.tolist()
        lengths = [len(self._xs[i]) for i in chosen]
        steps = np.arange(max(lengths))
        counts = np.asarray(lengths)[:, None]
        mask = steps < counts if align == "start" else steps >= len(steps) - counts
        x = _filled([self._xs[i] for i in chosen], mask, pad)
        labels = [self._ys[i] for i in chosen]
        y = _filled(labels, mask, 0) if self._per_step else np.stack(labels)
        return MaskedBatch(Tensor(x), Tensor(y), Tensor(mask))

    def batches(
        self,
        batch: int,
        *,
        shuffle: bool = False,
        seed: int = 0,
        buckets: int | None = None,
        align: Align = "start",
        pad: float = 0.0,
    ) -> Stream[Padded]:
        """Batches of `batch` sequences, each padded to its own longest; the last may be smaller.

        With `buckets`, sequences of similar lengths come together, so that little is padded: those of `buckets` batches
        at a time are sorted by their lengths, and with `shuffle` these batches come in random order.

        >>> data = tg.data.SequenceDataset([[1.0], [2.0, 2.0], [3.0], [4.0, 4.0]], [0, 1, 0, 1])
        >>> [x.shape for x, y, mask in data.batches(2, buckets=2)]
        [(2, 1), (2, 2)]
        """
        checked_int("sequences", "batch", batch, 1)
        if buckets is not None:
            checked_int("sequences", "buckets", buckets, 1)
        order = _Order(self.lengths, batch, checked_seed(seed) if shuffle else None, buckets)
        return stream_of(order).map(lambda which: self.padded(which, align=align, pad=pad))

    def split(self, fraction: float, *, seed: int = 0) -> Parts[SequenceDataset]:
        """Two datasets: a random `fraction` of the sequences, and the rest.

        >>> [len(part) for part in tg.data.SequenceDataset([[1], [2], [3], [4]], [0, 1, 0, 1]).split(0.5)]
        [2, 2]
        """
        in_train = split_rows(len(self), fraction, seed, None)
        return Parts(self._where(in_train), self._where(~in_train))

    def _where(self, mask: NDArray[np.bool_]) -> SequenceDataset:
        made = object.__new__(SequenceDataset)
        made._xs, made._ys = ([a[i] for i in np.flatnonzero(mask).tolist()] for a in (self._xs, self._ys))
        made._per_step = self._per_step
        return made


@dataclass(frozen=True)
class _Order:
    """Which sequences come in which batch."""

    lengths: tuple[int, ...]
    batch: int
    seed: int | None
    buckets: int | None

    @property
    def size(self) -> int:
        return -(-len(self.lengths) // self.batch)

    def epoch(self, number: int) -> Iterator[NDArray[np.int64]]:
        n = len(self.lengths)
        order = np.arange(n) if self.seed is None else permutation(n, self.seed, number)
        if self.buckets is not None:
            lengths = np.asarray(self.lengths)
            reach = self.buckets * self.batch
            chunks = [order[i : i + reach] for i in range(0, n, reach)]
            order = np.concatenate([chunk[np.argsort(lengths[chunk], kind="stable")] for chunk in chunks])
        batches = [order[i : i + self.batch] for i in range(0, n, self.batch)]
        if self.buckets is not None and self.seed is not None:
            draws = Draws(self.seed, number, BUCKET_PURPOSE)
            batches = [batches[i] for i in draws.order(len(batches)).tolist()]
        return iter(batches)


def _arrays(name: str, values: Sequence[object], rank: int) -> list[NDArray[np.generic]]:
    """Arrays of at least that rank that differ in their first axis at most, all of one dtype."""
    arrays = []
    for i, value in enumerate(values):
        try:
            array = host(value if isinstance(value, Tensor) else asarray(value))
        except (TypeError, ValueError) as error:
            raise type(error)(f"sequences: {name}[{i}]: {error}") from error
        if array.ndim < rank:
            raise ValueError(f"sequences: {name}[{i}] must have steps along its first axis, but it is 0-dimensional")
        arrays.append(array)
        if arrays[0].shape[rank:] != array.shape[rank:]:
            shapes = f"{list(arrays[0].shape)} and {list(array.shape)}"
            raise ValueError(f"sequences: {name}[0] and {name}[{i}] differ in more than their steps: {shapes}")
    dtype = promote(*{array.dtype.name for array in arrays})
    return [array.astype(dtype, copy=False) for array in arrays]


def _filled(sequences: list[NDArray[np.generic]], mask: NDArray[np.bool_], pad: float) -> NDArray[np.generic]:
    """The sequences where the mask is True, padding elsewhere."""
    dtype = sequences[0].dtype
    if dtype.kind in "iu" and pad != int(pad):
        raise ValueError(f"sequences: `pad` is {pad}, but the sequences hold {dtype}")
    padded = np.full((*mask.shape, *sequences[0].shape[1:]), pad, dtype)
    padded[mask] = np.concatenate(sequences)
    return padded
