"""What there is to see of each metric: its numbers, its tables, its pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isnan
from typing import TYPE_CHECKING, Final, TypeVar, cast

import numpy as np

from typedgrad.metrics import (
    BinaryClassification,
    BinaryIoU,
    Calibration,
    Classification,
    IoU,
    Metric,
    Regression,
    Roc,
    RocBinary,
    RocMulticlass,
    TopK,
)
from typedgrad.metrics.outcomes import Average
from typedgrad.reports.calibration import calibration
from typedgrad.reports.heat import WIDEST, heat_map, scale_of_colours
from typedgrad.reports.markup import Markup, element, joined
from typedgrad.reports.page import card, cards, figure, meter, panel, row, table
from typedgrad.reports.ranking import curves, one_curve
from typedgrad.reports.scale import amount, digits

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Rows of a table for all of which there is room; of more only those that are worst.
ROWS: Final = 200
_MISTAKES: Final = 12
_TABLES: Final = 12

M = TypeVar("M", bound=Metric)


def percent(share: float) -> str:
    """A share as people say it.

    >>> percent(0.9751)
    '97.51 %'
    """
    return "–" if isnan(share) else f"{100 * share:.2f} %"


def shown(metric: Metric) -> Markup:
    """All there is to see of a metric."""
    if not metric.count:
        return panel(element("p", "There are no examples."))
    for kind, draw in _DRAWN:
        if isinstance(metric, kind):
            return draw(metric)
    return _plainly(metric)


def _classification(found: Classification) -> Markup:
    top = [card(f"Top-{n} accuracy", percent(found.top_accuracy(n))) for n in range(2, found.top + 1)][-3:]
    head = cards(
        [
            card("Accuracy", percent(found.accuracy), f"{amount(float(found.confusion.trace()))} right"),
            *top,
            card("Macro F1", digits(found.macro_f1), "mean over the classes"),
            card("Matthews correlation", digits(found.mcc)),
            card("Cohen's kappa", digits(found.kappa)),
            card("Examples", amount(found.count), f"{found.classes} classes"),
        ]
    )
    grouped = f"in {WIDEST} groups of neighbouring classes" if found.classes > WIDEST else ""
    matrix = figure(
        "Confusion matrix",
        heat_map(found.confusion, found.names, "Confusion matrix"),
        scale_of_colours(),
        remark=grouped,
    )
    return joined([head, row([matrix, figure("Most frequent mistakes", _mistakes(found))]), _by_class(found)])


def _mistakes(found: Classification) -> Markup:
    counts = np.array(found.confusion, np.float64)
    totals = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:_MISTAKES]
    rows = []
    for i, j in zip(*np.unravel_index(order, counts.shape), strict=True):
        if counts[i, j]:
            share = float(counts[i, j] / totals[i])
            rows.append([found.names[i], found.names[j], amount(float(counts[i, j])), percent(share)])
    if not rows:
        return element("p", "There are none.")
    return table(["label", "predicted", "examples", "of the label"], rows, left=2)


def _by_class(found: Classification) -> Markup:
    columns = ("precision", "recall", "f1", "specificity")
    values = [found.by_class(name) for name in columns]
    support = found.support
    order, remark = worst(values[2], "F1")
    rows = [[found.names[i], *(joined([digits(v[i]), meter(v[i])]) for v in values), amount(support[i])] for i in order]
    averages: tuple[Average, ...] = ("macro", "weighted")
    foot = [
        [f"{kind} mean", *(digits(found.average(name, kind)) for name in columns), amount(found.count)]
        for kind in averages
    ]
    content = table(["class", "precision", "recall", "F1", "specificity", "examples"], rows, foot)
    return panel(element("h3", "By class"), remark, content)


def worst(values: Sequence[float], what: str) -> tuple[list[int], Markup | None]:
    """Which rows to show, in their order, and a remark where some are left out: those with the highest values."""
    if len(values) <= ROWS:
        return list(range(len(values))), None
    order = np.argsort(np.nan_to_num(np.asarray(values, np.float64), nan=np.inf), kind="stable")[:ROWS]
    words = f"The {ROWS} of {len(values):,} with the lowest {what}, lowest first; all of them are in the JSON."
    return order.tolist(), element("p", words, class_="faint")


def _binary(found: BinaryClassification) -> Markup:
    names = ("precision", "recall", "f1", "mcc", "false_alarm_rate")
    values = [found.accuracy, *map(found.by_output, names)]
    order, remark = worst(values[3], "F1")
    counts = found.counts.T
    rows = [
        [
            found.names[i],
            f"{found.thresholds[i]:g}",
            *(digits(v[i]) for v in values),
            *(amount(float(n)) for n in counts[i]),
        ]
        for i in order
    ]
    head = ["output", "threshold", "accuracy", "precision", "recall", "F1", "MCC", "false alarms"]
    top = cards(
        [card("Accuracy", percent(float(np.mean(found.accuracy)))), card("Macro F1", digits(found.average("f1")))]
    )
    maps = [_two_by_two(found.names[i], counts[i]) for i in order[:_TABLES]]
    more = panel(element("h3", "By output"), remark, table([*head, "TP", "FP", "FN", "TN"], rows))
    return joined([top, more, row(maps, small=True)])


def _two_by_two(name: str, counts: NDArray[np.int64] | NDArray[np.float64]) -> Markup:
    tp, fp, fn, tn = counts.tolist()
    confusion = np.array([[tn, fp], [fn, tp]])
    return figure(name, heat_map(confusion, ("no", "yes"), f"Confusion matrix of {name}"))


def _regression(found: Regression) -> Markup:
    by_column = {k: v for k, v in found.measures().items() if isinstance(v, tuple)}
    head = cards(
        [
            card("R²", digits(found.average("r2")), "mean over columns" if found.columns > 1 else ""),
            card("RMSE", digits(found.average("rmse"))),
            card("MAE", digits(found.average("mae"))),
            card("Pearson correlation", digits(found.average("pearson"))),
            card("Examples", amount(found.count)),
        ]
    )
    order, remark = worst(found.r2, "R²")
    rows = [[found.names[i], *(digits(v[i]) for v in by_column.values())] for i in order]
    titles = [name.replace("_", " ") for name in by_column]
    return joined([head, panel(element("h3", "By column"), remark, table(["column", *titles], rows))])


def _iou(found: IoU) -> Markup:
    values = found.iou
    order, remark = worst(values, "IoU")
    rows = [[found.names[i], joined([digits(values[i]), meter(values[i])])] for i in order]
    head = cards([card("Mean IoU", digits(found.mean_iou)), card("Elements", amount(found.count))])
    return joined([head, panel(element("h3", "By class"), remark, table(["class", "IoU"], rows))])


def _top(found: TopK) -> Markup:
    return cards([card(f"Top-{found.k} accuracy", percent(found.accuracy)), card("Examples", amount(found.count))])


def _plainly(found: Metric) -> Markup:
    """Any metric, one's own too: a card for every number, a table for what there are several of."""
    measures: Mapping[str, object] = found.measures()
    numbers = [card(_title(k), digits(v)) for k, v in measures.items() if isinstance(v, (int, float))]
    several = {k: v for k, v in measures.items() if isinstance(v, tuple) and all(isinstance(x, float) for x in v)}
    tables = [
        panel(element("h3", _title(k)), table(["", _title(k)], [[str(i), digits(x)] for i, x in enumerate(v[:ROWS])]))
        for k, v in several.items()
    ]
    return joined([cards(numbers), *tables])


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _draws(kind: type[M], draw: Callable[[M], Markup]) -> tuple[type[Metric], Callable[[Metric], Markup]]:
    return kind, lambda metric: draw(cast("M", metric))


_DRAWN: Final = (
    _draws(Classification, _classification),
    _draws(BinaryClassification, _binary),
    _draws(Regression, _regression),
    _draws(Roc, one_curve),
    _draws(RocBinary, partial(curves, "output")),
    _draws(RocMulticlass, partial(curves, "class")),
    _draws(Calibration, calibration),
    _draws(IoU, _iou),
    _draws(BinaryIoU, _plainly),
    _draws(TopK, _top),
)
