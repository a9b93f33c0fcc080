"""Random bits: the published answers, and one stream however it is cut."""

from __future__ import annotations

from itertools import product as pairs
from timeit import repeat
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backends.strict import STRICT
from typedgrad.backends import Namespace, backend_for_device
from typedgrad.backends.philox import block, random_bits

NUMPY = backend_for_device("cpu").xp

WORD = st.integers(0, (1 << 32) - 1)
# Anywhere, and close to the two places where a counter overflows.
COUNTER = st.integers(0, (1 << 128) - 1) | st.integers(-9, 9).map(lambda i: (i + (1 << 64)) % (1 << 128))
COUNTER |= st.integers(-9, 9).map(lambda i: i % (1 << 128))

# "philox4x32 10" of the file kat_vectors that the authors publish with Random123: counter, key, answer.
KNOWN_ANSWERS = """
00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8
ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd
243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1
"""


@pytest.mark.parametrize("line", KNOWN_ANSWERS.strip().splitlines())
@pytest.mark.parametrize("xp", [NUMPY, STRICT.xp], ids=["numpy", "strict"])
def test_the_published_answers(xp: Namespace[Any], line: str) -> None:
    words = [int(word, 16) for word in line.split()]
    counter = sum(word << 32 * place for place, word in enumerate(words[:4]))
    key = (words[4], words[5])
    assert block(key, counter) == tuple(words[6:])
    assert [int(word) for word in random_bits(xp, key, counter, 4)] == words[6:]


@given(key=st.tuples(WORD, WORD), counter=COUNTER, n=st.integers(0, 40), chunk=st.none() | st.integers(1, 5))
def test_a_stream_is_its_blocks_in_order(key: tuple[int, int], counter: int, n: int, chunk: int | None) -> None:
    words = random_bits(NUMPY, key, counter, n, chunk=chunk)
    assert words.dtype == np.uint32
    expected = [word for i in range(10) for word in block(key, (counter + i) % (1 << 128))]
    assert words.tolist() == expected[:n]


def test_neighbouring_keys_and_counters_share_no_pattern() -> None:
    n = 4096
    streams = [random_bits(NUMPY, key, counter, n) for key, counter in pairs([(0, 0), (1, 0), (0, 1)], [0, n, 1 << 64])]
    bits = np.stack([np.unpackbits(words.view(np.uint8)) for words in streams])
    # Each bit is a fair coin and each pair of streams is independent: means within six standard deviations.
    bound = 6 * 0.5 / np.sqrt(bits.shape[1])
    assert np.abs(bits.mean(axis=1) - 0.5).max() < bound
    for i in range(len(bits)):
        for j in range(i):
            assert abs((bits[i] ^ bits[j]).mean() - 0.5) < bound


@pytest.mark.parametrize(
    ("key", "counter", "n"),
    [((1 << 32, 0), 0, 1), ((0, -1), 0, 1), ((0, 0), -1, 1), ((0, 0), 1 << 128, 1), ((0, 0), 0, -1)],
)
def test_what_is_out_of_range_is_refused(key: tuple[int, int], counter: int, n: int) -> None:
    with pytest.raises(ValueError, match="the key is two 32-bit words, the counter has 128 bits and n is not negative"):
        random_bits(NUMPY, key, counter, n)


def test_a_million_words_cost_a_hundred_or_so_multiplications() -> None:
    x = np.arange(1_000_000, dtype=np.uint64)
    bits = min(repeat(lambda: random_bits(NUMPY, (1, 2), 0, 1_000_000, chunk=16384), number=1, repeat=5))
    product = min(repeat(lambda: x * x, number=1, repeat=5))
    assert bits < 150 * product
