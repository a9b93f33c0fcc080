"""Work on parts of arrays by several threads at once, where an array library leaves cores idle.

numpy's products of matrices use all cores, its other functions one. Functions that release the lock of the interpreter,
as numpy's do, may share the parts out among themselves. There are as many workers as the environment allows us, or the
libraries beneath (TYPEDGRAD_NUM_THREADS, OPENBLAS_NUM_THREADS, OMP_NUM_THREADS), otherwise as many as there are cores
for this process.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

from typedgrad.backends.dispatch import backend_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import ThreadPoolExecutor
    from typing import TypeVar

    P = TypeVar("P")


def for_each(array: object, parts: Sequence[P], work: Callable[[P], None]) -> None:
    """Do `work` for each of the parts, which must not depend on one another; `array` says on which backend.

    >>> import numpy as np
    >>> from typedgrad.backends.workers import for_each
    >>> out = np.zeros(4)
    >>> for_each(out, [0, 2], lambda i: out.__setitem__(slice(i, i + 2), i))
    >>> out
    array([0., 0., 2., 2.])
    """
    count = min(workers(), len(parts)) if backend_of(array).name == "numpy" else 1
    if count < 2:
        for part in parts:
            work(part)
        return
    for _ in _pool().map(work, parts):  # asks for the results, so that errors are raised
        pass


@functools.cache
def workers() -> int:
    """How many threads work at once."""
    for name in ("TYPEDGRAD_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        given = os.environ.get(name, "")
        if given.isdecimal() and int(given) > 0:
            return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def _pool() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(workers(), thread_name_prefix="typedgrad")


if hasattr(os, "register_at_fork"):  # threads do not survive a fork
    os.register_at_fork(after_in_child=_pool.cache_clear)
