"""GoogLeNet: modules that look at several scales at once, and two heads halfway that help gradients on their way."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dense, Dropout, GlobalPool, Layer, LocalResponseNorm, MaxPool2d, sub
from typedgrad.nn.recurrence import checked
from typedgrad.ops.activation import relu
from typedgrad.ops.move import concat
from typedgrad.ops.rearrange import flatten
from typedgrad.ops.resize import adaptive_avg_pool
from typedgrad.zoo.units import ConvUnit, Given

Widths = tuple[int, int, int, int, int, int]

# Table 1 of the paper: of each module the 1x1 convolution, the one before the 3x3, the 3x3, the one before the 5x5, the
# 5x5, and the one after the pooling.
_MODULES: tuple[Widths, ...] = (
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
)
_POOLED_BEFORE = (2, 7)
_HEADS_BEFORE = (3, 6)


class Inception(Layer):
    """Four branches side by side: 1x1, 3x3 and 5x5 convolutions, and pooling; the larger ones are narrowed first.

    `widths` are those of the 1x1 branch, of the two convolutions of each of the next two, and after the pooling. With
    `batch_norm` the 5x5 convolution is one of 3x3, as in torchvision.

    >>> module = tg.zoo.Inception(in_channels=192, widths=(64, 96, 128, 16, 32, 32))
    >>> tg.eval_shape(module, "n 192 28 28")
    Tensor(float32[n 256 28 28], abstract)
    """

    in_channels: int
    widths: Widths
    batch_norm: bool = False
    out_channels: int = sub(lambda self: self.widths[0] + self.widths[2] + self.widths[4] + self.widths[5])
    point: ConvUnit = sub(lambda self: self.unit(self.in_channels, self.widths[0], 1))
    before_middle: ConvUnit = sub(lambda self: self.unit(self.in_channels, self.widths[1], 1))
    middle: ConvUnit = sub(lambda self: self.unit(self.widths[1], self.widths[2], 3))
    before_large: ConvUnit = sub(lambda self: self.unit(self.in_channels, self.widths[3], 1))
    large: ConvUnit = sub(lambda self: self.unit(self.widths[3], self.widths[4], 3 if self.batch_norm else 5))
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=1, padding=1))
    after_pool: ConvUnit = sub(lambda self: self.unit(self.in_channels, self.widths[5], 1))

    def unit(self, inputs: int, outputs: int, kernel: int) -> ConvUnit:
        """One of the convolutions."""
        return ConvUnit(
            in_channels=inputs,
            out_channels=outputs,
            kernel=kernel,
            padding=kernel // 2,
            batch_norm=self.batch_norm,
        )

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels h w"]:
        middle = self.middle(self.before_middle(x))
        large = self.large(self.before_large(x))
        return concat([self.point(x), middle, large, self.after_pool(self.pool(x))], axis=1)


class AuxiliaryHead(Layer):
    """Classifies what a network has found halfway: means over a grid of 4x4, a 1x1 convolution, two dense layers.

    For images of 224x224 the paper takes windows of 5x5 every 3 pixels, which makes the same grid.

    >>> tg.eval_shape(tg.zoo.AuxiliaryHead(in_channels=512, classes=10), "n 512 14 14")
    Tensor(float32[n 10], abstract)
    """

    in_channels: int
    classes: int
    width: int = 64
    batch_norm: bool = False
    drop: float = 0.7
    conv: ConvUnit = sub(
        lambda self: ConvUnit(
            in_channels=self.in_channels, out_channels=2 * self.width, kernel=1, batch_norm=self.batch_norm
        )
    )
    hidden: Dense = sub(lambda self: Dense(in_features=32 * self.width, out_features=16 * self.width))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    head: Dense = sub(lambda self: Dense(in_features=16 * self.width, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n classes"]:
        y = self.conv(adaptive_avg_pool(x, 4))
        return self.head(self.dropout(relu(self.hidden(flatten(y, start=1)))))


def _modules(net: GoogLeNet) -> tuple[Inception, ...]:
    modules: list[Inception] = []
    channels = 3 * net.width
    for each in _MODULES:
        a, b, c, d, e, f = (n * net.width // 64 for n in each)
        modules.append(Inception(in_channels=channels, widths=(a, b, c, d, e, f), batch_norm=net.batch_norm))
        channels = modules[-1].out_channels
    return tuple(modules)


def _heads(net: GoogLeNet) -> tuple[AuxiliaryHead, ...]:
    return tuple(
        AuxiliaryHead(
            in_channels=net.modules[place].in_channels,
            classes=net.classes,
            width=net.width,
            batch_norm=net.batch_norm,
        )
        for place in (_HEADS_BEFORE if net.auxiliary else ())
    )


class GoogLeNet(Layer):
    """Convolutions, nine inception modules, the mean of each channel, and a dense layer: logits.

    In training use `with_auxiliary`; the paper adds 0.3 times the losses of the two heads to that of the last. `width`
    scales all channels, 64 is the paper's. With `batch_norm` it is the network of torchvision. Source: Szegedy et al.,
    "Going deeper with convolutions", 2014, table 1.

    Raises ShapeError for images of another number of channels.

    >>> tg.eval_shape(tg.zoo.GoogLeNet(classes=10), "n 3 224 224")
    Tensor(float32[n 10], abstract)
    """

    channels: int = 3
    classes: int = 1000
    width: int = 64
    auxiliary: bool = True
    batch_norm: bool = False
    drop: float = 0.4
    stem: ConvUnit = sub(
        lambda self: ConvUnit(
            in_channels=self.channels,
            out_channels=self.width,
            kernel=7,
            stride=2,
            padding=3,
            batch_norm=self.batch_norm,
        )
    )
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=2, rounding="ceil"))
    norm: LocalResponseNorm = sub(lambda self: LocalResponseNorm(size=5))
    narrow: ConvUnit = sub(
        lambda self: ConvUnit(in_channels=self.width, out_channels=self.width, kernel=1, batch_norm=self.batch_norm)
    )
    wide: ConvUnit = sub(
        lambda self: ConvUnit(
            in_channels=self.width,
            out_channels=3 * self.width,
            kernel=3,
            padding=1,
            batch_norm=self.batch_norm,
        )
    )
    modules: tuple[Inception, ...] = sub(_modules)
    heads: tuple[AuxiliaryHead, ...] = sub(_heads)
    mean: GlobalPool = sub(lambda self: GlobalPool())
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    head: Dense = sub(lambda self: Dense(in_features=self.modules[-1].out_channels, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        return self._run(x)[-1]

    @checked
    def with_auxiliary(
        self, x: Float[Tensor, "n channels h w"]
    ) -> tuple[Float[Tensor, "n classes"], Float[Tensor, "n classes"], Float[Tensor, "n classes"]]:
        """The logits of the last head, and of the two halfway, the earlier one first.

        Raises ValueError for a network without them.
        """
        if not self.auxiliary:
            raise ValueError("GoogLeNet: this one was made with auxiliary=False, it has one head only")
        states = self._run(x)
        return states[2], self.heads[0](states[0]), self.heads[1](states[1])

    def _run(self, x: Tensor) -> list[Tensor]:
        """What the auxiliary heads see, and the logits."""
        with Given(self, x):
            y = self.pool(self.stem(x))
            y = self.wide(self.narrow(self._normed(y)))
            y = self.pool(self._normed(y))
            states = []
            for place, module in enumerate(self.modules):
                if place in _HEADS_BEFORE:
                    states.append(y)
                y = module(self.pool(y) if place in _POOLED_BEFORE else y)
            return [*states, self.head(self.dropout(self.mean(y)))]

    def _normed(self, x: Tensor) -> Tensor:
        return x if self.batch_norm else self.norm(x)


def googlenet(*, classes: int = 1000, channels: int = 3, auxiliary: bool = True, batch_norm: bool = False) -> GoogLeNet:
    """GoogLeNet, of images of any size of at least 32 or so (224 in the paper). See `GoogLeNet`.

    >>> tg.nn.count_parameters(tg.zoo.googlenet(auxiliary=False))
    6998552
    """
    return GoogLeNet(classes=classes, channels=channels, auxiliary=auxiliary, batch_norm=batch_norm)
