"""What this thread is doing: how many differentiations are open, and whether a first-order rule is running."""

from __future__ import annotations

import threading


class _Mode(threading.local):
    """Per-thread counters; `raw` > 0 means that ops may meet bare arrays, because a rule or a body is running."""

    depth = 0
    raw = 0


mode = _Mode()


class Raw:
    """While open, ops called with bare arrays just run their bodies."""

    __slots__ = ()

    def __enter__(self) -> None:
        mode.raw += 1

    def __exit__(self, *error: object) -> None:
        mode.raw -= 1


class Differentiating:
    """While open, one more differentiation is recording on this thread."""

    __slots__ = ()

    def __enter__(self) -> None:
        mode.depth += 1

    def __exit__(self, *error: object) -> None:
        mode.depth -= 1


raw = Raw()
differentiating = Differentiating()
