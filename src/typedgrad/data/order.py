"""Seeded orders of rows: the same on every machine, backend and version of numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from typedgrad.backends import backend_for_device

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WORD = 1 << 32
# How many numbers are drawn at a time where they are used one by one.
CHUNK = 1024


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


def checked_int(title: str, name: str, value: object, least: int) -> int:
    """An option that must be a whole number, `least` or more.

    Raises:
        TypeError: if it is not an int.
        ValueError: if it is below `least`.

    >>> checked_int("take", "n", 3, 0)
    3
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{title}: `{name}` must be an int, not {value!r}")
    if value < least:
        raise ValueError(f"{title}: `{name}` must be at least {least}, got {value}")
    return value


class Draws:
    """Random numbers one after another, which a seed, a stream (the epoch) and a purpose alone decide.

    The purposes of one seed draw from parts of the generator that never meet; 0 is the order of rows (`permutation`).

    >>> draws = Draws(seed=0, stream=0, purpose=1)
    >>> sorted(draws.order(4).tolist()), bool((draws.uniform(5) < 1).all())
    ([0, 1, 2, 3], True)
    """

    __slots__ = ("_block", "_key")

    def __init__(self, seed: int, stream: int, purpose: int) -> None:
        self._key = (seed, stream)
        self._block = purpose << 64

    def words(self, n: int) -> NDArray[np.uint64]:
        """`n` numbers of 64 random bits."""
        cpu = backend_for_device("cpu")
        words = cpu.to_numpy(cpu.random_bits(self._key, self._block, 2 * n)).astype(np.uint64).reshape(n, 2)
        self._block += -(-2 * n // 4)
        return words[:, 0] << np.uint64(32) | words[:, 1]

    def order(self, n: int) -> NDArray[np.int64]:
        """The numbers from 0 to `n - 1` in random order."""
        return np.argsort(self.words(n), kind="stable").astype(np.int64)

    def uniforms(self) -> Iterator[float]:
        """Numbers from 0 up to, not including, 1, without end."""
        while True:
            yield from self.uniform(CHUNK).tolist()

    def uniform(self, n: int) -> NDArray[np.float64]:
        """`n` numbers from 0 up to, not including, 1."""
        return (self.words(n) >> np.uint64(11)).astype(np.float64) * 2.0**-53
