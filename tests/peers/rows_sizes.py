"""Padding and cropping, and layers that pool to a size, add up or enlarge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import called, functional, torch
from tests.peers.row import Draw, Row, Setting
from tests.peers.rows_conv import image
from tests.peers.rows_geometry import LINEAR, RANKS, sizes_of
from typedgrad import nn


def _circular(d: Draw) -> Setting:
    a, b, c, e = (d.size(0, 2) for _ in range(4))
    return Setting(
        (image(d, 2, 2, 3, 5),),
        lambda x: tg.pad(x, ((0, 0), (0, 0), (a, b), (c, e)), mode="circular"),
        lambda x: functional.pad(x, (c, e, a, b), mode="circular"),
    )


def padding_layer(rank: int) -> Row:
    """Each mode."""

    def draw(d: Draw) -> Setting:
        mode = d.one_of("constant", "reflect", "replicate", "circular")
        widths = tuple((d.size(0, 2), d.size(0, 2)) for _ in range(rank))
        theirs = [n for pair in reversed(widths) for n in pair]
        return Setting(
            (image(d, 2, rank, 3, 5),),
            getattr(nn, f"Pad{rank}d")(padding=widths, mode=mode),
            lambda x: functional.pad(x, theirs, mode=mode),
        )

    return Row(f"nn.Pad{rank}d", "torch.nn.functional.pad, each mode", draw, draws=4)


def zero_padding(rank: int) -> Row:
    """Zeros around."""

    def draw(d: Draw) -> Setting:
        n = d.size(1, 3)
        layer = getattr(nn, f"ZeroPad{rank}d")(padding=n)
        return Setting((image(d, 2, rank, 2, 4),), layer, lambda x: called(f"torch.nn.ZeroPad{rank}d")(n)(x))

    return Row(f"nn.ZeroPad{rank}d", f"torch.nn.ZeroPad{rank}d", draw)


def cropping(rank: int) -> Row:
    """As padding by less than nothing."""

    def draw(d: Draw) -> Setting:
        widths = tuple((d.size(0, 1), d.size(0, 2)) for _ in range(rank))
        theirs = [-n for pair in reversed(widths) for n in pair]
        layer = getattr(nn, f"Crop{rank}d")(cropping=widths)
        return Setting((image(d, 2, rank, 4, 6),), layer, lambda x: functional.pad(x, theirs))

    return Row(f"nn.Crop{rank}d", "torch.nn.functional.pad, negative", draw)


def enlarging(rank: int) -> Row:
    """Nearest and linear."""

    def draw(d: Draw) -> Setting:
        scale, method = d.size(2, 3), d.one_of("nearest", "linear", "linear")
        mode = "nearest" if method == "nearest" else LINEAR[rank]
        layer = getattr(nn, f"Upsample{rank}d")(scale=scale, method=method)
        return Setting((image(d, 2, rank, 2, 3),), layer, lambda x: torch.nn.Upsample(scale_factor=scale, mode=mode)(x))

    return Row(f"nn.Upsample{rank}d", "torch.nn.Upsample", draw)


def _resize_layer(d: Draw) -> Setting:
    size, method = sizes_of(d, 2, 2, 6), d.one_of("nearest", "linear", "linear")
    mode = "nearest" if method == "nearest" else "bilinear"
    return Setting(
        (image(d, 2, 2, 2, 5),),
        nn.Resize(size=size, method=method),
        lambda x: functional.interpolate(x, size, mode=mode),
    )


def sized(kind: str, rank: int) -> Row:
    """Adaptive pooling."""
    name = f"Adaptive{kind}Pool{rank}d"

    def draw(d: Draw) -> Setting:
        size = sizes_of(d, rank, 1, 5)
        return Setting(
            (d.apart(2, 3, *sizes_of(d, rank, 5, 8)),),
            getattr(nn, name)(size=size),
            lambda x: called(f"torch.nn.{name}")(size if rank > 1 else size[0])(x),
        )

    return Row(f"nn.{name}", f"torch.nn.{name}", draw)


def summing(rank: int) -> Row:
    """The mean times the number of elements."""

    def draw(d: Draw) -> Setting:
        stride, padding = d.size(1, 2), d.size(0, 1)
        layer = getattr(nn, f"SumPool{rank}d")(kernel=2, stride=stride, padding=padding)
        theirs = called_later(f"avg_pool{rank}d")
        return Setting((image(d, 2, rank, 4, 6),), layer, lambda x: 2**rank * theirs(x, 2, stride, padding))

    return Row(f"nn.SumPool{rank}d", f"torch.nn.functional.avg_pool{rank}d, times the window", draw)


def called_later(name: str) -> Callable[..., Any]:
    """A function of theirs, looked up when it is called."""
    return lambda *xs, **options: getattr(functional, name)(*xs, **options)


def normed(rank: int) -> Row:
    """The p-norms of positive numbers."""

    def draw(d: Draw) -> Setting:
        p, stride = d.one_of(2.0, 3.0, 1.0), d.size(1, 2)
        layer = getattr(nn, f"LpPool{rank}d")(kernel=2, stride=stride, p=p)
        x = d.uniform(0.2, 2.0, 2, 3, *sizes_of(d, rank, 4, 6))
        return Setting((x,), layer, lambda x: getattr(functional, f"lp_pool{rank}d")(x, p, 2, stride))

    return Row(f"nn.LpPool{rank}d", f"torch.nn.functional.lp_pool{rank}d", draw)


def around(name: str, sign: int) -> Row:
    """Padding, or cropping, of all axes but the first two."""

    def draw(d: Draw) -> Setting:
        rank = d.index + 1
        widths = tuple((d.size(0, 2), d.size(0, 1)) for _ in range(rank))
        theirs = [sign * n for pair in reversed(widths) for n in pair]
        return Setting(
            (image(d, 2, rank, 4, 5),), lambda x: getattr(tg, name)(x, widths), lambda x: functional.pad(x, theirs)
        )

    return Row(name, "torch.nn.functional.pad", draw)


ROWS = [
    Row("pad", "torch.nn.functional.pad, circular", _circular),
    around("pad_spatial", 1), around("crop_spatial", -1),
    *map(padding_layer, RANKS), *map(zero_padding, RANKS), *map(cropping, RANKS), *map(enlarging, RANKS),
    Row("nn.Resize", "torch.nn.functional.interpolate", _resize_layer),
    *(sized(kind, rank) for kind in ("Max", "Avg") for rank in RANKS), *map(summing, RANKS), *map(normed, RANKS),
]  # fmt: skip
