"""Convolutions, pooling, and ops that change the sizes of images."""

from __future__ import annotations

from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.peer import called, functional
from tests.peers.row import Array, Draw, Row, Setting

KINKS = "the largest are apart: at ties theirs gives the gradient to one, ours as well (the first)"


def image(d: Draw, channels: int, rank: int, low: int = 6, high: int = 9) -> Array:
    """Two examples."""
    return d.normal(2, channels, *(d.size(low, high) for _ in range(rank)))


def with_bias(d: Draw, size: int) -> tuple[Array, ...]:
    """A bias in two of three configurations."""
    return (d.normal(size),) if d.index % 3 else ()


def convolution(rank: int) -> Row:
    """Strides, paddings, dilations and groups at random; "same" once."""
    name = f"conv{rank}d"

    def draw(d: Draw) -> Setting:
        groups, per_group, window = d.one_of(1, 2, 3), d.size(1, 2), [d.size(1, 3) for _ in range(rank)]
        if d.index == 3:
            window = [3] * rank  # theirs warns of even ones with "same"
        c_out = groups * d.size(1, 2)
        kernel = d.normal(c_out, per_group, *window)
        options: dict[str, Any] = {
            "stride": tuple(d.size(1, 3) for _ in window),
            "padding": tuple(d.size(0, 2) for _ in window),
            "dilation": tuple(d.size(1, 2) for _ in window),
            "groups": groups,
        }
        if d.index == 3:
            options |= {"padding": "same", "stride": 1}  # theirs knows no other stride with it
        return Setting(
            (image(d, groups * per_group, rank), kernel, *with_bias(d, c_out)),
            lambda *xs: getattr(tg, name)(*xs, **options),
            lambda *xs: getattr(functional, name)(*xs, **options),
        )

    return Row(name, f"torch.nn.functional.{name}", draw, 2, "kernels are not flipped, by both; Theano flips them", 4)


def transposed(rank: int) -> Row:
    """Likewise, with more output padding than none."""
    name = f"conv_transpose{rank}d"

    def draw(d: Draw) -> Setting:
        groups, per_group, stride = d.one_of(1, 2, 1), d.size(1, 2), d.size(1, 3)
        c_in = groups * d.size(1, 2)
        options: dict[str, Any] = {
            "stride": stride,
            "padding": d.size(0, 1),
            "output_padding": d.size(0, stride - 1),
            "dilation": d.size(1, 2),
            "groups": groups,
        }
        return Setting(
            (
                image(d, c_in, rank, 3, 5),
                d.normal(c_in, per_group, *(d.size(2, 3) for _ in range(rank))),
                *with_bias(d, groups * per_group),
            ),
            lambda *xs: getattr(tg, name)(*xs, **options),
            lambda *xs: getattr(functional, name)(*xs, **options),
        )

    return Row(name, f"torch.nn.functional.{name}", draw)


def pooled(kind: str, rank: int, *, tied: bool = False) -> Row:
    """Floor and ceil, with and without padding."""
    name = f"{kind}_pool{rank}d"

    def draw(d: Draw) -> Setting:
        shape = (2, 3, *(d.size(6, 9) for _ in range(rank)))
        x = np.maximum(d.normal(*shape), 0.0) if tied else d.apart(*shape)
        window, stride, padding, ceil = d.size(2, 3), d.size(1, 3), d.size(0, 1), d.flag()
        mine: dict[str, Any] = {"dilation": d.size(1, 2)} if kind == "max" else {"count_padding": d.flag()}
        theirs = mine if kind == "max" else {"count_include_pad": mine["count_padding"]}
        shared = {"stride": stride, "padding": padding}
        return Setting(
            (x,),
            lambda x: getattr(tg, name)(x, window, rounding="ceil" if ceil else "floor", **shared, **mine),
            lambda x: getattr(functional, name)(x, window, ceil_mode=ceil, **shared, **theirs),
        )

    peer = f"torch.nn.functional.{name}"
    if tied:
        return Row(name, f"{peer}, equal elements", draw, draws=4, note="at ties the first gets the gradient, by both")
    note = (
        "the divisor counts padding by default, by both; `count_padding=False` is that of Keras"
        if kind == "avg"
        else ""
    )
    return Row(name, peer, draw, 2, note, 4)


def _lp_pool(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        p, window, stride = d.one_of(2.0, 3.0, 1.0), d.size(2, 3), d.size(1, 2)
        x = d.uniform(0.2, 2.0, 2, 3, *(d.size(5, 8) for _ in range(rank)))
        theirs = f"lp_pool{rank}d"
        return Setting(
            (x,),
            lambda x: tg.lp_pool(x, window, p=p, stride=stride),
            lambda x: getattr(functional, theirs)(x, p, window, stride),
        )

    return Row(
        "lp_pool",
        f"torch.nn.functional.lp_pool{rank}d",
        draw,
        note="of positive numbers, as theirs raises negative ones to odd powers; rounded down, as theirs scales "
        "windows up that reach over the end",
    )


def _lp_pool_up(d: Draw) -> Setting:
    """Windows that reach over the end count what is there."""
    p, window, stride = d.one_of(2.0, 3.0, 1.0), d.size(2, 3), d.size(2, 3)
    return Setting(
        (d.normal(2, 3, d.size(5, 8), d.size(5, 8)),),
        lambda x: tg.lp_pool(x, window, p=p, stride=stride, rounding="ceil"),
        lambda x: functional.avg_pool2d(x.abs() ** p, window, stride, ceil_mode=True, divisor_override=1) ** (1 / p),
    )


def _sum_pool(d: Draw) -> Setting:
    window, stride, padding = d.size(2, 3), d.size(1, 3), d.size(0, 1)
    return Setting(
        (image(d, 3, 2),),
        lambda x: tg.sum_pool(x, window, stride=stride, padding=padding),
        lambda x: functional.avg_pool2d(x, window, stride, padding, divisor_override=1),
    )


def _adaptive(kind: str, rank: int) -> Row:
    peer = f"torch.nn.functional.adaptive_{kind}_pool{rank}d"

    def draw(d: Draw) -> Setting:
        x = d.apart(2, 3, *(d.size(5, 8) for _ in range(rank)))
        size = tuple(d.size(1, 5) for _ in range(rank))
        ours = tg.adaptive_max_pool if kind == "max" else tg.adaptive_avg_pool
        return Setting(
            (x,),
            lambda x: ours(x, size if rank > 1 else size[0]),
            lambda x: called(peer)(x, size if rank > 1 else size[0]),
        )

    return Row(f"adaptive_{kind}_pool", peer, draw)


def _pad(mode: str) -> Row:
    def draw(d: Draw) -> Setting:
        a, b, c, e = (d.size(0, 2) for _ in range(4))
        value = d.one_of(0.0, 1.5, -2.0) if mode == "constant" else 0.0
        widths = ((0, 0), (0, 0), (a, b), (c, e))
        return Setting(
            (image(d, 2, 2, 3, 5),),
            lambda x: tg.pad(x, widths, mode=mode, value=value),  # type: ignore[arg-type]  # one of its modes
            lambda x: functional.pad(x, (c, e, a, b), mode=mode, value=value),
        )

    return Row("pad", f"torch.nn.functional.pad, {mode}", draw)


def _shuffle(name: str, peer: str) -> Row:
    def draw(d: Draw) -> Setting:
        r = d.one_of(2, 3, 1)
        shape = (2, 2 * r * r, 3, 4) if name == "pixel_shuffle" else (2, 3, 2 * r, 3 * r)
        return Setting((d.normal(*shape),), lambda x: getattr(tg, name)(x, r), lambda x: called(peer)(x, r))

    return Row(name, peer, draw)


def _space_to_depth(d: Draw) -> Setting:
    b = d.one_of(2, 3, 1)

    def theirs(x: Any) -> Any:
        n, c, h, w = x.shape
        parted = x.reshape(n, c, h // b, b, w // b, b)
        return parted.permute(0, 3, 5, 1, 2, 4).reshape(n, b * b * c, h // b, w // b)

    return Setting((d.normal(2, 3, 2 * b, 3 * b),), lambda x: tg.space_to_depth(x, b), theirs)


def _upsample(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        scale = tuple(d.size(1, 3) for _ in range(rank))
        mine = scale if rank > 1 else scale[0]
        return Setting(
            (image(d, 2, rank, 2, 4),),
            lambda x: tg.upsample(x, mine),
            lambda x: functional.interpolate(x, scale_factor=scale, mode="nearest"),
        )

    return Row("upsample", f"torch.nn.functional.interpolate, nearest, {rank}-D", draw)


ROWS = [
    *map(convolution, (1, 2, 3)),
    *map(transposed, (1, 2, 3)),
    *(pooled("max", rank) for rank in (1, 2, 3)),
    *(pooled("max", rank, tied=True) for rank in (1, 2, 3)),
    *(pooled("avg", rank) for rank in (1, 2, 3)),
    *map(_lp_pool, (1, 2, 3)),
    Row("lp_pool", "torch.nn.functional.avg_pool2d of powers, rounded up", _lp_pool_up),
    Row("sum_pool", "torch.nn.functional.avg_pool2d, divisor 1", _sum_pool),
    *(_adaptive(kind, rank) for kind in ("max", "avg") for rank in (1, 2, 3)),
    *map(_pad, ("constant", "reflect", "replicate")),
    _shuffle("pixel_shuffle", "torch.nn.functional.pixel_shuffle"),
    _shuffle("pixel_unshuffle", "torch.nn.functional.pixel_unshuffle"),
    Row(
        "space_to_depth",
        "torch.permute",
        _space_to_depth,
        note="the places within a block come before the channels, as in ONNX",
    ),
    *map(_upsample, (1, 2, 3)),
]
