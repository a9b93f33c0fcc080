"""The vision transformer: a picture as a text, whose words are its patches."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, Dense, Dropout, Layer, LayerNorm, TransformerEncoderBlock, normal, param, sub, zeros
from typedgrad.ops.move import concat
from typedgrad.ops.rearrange import flatten


def _block(net: VisionTransformer) -> TransformerEncoderBlock:
    return TransformerEncoderBlock(features=net.features, heads=net.heads, drop=net.drop, epsilon=1e-6)


class VisionTransformer(Layer):
    """Patches as vectors, with their places, and one vector more, which becomes the logits after the blocks.

    Source: Dosovitskiy et al., "An image is worth 16x16 words: transformers for image recognition at scale", 2020.

    Raises:
        ValueError: if `patch` does not divide `size`.
        ShapeError: for pictures of another size.

    >>> model = tg.zoo.VisionTransformer(size=32, patch=8, features=16, heads=4, depth=2, classes=10)
    >>> tg.eval_shape(model, "n 3 32 32")
    Tensor(float32[n 10], abstract)
    """

    channels: int = 3
    size: int = 224
    patch: int = 16
    classes: int = 1000
    features: int = 768
    heads: int = 12
    depth: int = 12
    drop: float = 0.0
    patches: Conv2d = sub(
        lambda self: Conv2d(in_channels=self.channels, out_channels=self.features, kernel=self.patch, stride=self.patch)
    )
    whole: Float[Tensor, "features"] = param(zeros)
    places: Float[Tensor, "(size//patch)*(size//patch)+1 features"] = param(normal(0.02))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    blocks: tuple[TransformerEncoderBlock, ...] = sub(lambda self: tuple(_block(self) for _ in range(self.depth)))
    norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features, epsilon=1e-6))
    head: Dense = sub(lambda self: Dense(in_features=self.features, out_features=self.classes))

    def __check__(self) -> None:
        if self.size % self.patch:
            raise ValueError(f"VisionTransformer: `patch`={self.patch} does not divide `size`={self.size}")

    def __call__(self, x: Float[Tensor, "n channels size size"]) -> Float[Tensor, "n classes"]:
        y = flatten(self.patches(x), start=2).mT
        whole = broadcast_to(self.whole, (x.shape[0], 1, self.features))
        y = self.dropout(concat([whole, y], axis=1) + self.places)
        for block in self.blocks:
            y = block(y)
        return self.head(self.norm(y[:, 0]))


def vit_b16(*, classes: int = 1000, channels: int = 3, size: int = 224) -> VisionTransformer:
    """The base vision transformer, with patches of 16x16. See `VisionTransformer`.

    >>> tg.nn.count_parameters(tg.zoo.vit_b16())
    86567656
    """
    return VisionTransformer(classes=classes, channels=channels, size=size)
