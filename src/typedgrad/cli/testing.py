"""`typedgrad test`: what a saved network gets right and wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedgrad.cli.networks import source_of
from typedgrad.cli.outcome import Failure
from typedgrad.ops.move import reshape

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from typedgrad.cli.datasets import Data
    from typedgrad.cli.networks import Built
    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics import Metric, Regression

# Columns of numbers that have a row of their own in a report; more are taken together.
_COLUMNS = 20


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    from typedgrad.cli.datasets import HELP

    parser.add_argument("network", metavar="NETWORK", help="a saved network (.zip)")
    parser.add_argument("--data", required=True, metavar="DATA", help=HELP)
    parser.add_argument("--batch", type=int, default=256, help="rows at a time (default: %(default)s)")
    parser.add_argument("--names", metavar="NAME,NAME", help="of the classes or columns")
    parser.add_argument("--html", metavar="FILE", help="write a page with tables and pictures")
    parser.add_argument("--json", action="store_true", help="all measures, and all that they follow from")


def run(given: Namespace) -> int:
    """Evaluate, and report."""
    from typedgrad.cli.datasets import dataset_of
    from typedgrad.cli.shaping import shaped
    from typedgrad.reports import evaluation_json, evaluation_page, evaluation_text

    if given.batch < 1:
        raise Failure(f"--batch must be at least 1, got {given.batch}")
    source = source_of(given.network)
    if source.loaded is None:
        raise Failure(f"{given.network} is a specification: it has learnt nothing yet. typedgrad train comes first")
    found = shaped(dataset_of(given.data, "test"), source.loaded.model)
    if source.loaded.normaliser is not None:
        found = found.map(source.loaded.normaliser.apply)
    names = None if given.names is None else tuple(given.names.split(","))
    metrics = measured(source.loaded.model, found, batch=given.batch, names=names)
    if given.html is not None:
        Path(given.html).write_text(evaluation_page(*metrics, title=source.path.stem), "utf-8")
    sys.stdout.write(f"{evaluation_json(*metrics)}\n" if given.json else evaluation_text(*metrics[:1]))
    return 0


def measured(
    network: Built, found: Data, *, batch: int = 256, names: tuple[str, ...] | None = None
) -> tuple[Metric, ...]:
    """What suits the loss: classes, single answers, or numbers."""
    from typedgrad.train import evaluate

    some: Any = _suited(network, found, names)  # each of them takes what the network says
    done = evaluate(network, found, metrics=some, batch=batch)
    return tuple(metric.inner if isinstance(metric, Together) else metric for metric in done)


def _suited(network: Built, found: Data, names: tuple[str, ...] | None) -> tuple[Metric | Together, ...]:
    from typedgrad import metrics
    from typedgrad.config import Loss

    loss: object = network.recipe.loss
    loss = getattr(loss, "loss", loss)  # one that has a weight holds the loss
    takes = loss.takes if isinstance(loss, Loss) else "numbers"
    said = network.predict(found.x[:1])
    columns = said.shape[-1] if said.ndim > 1 else 1
    if takes in ("logits", "log_probabilities", "probabilities"):
        return (
            metrics.Classification.empty(columns, names),
            metrics.RocMulticlass.empty(columns, names, steps=1000),
            metrics.Calibration.empty(columns, names),
        )
    if takes in ("answer_logits", "answer_probabilities") and found.y.dtype.kind in "iub":
        return (
            metrics.BinaryClassification.empty(columns, names),
            metrics.RocBinary.empty(columns, names, steps=1000),
        )
    if said.ndim == 2 and columns <= _COLUMNS:
        return (metrics.Regression.empty(columns, names),)
    return (Together(metrics.Regression.empty()),)


class Together:
    """All numbers of an example as if they were one column: pixels, for instance."""

    def __init__(self, inner: Regression) -> None:
        self.inner = inner

    def update(self, predictions: Tensor, labels: Tensor, /) -> Together:
        """With the numbers of one more batch."""
        return Together(self.inner.update(reshape(predictions, (-1,)), reshape(labels, (-1,))))
