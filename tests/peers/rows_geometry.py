"""Resizing, unfolding, unpooling, kernels without sharing; ops and their layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.layers import Params, of_layer
from tests.peers.peer import called, functional, torch
from tests.peers.row import Array, Draw, Row, Setting
from tests.peers.rows_conv import image
from typedgrad import nn

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def sizes_of(d: Draw, rank: int, low: int, high: int) -> tuple[int, ...]:
    """A size for each axis."""
    return tuple(d.size(low, high) for _ in range(rank))


def _resize(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        method, aligned = d.one_of(("nearest", False), ("linear", False), ("linear", True))
        size = sizes_of(d, rank, 2, 6)
        theirs = {"mode": "nearest"} if method == "nearest" else {"mode": LINEAR[rank], "align_corners": aligned}
        return Setting(
            (image(d, 2, rank, 2, 5),),
            lambda x: tg.resize(x, size, method=method, align_corners=aligned),
            lambda x: functional.interpolate(x, size, **theirs),
        )

    return Row("resize", f"torch.nn.functional.interpolate, {rank}-D", draw)


def _upsample(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        aligned, scale = d.flag(), d.size(2, 3)
        return Setting(
            (image(d, 2, rank, 2, 4),),
            lambda x: tg.upsample(x, scale, method="linear", align_corners=aligned),
            lambda x: functional.interpolate(x, scale_factor=scale, mode=LINEAR[rank], align_corners=aligned),
        )

    return Row("upsample", f"torch.nn.functional.interpolate, {LINEAR[rank]}", draw)


def _unfold(d: Draw) -> Setting:
    window, options = sizes_of(d, 2, 1, 3), {"stride": d.size(1, 2), "padding": d.size(0, 1), "dilation": d.size(1, 2)}
    return Setting(
        (image(d, 3, 2),),
        lambda x: tg.unfold(x, window, **options),
        lambda x: functional.unfold(x, window, **options),
    )


def _fold(d: Draw) -> Setting:
    size, window = sizes_of(d, 2, 6, 8), sizes_of(d, 2, 1, 3)
    options = {"stride": d.size(1, 2), "padding": d.size(0, 1), "dilation": d.size(1, 2)}
    columns = tg.unfold(tg.ones((2, 3, *size)), window, **options)
    return Setting(
        (d.normal(*columns.shape),),
        lambda x: tg.fold(x, size, window, **options),
        lambda x: functional.fold(x, size, window, **options),
    )


def _with_indices(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        x = d.apart(2, 3, *sizes_of(d, rank, 5, 8))
        options: dict[str, Any] = {"stride": d.size(1, 2), "padding": d.size(0, 1), "dilation": d.size(1, 2)}
        return Setting(
            (x,),
            lambda x: tg.max_pool_with_indices(x, 2, **options),
            lambda x: getattr(functional, f"max_pool{rank}d")(x, 2, return_indices=True, **options),
        )

    return Row("max_pool_with_indices", f"torch.nn.functional.max_pool{rank}d, indices", draw)


def found_places(d: Draw, rank: int) -> tuple[Array, Array, tuple[int, ...]]:
    """What to put back, where to, and into which sizes."""
    size = sizes_of(d, rank, 4, 7)
    _, indices = tg.max_pool_with_indices(tg.asarray(d.apart(2, 3, *size)), 2)
    return d.normal(*indices.shape), tg.to_numpy(indices), size


def _unpool(d: Draw) -> Setting:
    rank = d.index + 1
    x, indices, size = found_places(d, rank)
    return Setting(
        (x, indices),
        lambda x, i: tg.max_unpool(x, i, size=size),
        lambda x, i: getattr(functional, f"max_unpool{rank}d")(x, i, 2, output_size=size),
    )


def _unpool_layer(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        x, indices, size = found_places(d, rank)
        layer = getattr(nn, f"MaxUnpool{rank}d")(kernel=2)
        return Setting(
            (x, indices),
            lambda x, i: layer(x, i, size),
            lambda x, i: called(f"torch.nn.MaxUnpool{rank}d")(2)(x, i, output_size=size),
        )

    return Row(f"nn.MaxUnpool{rank}d", f"torch.nn.MaxUnpool{rank}d", draw)


def _fractional(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        sizes = sizes_of(d, rank, 7, 9)
        size = sizes_of(d, rank, 3, 5)
        key = None if d.index == 0 else tg.random.key(d.index)
        shifts = np.full(rank, 0.5) if key is None else tg.to_numpy(tg.random.uniform(key, (rank,)))
        # Theirs counts the axes from the last one in two dimensions, and from the first one in three.
        samples = np.broadcast_to(shifts[::-1] if rank == 2 else shifts, (2, 3, rank)).astype("float64")
        return Setting(
            (d.apart(2, 3, *sizes),),
            lambda x: tg.fractional_max_pool(x, 2, size=size, key=key),
            lambda x: getattr(functional, f"fractional_max_pool{rank}d")(
                x, 2, output_size=size, _random_samples=torch.tensor(samples.copy())
            ),
        )

    return Row("fractional_max_pool", f"torch.nn.functional.fractional_max_pool{rank}d, our shifts", draw)


def _fractional_layer(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        sizes, size = sizes_of(d, rank, 7, 9), sizes_of(d, rank, 3, 5)
        halves = np.full((2, 3, rank), 0.5)
        return Setting(
            (d.apart(2, 3, *sizes),),
            getattr(nn, f"FractionalMaxPool{rank}d")(kernel=2, size=size),
            lambda x: getattr(functional, f"fractional_max_pool{rank}d")(
                x, 2, output_size=size, _random_samples=torch.tensor(halves)
            ),
        )

    return Row(f"nn.FractionalMaxPool{rank}d", f"torch.nn.functional.fractional_max_pool{rank}d, even shifts", draw)


def _local(x: Any, kernel: Any, bias: Any, stride: int, padding: int, rank: int) -> Any:
    """Columns, each with a kernel of its own."""
    if rank == 1:
        x = functional.pad(x, (padding, padding))
        seen = x.unfold(2, kernel.shape[-1], stride)
        made = torch.einsum("ncwk,wock->now", seen, kernel)
    else:
        x = functional.pad(x, (padding,) * 4)
        seen = x.unfold(2, kernel.shape[-2], stride).unfold(3, kernel.shape[-1], stride)
        made = torch.einsum("nchwij,hwocij->nohw", seen, kernel)
    return made if bias is None else made + bias


def _local_op(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        stride, padding, window = d.size(1, 2), d.size(0, 1), sizes_of(d, rank, 1, 3)
        sizes = sizes_of(d, rank, 4, 6)
        places = tuple((n + 2 * padding - k) // stride + 1 for n, k in zip(sizes, window, strict=True))
        bias = (d.normal(2, *places),) if d.index else ()
        ours = tg.local_conv1d if rank == 1 else tg.local_conv2d
        return Setting(
            (d.normal(2, 3, *sizes), d.normal(*places, 2, 3, *window), *bias),
            lambda *xs: ours(*xs, stride=stride, padding=padding),
            lambda x, kernel, *b: _local(x, kernel, b[0] if b else None, stride, padding, rank),
        )

    return Row(f"local_conv{rank}d", "torch.Tensor.unfold, torch.einsum", draw)


def _local_layer(rank: int) -> Row:
    def draw(d: Draw) -> Setting:
        stride, padding = d.size(1, 2), d.size(0, 1)
        layer = getattr(nn, f"LocallyConnected{rank}d")(
            out_channels=2, kernel=2, stride=stride, padding=padding, use_bias=d.index != 1
        )

        def theirs(p: Params, x: Any) -> Any:
            return _local(x, p["weight"], p.get("bias"), stride, padding, rank)

        return of_layer(d, layer, (d.normal(2, 3, *sizes_of(d, rank, 4, 6)),), theirs)

    return Row(f"nn.LocallyConnected{rank}d", "torch.Tensor.unfold, torch.einsum", draw)


def blocks(
    names: str, peer: str, ours: Callable[[Any, int], Any], theirs: Callable[[Any, int], Any], scale: Any
) -> Row:
    """Pixels that change places with channels or examples; `scale` makes a shape of a block."""

    def draw(d: Draw) -> Setting:
        b = d.one_of(2, 3, 1)
        return Setting((d.normal(*scale(b)),), lambda x: ours(x, b), lambda x: theirs(x, b))

    return Row(names, peer, draw)


def _depth_to_space(x: Any, b: int) -> Any:
    n, c, h, w = x.shape
    return x.reshape(n, b, b, c // b**2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // b**2, h * b, w * b)


def _space_to_depth(x: Any, b: int) -> Any:
    return torch.cat([x[:, :, i::b, j::b] for i in range(b) for j in range(b)], 1)


def _space_to_batch(x: Any, b: int) -> Any:
    return torch.cat([x[:, :, i::b, j::b] for i in range(b) for j in range(b)], 0)


def _batch_to_space(x: Any, b: int) -> Any:
    n, c, h, w = x.shape
    return x.reshape(b, b, n // b**2, c, h, w).permute(2, 3, 4, 0, 5, 1).reshape(n // b**2, c, h * b, w * b)


def _shuffled(x: Any, r: int) -> Any:
    """Of two dimensions theirs; of one the same with a height of 1."""
    n, c, w = x.shape
    return x.reshape(n, c // r, r, w).mT.reshape(n, c // r, w * r)


def _unshuffled(x: Any, r: int) -> Any:
    return torch.stack([x[:, :, i::r] for i in range(r)], 2).flatten(1, 2)


def spaces(name: str, layer: str, theirs: Callable[[Any, int], Any], scale: Any, option: str = "block") -> list[Row]:
    """The op and its layer."""
    return [
        blocks(name, "torch.permute", lambda x, b: getattr(tg, name)(x, b), theirs, scale),
        blocks(f"nn.{layer}", "torch.permute", lambda x, b: getattr(nn, layer)(**{option: b})(x), theirs, scale),
    ]


def pyramid(x: Any, levels: tuple[int, ...], kind: str) -> Any:
    """Adaptive pooling to each level, one after the other."""
    pool = functional.adaptive_max_pool2d if kind == "max" else functional.adaptive_avg_pool2d
    return torch.cat([pool(x, n).flatten(1) for n in levels], 1)


def _pyramid(d: Draw) -> Setting:
    levels, kind = d.one_of(((1, 2, 4), "max"), ((3, 1), "mean"), ((2,), "max"))
    x = d.apart(2, 3, *sizes_of(d, 2, 5, 8))
    return Setting((x,), lambda x: tg.spatial_pyramid_pool(x, levels, kind=kind), lambda x: pyramid(x, levels, kind))


def _pyramid_layer(d: Draw) -> Setting:
    levels, kind = d.one_of(((1, 2, 4), "max"), ((3, 1), "mean"), ((2,), "max"))
    x = d.apart(2, 3, *sizes_of(d, 2, 5, 8))
    return Setting((x,), nn.SpatialPyramidPool(levels=levels, kind=kind), lambda x: pyramid(x, levels, kind))


def _channels(name: str, ours: Any, source: int, target: int) -> Row:
    def draw(d: Draw) -> Setting:
        return Setting((d.normal(2, 3, *d.shape(1, 3)),), ours, lambda x: torch.movedim(x, source, target))

    return Row(name, "torch.movedim", draw)


RANKS = (1, 2, 3)


ROWS = [
    *map(_resize, RANKS), *map(_upsample, RANKS),
    Row("unfold", "torch.nn.functional.unfold", _unfold), Row("fold", "torch.nn.functional.fold", _fold),
    *map(_with_indices, RANKS), Row("max_unpool", "torch.nn.functional.max_unpool1d, 2d, 3d", _unpool),
    *map(_unpool_layer, RANKS),
    *map(_fractional, (2, 3)), *map(_fractional_layer, (2, 3)),
    *map(_local_op, (1, 2)), *map(_local_layer, (1, 2)),
    *spaces("depth_to_space", "DepthToSpace", _depth_to_space, lambda b: (2, 2 * b * b, 3, 2)),
    *spaces("space_to_batch", "SpaceToBatch", _space_to_batch, lambda b: (2, 3, 2 * b, 3 * b)),
    *spaces("batch_to_space", "BatchToSpace", _batch_to_space, lambda b: (2 * b * b, 3, 2, 3)),
    *spaces("pixel_shuffle1d", "PixelShuffle1d", _shuffled, lambda b: (2, 3 * b, 4), "factor"),
    *spaces("pixel_unshuffle1d", "PixelUnshuffle1d", _unshuffled, lambda b: (2, 3, 4 * b), "factor"),
    blocks("nn.SpaceToDepth", "torch.cat", lambda x, b: nn.SpaceToDepth(block=b)(x), _space_to_depth,
           lambda b: (2, 3, 2 * b, 3 * b)),
    Row("spatial_pyramid_pool", "torch.nn.functional.adaptive_max_pool2d, adaptive_avg_pool2d", _pyramid),
    Row("nn.SpatialPyramidPool", "torch.nn.functional.adaptive_max_pool2d, adaptive_avg_pool2d", _pyramid_layer),
    _channels("channels_first", tg.channels_first, -1, 1), _channels("channels_last", tg.channels_last, 1, -1),
]  # fmt: skip
