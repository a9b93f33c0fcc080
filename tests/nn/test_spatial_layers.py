"""Layers for signals, images and volumes: each does what its op does; channels last; refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn

KEY = tg.random.key(0)
RNG = np.random.default_rng(0)
X1, X2, X3 = (tg.asarray(RNG.standard_normal((2, 4, *sizes))) for sizes in ((8,), (8, 6), (4, 6, 8)))


@pytest.mark.parametrize(
    ("layer", "op", "x"),
    [
        (nn.SumPool1d(kernel=2), lambda x: tg.sum_pool(x, 2), X1),
        (nn.SumPool2d(kernel=3, stride=1, padding=1), lambda x: tg.sum_pool(x, 3, stride=1, padding=1), X2),
        (nn.SumPool3d(kernel=(1, 2, 3)), lambda x: tg.sum_pool(x, (1, 2, 3)), X3),
        (nn.LpPool1d(kernel=2, p=3.0), lambda x: tg.lp_pool(x, 2, p=3.0), X1),
        (nn.LpPool2d(kernel=2), lambda x: tg.lp_pool(x, 2), X2),
        (nn.LpPool3d(kernel=2, rounding="ceil"), lambda x: tg.lp_pool(x, 2, rounding="ceil"), X3),
        (nn.AdaptiveAvgPool1d(size=3), lambda x: tg.adaptive_avg_pool(x, 3), X1),
        (nn.AdaptiveAvgPool2d(size=(3, 5)), lambda x: tg.adaptive_avg_pool(x, (3, 5)), X2),
        (nn.AdaptiveAvgPool3d(size=3), lambda x: tg.adaptive_avg_pool(x, 3), X3),
        (nn.AdaptiveMaxPool1d(size=3), lambda x: tg.adaptive_max_pool(x, 3), X1),
        (nn.AdaptiveMaxPool2d(size=3), lambda x: tg.adaptive_max_pool(x, 3), X2),
        (nn.AdaptiveMaxPool3d(size=3), lambda x: tg.adaptive_max_pool(x, 3), X3),
        (nn.GlobalPool(kind="norm", p=3.0), lambda x: tg.linalg.vector_norm(x, axis=(2, 3), ord=3.0), X2),
        (nn.FractionalMaxPool2d(kernel=2, size=4), lambda x: tg.fractional_max_pool(x, 2, size=4), X2),
        (nn.FractionalMaxPool3d(kernel=2, size=2), lambda x: tg.fractional_max_pool(x, 2, size=2), X3),
        (nn.SpatialPyramidPool(levels=(2, 1)), lambda x: tg.spatial_pyramid_pool(x, (2, 1)), X2),
        (nn.Upsample1d(scale=3), lambda x: tg.upsample(x, 3), X1),
        (nn.Upsample2d(scale=(1, 2), method="linear"), lambda x: tg.upsample(x, (1, 2), method="linear"), X2),
        (
            nn.Upsample3d(scale=2, method="linear", align_corners=True),
            lambda x: tg.upsample(x, 2, method="linear", align_corners=True),
            X3,
        ),
        (nn.Resize(size=5), lambda x: tg.resize(x, 5), X3),
        (nn.Pad1d(padding=1, mode="circular"), lambda x: tg.pad_spatial(x, 1, mode="circular"), X1),
        (nn.Pad2d(padding=(1, 2), value=7.0), lambda x: tg.pad_spatial(x, (1, 2), value=7.0), X2),
        (nn.Pad3d(padding=1, mode="reflect"), lambda x: tg.pad_spatial(x, 1, mode="reflect"), X3),
        (nn.ZeroPad1d(padding=1), lambda x: tg.pad_spatial(x, 1), X1),
        (nn.ZeroPad2d(padding=((0, 1), (2, 0))), lambda x: tg.pad_spatial(x, ((0, 1), (2, 0))), X2),
        (nn.ZeroPad3d(padding=1), lambda x: tg.pad_spatial(x, 1), X3),
        (nn.Crop1d(cropping=1), lambda x: x[:, :, 1:-1], X1),
        (nn.Crop2d(cropping=((0, 1), (2, 0))), lambda x: x[:, :, :-1, 2:], X2),
        (nn.Crop3d(cropping=1), lambda x: x[:, :, 1:-1, 1:-1, 1:-1], X3),
        (nn.PixelShuffle1d(factor=2), lambda x: tg.pixel_shuffle1d(x, 2), X1),
        (nn.PixelUnshuffle1d(factor=2), lambda x: tg.pixel_unshuffle1d(x, 2), X1),
        (nn.DepthToSpace(block=2), lambda x: tg.depth_to_space(x, 2), X2),
        (nn.SpaceToDepth(block=2), lambda x: tg.space_to_depth(x, 2), X2),
        (nn.SpaceToBatch(block=2), lambda x: tg.space_to_batch(x, 2), X2),
    ],
)
def test_a_layer_does_what_its_op_does(
    layer: Callable[[tg.Tensor], tg.Tensor], op: Callable[[tg.Tensor], tg.Tensor], x: tg.Tensor
) -> None:
    np.testing.assert_array_equal(layer(x).numpy(), op(x).numpy())


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_unpooling_leads_back_to_the_sizes_that_were_pooled(rank: int) -> None:
    x = (X1, X2, X3)[rank - 1]
    values, indices = tg.max_pool_with_indices(x, 2)
    layer: Any = (nn.MaxUnpool1d, nn.MaxUnpool2d, nn.MaxUnpool3d)[rank - 1](kernel=2)
    assert layer(values, indices).shape == x.shape
    larger = tuple(n + 1 for n in x.shape[2:])
    assert layer(values, indices, larger).shape == (2, 4, *larger)


def test_fractional_windows_move_in_training_only() -> None:
    layer = nn.FractionalMaxPool2d(kernel=2, size=5)
    x = tg.asarray(RNG.standard_normal((1, 1, 12, 12)))
    with tg.training(KEY):
        assert not np.array_equal(layer(x).numpy(), layer(x).numpy())
    np.testing.assert_array_equal(layer(x).numpy(), layer(x).numpy())


@pytest.mark.parametrize(
    ("layer", "sizes", "weight", "result"),
    [
        (nn.DepthwiseConv1d(kernel=3, multiplier=2), (1, 3, 7), (6, 1, 3), (1, 6, 5)),
        (nn.DepthwiseConv3d(kernel=(1, 2, 3)), (1, 3, 4, 4, 4), (3, 1, 1, 2, 3), (1, 3, 4, 3, 2)),
        (nn.LocallyConnected1d(out_channels=5, kernel=3, stride=2), (1, 3, 9), (4, 5, 3, 3), (1, 5, 4)),
        (
            nn.LocallyConnected2d(out_channels=5, kernel=(3, 2), padding="same"),
            (1, 3, 4, 6),
            (4, 6, 5, 3, 3, 2),
            (1, 5, 4, 6),
        ),
        (
            nn.LocallyConnected2d(out_channels=2, kernel=3, padding=((1, 0), (2, 2)), dilation=2),
            (1, 3, 7, 6),
            (4, 6, 2, 3, 3, 3),
            (1, 2, 4, 6),
        ),
    ],
)
def test_sizes_are_learnt_from_what_comes_in(
    layer: Any, sizes: tuple[int, ...], weight: tuple[int, ...], result: tuple[int, ...]
) -> None:
    x = tg.ones(sizes)
    made = tg.init(layer, KEY, input=x)
    assert made.in_channels == sizes[1]
    assert made.weight.shape == weight
    assert made(x).shape == result


@pytest.mark.parametrize(("rank", "x"), [(1, X1), (2, X2), (3, X3)])
def test_a_separable_convolution_is_two(rank: int, x: tg.Tensor) -> None:
    make: Any = (nn.SeparableConv1d, nn.SeparableConv2d, nn.SeparableConv3d)[rank - 1]
    conv: Any = (tg.conv1d, tg.conv2d, tg.conv3d)[rank - 1]
    layer = tg.init(make(out_channels=5, kernel=3, multiplier=2), KEY, input=x, dtype="float64")
    wanted = conv(conv(x, layer.depthwise.weight, groups=4), layer.pointwise.weight, layer.pointwise.bias)
    np.testing.assert_array_equal(layer(x).numpy(), wanted.numpy())


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(in_channels=4, out_channels=3, kernel=3, stride=2),
        nn.ConvTranspose2d(in_channels=4, out_channels=3, kernel=3, stride=2),
        nn.DepthwiseConv2d(in_channels=4, kernel=3),
        nn.MaxPool2d(kernel=2),
        nn.AvgPool2d(kernel=2),
        nn.AdaptiveAvgPool2d(size=3),
        nn.Upsample2d(scale=2, method="linear"),
        nn.Sequential(nn.Conv2d(in_channels=4, out_channels=3, kernel=3), nn.Relu(), nn.MaxPool2d(kernel=2)),
        nn.Sequential(nn.Conv2d(in_channels=4, out_channels=3, kernel=3), nn.GlobalPool()),
    ],
)
def test_channels_may_be_last(layer: Any) -> None:
    plain = tg.init(layer, KEY, dtype="float64")
    last = nn.ChannelsLast(layer=plain)
    x = tg.channels_last(X2)
    np.testing.assert_array_equal(last(x).numpy(), tg.channels_last(plain(X2)).numpy())
    ours = tg.grad(lambda x: tg.sum(tg.square(last(x))))(x)
    theirs = tg.grad(lambda x: tg.sum(tg.square(plain(x))))(X2)
    np.testing.assert_allclose(ours.numpy(), tg.channels_last(theirs).numpy(), rtol=1e-12, atol=1e-12)


def test_channels_last_learns_sizes_from_the_last_axis() -> None:
    made = tg.init(nn.ChannelsLast(layer=nn.Conv2d(out_channels=8, kernel=3)), KEY, input="n 9 9 3")
    assert isinstance(made.layer, nn.Conv2d)
    assert made.layer.in_channels == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.SumPool1d(kernel=0), "`kernel` must be an int of at least 1"),
        (lambda: nn.LpPool2d(kernel=2, p=0.5), "`p` must be at least 1, got 0.5"),
        (lambda: nn.GlobalPool(kind="norm", p=0.0), "`p` must be at least 1"),
        (lambda: nn.AdaptiveAvgPool2d(size=(3, 0)), "`size` must be an int of at least 1, or a tuple of 2"),
        (lambda: nn.AdaptiveMaxPool3d(size=(3, 3)), "or a tuple of 3, got"),
        (lambda: nn.FractionalMaxPool2d(kernel=0, size=3), "`kernel` must be an int of at least 1"),
        (lambda: nn.SpatialPyramidPool(levels=()), "`levels` must be positive ints"),
        (lambda: nn.SpatialPyramidPool(levels=(2, 0)), "`levels` must be positive ints"),
        (lambda: nn.MaxUnpool2d(kernel=2, stride=0), "`stride` must be an int of at least 1"),
        (lambda: nn.MaxUnpool2d(kernel=2, padding=-1), "`padding` must not be negative"),
        (lambda: nn.Upsample1d(scale=2, method="cubic"), "`method` must be one of nearest, linear"),  # type: ignore[arg-type]  # on purpose
        (lambda: nn.Upsample3d(scale=(2, 2)), "or a tuple of 3"),
        (lambda: nn.Resize(size=()), "`size` must be an int of at least 1"),
        (lambda: nn.Pad1d(padding=-1), "`padding` must not be negative"),
        (lambda: nn.Pad3d(padding=(1, 1)), "one or a pair for each of the 3 axes"),  # type: ignore[arg-type]  # on purpose
        (lambda: nn.Crop2d(cropping=-1), "`cropping` must not be negative"),
        (lambda: nn.Crop3d(cropping=(1, 1)), "one or a pair for each of the 3 axes"),  # type: ignore[arg-type]  # on purpose
        (lambda: nn.SpaceToDepth(block=0), "`block` must be a positive int"),
        (lambda: nn.ConvTranspose1d(in_channels=1, out_channels=1, kernel=2, padding="causal"), "must not be 'causal'"),  # type: ignore[arg-type]  # on purpose
        (lambda: nn.DepthwiseConv3d(in_channels=0, kernel=2), "`in_channels` must be a positive int"),
        (lambda: nn.LocallyConnected1d(out_channels=0, kernel=2), "`out_channels` must be a positive int"),
        (
            lambda: nn.LocallyConnected2d(in_channels=1, h=4, w=9, out_channels=1, kernel=5),
            "the kernel reaches over 5 elements, more than the padded `h`, which has 4",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_when_the_layer_is_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_channels_last_refuses_what_cannot_be_called() -> None:
    with pytest.raises(TypeError, match="`layer` must be a layer or a function"):
        nn.ChannelsLast(layer=3)  # type: ignore[arg-type]  # on purpose
