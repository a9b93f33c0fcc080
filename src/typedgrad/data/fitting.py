"""What normalisers learn from: a tensor, a dataset, or batches, gone through once, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor
from typedgrad.data.dataset import Dataset
from typedgrad.data.epochs import Epochs
from typedgrad.data.masked import MaskedBatch
from typedgrad.data.moments import Moments
from typedgrad.data.rows import host
from typedgrad.shapes.errors import Operand, ShapeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Axes: TypeAlias = int | tuple[int, ...]
Fittable: TypeAlias = Tensor | Dataset[Tensor, Tensor] | Iterable[tuple[Tensor, ...]]
# Elements that are looked at in float64 at a time: 32 MiB.
PIECE = 1 << 22


@runtime_checkable
class Normaliser(Protocol):
    """What is fitted: it changes values and can undo that."""

    def apply(self, x: Tensor, /) -> Tensor:
        """`x`, normalised."""
        ...

    def invert(self, x: Tensor, /) -> Tensor:
        """What `apply` made into `x`."""
        ...


@dataclass(frozen=True)
class Samples:
    """Data to learn from: its features or its labels, after some changes."""

    data: Fittable
    side: Literal["x", "y"] = "x"
    changes: tuple[Normaliser, ...] = ()

    def then(self, change: Normaliser) -> Samples:
        """The same after one more change."""
        return replace(self, changes=(*self.changes, change))

    def pieces(self, title: str) -> Iterator[tuple[str, Tensor, NDArray[np.bool_] | None]]:
        """The tensors with their names in messages, and which elements are real where there is a mask.

        Raises TypeError if `data` is nothing that can be learned from.
        """
        for name, part, mask in self._parts(title):
            if not isinstance(part, Tensor):
                raise TypeError(f"{title}: {name} must be a tensor, got a {type(part).__name__}")
            changed = part
            for change in self.changes:
                changed = change.apply(changed)
            yield name, changed, mask

    def _parts(self, title: str) -> Iterator[tuple[str, object, NDArray[np.bool_] | None]]:
        data, side = self.data, self.side
        if isinstance(data, Tensor):
            yield f"`{side}`", data, None
        elif isinstance(data, Dataset):
            yield f"`{side}`", getattr(data, side), None
        elif isinstance(data, Iterable):
            # A loader's own count of epochs is for training.
            for i, batch in enumerate(data.epoch(0) if isinstance(data, Epochs) else data):
                if not isinstance(batch, tuple) or len(batch) < 2:
                    raise TypeError(f"{title}: batch {i} must be a tuple (x, y), not a {type(batch).__name__}")
                part: object = batch["xy".index(side)]
                yield f"`{side}` of batch {i}", part, _real(batch, part) if isinstance(part, Tensor) else None
        else:
            raise TypeError(
                f"{title}: learn from a tensor, a Dataset, a Loader or batches (x, y), not {type(data).__name__}"
            )


def _real(batch: object, part: Tensor) -> NDArray[np.bool_] | None:
    """Which elements of a part are real. Labels have a mask if they are one per step."""
    if not isinstance(batch, MaskedBatch) or part.shape[:2] != batch.mask.shape:
        return None
    mask = host(batch.mask).astype(bool)
    return mask.reshape(mask.shape + (1,) * (part.ndim - 2))


def learn(title: str, samples: Samples, axis: Axes) -> tuple[Moments, Tensor]:
    """The moments of all samples over `axis`, and the first of them, for its dtype and device.

    Raises:
        TypeError: if they do not hold floats.
        ValueError: if there are none, one is empty, holds NaN or infinity, or `axis` is not among its axes.
        ShapeError: if two differ in features.

    >>> found, _ = learn("fit", Samples(tg.asarray([[1.0], [3.0]])), 0)
    >>> found.mean.tolist()
    [[2.0]]
    """
    found: Moments | None = None
    first: Tensor | None = None
    for name, x, real in samples.pieces(title):
        if first is not None:
            check_same_features(title, x, name, first.shape, axis)
        elif x.dtype.kind != "f":
            raise TypeError(f"{title}: {name} must hold floats, got {x.dtype}: use astype(x, 'float32')")
        axes = averaged(title, axis, x.ndim)
        if x.size == 0:
            raise ValueError(f"{title}: {name} of shape {x.shape} is empty")
        first = x if first is None else first
        for piece, mask in _finite(title, name, x, real, axes):
            moments = Moments.of(piece, axes, mask)
            if found is not None and 0 not in axes:
                raise ValueError(f"{title}: `axis` must hold 0, the rows, to learn from several batches, got {axis}")
            found = moments if found is None else found.merge(moments)
    if found is None or first is None:
        raise ValueError(f"{title}: there are no batches")
    if not found.counts.all():
        raise ValueError(f"{title}: the mask leaves nothing to learn from")
    return found, first


def averaged(title: str, axis: Axes, rank: int) -> tuple[int, ...]:
    """The axes that are averaged over, from 0.

    Raises ValueError if there is none of that number.
    """
    axes = (axis,) if isinstance(axis, int) else axis
    if not all(-rank <= a < rank for a in axes):
        raise ValueError(f"{title}: `axis` is {axis}, but `x` has {rank} axes")
    return tuple(sorted({a % rank for a in axes}))


def _finite(
    title: str, name: str, x: Tensor, real: NDArray[np.bool_] | None, axes: tuple[int, ...]
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.bool_] | None]]:
    """The values in float64, some rows at a time if rows are averaged; what the mask hides may be anything."""
    whole = host(x)
    rows = max(1, PIECE // max(1, whole.size // len(whole))) if 0 in axes else len(whole)
    for start in range(0, len(whole), rows):
        piece = whole[start : start + rows].astype(np.float64)
        mask = None if real is None else real[start : start + rows]
        bad = ~np.isfinite(piece)
        if mask is not None:
            bad &= mask
        if bad.any():
            at = np.argwhere(bad)[0]
            place = [int(start + at[0]), *(int(i) for i in at[1:])]
            raise ValueError(f"{title}: {name} holds {piece[tuple(at)]} at {place}")
        yield np.where(mask, piece, 0.0) if mask is not None else piece, mask


def like(x: Tensor, values: NDArray[np.float64]) -> Tensor:
    """A tensor of `values` with the dtype of `x`, where `x` is."""
    return Tensor(backend_of(x.data).asarray(values, dtype=x.dtype, device=x.device))


def check_features(where: str, x: Tensor, learned: Tensor, axis: Axes) -> None:
    """Refuse `x` unless its features are those that were fitted.

    Broadcasting would let features in that are too few or too many; only the axes averaged over may differ.
    """
    check_same_features(where, x, "`x`", learned.shape, axis)


def check_same_features(where: str, x: Tensor, name: str, fitted: tuple[int, ...], axis: Axes) -> None:
    """Refuse `x` if it differs from the shape that was fitted in other axes than those averaged over.

    Raises ShapeError.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"{where}: {name} must be a tensor, got a {type(x).__name__}")
    rank = len(fitted)
    axes = averaged(where, axis, rank)
    if x.ndim != rank:
        blamed = []
        summary = f"{name} has {x.ndim} axes, but what was fitted had {rank}"
    else:
        blamed = [a for a in range(rank) if a not in axes and x.shape[a] != fitted[a]]
        if not blamed:
            return
        at = blamed[0]
        summary = f"axis {at} of {name} is {x.shape[at]}, but was {fitted[at]} when it was fitted"
    shown = ["_" if a in axes else str(n) for a, n in enumerate(fitted)]
    operands = [Operand("x", [str(n) for n in x.shape], blamed), Operand("fitted", shown, blamed)]
    raise ShapeError(summary, where=where, operands=operands)
