"""Random bits by the kernel are those of the definition, wherever a stream begins and however long it is."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from tests.kernels.comparing import LEVELS, available
from typedgrad.backends import philox


@pytest.mark.parametrize("level", LEVELS)
def test_the_words_are_those_of_the_definition(level: str) -> None:
    from typedgrad.kernels import random

    if not available(level):
        pytest.skip(f"this processor has not the instructions of {level}")
    r = Random(level)
    try:
        random._of.cache_clear()
        starts = [0, (1 << 32) - 3, (1 << 64) - 5, (1 << 96) - 2, (1 << 128) - 7, r.getrandbits(128)]
        for start in starts:
            for n in (64, 65, 66, 67, 1000, 100_003):
                key = (r.getrandbits(32), r.getrandbits(32))
                got: Any = philox.on_host(np, key, start, n, chunk=1 << 12)  # type: ignore[arg-type]  # numpy's stubs are stricter
                expected: Any = philox.random_bits(np, key, start, n)  # type: ignore[arg-type]  # likewise
                np.testing.assert_array_equal(got, expected)
                assert got.dtype == np.uint32
    finally:
        random._of.cache_clear()
        available([name for name in LEVELS if available(name)][-1])


def test_keys_and_counters_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="the key is two 32-bit words"):
        philox.on_host(np, (1 << 32, 0), 0, 100, chunk=1)  # type: ignore[arg-type]  # as above
