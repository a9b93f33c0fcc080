"""Whether of what is predicted with 70 % about 70 % is so, as pictures."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

import numpy as np

from typedgrad.reports.markup import Markup, element, joined
from typedgrad.reports.page import card, cards, figure, panel, row, table
from typedgrad.reports.plot import Frame, bars_drawn, guide
from typedgrad.reports.scale import SHARES, amount, digits, scale_of

if TYPE_CHECKING:
    from typedgrad.metrics import Calibration
    from typedgrad.metrics.calibration import Histogram, Reliability

_ROWS: Final = 200


def calibration(found: Calibration) -> Markup:
    """The reliability diagram of what is predicted, how often which confidence occurs, and the errors by class."""
    head = cards(
        [
            card("Expected calibration error", digits(found.ece)),
            card("Largest error of a bin", digits(found.max_error)),
            card("Brier score", digits(found.brier)),
            card("Examples", amount(found.count)),
        ]
    )
    pictures = row(
        [
            figure("Reliability", _reliability(found.confidence), _meaning()),
            figure("How often which confidence", _counts(found.confidence)),
            figure("Probabilities", _histogram(found.probability_histogram(), "probability", "Probabilities")),
            figure("Residuals", _histogram(found.residual_histogram(), "|label − probability|", "Residuals")),
        ]
    )
    errors = found.ece_by_class
    order = list(range(len(errors)))
    if len(errors) > _ROWS:
        order = np.argsort(-np.asarray(errors), kind="stable")[:_ROWS].tolist()
    rows = [[found.names[k], digits(errors[k])] for k in order]
    by_class = panel(element("h3", "By class"), table(["class", "expected calibration error"], rows))
    return joined([head, pictures, by_class if len(errors) > 1 else None])


def _meaning() -> Markup:
    words = "Bars: how often it was so. Red: how far that is from what was said. On the dashed line both agree."
    return element("p", words, class_="faint")


def _reliability(found: Reliability) -> Markup:
    told = "; ".join(
        f"said {digits(mean, 2)}, so {digits(so, 2)}"
        for mean, so in zip(found.mean_probability.tolist(), found.frequency.tolist(), strict=True)
        if not isnan(mean)
    )
    frame = Frame(SHARES, SHARES, "confidence", "share that is so", "Reliability diagram", told, 480.0, 400.0)
    hints = [
        f"{found.edges[i]:.2f} to {found.edges[i + 1]:.2f}: {amount(n)} times, said {digits(mean)}, so {digits(so)}"
        for i, (n, mean, so) in enumerate(
            zip(found.counts.tolist(), found.mean_probability.tolist(), found.frequency.tolist(), strict=True)
        )
    ]
    gaps = []
    for i, (mean, so) in enumerate(zip(found.mean_probability.tolist(), found.frequency.tolist(), strict=True)):
        if not isnan(mean) and abs(mean - so) > 0.004:
            (left, top), (right, base) = (
                frame.at(float(found.edges[i]), max(mean, so)),
                frame.at(float(found.edges[i + 1]), min(mean, so)),
            )
            gaps.append(
                element("rect", x=left + 1, y=top, width=right - left - 2, height=max(0.8, base - top), class_="gap")
            )
    bars = bars_drawn(frame, found.edges.tolist(), found.frequency.tolist(), hints)
    return frame.drawn(bars, *gaps, guide(frame, (0.0, 0.0), (1.0, 1.0)))


def _counts(found: Reliability) -> Markup:
    counts = found.counts.tolist()
    frame = Frame(
        SHARES, scale_of(counts, least=0.0), "confidence", "predictions", "Confidence histogram",
        f"{amount(sum(counts))} predictions in {len(counts)} bins.", 480.0, 400.0,
    )  # fmt: skip
    hints = [f"{found.edges[i]:.2f} to {found.edges[i + 1]:.2f}: {amount(n)}" for i, n in enumerate(counts)]
    return frame.drawn(bars_drawn(frame, found.edges.tolist(), counts, hints))


def _histogram(found: Histogram, name: str, title: str) -> Markup:
    counts = found.counts.tolist()
    told = f"{amount(sum(counts))} values in {len(counts)} bins."
    frame = Frame(SHARES, scale_of(counts, least=0.0), name, "values", title, told, 480.0, 300.0)
    hints = [f"{found.edges[i]:.2f} to {found.edges[i + 1]:.2f}: {amount(n)}" for i, n in enumerate(counts)]
    return frame.drawn(bars_drawn(frame, found.edges.tolist(), counts, hints))
