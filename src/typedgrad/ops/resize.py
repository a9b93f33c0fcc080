"""Images made larger or smaller without a sum: elements repeated, or moved between channels and places."""

from __future__ import annotations

from jaxtyping import Float, Shaped

from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.move import permute_dims, reshape
from typedgrad.ops.repeat import repeat
from typedgrad.ops.windows import Size, per_axis
from typedgrad.shapes import ShapeError, divides


@typed
def upsample(x: Float[Tensor, "n c *spatial"], /, scale: Size) -> Float[Tensor, "n c ..."]:
    """Each element `scale` times along each axis but the first two; one number for all axes, or one for each.

    Raises ShapeError if `scale` makes no sense.

    >>> tg.upsample(tg.asarray([[[1.0, 2.0]]]), 2)
    Tensor([[[1., 1., 2., 2.]]], dtype=float32)
    """
    for axis, times in enumerate(per_axis(scale, x.ndim - 2, "scale"), start=2):
        x = repeat(x, times, axis=axis)
    return x


@typed
def pixel_shuffle(x: Shaped[Tensor, "n c h w"], /, factor: int) -> Shaped[Tensor, "n _ _ _"]:
    """Images larger by `factor`, whose pixels were channels: each `factor * factor` channels become one.

    Raises ShapeError if the channels cannot be shared out so.

    Source: Shi et al., "Real-time single image and video super-resolution", 2016.

    >>> tg.pixel_shuffle(tg.asarray([[[[1]], [[2]], [[3]], [[4]]]]), 2)
    Tensor([[[[1, 2],
              [3, 4]]]], dtype=int64)
    """
    n, c, h, w = x.shape
    _positive("pixel_shuffle", factor)
    divides(factor * factor, c, "pixel_shuffle: the square of `factor` must divide the channels of `x`")
    parts = reshape(x, (n, c // (factor * factor), factor, factor, h, w))
    return reshape(permute_dims(parts, (0, 1, 4, 2, 5, 3)), (n, c // (factor * factor), h * factor, w * factor))


@typed
def pixel_unshuffle(x: Shaped[Tensor, "n c h w"], /, factor: int) -> Shaped[Tensor, "n _ _ _"]:
    """The inverse of `pixel_shuffle`: images smaller by `factor`, with as many more channels.

    Raises ShapeError if `factor` does not divide the height and the width.

    >>> tg.pixel_unshuffle(tg.asarray([[[[1, 2], [3, 4]]]]), 2).shape
    (1, 4, 1, 1)
    """
    n, c, h, w = x.shape
    parts = reshape(
        x,
        (
            n,
            c,
            _part("pixel_unshuffle", h, factor, "height"),
            factor,
            _part("pixel_unshuffle", w, factor, "width"),
            factor,
        ),
    )
    return reshape(permute_dims(parts, (0, 1, 3, 5, 2, 4)), (n, c * factor * factor, h // factor, w // factor))


@typed
def space_to_depth(x: Shaped[Tensor, "n c h w"], /, block: int) -> Shaped[Tensor, "n _ _ _"]:
    """Blocks of `block` times `block` pixels made into channels, the place within the block first, then the channel.

    It differs from `pixel_unshuffle` in the order of the channels alone.

    Raises ShapeError if `block` does not divide the height and the width.

    >>> tg.space_to_depth(tg.ones((1, 3, 4, 6)), 2).shape
    (1, 12, 2, 3)
    """
    n, c, h, w = x.shape
    parts = reshape(
        x, (n, c, _part("space_to_depth", h, block, "height"), block, _part("space_to_depth", w, block, "width"), block)
    )
    return reshape(permute_dims(parts, (0, 3, 5, 1, 2, 4)), (n, c * block * block, h // block, w // block))


def _part(op: str, n: int, factor: int, what: str) -> int:
    _positive(op, factor)
    divides(factor, n, f"{op}: the {what} must be a multiple of the factor")
    return n // factor


def _positive(op: str, factor: int) -> None:
    if factor < 1:
        raise ShapeError(f"{op}: the factor must be at least 1, not {factor}")
