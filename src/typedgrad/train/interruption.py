"""Ctrl-C between two steps instead of in the middle of one."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import Self

_NOTICE = b"\nfit: stopping after this step; press Ctrl-C again to stop at once\n"


class Interruption:
    """While open, the first Ctrl-C only sets `asked`; the second raises KeyboardInterrupt as usual.

    Does nothing on other threads than the main one, which get no signals, or where the program handles Ctrl-C itself.
    """

    def __init__(self) -> None:
        self.asked = False
        self._installed = False

    def __enter__(self) -> Self:
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            signal.signal(signal.SIGINT, self._ask)
            self._installed = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        # Not through sys.stderr: the signal may have come while something was being written there.
        os.write(2, _NOTICE)
