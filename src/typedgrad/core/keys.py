"""Keys: names of streams of random numbers, and how new ones follow from them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from typedgrad.backends.philox import block
from typedgrad.core.tracing import host, is_open

if TYPE_CHECKING:
    from collections.abc import Iterator

_MASK = 0xFFFFFFFF
# The last counter word keeps the streams apart: numbers, children by position, children by name.
_SPLIT, _FOLD, _NAME = 1, 2, 3


class Key:
    """The name of a stream of random numbers. Equal keys give equal numbers: use each for one thing, split for more.

    >>> a, b = tg.random.split(tg.random.key(0))
    >>> a == b
    False
    """

    __slots__ = ("words",)

    words: tuple[int, int]
    is_open = False  # whether it is not known, because a function of it is being traced

    def __init__(self, words: tuple[int, int]) -> None:
        if not isinstance(words, tuple):
            raise TypeError(f"Key: make keys with tg.random.key(seed), not of {words!r}")
        object.__setattr__(self, "words", (words[0] & _MASK, words[1] & _MASK))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Key is immutable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.words == other.words

    def __hash__(self) -> int:
        return hash(self.words)

    def __repr__(self) -> str:
        return f"Key({self.words[0]:08x} {self.words[1]:08x})"

    def __iter__(self) -> Iterator[Key]:
        raise TypeError("a Key cannot be unpacked; use tg.random.split(key, n)")


def key(seed: int) -> Key:
    """The key of an integer seed.

    Raises TypeError if `seed` is not an int, ValueError if it is negative or needs more than 64 bits.

    >>> tg.random.key(7)
    Key(00000007 00000000)
    """
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise TypeError(f"key: `seed` must be an int, not {type(seed).__name__}")
    if not 0 <= seed < 2**64:
        raise ValueError(f"key: `seed` must be between 0 and 2**64 - 1, got {seed}")
    return Key((seed & _MASK, seed >> 32))


def checked_key(function: str, key: Key) -> Key:
    """A key, or the error for what is none."""
    if not isinstance(key, Key):
        raise TypeError(
            f"{function}: `key` must be a random key, made by tg.random.key(seed), not {type(key).__name__}"
        )
    return key


def checked_whole(function: str, name: str, n: int) -> int:
    """An int, or the error for what is none."""
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"{function}: `{name}` must be an int, not {type(n).__name__}")
    return n


def checked_count(function: str, n: int) -> int:
    """A number of things, or the error for what is none."""
    if checked_whole(function, "n", n) < 0:
        raise ValueError(f"{function}: `n` must not be negative, got {n}")
    return n


def checked_sizes(function: str, shape: int | tuple[int, ...]) -> tuple[int, ...]:
    """A shape, or the error that names the axis whose size is none."""
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for axis, n in enumerate(sizes):
        if not isinstance(n, int) or isinstance(n, bool):
            raise TypeError(f"{function}: the size of axis {axis} must be an int, not {n!r}")
        if n < 0:
            raise ValueError(f"{function}: the size of axis {axis} must not be negative, got {n}")
    return sizes


def _child(parent: Key, number: int, stream: int) -> Key:
    words = block(parent.words, number & 0xFFFFFFFFFFFFFFFF | stream << 96)
    return Key((words[0], words[1]))


def split(key: Key, n: int = 2) -> tuple[Key, ...]:
    """`n` new keys, independent of each other and of `key`.

    >>> len(tg.random.split(tg.random.key(0), 3))
    3
    """
    checked_key("split", key)
    if key.is_open:
        found: tuple[Key, ...] = host(split, key, n, results=checked_count("split", n))
        return found
    return tuple(_child(key, i, _SPLIT) for i in range(checked_count("split", n)))


def fold_in(key: Key, data: int | str) -> Key:
    """The key that belongs to `data` (a step number, a path) under `key`.

    >>> tg.random.fold_in(tg.random.key(0), "layers.0.weight") == tg.random.fold_in(tg.random.key(0), "layers.1.weight")
    False
    """
    checked_key("fold_in", key)
    if key.is_open or is_open(data):
        found: Key = host(fold_in, key, data)
        return found
    if isinstance(data, str):
        text = data.encode()
        return _child(key, zlib.crc32(text) | zlib.adler32(text) << 32, _NAME)
    if not isinstance(data, int) or isinstance(data, bool):
        raise TypeError(f"fold_in: `data` must be an int or a string, not {type(data).__name__}")
    return _child(key, data, _FOLD)
