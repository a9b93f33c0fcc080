"""Listeners that look at the clock: how many examples a second, and when it will be over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from typedgrad.train.files import checked_every
from typedgrad.train.listener import Listener
from typedgrad.train.progress import write_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.train.listener import Moment


class Throughput(Listener):
    """Writes how many examples and steps there are a second, every `every` steps, by `write`; keeps it in `rates`.

    `rates` are pairs of the step and the examples per second since the last one; the time between epochs counts.

    Raises ValueError if `every` is below 1.

    >>> throughput = tg.train.Throughput(every=1, write=lambda line: None)
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data, updater = [(tg.ones((2, 1)), tg.zeros((2, 1)))], tg.optim.sgd(0.1)
    >>> _ = tg.fit(model, data, loss=tg.mse, updater=updater, epochs=3, key=tg.random.key(1), listeners=[throughput])
    >>> [step for step, rate in throughput.rates if rate > 0]
    [1, 2, 3]
    """

    def __init__(
        self,
        *,
        every: int = 100,
        write: Callable[[str], object] = write_line,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.every = checked_every("Throughput", every)
        self.write = write
        self.clock = clock
        self.rates: list[tuple[int, float]] = []
        self._since, self._rows, self._steps = 0.0, 0, 0

    def on_fit_start(self, at: Moment) -> None:
        """Look at the clock."""
        self._since, self._rows, self._steps = self.clock(), 0, 0

    def on_step_end(self, at: Moment) -> None:
        """Count; and write, if it is the turn of this step."""
        self._rows += at.rows
        self._steps += 1
        if at.step % self.every:
            return
        now = self.clock()
        seconds = max(now - self._since, 1e-9)
        self.rates.append((at.step, self._rows / seconds))
        self.write(f"step {at.step}: {self._rows / seconds:,.0f} examples/s, {self._steps / seconds:,.1f} steps/s")
        self._since, self._rows, self._steps = now, 0, 0


class Eta(Listener):
    """Writes how much of the training is done and how long the rest will take, at most every `seconds`, by `write`.

    Without a known number of batches it can tell only after whole epochs. Time before a training was resumed does not
    count.

    Raises ValueError if `seconds` is negative.

    >>> lines = []
    >>> eta = tg.train.Eta(seconds=0.0, write=lines.append)
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data, updater = [(tg.ones((2, 1)), tg.zeros((2, 1)))], tg.optim.sgd(0.1)
    >>> _ = tg.fit(model, data, loss=tg.mse, updater=updater, epochs=4, key=tg.random.key(1), listeners=[eta])
    >>> lines[-1]
    'epoch 4 of 4: 100 % done, 0:00:00 left'
    """

    def __init__(
        self,
        *,
        seconds: float = 30.0,
        write: Callable[[str], object] = write_line,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not seconds >= 0:
            raise ValueError(f"Eta: `seconds` must be at least 0, got {seconds}")
        self.seconds = seconds
        self.write = write
        self.clock = clock
        self.left: float | None = None
        self._began = self._told = 0.0
        self._first = 0.0

    def on_fit_start(self, at: Moment) -> None:
        """Look at the clock."""
        self._began = self._told = self.clock()
        self._first = _done(at)

    def on_step_end(self, at: Moment) -> None:
        """Write, if the last time was long ago."""
        if at.batches:
            self._tell(at)

    def on_epoch_end(self, at: Moment) -> None:
        """Write, where nothing could be said within the epoch."""
        if not at.batches:
            self._tell(at)

    def _tell(self, at: Moment) -> None:
        now = self.clock()
        done = _done(at)
        if now - self._told < self.seconds or done <= self._first:
            return
        self._told = now
        self.left = (now - self._began) / (done - self._first) * (at.epochs - done)
        share = 100 * done / at.epochs
        self.write(f"epoch {at.epoch} of {at.epochs}: {share:.0f} % done, {_spelt(self.left)} left")


def _done(at: Moment) -> float:
    """How many epochs are done, with the part of the current one."""
    part = at.position.batch / at.batches if at.batches else 0.0
    return at.position.epochs + min(part, 1.0)


def _spelt(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
