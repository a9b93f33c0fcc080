"""Listeners that write files: tables, and events for TensorBoard."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from typedgrad.train.listener import Listener
from typedgrad.train.magnitudes import statistics

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from typing import TextIO

    from typedgrad.train.listener import Moment, Update

_COLUMNS = ("epoch", "step", "loss", "epoch_loss", "seconds")


class CsvLog(Listener):
    """Writes a table: the loss of every `every`-th step, the mean loss of every epoch, and the seconds since the start.

    A line is about a step, with a `loss`, or about an epoch, with an `epoch_loss`. With `append`, lines are added to a
    file that is there already, as when a training is resumed; otherwise it is overwritten when the training starts.

    Raises ValueError if `every` is below 1; from `fit`, OSError if the file cannot be written.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "training.csv"
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data, log = [(tg.ones((2, 1)), tg.zeros((2, 1)))], tg.train.CsvLog(path)
    >>> updater = tg.optim.sgd(0.1)
    >>> _ = tg.fit(model, data, loss=tg.mse, updater=updater, epochs=2, key=tg.random.key(1), listeners=[log])
    >>> len(path.read_text().splitlines()), path.read_text().splitlines()[0]
    (5, 'epoch,step,loss,epoch_loss,seconds')
    """

    def __init__(self, path: str | os.PathLike[str], *, every: int = 1, append: bool = False) -> None:
        self.every = checked_every("CsvLog", every)
        self.path = Path(path)
        self.append = append
        self._file: TextIO | None = None
        self._began = 0.0

    def on_fit_start(self, at: Moment) -> None:
        """Open the file."""
        self.close()
        there = self.append and self.path.exists() and self.path.stat().st_size > 0
        self._file = self.path.open("a" if self.append else "w", encoding="utf-8", newline="")
        self._began = time.monotonic()
        if not there:
            self._file.write(",".join(_COLUMNS) + "\n")

    def on_step_end(self, at: Moment) -> None:
        """Write a line, if it is the turn of this step."""
        if at.step % self.every == 0:
            self._write(f"{at.epoch},{at.step},{at.loss!r},")

    def on_epoch_end(self, at: Moment) -> None:
        """Write a line, and see to it that what was written is on the disk."""
        self._write(f"{at.epoch},{at.step},,{at.loss!r}")
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, values: str) -> None:
        if self._file is not None:
            self._file.write(f"{values},{time.monotonic() - self._began:.3f}\n")


class _Writer(Protocol):
    """What is used of the writer of tensorboardX."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        """Add a number."""

    def close(self) -> None:
        """Close the file."""


class TensorBoard(Listener):
    """Writes event files for TensorBoard into a folder: losses and, with `updates`, how far parameters move.

    The tags are `loss/step`, `loss/epoch`, and for each parameter `update_ratio/`, `gradient_norm/` and
    `parameter_norm/` before its path. Needs the extra `tensorboard`.

    Raises:
        ImportError: if tensorboardX is not installed.
        ValueError: if `every` is below 1.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data, board = [(tg.ones((2, 1)), tg.zeros((2, 1)))], tg.train.TensorBoard(folder, every=1)
    >>> updater = tg.optim.sgd(0.1)
    >>> _ = tg.fit(model, data, loss=tg.mse, updater=updater, epochs=2, key=tg.random.key(1), listeners=[board])
    >>> len(list(folder.glob("events.out.tfevents.*")))
    1
    """

    def __init__(self, folder: str | os.PathLike[str], *, every: int = 10, updates: bool = True) -> None:
        self.every = checked_every("TensorBoard", every)
        self.folder = Path(folder)
        self.updates = updates
        self._writer: _Writer | None = None
        _writer_class()

    def on_fit_start(self, at: Moment) -> None:
        """Open a file."""
        self.close()
        self._writer = _writer_class()(str(self.folder))

    def on_backward(self, at: Moment, update: Update) -> None:
        """Write how far parameters move, if it is the turn of this step."""
        step = at.step + 1
        if self._writer is None or not self.updates or step % self.every:
            return
        for path, found in statistics(update).items():
            name = path.replace(".", "/") or "parameter"
            self._writer.add_scalar(f"update_ratio/{name}", found.ratio, step)
            self._writer.add_scalar(f"gradient_norm/{name}", found.gradient, step)
            self._writer.add_scalar(f"parameter_norm/{name}", found.parameter, step)

    def on_step_end(self, at: Moment) -> None:
        """Write the loss, if it is the turn of this step."""
        if self._writer is not None and at.step % self.every == 0:
            self._writer.add_scalar("loss/step", at.loss, at.step)

    def on_epoch_end(self, at: Moment) -> None:
        """Write the mean loss."""
        if self._writer is not None:
            self._writer.add_scalar("loss/epoch", at.loss, at.epoch)

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _writer_class() -> Callable[[str], _Writer]:
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise ImportError("TensorBoard: event files need the extra: pip install 'typedgrad[tensorboard]'") from error
    found: Callable[[str], _Writer] = SummaryWriter
    return found


def checked_every(title: str, every: int) -> int:
    """The number itself. Raises ValueError unless it is an int of at least 1."""
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise ValueError(f"{title}: `every` must be an int of at least 1, got {every!r}")
    return every
