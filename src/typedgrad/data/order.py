"""Seeded orders of rows: the same on every machine, backend and version of numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from typedgrad.backends import backend_for_device

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD = 1 << 32


def permutation(n: int, seed: int, stream: int) -> NDArray[np.int64]:
    """The numbers from 0 to `n - 1` in a random order that `seed` and `stream` alone decide.

    Every number draws 64 random bits and they are sorted by them. The bits are typedgrad's own counter-based ones:
    unlike numpy's shuffles, they are promised never to change. Both `seed` and `stream` are 32-bit words.

    >>> permutation(5, seed=0, stream=0)
    array([4, 0, 3, 1, 2])
    """
    cpu = backend_for_device("cpu")
    words = cpu.to_numpy(cpu.random_bits((seed, stream), 0, 2 * n)).astype(np.uint64).reshape(n, 2)
    return np.argsort(words[:, 0] << np.uint64(32) | words[:, 1], kind="stable").astype(np.int64)


def checked_seed(seed: int) -> int:
    """The seed itself.

    Raises:
        TypeError: if it is not an int.
        ValueError: if it is not a 32-bit word.

    >>> checked_seed(7)
    7
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"`seed` must be an int, not {seed!r}")
    if not 0 <= seed < WORD:
        raise ValueError(f"`seed` must be from 0 to {WORD - 1}, got {seed}")
    return seed
