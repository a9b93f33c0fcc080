"""Layers that move elements between channels, places and examples; nothing is computed."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import shuffle


class PixelShuffle(Layer):
    """Images larger by `factor`, whose pixels were channels; see `typedgrad.pixel_shuffle`.

    Raises ValueError if `factor` is not positive, ShapeError if the channels cannot be shared out so.

    >>> tg.nn.PixelShuffle(factor=2)(tg.ones((1, 12, 4, 4))).shape
    (1, 3, 8, 8)
    """

    factor: int

    def __call__(self, x: Shaped[Tensor, "n c h w"]) -> Shaped[Tensor, "n c//(factor*factor) h*factor w*factor"]:
        return shuffle.pixel_shuffle(x, self.factor)


class PixelUnshuffle(Layer):
    """The inverse of `PixelShuffle`; see `typedgrad.pixel_unshuffle`.

    Raises ValueError if `factor` is not positive, ShapeError if it does not divide the height and the width.

    >>> tg.nn.PixelUnshuffle(factor=2)(tg.ones((1, 3, 4, 4))).shape
    (1, 12, 2, 2)
    """

    factor: int

    def __call__(self, x: Shaped[Tensor, "n c h w"]) -> Shaped[Tensor, "n c*factor*factor h//factor w//factor"]:
        return shuffle.pixel_unshuffle(x, self.factor)


class PixelShuffle1d(Layer):
    """Signals longer by `factor`, whose samples were channels; see `typedgrad.pixel_shuffle1d`.

    Raises ValueError if `factor` is not positive, ShapeError if it does not divide the channels.

    >>> tg.nn.PixelShuffle1d(factor=2)(tg.ones((1, 6, 4))).shape
    (1, 3, 8)
    """

    factor: int

    def __call__(self, x: Shaped[Tensor, "n c w"]) -> Shaped[Tensor, "n c//factor w*factor"]:
        return shuffle.pixel_shuffle1d(x, self.factor)


class PixelUnshuffle1d(Layer):
    """The inverse of `PixelShuffle1d`; see `typedgrad.pixel_unshuffle1d`.

    Raises ValueError if `factor` is not positive, ShapeError if it does not divide the length.

    >>> tg.nn.PixelUnshuffle1d(factor=2)(tg.ones((1, 3, 8))).shape
    (1, 6, 4)
    """

    factor: int

    def __call__(self, x: Shaped[Tensor, "n c w"]) -> Shaped[Tensor, "n c*factor w//factor"]:
        return shuffle.pixel_unshuffle1d(x, self.factor)


class SpaceToDepth(Layer):
    """Blocks of pixels made into channels; see `typedgrad.space_to_depth`.

    Raises ValueError if `block` is not positive, ShapeError if it does not divide the height and the width.

    >>> tg.nn.SpaceToDepth(block=2)(tg.ones((1, 3, 4, 4))).shape
    (1, 12, 2, 2)
    """

    block: int

    def __call__(self, x: Shaped[Tensor, "n c h w"]) -> Shaped[Tensor, "n c*block*block h//block w//block"]:
        return shuffle.space_to_depth(x, self.block)


class DepthToSpace(Layer):
    """The inverse of `SpaceToDepth`; see `typedgrad.depth_to_space`.

    Raises ValueError if `block` is not positive, ShapeError if the channels cannot be shared out so.

    >>> tg.nn.DepthToSpace(block=2)(tg.ones((1, 12, 2, 2))).shape
    (1, 3, 4, 4)
    """

    block: int

    def __call__(self, x: Shaped[Tensor, "n c h w"]) -> Shaped[Tensor, "n c//(block*block) h*block w*block"]:
        return shuffle.depth_to_space(x, self.block)


class SpaceToBatch(Layer):
    """Blocks of pixels made into examples; see `typedgrad.space_to_batch`.

    Raises ValueError if `block` is not positive, ShapeError if it does not divide the height and the width.

    >>> tg.nn.SpaceToBatch(block=2)(tg.ones((1, 3, 4, 4))).shape
    (4, 3, 2, 2)
    """

    block: int

    def __call__(self, x: Shaped[Tensor, "n c h w"]) -> Shaped[Tensor, "n*block*block c h//block w//block"]:
        return shuffle.space_to_batch(x, self.block)


class BatchToSpace(Layer):
    """The inverse of `SpaceToBatch`; see `typedgrad.batch_to_space`.

    Raises ValueError if `block` is not positive, ShapeError if the examples cannot be shared out so.

    >>> tg.nn.BatchToSpace(block=2)(tg.ones((4, 3, 2, 2))).shape
    (1, 3, 4, 4)
    """

    block: int

    def __call__(self, x: Shaped[Tensor, "n c h w"]) -> Shaped[Tensor, "n//(block*block) c h*block w*block"]:
        return shuffle.batch_to_space(x, self.block)
