"""SqueezeNet: as good as AlexNet with a fiftieth of its weights."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, Dropout, GlobalPool, Layer, MaxPool2d, sub
from typedgrad.ops.activation import relu
from typedgrad.ops.move import concat
from typedgrad.zoo.units import Given

# Before which of the fire modules there is pooling.
_POOLED = {"1.0": (0, 3, 7), "1.1": (0, 2, 4)}


class Fire(Layer):
    """Squeezes the channels to `squeeze`, and expands them to `expand` by 1x1 and as many by 3x3 convolutions.

    >>> tg.eval_shape(tg.zoo.Fire(in_channels=96, squeeze=16, expand=64), "n 96 54 54")
    Tensor(float32[n 128 54 54], abstract)
    """

    in_channels: int
    squeeze: int
    expand: int
    squeezed: Conv2d = sub(lambda self: Conv2d(in_channels=self.in_channels, out_channels=self.squeeze, kernel=1))
    small: Conv2d = sub(lambda self: Conv2d(in_channels=self.squeeze, out_channels=self.expand, kernel=1))
    large: Conv2d = sub(lambda self: Conv2d(in_channels=self.squeeze, out_channels=self.expand, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n 2*expand h w"]:
        y = relu(self.squeezed(x))
        return concat([relu(self.small(y)), relu(self.large(y))], axis=1)


def _stem(net: SqueezeNet) -> Conv2d:
    if net.version == "1.0":
        return Conv2d(in_channels=net.channels, out_channels=net.width // 2 * 3, kernel=7, stride=2)
    return Conv2d(in_channels=net.channels, out_channels=net.width, kernel=3, stride=2)


def _fires(net: SqueezeNet) -> tuple[Fire, ...]:
    channels = net.stem.out_channels
    fires = []
    for times in (1, 1, 2, 2, 3, 3, 4, 4):
        fires.append(Fire(in_channels=channels, squeeze=times * net.width // 4, expand=times * net.width))
        channels = 2 * times * net.width
    return tuple(fires)


class SqueezeNet(Layer):
    """A convolution, eight fire modules, and a 1x1 convolution to the classes, whose mean is taken: logits.

    `version` "1.1" has a smaller first convolution and pools earlier. Source: Iandola et al., "SqueezeNet:
    AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size", 2016; version 1.1: the authors' models.

    Raises ValueError for another `version`, ShapeError for images of another number of channels.

    >>> tg.eval_shape(tg.zoo.SqueezeNet(version="1.1"), "n 3 224 224")
    Tensor(float32[n 1000], abstract)
    """

    version: Literal["1.0", "1.1"] = "1.0"
    channels: int = 3
    classes: int = 1000
    width: int = 64
    drop: float = 0.5
    stem: Conv2d = sub(_stem)
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=2, rounding="ceil"))
    fires: tuple[Fire, ...] = sub(_fires)
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    head: Conv2d = sub(lambda self: Conv2d(in_channels=8 * self.width, out_channels=self.classes, kernel=1))
    mean: GlobalPool = sub(lambda self: GlobalPool())

    def __check__(self) -> None:
        if self.version not in _POOLED:
            raise ValueError(f"SqueezeNet: `version` must be one of {', '.join(_POOLED)}, got {self.version!r}")
        if self.width % 4:
            raise ValueError(f"SqueezeNet: `width` must be a multiple of 4, got {self.width}")

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        with Given(self, x):
            y: Tensor = relu(self.stem(x))
            for place, fire in enumerate(self.fires):
                y = fire(self.pool(y) if place in _POOLED[self.version] else y)
            return self.mean(relu(self.head(self.dropout(y))))


def squeezenet(*, version: Literal["1.0", "1.1"] = "1.0", classes: int = 1000, channels: int = 3) -> SqueezeNet:
    """SqueezeNet, of images of any size of at least 32 or so (224 in the paper). See `SqueezeNet`.

    >>> tg.nn.count_parameters(tg.zoo.squeezenet()), tg.nn.count_parameters(tg.zoo.squeezenet(version="1.1"))
    (1248424, 1235496)
    """
    return SqueezeNet(version=version, classes=classes, channels=channels)
