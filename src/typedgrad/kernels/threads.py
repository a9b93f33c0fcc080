"""How many threads the kernels use, and how numpy's matrix products come to use the same ones.

Two pools of threads on the same processors wait for each other. OpenBLAS, which numpy brings along, lets others run its
jobs (from 0.3.27 on), so it gets ours; where that cannot be, kernels stay on one thread.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def wanted_threads() -> int:
    """The value of `TYPEDGRAD_NUM_THREADS`, or `OMP_NUM_THREADS`; otherwise one for each processor we may run on.

    Raises ValueError for a TYPEDGRAD_NUM_THREADS that is not a positive number.
    """
    text = os.environ.get("TYPEDGRAD_NUM_THREADS")
    if text is not None:
        if not text.strip().isdecimal() or int(text) < 1:
            raise ValueError(f"TYPEDGRAD_NUM_THREADS must be a number of threads, at least 1, got {text!r}")
        return int(text)
    text = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or ""
    if text.strip().isdecimal() and int(text) >= 1:
        return int(text)
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def share_pool(native: Any, threads: int) -> None:
    """Let numpy's OpenBLAS run on the pool of the extension; where it will not, use one thread for our part."""
    if threads == 1 or not any(native.share_with_blas(path, threads) for path in _blas_libraries()):
        native.set_threads(1)


def _blas_libraries() -> list[str]:
    """The files of the OpenBLAS libraries that this process has loaded, where the system says."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return []
    found = {line.split(maxsplit=5)[-1].strip() for line in maps.read_text().splitlines() if "openblas" in line}
    return sorted(found)
