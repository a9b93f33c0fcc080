"""Counter-based random bits: Philox 4x32-10, the same bits on every backend.

J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.
A keyed bijection turns a counter of four 32-bit words into four random ones. Word i of a stream comes from counter
i // 4, so any part of a stream can be computed on its own, in any order, anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypeVar

if TYPE_CHECKING:
    from typedgrad.backends.protocol import Namespace

# The constants of the paper: two multipliers found by search, and the key's steps (golden ratio, sqrt(3) - 1).
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
MASK = 0xFFFFFFFF
MANY = 64  # words that take longer than to look for faster means


class Words(Protocol):
    """What a round computes with: an array of 64-bit words, or one Python int."""

    def __mul__(self, other: int, /) -> Self: ...
    def __and__(self, other: int, /) -> Self: ...
    def __rshift__(self, other: int, /) -> Self: ...
    def __xor__(self, other: Self | int, /) -> Self: ...


class WordArray(Words, Protocol):
    """An array of words that can be sliced: all that is asked of the arrays of a namespace."""

    def __getitem__(self, index: slice, /) -> Self: ...


# From a key, a counter and a number of words to these, on the CPU; see `faster`.
OnHost: TypeAlias = Callable[[tuple[int, int], int, int], Any]
ON_HOST: list[OnHost] = []

W = TypeVar("W", bound=Words)
T = TypeVar("T", bound=WordArray)


def block(key: tuple[int, int], counter: int) -> tuple[int, int, int, int]:
    """The four words of one block, as Python ints: cheap where a few words are wanted, as in deriving keys.

    Raises ValueError for a key or counter outside its range.

    >>> [hex(word) for word in block((0, 0), 0)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    _check(key, counter, 1)
    return _rounds(counter & MASK, counter >> 32 & MASK, counter >> 64 & MASK, counter >> 96, key)


def random_bits(xp: Namespace[T], key: tuple[int, int], counter_start: int, n: int, *, chunk: int | None = None) -> T:
    """`n` words (uint32) of the stream of `key`, beginning with the first word of block `counter_start`.

    A key is two 32-bit words, a counter 128 bits; beyond the last block the counter begins again at 0. `chunk` is the
    number of blocks computed at a time: small ones stay in the cache of a CPU, a GPU wants all at once. Raises
    ValueError for a key or counter outside its range.

    >>> import numpy as np
    >>> [hex(word) for word in random_bits(np, (0, 0), 0, 4)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    _check(key, counter_start, n)
    pieces = [_blocks(xp, key, start, count) for start, count in _pieces(counter_start, -(-n // 4), chunk)]
    if not pieces:
        return xp.zeros((0,), dtype=xp.uint32)
    words = pieces[0] if len(pieces) == 1 else xp.concat(pieces)
    return words[:n] if n % 4 else words


def faster(function: OnHost) -> OnHost:
    """Register what computes the same words with other means, for arrays of numpy."""
    ON_HOST.append(function)
    return function


def on_host(xp: Namespace[T], key: tuple[int, int], counter_start: int, n: int, *, chunk: int) -> T:
    """As `random_bits`, by the means registered last where there are any and many words are wanted."""
    if not ON_HOST or n < MANY:
        return random_bits(xp, key, counter_start, n, chunk=chunk)
    _check(key, counter_start, n)
    words: T = ON_HOST[-1](key, counter_start, n)
    return words


def _check(key: tuple[int, int], counter: int, n: int) -> None:
    if n < 0 or len(key) != 2 or not all(0 <= word <= MASK for word in key) or not 0 <= counter < 1 << 128:
        raise ValueError(
            "random bits: the key is two 32-bit words, the counter has 128 bits and n is not negative; "
            f"got key={key}, counter={counter}, n={n}"
        )


def _pieces(start: int, blocks: int, chunk: int | None) -> Iterator[tuple[int, int]]:
    """Cut a range of counters where a chunk is full, and where the lower 64 bits of the counter overflow."""
    while blocks > 0:
        count = min(blocks, (1 << 64) - start % (1 << 64), chunk or blocks)
        yield start, count
        start = (start + count) % (1 << 128)
        blocks -= count


def _blocks(xp: Namespace[T], key: tuple[int, int], start: int, count: int) -> T:
    """The words of `count` blocks whose counters share their upper 64 bits."""
    # Sums stay below 2**63, for not every library can add a larger Python int to an array.
    low = xp.add(xp.arange(count, dtype=xp.uint64), start & MASK)
    x1 = xp.add(low >> 32, start >> 32 & MASK)
    x2, x3 = xp.full_like(low, start >> 64 & MASK), xp.full_like(low, start >> 96)
    words = [xp.astype(word, xp.uint32) for word in _rounds(low & MASK, x1, x2, x3, key)]
    return xp.reshape(xp.stack(words, axis=-1), (-1,))


def _rounds(x0: W, x1: W, x2: W, x3: W, key: tuple[int, int]) -> tuple[W, W, W, W]:
    """The bijection. Words of 32 bits are held in 64, which makes the products exact."""
    k0, k1 = key
    for _ in range(ROUNDS):
        p0, p1 = x0 * MULTIPLIERS[0], x2 * MULTIPLIERS[1]
        x0, x1, x2, x3 = p1 >> 32 ^ x1 ^ k0, p1 & MASK, p0 >> 32 ^ x3 ^ k1, p0 & MASK
        k0, k1 = (k0 + WEYL[0]) & MASK, (k1 + WEYL[1]) & MASK
    return x0, x1, x2, x3
