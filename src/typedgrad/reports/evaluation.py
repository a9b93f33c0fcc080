"""What an evaluation found: as text, as JSON, and as a page."""

from __future__ import annotations

import json

from typedgrad.metrics import Metric
from typedgrad.reports.markup import Markup
from typedgrad.reports.metrics import shown
from typedgrad.reports.page import Section, page
from typedgrad.reports.scale import amount

_TITLES = {
    "Classification": "Classification",
    "BinaryClassification": "Yes or no",
    "Regression": "Regression",
    "Roc": "ROC and precision-recall",
    "RocBinary": "ROC and precision-recall",
    "RocMulticlass": "ROC and precision-recall",
    "Calibration": "Calibration",
    "IoU": "Intersection over union",
    "BinaryIoU": "Intersection over union",
    "TopK": "Among the first",
    "Mean": "Mean",
    "Sum": "Sum",
}


def evaluation_text(*metrics: Metric) -> str:
    """The reports of several metrics below each other.

    Raises TypeError for what is no metric.

    >>> found = tg.metrics.Classification([[8, 2], [1, 9]], names=("cat", "dog"))
    >>> print(tg.reports.evaluation_text(found).splitlines()[0])
    20 examples, accuracy 85.00 %
    """
    return "\n\n\n".join(metric.report() for metric in _checked("evaluation_text", metrics)) + "\n"


def evaluation_json(*metrics: Metric) -> str:
    """An object with a list `metrics`: of each what `Metric.to_json` writes, from which `from_json` makes it again.

    Raises TypeError for what is no metric.

    >>> found = tg.metrics.Classification([[8, 2], [1, 9]])
    >>> tg.reports.evaluation_json(found)[:45]
    '{"metrics": [{"metric": "Classification", "co'
    """
    return json.dumps({"metrics": [json.loads(m.to_json()) for m in _checked("evaluation_json", metrics)]})


def evaluation_page(*metrics: Metric, title: str = "Evaluation") -> str:
    """A page of HTML with numbers, tables and pictures: confusion matrix, ROC and precision-recall, calibration.

    It is one file that loads nothing and runs nothing, follows light and dark, and stays small however many classes
    there are: then those are shown that are worst.

    Raises TypeError for what is no metric.

    >>> found = tg.metrics.Classification([[8, 2], [1, 9]], names=("cat", "<dog>"))
    >>> page = tg.reports.evaluation_page(found, title="Pets")
    >>> "<title>Pets</title>" in page, "&lt;dog&gt;" in page, "<dog>" in page
    (True, True, False)
    """
    found = _checked("evaluation_page", metrics)
    kinds = [type(metric).__name__ for metric in found]
    sections = []
    for i, (kind, metric) in enumerate(zip(kinds, found, strict=True)):
        heading = _TITLES.get(kind, kind)
        number = f" {kinds[: i + 1].count(kind)}" if kinds.count(kind) > 1 else ""
        sections.append(Section(f"part-{i + 1}", f"{heading}{number}", shown(metric)))
    what = "decisions" if kinds[:1] == ["BinaryClassification"] else "examples"
    said = f"{amount(found[0].count)} {what}" if found else "There are no metrics."
    return page(title, said, Markup(""), sections)


def _checked(title: str, metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
    for metric in metrics:
        if not isinstance(metric, Metric):
            raise TypeError(f"{title}: there must be metrics, such as tg.metrics.Classification, not {metric!r}")
    return metrics
