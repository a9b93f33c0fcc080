"""`Stats`: a listener that records what the training page shows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, MutableSequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typedgrad.nn.layer import Layer
from typedgrad.train import measures
from typedgrad.train.listener import Listener
from typedgrad.train.records import Lines, read_records, replaced_text

if TYPE_CHECKING:
    from typedgrad.reports import Record
    from typedgrad.reports.course import Course
    from typedgrad.train.early_stopping import Score
    from typedgrad.train.listener import Activations, Moment, Update

# A page is written anew so seldom that it takes no more than this share of the time.
_SHARE: Final = 0.05
_LARGEST_GRAPH: Final = 400_000


class Stats(Listener):
    """Records score, learning rate, how far parameters move, histograms, speed and memory; and keeps a page up to date.

    Records are added to a file, a JSON object on each line, which `tg.train.read_records` reads and
    `tg.reports.training_page` or the command `typedgrad ui FILE` shows; or to a list.

    Args:
        storage: the file, or a list.
        every: how many steps there are between two records.
        histograms: how many steps there are between two records with histograms, which cost more: they need the
            forward pass once again. 0 for none.
        page: a file of HTML to write anew every `refresh` seconds and at the end; browsers load it again by themselves.
        refresh: see `page`; longer if writing the page would take more than a twentieth of the time.
        input: what comes into the model, as for `tg.summary`, for the layers and their graph: "n 1 28 28". Networks
            know it themselves.
        watch: scores of the model to record after each epoch, by name, such as that on data for validation:
            `{"validation loss": tg.train.loss_on(data)}`.
        learning_rate: a number, or a schedule, to record; that of the network's own updater unless given.
        title: of the page.

    Raises ValueError if a number makes no sense.

    >>> records = []
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data = [(tg.ones((2, 1)), tg.zeros((2, 1)))]
    >>> listeners = [tg.train.Stats(records, every=1)]
    >>> updater = tg.optim.sgd(0.1)
    >>> _ = tg.fit(model, data, loss=tg.mse, updater=updater, epochs=2, key=tg.random.key(1), listeners=listeners)
    >>> [record["kind"] for record in records]
    ['start', 'step', 'epoch', 'step', 'epoch', 'end']
    """

    def __init__(
        self,
        storage: str | os.PathLike[str] | MutableSequence[Record],
        *,
        every: int = 10,
        histograms: int = 100,
        page: str | os.PathLike[str] | None = None,
        refresh: float = 10.0,
        input: object = None,  # the name that `summary` and `init` have for it
        watch: Mapping[str, Score] | None = None,
        learning_rate: float | Callable[[int], float] | None = None,
        title: str = "Training",
    ) -> None:
        if every < 1:
            raise ValueError(f"Stats: `every` must be at least 1, got {every}")
        if histograms < 0:
            raise ValueError(f"Stats: `histograms` must be at least 0, got {histograms}")
        if not refresh >= 0:
            raise ValueError(f"Stats: `refresh` must be at least 0, got {refresh}")
        self.every, self.histograms, self.refresh, self.title = every, histograms, refresh, title
        self.page = None if page is None else Path(page)
        self.input, self.learning_rate, self.watch = input, learning_rate, dict(watch or {})
        self._lines = Lines(storage) if isinstance(storage, (str, os.PathLike)) else None
        self._list = None if isinstance(storage, (str, os.PathLike)) else storage
        self._course: Course | None = None
        self._due = 0.0
        self._ratios: dict[str, float | None] = {}
        self._bars: dict[str, dict[str, object]] = {}
        self._since = (0.0, 0)
        self._rows = 0

    def on_fit_start(self, at: Moment) -> None:
        """Record what is trained, and on what."""
        if self.page is not None:
            self._course = self._begun()
        start: dict[str, object] = {"kind": "start", "version": 1, "model": type(at.model).__name__}
        start |= {"epochs": at.epochs, "batches": at.batches, "system": measures.system(at.model)}
        self._since, self._rows = (time.monotonic(), at.step), 0
        self._add(start | self._looks(at.model))
        self._refresh()

    def on_forward(self, at: Moment, activations: Activations) -> None:
        """Look at what comes out of the layers, if it is the turn of this step."""
        if self._in_depth(at.step + 1):
            self._bars = measures.activation_histograms(activations())

    def on_backward(self, at: Moment, update: Update) -> None:
        """Look at the parameters, if it is the turn of this step."""
        step = at.step + 1
        if self._turn(step):
            self._ratios = measures.ratios(update)
        if self._in_depth(step):
            for path, kinds in measures.histograms(update).items():
                self._bars[path] = self._bars.get(path, {}) | kinds

    def on_step_end(self, at: Moment) -> None:
        """Record, if it is the turn of this step."""
        self._rows += at.rows
        if not self._turn(at.step):
            return
        now = time.monotonic()
        took = now - self._since[0]
        record: dict[str, object] = {"kind": "step", "epoch": at.epoch, "step": at.step, "score": at.loss}
        record |= {"rate": self._rate(at), "memory": measures.memory(), "ratios": self._ratios}
        record["speed"] = self._rows / took if took > 0 and self._rows else None
        if self._bars:
            record["histograms"] = self._bars
        self._bars, self._ratios = {}, {}
        self._add(record)
        self._refresh()
        # What recording takes is no part of the training's speed.
        self._since, self._rows = (time.monotonic(), at.step), 0

    def on_epoch_end(self, at: Moment) -> None:
        """Record the mean score, and what is watched."""
        record: dict[str, object] = {"kind": "epoch", "epoch": at.epoch, "step": at.step, "score": at.loss}
        begun = time.monotonic()
        if self.watch:
            record["watched"] = {name: float(score.of(at.model)) for name, score in self.watch.items()}
        self._add(record)
        # Neither is this part of the training's speed.
        self._since = (self._since[0] + time.monotonic() - begun, self._since[1])

    def on_fit_end(self, at: Moment, *, interrupted: bool) -> None:
        """Record that it is over, and write the page a last time."""
        self._add({"kind": "end", "interrupted": interrupted, "step": at.step})
        self._refresh(now=True)

    def close(self) -> None:
        """Close the file."""
        if self._lines is not None:
            self._lines.close()

    def _turn(self, step: int) -> bool:
        return step % self.every == 0 or step == 1 or self._in_depth(step)

    def _in_depth(self, step: int) -> bool:
        return bool(self.histograms) and (step % self.histograms == 0 or step == 1)

    def _add(self, record: dict[str, object]) -> None:
        timed = record | {"time": time.time()}
        if self._lines is not None:
            self._lines.add(timed)
        if self._list is not None:
            self._list.append(timed)
        if self._course is not None:
            self._course.add(timed)

    def _refresh(self, *, now: bool = False) -> None:
        """Write the page anew, if it is time."""
        begun = time.monotonic()
        if self.page is None or self._course is None or (begun < self._due and not now):
            return
        from typedgrad.reports import training_page

        again = max(1, round(self.refresh))
        replaced_text(self.page, training_page(self._course, title=self.title, refresh=again))
        took = time.monotonic() - begun
        self._due = begun + max(self.refresh, took / _SHARE)

    def _begun(self) -> Course:
        """What earlier trainings wrote into the file."""
        from typedgrad.reports.course import course_of

        if self._lines is None or not self._lines.path.exists():
            return course_of([])
        return course_of(read_records(self._lines.path))

    def _looks(self, model: object) -> dict[str, object]:
        """The layers and their graph, if it is known what comes in."""
        from typedgrad.overview import summary
        from typedgrad.overview.amounts import count

        given = self.input if self.input is not None else _input_of(model)
        if given is None or not isinstance(model, Layer):
            return {}
        found = summary(model, given)
        picture = found.to_svg()
        layers = [
            {
                **{name: getattr(layer, name) for name in ("path", "depth", "layer", "options", "outputs")},
                **{name: count(getattr(layer, name)) for name in ("parameters", "multiply_adds")},
            }
            for layer in found.rows
        ]
        return {"layers": layers, "graph": picture if len(picture) <= _LARGEST_GRAPH else None}

    def _rate(self, at: Moment) -> float | None:
        """The learning rate of the step that was just made."""
        rate = self.learning_rate
        if rate is None:
            updater = getattr(getattr(at.model, "recipe", None), "updater", None)
            while (inner := getattr(updater, "updater", None)) is not None:
                updater = inner
            rate = getattr(updater, "learning_rate", None)
        found = rate(at.step - 1) if callable(rate) else rate
        return float(found) if isinstance(found, (int, float)) else None


def _input_of(model: object) -> object:
    """What a network says that it takes: a shape string, or one for each input."""
    spec = getattr(model, "spec", None)
    given = getattr(spec, "inputs", None)
    return getattr(spec, "input", None) if given is None else tuple(shape for _, shape in given)
