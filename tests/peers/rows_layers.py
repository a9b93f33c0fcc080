"""Layers: dense, convolutions, pooling, activations, normalisation, embedding."""

from __future__ import annotations

from typing import Any

from tests.peers.layers import Params, of_layer, under
from tests.peers.peer import called, functional, torch
from tests.peers.row import Draw, Row, Setting
from typedgrad import nn


def _dense(d: Draw) -> Setting:
    n_in, n_out, shape = d.size(), d.size(), d.shape(1, 3)
    return of_layer(
        d,
        nn.Dense(in_features=n_in, out_features=n_out, use_bias=d.index != 1),
        (d.normal(*shape, n_in),),
        lambda p, x: functional.linear(x, p["weight"].T, p.get("bias")),
    )


def convolution(rank: int) -> Row:
    """Strides, paddings and dilations as for the op."""
    name = f"Conv{rank}d"

    def draw(d: Draw) -> Setting:
        groups = d.one_of(1, 2, 1)
        options: dict[str, Any] = {"stride": d.size(1, 2), "padding": d.size(0, 2), "dilation": d.size(1, 2)}
        layer = getattr(nn, name)(
            in_channels=2 * groups, out_channels=3 * groups, kernel=2, groups=groups, use_bias=d.index != 1, **options
        )
        x = d.normal(2, 2 * groups, *(d.size(5, 7) for _ in range(rank)))

        def theirs(p: Params, x: Any) -> Any:
            return getattr(functional, name.lower())(x, p["weight"], p.get("bias"), groups=groups, **options)

        return of_layer(d, layer, (x,), theirs)

    return Row(f"nn.{name}", f"torch.nn.functional.{name.lower()}", draw)


def transposed(rank: int) -> Row:
    """The same the other way round."""
    name, theirs_name = f"ConvTranspose{rank}d", f"conv_transpose{rank}d"

    def draw(d: Draw) -> Setting:
        groups = d.one_of(1, 2, 1)
        options: dict[str, Any] = {"stride": 2, "padding": d.size(0, 1), "output_padding": d.size(0, 1)}
        layer = getattr(nn, name)(
            in_channels=2 * groups, out_channels=3 * groups, kernel=3, groups=groups, use_bias=d.index != 1, **options
        )
        x = d.normal(2, 2 * groups, *(d.size(2, 4) for _ in range(rank)))

        def theirs(p: Params, x: Any) -> Any:
            return getattr(functional, theirs_name)(x, p["weight"], p.get("bias"), groups=groups, **options)

        return of_layer(d, layer, (x,), theirs)

    return Row(f"nn.{name}", f"torch.nn.functional.{theirs_name}", draw)


def depthwise(rank: int) -> Row:
    """Each channel on its own."""

    def draw(d: Draw) -> Setting:
        multiplier, stride = d.size(1, 2), d.size(1, 2)
        layer = getattr(nn, f"DepthwiseConv{rank}d")(
            in_channels=3, multiplier=multiplier, kernel=2, stride=stride, padding=1, use_bias=d.index != 1
        )
        theirs = f"conv{rank}d"
        return of_layer(
            d,
            layer,
            (d.normal(2, 3, *(d.size(4, 6) for _ in range(rank))),),
            lambda p, x: getattr(functional, theirs)(x, p["weight"], p.get("bias"), stride, 1, groups=3),
        )

    return Row(f"nn.DepthwiseConv{rank}d", f"torch.nn.functional.conv{rank}d, groups", draw)


def separable(rank: int) -> Row:
    """Each channel on its own, then all channels at each place."""

    def draw(d: Draw) -> Setting:
        multiplier, stride = d.size(1, 2), d.size(1, 2)
        layer = getattr(nn, f"SeparableConv{rank}d")(
            in_channels=3, out_channels=4, multiplier=multiplier, kernel=2, stride=stride, use_bias=d.index != 1
        )

        def theirs(p: Params, x: Any) -> Any:
            deep, point = under(p, "depthwise"), under(p, "pointwise")
            slide = getattr(functional, f"conv{rank}d")
            y = slide(x, deep["weight"], deep.get("bias"), stride, groups=3)
            return slide(y, point["weight"], point.get("bias"))

        return of_layer(d, layer, (d.normal(2, 3, *(d.size(4, 6) for _ in range(rank))),), theirs)

    return Row(f"nn.SeparableConv{rank}d", f"torch.nn.functional.conv{rank}d, twice", draw)


def _channels_last(d: Draw) -> Setting:
    layer = nn.ChannelsLast(layer=nn.Conv2d(in_channels=3, out_channels=4, kernel=2))

    def theirs(p: Params, x: Any) -> Any:
        weight, bias = p.values()
        return functional.conv2d(x.movedim(-1, 1), weight, bias).movedim(1, -1)

    return of_layer(d, layer, (d.normal(2, d.size(3, 5), d.size(3, 5), 3),), theirs)


def pooling(kind: str, rank: int) -> Row:
    """As for the op."""
    name = f"{kind}Pool{rank}d"

    def draw(d: Draw) -> Setting:
        options: dict[str, Any] = {"stride": d.size(1, 2), "padding": d.size(0, 1)}
        ceil = d.flag()
        return Setting(
            (d.apart(2, 3, *(d.size(5, 7) for _ in range(rank))),),
            getattr(nn, name)(kernel=2, rounding="ceil" if ceil else "floor", **options),
            lambda x: called(f"torch.nn.{name}")(2, ceil_mode=ceil, **options)(x),
        )

    return Row(f"nn.{name}", f"torch.nn.{name}", draw)


def _global(d: Draw) -> Setting:
    kind = d.one_of("mean", "max", "sum")
    theirs: Any = {
        "mean": lambda x: x.flatten(2).mean(-1),
        "max": lambda x: x.flatten(2).amax(-1),
        "sum": lambda x: x.flatten(2).sum(-1),
    }[kind]
    return Setting((d.apart(2, 3, *d.shape(1, 3)),), nn.GlobalPool(kind=kind), theirs)


def _shuffle(d: Draw) -> Setting:
    return Setting((d.normal(2, 8, 3, 2),), nn.PixelShuffle(factor=2), lambda x: torch.nn.PixelShuffle(2)(x))


def _unshuffle(d: Draw) -> Setting:
    return Setting((d.normal(2, 3, 4, 6),), nn.PixelUnshuffle(factor=2), lambda x: torch.nn.PixelUnshuffle(2)(x))


def _flatten(d: Draw) -> Setting:
    return Setting((d.normal(2, 3, *d.shape(1, 2)),), nn.Flatten(), lambda x: torch.nn.Flatten()(x))


def _embedding(d: Draw) -> Setting:
    layer = nn.Embedding(vocabulary=7, features=d.size())
    return of_layer(d, layer, (d.integers(0, 6, *d.shape(1, 3)),), lambda p, i: functional.embedding(i, p["weight"]))


def _sequential(d: Draw) -> Setting:
    layer = nn.Sequential(nn.Dense(in_features=3, out_features=4), nn.Tanh(), nn.Dense(in_features=4, out_features=2))

    def theirs(p: Params, x: Any) -> Any:
        w1, b1, w2, b2 = p.values()
        return functional.linear(torch.tanh(functional.linear(x, w1.T, b1)), w2.T, b2)

    return of_layer(d, layer, (d.normal(d.size(), 3),), theirs)


ROWS = [
    Row("nn.Dense", "torch.nn.functional.linear", _dense, note="our weight is [in, out], theirs [out, in]"),
    Row("nn.Flatten", "torch.nn.Flatten", _flatten),
    Row("nn.Sequential", "torch.nn.functional.linear, torch.tanh", _sequential),
    *map(convolution, (1, 2, 3)), *map(transposed, (1, 2, 3)),
    *map(depthwise, (1, 2, 3)), *map(separable, (1, 2, 3)),
    Row("nn.ChannelsLast", "torch.movedim, torch.nn.functional.conv2d", _channels_last),
    *(pooling(kind, rank) for kind in ("Max", "Avg") for rank in (1, 2, 3)),
    Row("nn.GlobalPool", "torch.mean, amax, sum", _global),
    Row("nn.PixelShuffle", "torch.nn.PixelShuffle", _shuffle),
    Row("nn.PixelUnshuffle", "torch.nn.PixelUnshuffle", _unshuffle),
    Row("nn.Embedding", "torch.nn.functional.embedding", _embedding),
]  # fmt: skip
