"""Elements moved between channels and places: nothing is computed, and nothing lost."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.move import permute_dims, reshape
from typedgrad.shapes import ShapeError, divides


@linear
@primitive
def channels_first(x: Shaped[Tensor, "n *spatial c"], /) -> Shaped[Tensor, "n c *spatial"]:
    """`x` with its last axis, the channels, as the second: what convolutions and pooling take. A view, not a copy.

    >>> tg.channels_first(tg.ones((1, 4, 5, 3))).shape
    (1, 3, 4, 5)
    """
    return namespace(x).moveaxis(x, -1, 1)


@linear
@primitive
def channels_last(x: Shaped[Tensor, "n c *spatial"], /) -> Shaped[Tensor, "n *spatial c"]:
    """`x` with its second axis, the channels, as the last. A view, not a copy.

    >>> tg.channels_last(tg.ones((1, 3, 4, 5))).shape
    (1, 4, 5, 3)
    """
    return namespace(x).moveaxis(x, 1, -1)


@vjp(channels_first)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    return (channels_last(g),)


@vjp(channels_last)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    return (channels_first(g),)


@typed
def pixel_shuffle(
    x: Shaped[Tensor, "n c h w"], /, factor: int
) -> Shaped[Tensor, "n c//({factor}*{factor}) h*{factor} w*{factor}"]:
    """Images larger by `factor`, whose pixels were channels: each `factor * factor` channels become one.

    Raises ShapeError if the channels cannot be shared out so.

    Source: Shi et al., "Real-time single image and video super-resolution", 2016.

    >>> tg.pixel_shuffle(tg.asarray([[[[1]], [[2]], [[3]], [[4]]]]), 2)
    Tensor([[[[1, 2],
              [3, 4]]]], dtype=int64)
    """
    n, c, h, w = x.shape
    parts = reshape(x, (n, _shared("pixel_shuffle", c, factor), factor, factor, h, w))
    return reshape(permute_dims(parts, (0, 1, 4, 2, 5, 3)), (n, parts.shape[1], h * factor, w * factor))


@typed
def pixel_unshuffle(
    x: Shaped[Tensor, "n c h w"], /, factor: int
) -> Shaped[Tensor, "n c*{factor}*{factor} h//{factor} w//{factor}"]:
    """The inverse of `pixel_shuffle`: images smaller by `factor`, with as many more channels.

    Raises ShapeError if `factor` does not divide the height and the width.

    >>> tg.pixel_unshuffle(tg.asarray([[[[1, 2], [3, 4]]]]), 2).shape
    (1, 4, 1, 1)
    """
    n, c = x.shape[:2]
    h, w = _parts("pixel_unshuffle", x.shape, factor)
    parts = reshape(x, (n, c, h, factor, w, factor))
    return reshape(permute_dims(parts, (0, 1, 3, 5, 2, 4)), (n, c * factor * factor, h, w))


@typed
def pixel_shuffle1d(x: Shaped[Tensor, "n c w"], /, factor: int) -> Shaped[Tensor, "n c//{factor} w*{factor}"]:
    """Signals longer by `factor`, whose samples were channels: each `factor` channels become one.

    Raises ShapeError if `factor` does not divide the channels.

    >>> tg.pixel_shuffle1d(tg.asarray([[[1, 3], [2, 4]]]), 2)
    Tensor([[[1, 2, 3, 4]]], dtype=int64)
    """
    n, c, w = x.shape
    _positive("pixel_shuffle1d", factor)
    divides(factor, c, f"pixel_shuffle1d: `factor`={factor} must divide the channels of `x`")
    return reshape(permute_dims(reshape(x, (n, c // factor, factor, w)), (0, 1, 3, 2)), (n, c // factor, w * factor))


@typed
def pixel_unshuffle1d(x: Shaped[Tensor, "n c w"], /, factor: int) -> Shaped[Tensor, "n c*{factor} w//{factor}"]:
    """The inverse of `pixel_shuffle1d`: signals shorter by `factor`, with as many more channels.

    Raises ShapeError if `factor` does not divide the length.

    >>> tg.pixel_unshuffle1d(tg.asarray([[[1, 2, 3, 4]]]), 2)
    Tensor([[[1, 3],
             [2, 4]]], dtype=int64)
    """
    n, c, w = x.shape
    part = _part("pixel_unshuffle1d", w, factor, "width")
    return reshape(permute_dims(reshape(x, (n, c, part, factor)), (0, 1, 3, 2)), (n, c * factor, part))


@typed
def space_to_depth(
    x: Shaped[Tensor, "n c h w"], /, block: int
) -> Shaped[Tensor, "n c*{block}*{block} h//{block} w//{block}"]:
    """Blocks of `block` times `block` pixels made into channels, the place within the block first, then the channel.

    It differs from `pixel_unshuffle` in the order of the channels alone.

    Raises ShapeError if `block` does not divide the height and the width.

    >>> tg.space_to_depth(tg.ones((1, 3, 4, 6)), 2).shape
    (1, 12, 2, 3)
    """
    n, c = x.shape[:2]
    h, w = _parts("space_to_depth", x.shape, block, "block")
    parts = reshape(x, (n, c, h, block, w, block))
    return reshape(permute_dims(parts, (0, 3, 5, 1, 2, 4)), (n, c * block * block, h, w))


@typed
def depth_to_space(
    x: Shaped[Tensor, "n c h w"], /, block: int
) -> Shaped[Tensor, "n c//({block}*{block}) h*{block} w*{block}"]:
    """The inverse of `space_to_depth`: channels made into blocks of pixels.

    Raises ShapeError if the channels cannot be shared out so.

    >>> tg.depth_to_space(tg.ones((1, 12, 2, 3)), 2).shape
    (1, 3, 4, 6)
    """
    n, c, h, w = x.shape
    parts = reshape(x, (n, block, block, _shared("depth_to_space", c, block, "block"), h, w))
    return reshape(permute_dims(parts, (0, 3, 4, 1, 5, 2)), (n, parts.shape[3], h * block, w * block))


@typed
def space_to_batch(
    x: Shaped[Tensor, "n c h w"], /, block: int
) -> Shaped[Tensor, "n*{block}*{block} c h//{block} w//{block}"]:
    """Blocks of `block` times `block` pixels made into examples: the place within the block first, then the example.

    Raises ShapeError if `block` does not divide the height and the width; pad them first.

    >>> tg.space_to_batch(tg.asarray([[[[1, 2], [3, 4]]]]), 2).shape
    (4, 1, 1, 1)
    """
    n, c = x.shape[:2]
    h, w = _parts("space_to_batch", x.shape, block, "block")
    parts = reshape(x, (n, c, h, block, w, block))
    return reshape(permute_dims(parts, (3, 5, 0, 1, 2, 4)), (block * block * n, c, h, w))


@typed
def batch_to_space(
    x: Shaped[Tensor, "n c h w"], /, block: int
) -> Shaped[Tensor, "n//({block}*{block}) c h*{block} w*{block}"]:
    """The inverse of `space_to_batch`: examples made into blocks of pixels.

    Raises ShapeError if the examples cannot be shared out so.

    >>> tg.batch_to_space(tg.ones((4, 1, 2, 3)), 2).shape
    (1, 1, 4, 6)
    """
    n, c, h, w = x.shape
    parts = reshape(x, (block, block, _shared("batch_to_space", n, block, "block", "examples"), c, h, w))
    return reshape(permute_dims(parts, (2, 3, 4, 0, 5, 1)), (parts.shape[2], c, h * block, w * block))


def _shared(op: str, n: int, factor: int, name: str = "factor", what: str = "channels") -> int:
    _positive(op, factor, name)
    divides(factor * factor, n, f"{op}: `{name}`={factor} makes one of {factor * factor} {what} of `x`")
    return n // (factor * factor)


def _parts(op: str, shape: tuple[int, ...], factor: int, name: str = "factor") -> tuple[int, int]:
    return _part(op, shape[2], factor, "height", name), _part(op, shape[3], factor, "width", name)


def _part(op: str, n: int, factor: int, what: str, name: str = "factor") -> int:
    _positive(op, factor, name)
    divides(factor, n, f"{op}: `{name}`={factor} must divide the {what} of `x`")
    return n // factor


def _positive(op: str, factor: int, name: str = "factor") -> None:
    if factor < 1:
        raise ShapeError(f"{op}: `{name}` must be at least 1, not {factor}")
