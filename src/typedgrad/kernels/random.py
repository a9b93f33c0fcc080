"""A kernel for random bits: the same as those of `typedgrad.backends.philox`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from typedgrad.backends.philox import faster
from typedgrad.kernels.plans import Like, Plan, plan

_WORD = (1 << 32) - 1
_GIVEN = Like((6,), np.dtype("int32"))  # a key and a counter


@lru_cache(maxsize=1024)
def _of(blocks: int) -> Plan:
    like = Like((6,), np.dtype("float32"))  # kernels are compiled for floats; here it makes no difference for which
    return plan("philox", (_GIVEN,), (("i", (4 * blocks,)),), work=blocks, unit=64, like=like)


@faster
def _(key: tuple[int, int], counter: int, n: int) -> Any:
    words = (*key, *(counter >> 32 * i & _WORD for i in range(4)))
    bits = _of(-(-n // 4))(np.array(words, np.uint32).view(np.int32)).view(np.uint32)
    return bits[:n]
