"""`Checkpoint`: the training in a file, every so often; and which files to keep."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from typedgrad.io.atomic import remove_unfinished
from typedgrad.train.bundles import save
from typedgrad.train.folder import Entry, better_first, entries, name_of, steps_of, write_index
from typedgrad.train.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typedgrad.data import Normaliser
    from typedgrad.train.listener import Moment
    from typedgrad.train.listeners import History

# Files that were being written when a process was killed are removed by the next one, but not those of a neighbour.
STALE = 3600.0


class Checkpoint(Listener):
    """Saves the training to `folder`, and keeps the last files and the best.

    A file is there whole or not at all, whenever the process is stopped: `latest(folder)` finds the last whole one, and
    `fit(loaded.model, ..., resume=loaded)` goes on from what `tg.load` makes of it, to the same weights as if nothing
    had happened. The training is saved once more when it ends or is interrupted.

    Args:
        folder: where to; it is made if it is not there. For one training: of another one, nothing is overwritten.
        epochs: after every so many epochs; after each one unless `steps` or `seconds` are given.
        steps: after every so many steps.
        seconds: after the first step that ends so long after the last time.
        keep_last: how many of the last to keep; None for all.
        keep_best: how many of those with the best score to keep besides.
        score: of a moment; its loss unless given: after a step that of the batch, after an epoch the mean.
        mode: whether a score is better when it is smaller, "min", or larger, "max".
        normaliser: saved with the model.
        history: saved with the model; put it before this in the listeners.
        extras: gives further trees by name when it is called, as for `save`.
        overwrite: whether to remove what is there of a training that is further than this one is when it starts.

    Raises:
        ValueError: if a number is not positive, or `mode` is another word.
        FileExistsError: from `fit`, if the folder holds later steps of another training.

    >>> import tempfile
    >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0]]), tg.asarray([[1.0], [3.0], [5.0]]))
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> options = {"loss": tg.mse, "updater": tg.optim.adam(0.1), "key": tg.random.key(1)}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     half = tg.fit(model, data, epochs=5, listeners=[tg.train.Checkpoint(folder)], **options)
    ...     loaded = tg.load(tg.train.latest(folder), model)
    ...     resumed = tg.fit(loaded.model, data, epochs=10, resume=loaded, **options)
    >>> whole = tg.fit(model, data, epochs=10, **options)
    >>> whole.weight.tolist() == resumed.weight.tolist()
    True
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        epochs: int | None = None,
        steps: int | None = None,
        seconds: float | None = None,
        keep_last: int | None = 3,
        keep_best: int = 0,
        score: Callable[[Moment], float] | None = None,
        mode: Literal["min", "max"] = "min",
        normaliser: Normaliser | None = None,
        history: History | None = None,
        extras: Callable[[], Mapping[str, object]] | None = None,
        overwrite: bool = False,
    ) -> None:
        for name, n in (("epochs", epochs), ("steps", steps), ("keep_last", keep_last)):
            _check_count(name, n, 1)
        _check_count("keep_best", keep_best, 0)
        if seconds is not None and not seconds > 0:
            raise ValueError(f"Checkpoint: `seconds` must be positive, got {seconds}")
        if mode not in ("min", "max"):
            raise ValueError(f'Checkpoint: `mode` must be "min" or "max", got {mode!r}')
        self.folder = Path(folder)
        self.epochs = 1 if epochs is None and steps is None and seconds is None else epochs
        self.steps = steps
        self.seconds = seconds
        self.keep_last = keep_last
        self.keep_best = keep_best
        self.score = score
        self.mode: Literal["min", "max"] = mode
        self.normaliser = normaliser
        self.history = history
        self.extras = extras
        self.overwrite = overwrite
        self._entries: dict[str, Entry] = {}
        self._last: Path | None = None
        self._saved: object = None
        self._due = False
        self._time = 0.0

    def kept(self) -> str | None:
        """The file that was written last."""
        return None if self._last is None else str(self._last)

    def on_fit_start(self, at: Moment) -> None:
        """Look at what there is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_unfinished(self.folder, older=STALE)
        later = [path for path, step in steps_of(self.folder).items() if step > at.step]
        if later and not self.overwrite:
            raise FileExistsError(
                f"Checkpoint: {self.folder} holds {later[-1].name}, but this training starts after step {at.step}; "
                "go on from there with resume=tg.load(...), take another folder, or say overwrite=True"
            )
        for path in later:
            path.unlink(missing_ok=True)
        self._entries = entries(self.folder)
        self._last, self._saved, self._due = None, None, False
        self._time = time.monotonic()

    def on_step_end(self, at: Moment) -> None:
        """Save, if it is time."""
        if (self.steps is not None and at.step % self.steps == 0) or (
            self.seconds is not None and time.monotonic() - self._time >= self.seconds
        ):
            self._due = True
        if self._due and at.resumable:
            self.save(at)

    def on_epoch_end(self, at: Moment) -> None:
        """Save, if it is the turn of this epoch."""
        if self.epochs is not None and at.epoch % self.epochs == 0:
            self.save(at)

    def on_fit_end(self, at: Moment, *, interrupted: bool) -> None:
        """Save, if that was not done at this very place."""
        if self._saved != (at.step, at.position) and at.resumable:
            self.save(at)

    def save(self, at: Moment) -> None:
        """Save now, and remove what need not be kept."""
        score = float(at.loss if self.score is None else self.score(at))
        path = self.folder / name_of(at.step)
        save(
            path,
            at.model,
            at=at,
            normaliser=self.normaliser,
            history=self.history,
            score=score,
            extras=None if self.extras is None else self.extras(),
        )
        self._last, self._saved, self._due = path, (at.step, at.position), False
        self._time = time.monotonic()
        self._entries[path.name] = Entry.of(path, at.step, score)
        for name in self._entries.keys() - self._wanted():
            (self.folder / name).unlink(missing_ok=True)
            del self._entries[name]
        write_index(self.folder, self._entries)

    def _wanted(self) -> set[str]:
        """Those to keep; that which was just written among them."""
        newest_first = sorted(self._entries, key=lambda name: self._entries[name].step, reverse=True)
        best_first = better_first(self._entries, self.mode)
        return {*newest_first[: self.keep_last], *best_first[: self.keep_best]}


def _check_count(name: str, n: int | None, least: int) -> None:
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < least):
        raise ValueError(f"Checkpoint: `{name}` must be an int of at least {least}, got {n!r}")
