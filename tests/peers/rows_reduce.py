"""Reductions, cumulative results, order: sums, norms, sorting, searching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import called, torch
from tests.peers.row import Draw, Row, Setting


def axes_of(rank: int, axis: Any) -> tuple[int, ...]:
    """All axes where ours says None."""
    return tuple(range(rank)) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def reduced(name: str, peer: str = "", *, tied: bool = False, note: str = "", **options: Any) -> Row:
    """A reduction over one axis, several, or all."""
    peer = peer or f"torch.{name}"

    def draw(d: Draw) -> Setting:
        shape = d.shape(2, 4)
        x = d.integers(-1, 1, *shape) / 2.0 if tied else d.apart(*shape)
        axis, keep = d.axes(len(shape)), d.flag()
        return Setting(
            (x,),
            lambda x: getattr(tg, name)(x, axis=axis, keepdims=keep, **options),
            lambda x: called(peer)(x, dim=axes_of(len(shape), axis), keepdim=keep, **options),
        )

    return Row(name, f"{peer}, equal elements" if tied else peer, draw, note=note)


def _prod(d: Draw) -> Setting:
    shape = d.shape(2, 3)
    x = d.uniform(-1.5, 1.5, *shape)
    if d.index == 2:
        x.reshape(-1)[0] = 0.0
    axis, keep = d.axis(len(shape)), d.flag()
    return Setting(
        (x,), lambda x: tg.prod(x, axis=axis, keepdims=keep), lambda x: torch.prod(x, dim=axis, keepdim=keep)
    )


def _count(d: Draw) -> Setting:
    return Setting(
        (d.integers(-1, 1, 3, 4, 2),),
        lambda x: tg.count_nonzero(x, axis=d.index),
        lambda x: torch.count_nonzero(x, dim=d.index),
    )


def _truth(name: str) -> Row:
    def draw(d: Draw) -> Setting:
        x = d.mask(3, 4, 2)
        axis = d.axis(3)
        return Setting((x,), lambda x: getattr(tg, name)(x, axis=axis), lambda x: called(f"torch.{name}")(x, dim=axis))

    return Row(name, f"torch.{name}", draw, 0)


def _arg(name: str) -> Row:
    def draw(d: Draw) -> Setting:
        x = d.integers(0, 3, 4, 5) / 2.0
        axis = d.one_of(0, -1, None)
        return Setting((x,), lambda x: getattr(tg, name)(x, axis=axis), lambda x: called(f"torch.{name}")(x, dim=axis))

    return Row(name, f"torch.{name}", draw, 0, "the first of equal elements, by both")


def _variance(name: str) -> Row:
    def draw(d: Draw) -> Setting:
        x, axis, correction = d.normal(5, 4, 6), d.axes(3), d.one_of(0, 1, 0)
        return Setting(
            (x,),
            lambda x: getattr(tg, name)(x, axis=axis, correction=correction),
            lambda x: called(f"torch.{name}")(x, dim=axes_of(3, axis), correction=correction),
        )

    return Row(name, f"torch.{name}", draw, note="our `correction` is 0 by default, as the Array API says; theirs is 1")


def _cumulative(name: str, peer: str) -> Row:
    def draw(d: Draw) -> Setting:
        shape = d.shape(1, 3)
        x = d.uniform(-1.5, 1.5, *shape)
        if d.index == 2:
            x.reshape(-1)[-1] = 0.0
        axis = d.axis(len(shape))
        return Setting((x,), lambda x: getattr(tg, name)(x, axis=axis), lambda x: called(peer)(x, dim=axis))

    return Row(name, peer, draw)


def _initial(d: Draw) -> Setting:
    def theirs(x: Any) -> Any:
        return torch.cat([torch.zeros_like(x[:1]), torch.cumsum(x, 0)])

    return Setting((d.normal(d.size(), 3),), lambda x: tg.cumulative_sum(x, axis=0, include_initial=True), theirs)


def _sort(d: Draw) -> Setting:
    x, axis, down = d.apart(4, 3, 5), d.axis(3), d.flag()
    return Setting(
        (x,), lambda x: tg.sort(x, axis=axis, descending=down), lambda x: torch.sort(x, dim=axis, descending=down)[0]
    )


def _argsort(d: Draw) -> Setting:
    x, axis, down = d.integers(0, 3, 4, 6) / 2.0, d.axis(2), d.flag()
    return Setting(
        (x,),
        lambda x: tg.argsort(x, axis=axis, descending=down),
        lambda x: torch.argsort(x, dim=axis, descending=down, stable=True),
    )


def _topk(d: Draw) -> Setting:
    x, axis, k, largest = d.apart(4, 3, 5), d.axis(3), d.size(1, 3), d.flag()
    return Setting(
        (x,), lambda x: tg.topk(x, k, axis=axis, largest=largest), lambda x: torch.topk(x, k, axis, largest=largest)
    )


def _searchsorted(d: Draw) -> Setting:
    side = d.one_of("left", "right", "left")
    edges = d.integers(0, 9, 7) / 2.0
    edges.sort()
    return Setting(
        (edges, d.integers(-1, 10, 3, 4) / 2.0),
        lambda a, x: tg.searchsorted(a, x, side=side),
        lambda a, x: torch.searchsorted(a, x, side=side),
    )


def _nonzero(d: Draw) -> Setting:
    return Setting((d.integers(-1, 1, 4, 5),), tg.nonzero, lambda x: torch.nonzero(x, as_tuple=True))


def _isin(d: Draw) -> Setting:
    return Setting((d.integers(0, 9, 4, 5), d.integers(0, 9, 4)), tg.isin, lambda x, y: torch.isin(x, y))


def _unique(name: str, ours: Callable[[Any], Any], theirs: Callable[[Any], Any]) -> Row:
    def draw(d: Draw) -> Setting:
        return Setting((d.integers(0, 5, 4, 3),), ours, theirs)

    return Row(name, "torch.unique", draw, 0)


def _unique_rows() -> list[Row]:
    def counts(x: Any) -> Any:
        return torch.unique(x, return_counts=True)

    def inverse(x: Any) -> Any:
        return torch.unique(x, return_inverse=True)

    def every(x: Any) -> Any:
        values, back, count = torch.unique(x, return_inverse=True, return_counts=True)
        flat = back.reshape(-1)
        first = torch.tensor([int(torch.nonzero(flat == i)[0, 0]) for i in range(len(values))])
        return values, first, back, count

    return [
        _unique("unique_values", tg.unique_values, lambda x: torch.unique(x)),
        _unique("unique_counts", tg.unique_counts, counts),
        _unique("unique_inverse", tg.unique_inverse, inverse),
        _unique("unique_all", tg.unique_all, every),
    ]


def _along(name: str, peer: str, low: float = -3.0, high: float = 3.0) -> Row:
    """A function along one axis."""

    def draw(d: Draw) -> Setting:
        shape = d.shape(1, 3)
        axis = d.axis(len(shape))
        x = d.uniform(low, high, *shape)
        return Setting((x,), lambda x: getattr(tg, name)(x, axis=axis), lambda x: called(peer)(x, dim=axis))

    return Row(name, peer, draw)


TIES = "at ties the gradient is shared equally, by both"

ROWS = [
    reduced("sum"), reduced("mean"), reduced("logsumexp"), Row("count_nonzero", "torch.count_nonzero", _count, 0),
    reduced("max", "torch.amax"), reduced("min", "torch.amin"),
    reduced("max", "torch.amax", tied=True, note=TIES), reduced("min", "torch.amin", tied=True, note=TIES),
    Row("prod", "torch.prod", _prod, note="one configuration has a zero factor"),
    _truth("all"), _truth("any"), _arg("argmax"), _arg("argmin"), _variance("var"), _variance("std"),
    _cumulative("cumulative_sum", "torch.cumsum"), _cumulative("cumulative_prod", "torch.cumprod"),
    Row("cumulative_sum", "torch.cat, torch.cumsum", _initial),
    Row("sort", "torch.sort", _sort),
    Row("argsort", "torch.argsort", _argsort, 0, "stable, which theirs is not by itself"),
    Row("topk", "torch.topk", _topk), Row("searchsorted", "torch.searchsorted", _searchsorted, 0),
    Row("nonzero", "torch.nonzero", _nonzero, 0), Row("isin", "torch.isin", _isin, 0), *_unique_rows(),
    _along("softmax", "torch.softmax"), _along("log_softmax", "torch.log_softmax"),
]  # fmt: skip
