"""`evaluate`: what a model gets right and wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, overload

from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.metrics import Classification
from typedgrad.shapes import ShapeError
from typedgrad.shapes.errors import Operand
from typedgrad.train.batches import checked, pairs_of

if TYPE_CHECKING:
    from typedgrad.train.batches import Data

BATCH = 256


class Updated(Protocol):
    """A metric that takes predictions and labels: any of `typedgrad.metrics`, or your own."""

    def update(self, predictions: Tensor, labels: Tensor, /) -> Self:
        """With the examples of one more batch."""


M = TypeVar("M", bound=Updated)


@overload
def evaluate(
    model: Callable[[Tensor], Tensor], data: Data, *, names: Sequence[str] | None = None, batch: int | None = None
) -> Classification: ...


@overload
def evaluate(model: Callable[[Tensor], Tensor], data: Data, *, metric: M, batch: int | None = None) -> M: ...


def evaluate(
    model: Callable[[Tensor], Tensor],
    data: Data,
    *,
    metric: Updated | None = None,
    names: Sequence[str] | None = None,
    batch: int | None = None,
) -> object:
    """How what the model says compares with the labels: as classes, unless another metric is given.

    Args:
        model: without `metric`, gives one score per class for every row: logits or probabilities, `[n classes]`.
        data: a dataset, or an iterable of batches `(x, y)`. Labels `y` of classes are integers `[n]` from 0 up, or
            one-hot.
        metric: what to update with the model's results and the labels, such as `tg.metrics.Roc.empty()`; it raises
            what its `update` does.
        names: of the classes, for the report.
        batch: rows per batch of a dataset; 256 unless given.

    Raises:
        TypeError: if scores are not floats or labels not integers, or inside `with tg.training(...)`.
        ShapeError: if scores are not `[n classes]` and labels `[n]`.
        ValueError: if a label is out of range, a score is NaN, or there is nothing to evaluate.

    >>> data = tg.data.Dataset(tg.asarray([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), tg.asarray([0, 1, 1]), classes=2)
    >>> round(tg.evaluate(lambda x: x, data).accuracy, 3)
    0.667
    >>> tg.evaluate(lambda x: x[:, 1], data, metric=tg.metrics.Roc.empty()).auroc
    1.0
    """
    if current_run() is not None:
        raise TypeError("evaluate: inside `with tg.training(...)` layers train; call it outside")
    if metric is not None and names is not None:
        raise TypeError("evaluate: `names` are for the classification that is made without a `metric`; give them to it")
    total = metric
    number = 0
    for number, pair in enumerate(pairs_of("evaluate", data, batch, BATCH, shuffle=False), 1):
        x, y = checked("evaluate", pair, f"batch {number}")
        said = model(x)
        if total is None:
            total = Classification.empty(_classes(said), names)
        try:
            total = total.update(said, y)
        except (TypeError, ValueError) as error:
            error.add_note(f"in batch {number} of `evaluate`")
            raise
    if not number:
        raise ValueError("evaluate: `data` has no batches")
    return total


def _classes(scores: Tensor) -> int:
    """How many classes a model tells apart."""
    if not isinstance(scores, Tensor) or scores.ndim < 2:
        shown = [Operand("scores", [*map(str, scores.shape)])] if isinstance(scores, Tensor) else []
        raise ShapeError("the model must give one score per class, [n classes]", where="evaluate", operands=shown)
    if scores.shape[-1] == 0:
        raise ValueError("evaluate: the model gave no scores: there are 0 classes")
    return scores.shape[-1]
