"""`evaluate`: how often a classifier is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.train.batches import checked, pairs_of
from typedgrad.train.classification import Classification, confusion_of

if TYPE_CHECKING:
    from typedgrad.train.batches import Data

BATCH = 256


def evaluate(
    model: Callable[[Tensor], Tensor], data: Data, *, names: Sequence[str] | None = None, batch: int | None = None
) -> Classification:
    """How the classes that the model's scores are highest for compare with the labels.

    Args:
        model: gives one score per class for every row: logits or probabilities, `[n classes]`.
        data: a dataset, or an iterable of batches `(x, y)`; labels `y` are integers `[n]` from 0 up.
        names: of the classes, for the report.
        batch: rows per batch of a dataset; 256 unless given.

    Raises:
        TypeError: if scores are not floats or labels not integers, or inside `with tg.training(...)`.
        ShapeError: if scores are not `[n classes]` and labels `[n]`.
        ValueError: if a label is out of range, a score is NaN, or there is nothing to evaluate.

    >>> data = tg.data.Dataset(tg.asarray([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), tg.asarray([0, 1, 1]), classes=2)
    >>> round(tg.evaluate(lambda x: x, data).accuracy, 3)
    0.667
    """
    if current_run() is not None:
        raise TypeError("evaluate: inside `with tg.training(...)` layers train; call it outside")
    total = None
    for number, pair in enumerate(pairs_of("evaluate", data, batch, BATCH, shuffle=False), 1):
        x, y = checked("evaluate", pair, f"batch {number}")
        found = confusion_of("evaluate", model(x), y, f"batch {number}")
        if total is not None and found.shape != total.shape:
            raise ValueError(
                f"evaluate: the model gave {len(total)} scores per row before, but {len(found)} for batch {number}"
            )
        total = found if total is None else total + found
    if total is None:
        raise ValueError("evaluate: `data` has no batches")
    return Classification(total, None if names is None else tuple(names))
