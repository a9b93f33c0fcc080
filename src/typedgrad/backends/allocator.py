"""Keeping freed memory for the next array.

By default glibc gives every large block back to the system when it is freed, and the next array pays a page fault for
each page. Computing with temporaries of some megabytes then takes two to four times as long. Raising three thresholds
keeps the memory with the process. They are the process's, not ours: TYPEDGRAD_ALLOCATOR=default leaves them alone.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

# From malloc.h.
_TRIM_THRESHOLD: Final = -1
_TOP_PAD: Final = -2
_MMAP_THRESHOLD: Final = -3
_MODES: Final = ("tuned", "default")


def tune() -> bool:
    """Raise the thresholds; False where the C library is not glibc, or where the environment forbids it.

    Raises ValueError if TYPEDGRAD_ALLOCATOR is neither "tuned" nor "default".
    """
    wanted = os.environ.get("TYPEDGRAD_ALLOCATOR", "tuned")
    if wanted not in _MODES:
        raise ValueError(f"TYPEDGRAD_ALLOCATOR must be one of {', '.join(_MODES)}, not {wanted!r}")
    if wanted == "default" or sys.platform != "linux":
        return False
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018  # only glibc has it; musl's mallopt does nothing
        mallopt = library.mallopt
    except (AttributeError, OSError):
        return False
    # Older glibc accepts at most 32 MiB for the first.
    large = mallopt(_MMAP_THRESHOLD, 1 << 30) or mallopt(_MMAP_THRESHOLD, 32 << 20)
    return bool(large and mallopt(_TRIM_THRESHOLD, (1 << 31) - 1) and mallopt(_TOP_PAD, 64 << 20))


TUNED: Final = tune()
