"""Numbered rows, and which of them a loader delivers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

import typedgrad as tg
from typedgrad.data import Dataset


def numbered(n: int, classes: int = 3) -> Dataset[tg.Tensor, tg.Tensor]:
    """Row `i` has the features `[i, -i]` and the label `i % classes`."""
    i = np.arange(n)
    return Dataset(tg.asarray(np.stack([i, -i], axis=1).astype("float32")), tg.asarray(i % classes), classes=classes)


def numbers(batches: Iterable[tuple[tg.Tensor, tg.Tensor]]) -> list[int]:
    """The numbers of the rows in the order in which they come, once features and labels are seen to belong together."""
    found = []
    for x, y in batches:
        values = x.numpy()
        assert (values[:, 0] == -values[:, 1]).all()
        assert (values[:, 0] % 3 == y.numpy()).all()
        found += values[:, 0].astype(int).tolist()
    return found


def contents(batches: Iterable[tuple[tg.Tensor, tg.Tensor]]) -> list[tuple[object, object]]:
    """All values, batch by batch."""
    return [(x.tolist(), y.tolist()) for x, y in batches]
