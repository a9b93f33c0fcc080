"""Where boxes stand: in ranks from top to bottom, so that arrows go down, cross little and are mostly straight.

Source: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures", 1981.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]

GAP_X = 26.0
GAP_Y = 40.0
SWEEPS = 12
# How strongly arrows pull boxes under each other: a straight chain matters more than a way around.
_CHAIN, _DETOUR, _PASSING = 4.0, 1.0, 8.0


class Link(NamedTuple):
    """An arrow between two nodes, and how far from the middles of the nodes it starts and ends."""

    source: int
    target: int
    start: float = 0.0
    end: float = 0.0


@dataclass
class Arrangement:
    """The middle of each node from left to right, its upper edge, and the points that each link passes."""

    x: list[float]
    y: list[float]
    ways: list[list[Point]]
    width: float
    height: float


@dataclass
class _Node:
    width: float
    height: float
    rank: int = 0
    passing: bool = False
    x: float = 0.0
    above: list[tuple[int, float, float]] = field(default_factory=list)
    below: list[tuple[int, float, float]] = field(default_factory=list)


def arrange(sizes: Sequence[tuple[float, float]], links: Sequence[Link], first: int, last: int) -> Arrangement:
    """Place nodes of these sizes, which are numbered so that links go from lower ranks to higher ones.

    The nodes from `first` up to `last` stand at the top, `last` at the bottom, the others between.
    """
    nodes = [_Node(w, h) for w, h in sizes]
    _rank(nodes, links, first, last)
    chains = [_chain(nodes, link) for link in links]
    ranks = _ordered(nodes)
    _place(nodes, ranks)
    _straighten(nodes, ranks, chains)
    tops, heights = _tops(nodes, ranks)
    left = min(node.x - node.width / 2 for node in nodes)
    for node in nodes:
        node.x -= left
    ways = [_way(nodes, link, chain, tops, heights) for link, chain in zip(links, chains, strict=True)]
    count = len(sizes)
    y = [tops[n.rank] + (heights[n.rank] - n.height) / 2 for n in nodes[:count]]
    width = max(node.x + node.width / 2 for node in nodes)
    return Arrangement([n.x for n in nodes[:count]], y, ways, width, tops[-1] + heights[-1])


def _rank(nodes: list[_Node], links: Sequence[Link], first: int, last: int) -> None:
    for i in range(first):
        nodes[i].rank = 1
    for link in sorted(links, key=lambda link: link.target):
        if link.target < first:
            nodes[link.target].rank = max(nodes[link.target].rank, nodes[link.source].rank + 1)
    nodes[last].rank = 1 + max(node.rank for node in nodes)


def _chain(nodes: list[_Node], link: Link) -> list[int]:
    """The nodes that a link runs along: its ends, and a place of its own in every rank that it passes."""
    chain = [link.source]
    for rank in range(nodes[link.source].rank + 1, nodes[link.target].rank):
        nodes.append(_Node(4.0, 0.0, rank, passing=True))
        chain.append(len(nodes) - 1)
    chain.append(link.target)
    for k, (a, b) in enumerate(itertools.pairwise(chain)):
        ends = (k == 0) + (b == link.target)
        weight = _CHAIN if ends == 2 else _DETOUR if ends == 1 else _PASSING
        shift = (link.start if k == 0 else 0.0) - (link.end if b == link.target else 0.0)
        nodes[a].below.append((b, -shift, weight))
        nodes[b].above.append((a, shift, weight))
    return chain


def _ordered(nodes: list[_Node]) -> list[list[int]]:
    """The nodes of every rank from left to right, with few crossings: each stands at the mean of its neighbours."""
    ranks: list[list[int]] = [[] for _ in range(1 + max(node.rank for node in nodes))]
    for i, node in enumerate(nodes):
        ranks[node.rank].append(i)
    best, fewest = [list(rank) for rank in ranks], _crossings(nodes, ranks)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for rank in ranks[1:] if down else ranks[-2::-1]:
            place = {i: k for other in ranks for k, i in enumerate(other)}
            mean = {}
            for i in rank:
                found = [place[j] for j, _, _ in (nodes[i].above if down else nodes[i].below)]
                mean[i] = sum(found) / len(found) if found else float(place[i])
            rank.sort(key=lambda i: (mean[i], place[i]))
        now = _crossings(nodes, ranks)
        if now < fewest:
            best, fewest = [list(rank) for rank in ranks], now
    return best


def _crossings(nodes: list[_Node], ranks: list[list[int]]) -> int:
    total = 0
    for upper, lower in itertools.pairwise(ranks):
        place = {i: k for k, i in enumerate(lower)}
        pairs = [(k, place[j]) for k, i in enumerate(upper) for j, _, _ in nodes[i].below]
        total += sum(a[0] < b[0] and a[1] > b[1] for a in pairs for b in pairs)
    return total


def _place(nodes: list[_Node], ranks: list[list[int]]) -> None:
    """From left to right: near the weighted median of the neighbours, and apart from each other."""
    for rank in ranks:
        x = 0.0
        for i in rank:
            nodes[i].x = x + nodes[i].width / 2
            x += nodes[i].width + GAP_X
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for rank in ranks if down else ranks[::-1]:
            wanted = []
            for i in rank:
                node = nodes[i]
                pulls = (node.above if down else node.below) if sweep < 2 * SWEEPS - 4 else node.above + node.below
                wanted.append(_median([(nodes[j].x + shift, weight) for j, shift, weight in pulls], node.x))
            _apart(nodes, rank, wanted)


def _median(pulls: list[tuple[float, float]], otherwise: float) -> float:
    """The middle by weight; between the two middle ones if they are equally strong."""
    if not pulls:
        return otherwise
    pulls.sort()
    half, passed = sum(weight for _, weight in pulls) / 2, 0.0
    for k, (x, weight) in enumerate(pulls):
        passed += weight
        if passed > half:
            return x
        if passed == half:
            return (x + pulls[k + 1][0]) / 2
    return pulls[-1][0]


def _apart(nodes: list[_Node], rank: list[int], wanted: list[float]) -> None:
    """As near to what is wanted as gaps allow. Boxes come first, then the lines that pass beside them."""
    offsets = [0.0]
    for a, b in itertools.pairwise(rank):
        offsets.append(offsets[-1] + (nodes[a].width + nodes[b].width) / 2 + GAP_X)
    # Without the offsets, keeping apart is keeping in order.
    free = [x - offset for x, offset in zip(wanted, offsets, strict=True)]
    boxes = [k for k, i in enumerate(rank) if not nodes[i].passing]
    right = list(itertools.accumulate((free[k] for k in boxes), max))
    left = list(itertools.accumulate((free[k] for k in reversed(boxes)), min))[::-1]
    placed = {k: (a + b) / 2 for k, a, b in zip(boxes, left, right, strict=True)}
    low = -math.inf
    for k, i in enumerate(rank):
        if k not in placed:
            high = min((x for other, x in placed.items() if other > k), default=math.inf)
            placed[k] = min(max(free[k], low), high)
        low = placed[k]
        nodes[i].x = placed[k] + offsets[k]


def _straighten(nodes: list[_Node], ranks: list[list[int]], chains: list[list[int]]) -> None:
    """Lines that pass several ranks go straight down where there is room for that."""
    for chain in chains:
        passing = chain[1:-1]
        if len(passing) < 2:
            continue
        low, high = -math.inf, math.inf
        for i in passing:
            rank = ranks[nodes[i].rank]
            k = rank.index(i)
            if k > 0:
                low = max(low, nodes[rank[k - 1]].x + (nodes[rank[k - 1]].width + nodes[i].width) / 2 + GAP_X)
            if k < len(rank) - 1:
                high = min(high, nodes[rank[k + 1]].x - (nodes[rank[k + 1]].width + nodes[i].width) / 2 - GAP_X)
        if low <= high:
            middle = sorted(nodes[i].x for i in passing)[len(passing) // 2]
            for i in passing:
                nodes[i].x = min(max(middle, low), high)


def _tops(nodes: list[_Node], ranks: list[list[int]]) -> tuple[list[float], list[float]]:
    tops, heights, y = [], [], 0.0
    for k, rank in enumerate(ranks):
        height = max((nodes[i].height for i in rank), default=0.0)
        tops.append(y)
        heights.append(height)
        y += height + (GAP_Y if k < len(ranks) - 1 else 0.0)
    return tops, heights


def _way(nodes: list[_Node], link: Link, chain: list[int], tops: list[float], heights: list[float]) -> list[Point]:
    first, last = nodes[chain[0]], nodes[chain[-1]]
    bottom = tops[first.rank] + heights[first.rank]
    points = [(first.x + link.start, bottom - (heights[first.rank] - first.height) / 2), (first.x + link.start, bottom)]
    for i in chain[1:-1]:
        node = nodes[i]
        points += [(node.x, tops[node.rank]), (node.x, tops[node.rank] + heights[node.rank])]
    top = tops[last.rank]
    points += [(last.x + link.end, top), (last.x + link.end, top + (heights[last.rank] - last.height) / 2)]
    # Bends are between ranks only; a node that is as high as its rank needs no stretch beside others.
    return [p for k, p in enumerate(points) if k == 0 or p != points[k - 1]]
