"""In which order to multiply several arrays with labelled axes: the cheapest one, counted in multiplications."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_MOST = 7  # of more operands there are too many orders to look at all of them


def order(terms: Sequence[str], output: str, sizes: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Pairs of positions (i < j): the product of the two takes the place of the first, and the second is gone.

    >>> list(order(("ab", "bc", "cd"), "ad", {"a": 9, "b": 9, "c": 9, "d": 1}))
    [(1, 2), (0, 1)]
    """
    pool = [1 << i for i in range(len(terms))]
    pairs = _exhaustive(terms, output, sizes) if len(terms) <= _MOST else _greedy(terms, output, sizes)
    for first, second in pairs:
        i, j = sorted((pool.index(first), pool.index(second)))
        yield i, j
        pool[i] = first | second
        del pool[j]


class _Labels:
    """The axes of the product of any set of operands, which is given as the bits of a number."""

    def __init__(self, terms: Sequence[str], output: str, sizes: Mapping[str, int]) -> None:
        self.terms, self.output, self.sizes = terms, output, sizes
        self.known: dict[int, frozenset[str]] = {}

    def of(self, bits: int) -> frozenset[str]:
        """What is left after summing: the labels that the result or an operand outside the set still needs."""
        if bits not in self.known:
            inside = {label for i, term in enumerate(self.terms) if bits >> i & 1 for label in term}
            outside = {label for i, term in enumerate(self.terms) if not bits >> i & 1 for label in term}
            self.known[bits] = frozenset(inside & (outside | set(self.output)))
        return self.known[bits]

    def cost(self, first: int, second: int) -> int:
        """The multiplications that the product of two sets takes, each multiplied out already."""
        return self.size(self.of(first) | self.of(second))

    def size(self, labels: Iterable[str]) -> int:
        return math.prod(self.sizes[label] for label in labels)


def _exhaustive(terms: Sequence[str], output: str, sizes: Mapping[str, int]) -> list[tuple[int, int]]:
    """The best of all orders: for every set of operands, the best way to split it in two."""
    labels = _Labels(terms, output, sizes)
    best: dict[int, tuple[int, tuple[int, int]]] = {1 << i: (0, (0, 0)) for i in range(len(terms))}
    for count in range(2, len(terms) + 1):
        for members in combinations(range(len(terms)), count):
            bits = sum(1 << i for i in members)
            best[bits] = min((best[a][0] + best[b][0] + labels.cost(a, b), (a, b)) for a, b in _splits(bits))
    found: list[tuple[int, int]] = []
    stack = [(1 << len(terms)) - 1]
    while stack:
        a, b = best[stack.pop()][1]
        if a:
            found.append((a, b))
            stack += (a, b)
    return found[::-1]


def _splits(bits: int) -> Iterator[tuple[int, int]]:
    """Every way to split a set in two; the part without the smallest member counts down through its subsets."""
    rest = bits & (bits - 1)
    part = rest
    while part:
        yield bits ^ part, part
        part = (part - 1) & rest


def _greedy(terms: Sequence[str], output: str, sizes: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Always the product that makes the arrays shrink most, or grow least."""
    labels = _Labels(terms, output, sizes)

    def growth(pair: tuple[int, int]) -> tuple[int, int]:
        a, b = pair
        grown = labels.size(labels.of(a | b)) - labels.size(labels.of(a)) - labels.size(labels.of(b))
        return grown, labels.cost(a, b)

    pool = [1 << i for i in range(len(terms))]
    while len(pool) > 1:
        a, b = min(combinations(pool, 2), key=growth)
        yield a, b
        pool = [bits for bits in pool if bits not in (a, b)] + [a | b]
