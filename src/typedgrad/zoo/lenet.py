"""LeNet, the first convolutional network that read handwriting, as it is built since Caffe."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, Dense, Layer, MaxPool2d, sub
from typedgrad.ops.activation import relu
from typedgrad.ops.rearrange import flatten


class LeNet(Layer):
    """Two convolutions with pooling, two dense layers: logits.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998; with
    the sizes, the maximum pooling and the rectifier of Caffe's MNIST example.

    Raises:
        ValueError: if `size` is less than 16.
        ShapeError: for images of another size.

    >>> tg.eval_shape(tg.zoo.LeNet(), "n 1 28 28")
    Tensor(float32[n 10], abstract)
    """

    channels: int = 1
    size: int = 28
    classes: int = 10
    width: int = 500
    first: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=20, kernel=5))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=20, out_channels=50, kernel=5))
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2))
    third: Dense = sub(lambda self: Dense(in_features=50 * ((self.size - 12) // 4) ** 2, out_features=self.width))
    head: Dense = sub(lambda self: Dense(in_features=self.width, out_features=self.classes))

    def __check__(self) -> None:
        if self.size < 16:
            raise ValueError(f"LeNet: `size` must be at least 16, so that something is left of it, got {self.size}")

    def __call__(self, x: Float[Tensor, "n channels size size"]) -> Float[Tensor, "n classes"]:
        y = self.pool(self.second(self.pool(self.first(x))))
        return self.head(relu(self.third(flatten(y, start=1))))


def lenet(*, classes: int = 10, channels: int = 1, size: int = 28) -> LeNet:
    """LeNet for square pictures, of digits unless told otherwise. See `LeNet`.

    >>> tg.nn.count_parameters(tg.zoo.lenet())
    431080
    """
    return LeNet(classes=classes, channels=channels, size=size)
