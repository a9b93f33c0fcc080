"""`evaluate`: what a model gets right and wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, cast, overload

from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.metrics import Classification
from typedgrad.shapes import ShapeError
from typedgrad.shapes.errors import Operand
from typedgrad.train.batches import Example, checked, pairs_of
from typedgrad.train.objective import takes

if TYPE_CHECKING:
    from typedgrad.train.batches import Data

BATCH = 256


class Updated(Protocol):
    """A metric that takes predictions and labels: any of `typedgrad.metrics`, or your own.

    For batches with a mask or with weights, its `update` takes those too, as `mask=` and `weights=`.
    """

    def update(self, predictions: Tensor, labels: Tensor, /) -> Self:
        """With the examples of one more batch."""


M = TypeVar("M", bound=Updated)
M1 = TypeVar("M1", bound=Updated)
M2 = TypeVar("M2", bound=Updated)
M3 = TypeVar("M3", bound=Updated)
M4 = TypeVar("M4", bound=Updated)
Model = Callable[..., Tensor]


@overload
def evaluate(
    model: Model, data: Data, *, link: Model | None = None, names: Sequence[str] | None = None, batch: int | None = None
) -> Classification: ...


@overload
def evaluate(model: Model, data: Data, *, metric: M, link: Model | None = None, batch: int | None = None) -> M: ...


@overload
def evaluate(
    model: Model, data: Data, *, metrics: tuple[M1, M2], link: Model | None = None, batch: int | None = None
) -> tuple[M1, M2]: ...


@overload
def evaluate(
    model: Model, data: Data, *, metrics: tuple[M1, M2, M3], link: Model | None = None, batch: int | None = None
) -> tuple[M1, M2, M3]: ...


@overload
def evaluate(
    model: Model, data: Data, *, metrics: tuple[M1, M2, M3, M4], link: Model | None = None, batch: int | None = None
) -> tuple[M1, M2, M3, M4]: ...


@overload
def evaluate(
    model: Model, data: Data, *, metrics: tuple[M, ...], link: Model | None = None, batch: int | None = None
) -> tuple[M, ...]: ...


def evaluate(
    model: Model,
    data: Data,
    *,
    metric: Updated | None = None,
    metrics: tuple[Updated, ...] | None = None,
    link: Model | None = None,
    names: Sequence[str] | None = None,
    batch: int | None = None,
) -> object:
    """How what the model says compares with the labels: as classes, unless other metrics are given.

    A network that was built with a loss says probabilities (or whatever its loss makes of logits) by its `predict`;
    any other model says what it returns, after `link`.

    Args:
        model: without metrics, gives one score per class for every row: logits or probabilities, `[n classes]`.
        data: a dataset, or an iterable of batches `(x, y)`. Labels `y` of classes are integers `[n]` from 0 up, or
            one-hot. A batch may have a mask `[n time]`, False for what is only padding: metrics leave those steps out
            where the model says something for every step. It may have weights, which count as such.
        metric: what to update with the model's results and the labels, such as `tg.metrics.Roc.empty()`; it raises
            what its `update` does.
        metrics: several of them, updated in one pass over the data; the result is a tuple as well.
        link: applied to what the model returns: `tg.softmax` where it gives logits and a metric wants probabilities.
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
    >>> both = (tg.metrics.RocMulticlass.empty(2), tg.metrics.Calibration.empty(2))
    >>> roc, calibration = tg.evaluate(lambda x: x, data, metrics=both)
    >>> roc.macro_auroc, round(calibration.ece, 3)
    (1.0, 0.3)
    """
    _refuse_what_does_not_go_together(metric, metrics, names)
    say = _saying(model, link)
    totals = () if metrics is None and metric is None else (metrics or (metric,))
    for number, example in enumerate(_examples(data, batch), 1):
        said = say(example)
        if not totals:
            totals = (Classification.empty(_classes(said), names),)
        try:
            totals = tuple(_updated(cast("Updated", total), said, example) for total in totals)
        except (TypeError, ValueError) as error:
            error.add_note(f"in batch {number} of `evaluate`")
            raise
    return totals if metrics is not None else totals[0]


def _refuse_what_does_not_go_together(metric: object, metrics: object, names: object) -> None:
    if current_run() is not None:
        raise TypeError("evaluate: inside `with tg.training(...)` layers train; call it outside")
    if metric is not None and metrics is not None:
        raise TypeError("evaluate: give `metric`, or several as `metrics`, not both")
    if metrics is not None and (not isinstance(metrics, tuple) or not metrics):
        raise TypeError(f"evaluate: `metrics` must be a tuple of at least one metric, not {metrics!r}")
    for given in (metric, *(metrics if isinstance(metrics, tuple) else ())):
        if given is not None and not hasattr(given, "update"):
            raise TypeError(
                f"evaluate: a metric has an `update`, such as tg.metrics.Roc.empty(), but {given!r} has not"
            )
    if names is not None and (metric is not None or metrics is not None):
        raise TypeError("evaluate: `names` are for the classification that is made without a `metric`; give them to it")


def _saying(model: Model, link: Model | None) -> Callable[[Example], Tensor]:
    """What the metrics are told of a batch."""
    predict = getattr(model, "predict", None)
    called: Model = predict if link is None and callable(predict) else model
    masked = takes(getattr(type(model), "__call__", model), "mask")  # noqa: B004  # its signature is what matters

    def say(example: Example) -> Tensor:
        options = {"mask": example.mask} if example.mask is not None and masked else {}
        said = called(*example.x, **options)
        return said if link is None else link(said)

    return say


def _examples(data: Data, batch: int | None) -> Iterator[Example]:
    """Batch by batch. Raises ValueError if there are none."""
    number = 0
    for number, given in enumerate(pairs_of("evaluate", data, batch, BATCH, shuffle=False), 1):
        yield checked("evaluate", given, f"batch {number}")
    if not number:
        raise ValueError("evaluate: `data` has no batches")


def _updated(metric: Updated, said: Tensor, example: Example) -> Updated:
    """With one more batch; the mask of steps says nothing of labels of whole sequences."""
    if not isinstance(example.y, Tensor):
        raise TypeError(f"evaluate: a metric compares with one tensor of labels, but there are {len(example.y)}")
    options: dict[str, Tensor] = {}
    if example.mask is not None and said.shape[: example.mask.ndim] == example.mask.shape:
        options["mask"] = example.mask
    if example.weights is not None:
        options["weights"] = example.weights
    return cast("Choosing", metric).update(said, example.y, **options)


class Choosing(Protocol):
    """A metric that can leave examples out, or have some count more than others."""

    def update(self, predictions: Tensor, labels: Tensor, /, *, mask: Tensor = ..., weights: Tensor = ...) -> Updated:
        """With the examples of one more batch for which the mask is not 0."""


def _classes(scores: Tensor) -> int:
    """How many classes a model tells apart."""
    if not isinstance(scores, Tensor) or scores.ndim < 2:
        shown = [Operand("scores", [*map(str, scores.shape)])] if isinstance(scores, Tensor) else []
        raise ShapeError("the model must give one score per class, [n classes]", where="evaluate", operands=shown)
    if scores.shape[-1] == 0:
        raise ValueError("evaluate: the model gave no scores: there are 0 classes")
    return scores.shape[-1]
