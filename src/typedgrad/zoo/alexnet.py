"""AlexNet, with its convolutions in two groups and its local response normalisation."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.abstract import abstract, eval_shape
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, Dense, Dropout, Layer, LocalResponseNorm, MaxPool2d, sub
from typedgrad.ops.activation import relu
from typedgrad.ops.rearrange import flatten
from typedgrad.shapes import ShapeError


def _conv(inputs: int, outputs: int, *, kernel: int = 3, groups: int = 1) -> Conv2d:
    return Conv2d(in_channels=inputs, out_channels=outputs, kernel=kernel, padding=kernel // 2, groups=groups)


def _flat_features(net: AlexNet) -> int:
    try:
        found: int = eval_shape(net.features, abstract((1, net.channels, net.size, net.size))).size
    except ShapeError as error:
        raise ValueError(f"AlexNet: nothing is left of pictures with `size`={net.size}: {error.summary}") from error
    return found


class AlexNet(Layer):
    """Five convolutions and three dense layers: logits of square images with sides of `size`.

    `width` is the number of channels of the first convolution, `hidden` that of the dense layers; those of the other
    convolutions follow. Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks", 2012. The second, fourth and fifth convolutions are in two groups, one for each of their two GPUs.

    Raises:
        ValueError: if `width` is not a multiple of 6, or nothing is left of a picture of that `size`.
        ShapeError: for images of another size.

    >>> tg.eval_shape(tg.zoo.AlexNet(), "n 3 227 227")
    Tensor(float32[n 1000], abstract)
    """

    channels: int = 3
    size: int = 227
    classes: int = 1000
    width: int = 96
    hidden: int = 4096
    drop: float = 0.5
    norm: LocalResponseNorm = sub(lambda self: LocalResponseNorm(size=5, k=2.0, alpha=5e-4))  # 1e-4 for each of 5
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=2))
    first: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.width, kernel=11, stride=4))
    second: Conv2d = sub(lambda self: _conv(self.width, self.width // 3 * 8, kernel=5, groups=2))
    third: Conv2d = sub(lambda self: _conv(self.width // 3 * 8, self.width * 4))
    fourth: Conv2d = sub(lambda self: _conv(self.width * 4, self.width * 4, groups=2))
    fifth: Conv2d = sub(lambda self: _conv(self.width * 4, self.width // 3 * 8, groups=2))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    sixth: Dense = sub(lambda self: Dense(in_features=_flat_features(self), out_features=self.hidden))
    seventh: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=self.classes))

    def __check__(self) -> None:
        if self.width % 6:
            raise ValueError(f"AlexNet: `width` must be a multiple of 6, got {self.width}")

    def features(self, x: Tensor) -> Tensor:
        """The part with convolutions."""
        y = self.pool(self.norm(relu(self.first(x))))
        y = self.pool(self.norm(relu(self.second(y))))
        return self.pool(relu(self.fifth(relu(self.fourth(relu(self.third(y)))))))

    def __call__(self, x: Float[Tensor, "n channels size size"]) -> Float[Tensor, "n classes"]:
        y = self.dropout(flatten(self.features(x), start=1))
        y = self.dropout(relu(self.sixth(y)))
        return self.head(relu(self.seventh(y)))


def alexnet(*, classes: int = 1000, channels: int = 3, size: int = 227) -> AlexNet:
    """AlexNet as in the paper, for images of 227 x 227 (the paper says 224, which does not work out). See `AlexNet`.

    >>> tg.nn.count_parameters(tg.zoo.alexnet())
    60965224
    """
    return AlexNet(classes=classes, channels=channels, size=size)
