"""The progress bar."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from typedgrad.train.listener import Listener

if TYPE_CHECKING:
    from typing import Never

    from tqdm import tqdm

    from typedgrad.train.listener import Moment

# Seconds between two changes of the loss beside the bar: to format it costs more than to move the bar.
_REFRESH = 0.1
# More epochs than anybody waits for.
ENDLESS = 10**9


class Progress(Listener):
    """One bar per epoch on standard error, with the loss beside it. `fit` adds one by itself on a terminal.

    >>> tg.train.Progress()  # doctest: +ELLIPSIS
    <typedgrad.train.progress.Progress object at ...>
    """

    def __init__(self) -> None:
        self._bar: tqdm[Never] | None = None
        self._shown = 0.0
        self._done = 0

    def on_epoch_start(self, at: Moment) -> None:
        """Draw an empty bar."""
        from tqdm import tqdm

        self._done = at.position.batch
        # With early stopping nobody may know how many there will be.
        title = f"epoch {at.epoch}/{at.epochs}" if at.epochs < ENDLESS else f"epoch {at.epoch}"
        self._bar = tqdm(total=at.batches, initial=self._done, desc=title, unit="batch", leave=True)
        self._shown = 0.0

    def on_step_end(self, at: Moment) -> None:
        """Move it on."""
        if self._bar is None:
            return
        now = time.monotonic()
        if now - self._shown > _REFRESH:
            self._shown = now
            self._bar.set_postfix_str(f"loss {at.loss:.4f}", refresh=False)
        # A step may be several batches, or one window of a batch.
        done = at.position.batch
        self._bar.update(done - self._done)
        self._done = done

    def on_epoch_end(self, at: Moment) -> None:
        """Leave it standing with the mean loss of the epoch."""
        if self._bar is not None:
            self._bar.set_postfix_str(f"loss {at.loss:.4f}", refresh=False)
        self.close()

    def on_fit_end(self, at: Moment, *, interrupted: bool) -> None:
        """Leave the bar of an interrupted epoch where it stopped."""
        self.close()

    def close(self) -> None:
        """Stop drawing."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def write_line(text: str) -> None:
    """Print a line without breaking a bar that is being drawn."""
    if "tqdm" in sys.modules:
        from tqdm import tqdm

        tqdm.write(text)
    else:
        sys.stdout.write(f"{text}\n")


def wanted(progress: bool) -> bool:
    """Whether there is someone to look at a bar."""
    return progress and sys.stderr is not None and sys.stderr.isatty()
