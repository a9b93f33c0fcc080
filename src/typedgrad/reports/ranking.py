"""ROC and precision-recall curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from typedgrad.reports.markup import Markup, element, joined
from typedgrad.reports.page import card, cards, figure, panel, row, table
from typedgrad.reports.plot import Frame, Line, guide, legend, lines_drawn, thinned
from typedgrad.reports.scale import SHARES, amount, digits

if TYPE_CHECKING:
    from typedgrad.metrics import Roc, RocBinary, RocMulticlass

# Curves that are told apart in one picture.
SEVERAL: Final = 10
_ROWS: Final = 200


def one_curve(found: Roc) -> Markup:
    """The two curves of one `Roc`, and the areas below them."""
    measures = found.measures()
    areas = {name: float(measures[name]) for name in ("auroc", "auprc")}  # type: ignore[arg-type]  # numbers
    head = cards(
        [
            card("Area under ROC", digits(areas["auroc"])),
            card("Average precision", digits(areas["auprc"]), "area under precision-recall"),
            card("Positives", amount(float(found.positives.sum()))),
            card("Negatives", amount(float(found.negatives.sum()))),
        ]
    )
    return joined([head, _pictures([("", 0, found)])])


def curves(what: str, found: RocBinary | RocMulticlass) -> Markup:
    """The curves of several classes or outputs: of those with the smallest areas, where there are many."""
    areas, precisions = np.asarray(found.auroc), np.asarray(found.auprc)
    order = np.argsort(np.nan_to_num(areas, nan=np.inf), kind="stable")
    chosen = sorted(order[:SEVERAL].tolist())
    head = cards(
        [
            card("Macro area under ROC", digits(found.macro_auroc), f"mean over {what}{'e' * (what == 'class')}s"),
            card("Macro average precision", digits(found.macro_auprc)),
            card("Examples", amount(found.count)),
        ]
    )
    several = [(found.names[k], i, found.curves[k]) for i, k in enumerate(chosen)]
    left_out = len(found.names) - len(chosen)
    remark = f"the {SEVERAL} with the smallest areas of {len(found.names):,}" if left_out else ""
    kept = list(range(len(areas))) if len(areas) <= _ROWS else order[:_ROWS].tolist()
    rows = []
    for k in kept:
        curve = found.curves[k]
        sizes = (amount(float(n.sum())) for n in (curve.positives, curve.negatives))
        rows.append([found.names[k], digits(float(areas[k])), digits(float(precisions[k])), *sizes])
    more = f"The {_ROWS} of {len(areas):,} with the smallest area under ROC." if len(kept) < len(areas) else None
    note = None if more is None else element("p", more, class_="faint")
    listed = table([what, "area under ROC", "average precision", "positives", "negatives"], rows)
    return joined([head, _pictures(several, remark), panel(element("h3", f"By {what}"), note, listed)])


def _pictures(several: list[tuple[str, int, Roc]], remark: str = "") -> Markup:
    roc, pr = [], []
    for name, colour, curve in several:
        found = curve.measures() if curve.count else {}
        up, down = found.get("positives"), found.get("negatives")
        if up and down:
            line = curve.roc_curve
            xs, ys = thinned(line.false_positive_rate.tolist(), line.true_positive_rate.tolist())
            roc.append(Line(_named(name, curve.auroc), xs, ys, colour))
        if up:
            points = curve.pr_curve
            # Precision belongs to the way from the last point to this one: steps, as the area is counted.
            recall, precision = _steps(points.recall.tolist(), points.precision.tolist())
            xs, ys = thinned(recall, precision)
            pr.append(Line(_named(name, curve.auprc), xs, ys, colour))
    return row(
        [
            _square("ROC curve", "false positive rate", "true positive rate", roc, ((0.0, 0.0), (1.0, 1.0)), remark),
            _square("Precision and recall", "recall", "precision", pr, None, remark),
        ]
    )


def _named(name: str, area: float) -> str:
    return f"{name} ({digits(area)})" if name else f"area {digits(area)}"


def _steps(xs: list[float], ys: list[float]) -> tuple[list[float], list[float]]:
    before = [0.0, *xs[:-1]]
    return (
        [x for pair in zip(before, xs, strict=True) for x in pair],
        [y for y in ys for _ in range(2)],
    )


def _square(
    title: str,
    x_name: str,
    y_name: str,
    lines: list[Line],
    chance: tuple[tuple[float, float], tuple[float, float]] | None,
    remark: str,
) -> Markup:
    told = "; ".join(line.name for line in lines) or "no curve: there are not both positives and negatives"
    frame = Frame(SHARES, SHARES, x_name, y_name, title, told, 480.0, 430.0)
    straight = None if chance is None else guide(frame, *chance)
    drawn = frame.drawn(straight, lines_drawn(frame, lines))
    return figure(title, drawn, legend(lines), remark=remark)
