"""Initialisers: mean, variance and bounds over a million draws, exact fans, structure, names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn

KEY = tg.random.key(11)
MILLION = (1000, 1000)
FANS = (300, 500)
CUT = 0.87962566103423978


def million(initializer: nn.Initializer, dtype: str = "float32") -> np.ndarray[Any, Any]:
    return tg.to_numpy(initializer(KEY, MILLION, dtype, FANS))


def scaled(variance: float) -> tuple[float, float, float]:
    """Mean, variance and bound of a uniform distribution around 0."""
    return 0.0, variance, math.sqrt(3 * variance)


# Name, initialiser, mean, variance, and what no draw is beyond.
MOMENTS: list[tuple[str, nn.Initializer, tuple[float, float, float]]] = [
    ("normal", nn.normal(0.5, mean=2.0), (2.0, 0.25, math.inf)),
    ("truncated_normal", nn.truncated_normal(0.5), (0.0, 0.25 * CUT**2, 1.0)),
    ("uniform", nn.uniform(-0.5, 1.5), (0.5, 4 / 12, 1.5)),
    ("log_normal", nn.log_normal(0.5), (math.exp(0.125), (math.exp(0.25) - 1) * math.exp(0.25), math.inf)),
    ("binomial", nn.binomial(4, 0.25), (1.0, 0.75, 4.0)),
    ("glorot_uniform", nn.glorot_uniform, scaled(2 / 800)),
    ("glorot_normal", nn.glorot_normal, (0.0, 2 / 800, math.inf)),
    ("xavier_uniform", nn.xavier_uniform(2.0), scaled(8 / 800)),
    ("xavier_normal", nn.xavier_normal(2.0), (0.0, 8 / 800, math.inf)),
    ("he_uniform", nn.he_uniform, scaled(2 / 300)),
    ("he_normal", nn.he_normal, (0.0, 2 / 300, math.inf)),
    ("kaiming_uniform", nn.kaiming_uniform(3.0, mode="fan_out"), scaled(9 / 500)),
    ("kaiming_normal", nn.kaiming_normal(3.0, mode="fan_out"), (0.0, 9 / 500, math.inf)),
    ("lecun_uniform", nn.lecun_uniform, scaled(1 / 300)),
    ("lecun_normal", nn.lecun_normal, (0.0, 1 / 300, math.inf)),
    ("scaling_truncated", nn.variance_scaling(2.0, "fan_in"), (0.0, 2 / 300, 2 * math.sqrt(2 / 300) / CUT)),
    ("scaling_uniform", nn.variance_scaling(2.0, "fan_avg", "uniform"), scaled(2 / 400)),
    ("scaling_normal", nn.variance_scaling(2.0, "fan_out", "normal"), (0.0, 2 / 500, math.inf)),
    ("orthogonal", nn.orthogonal(2.0), (0.0, 4 / 1000, 2.0)),
    ("sparse", nn.sparse(0.25, std=2.0), (0.0, 1.0, math.inf)),
    # A mean of n uniform numbers that add up to 1 is 1 / n.
    ("positive_unitball", nn.positive_unitball, (1e-3, 1e-6 / 3, 3e-3)),
]


@pytest.mark.parametrize(("name", "initializer", "moments"), MOMENTS, ids=[name for name, *_ in MOMENTS])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mean_variance_and_bounds_of_a_million(
    name: str, initializer: nn.Initializer, moments: tuple[float, float, float], dtype: str
) -> None:
    mean, variance, bound = moments
    drawn = million(initializer, dtype)
    assert drawn.dtype.name == dtype
    # Five standard errors of the mean; the variance of the variance is below 10 for all but the long-tailed one.
    assert drawn.mean(dtype="float64") == pytest.approx(mean, abs=5e-3 * math.sqrt(variance))
    assert drawn.var(dtype="float64") == pytest.approx(variance, rel=0.02 if name == "log_normal" else 0.01)
    assert np.abs(drawn).max() <= bound * (1 + 1e-6)
    if bound < math.inf and name not in ("orthogonal", "positive_unitball"):
        assert np.abs(drawn).max() >= bound * 0.99


# What Deeplearning4j's names mean, from its formulas.
@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("xavier", 2 / 800),
        ("xavier_legacy", 1 / 800),
        ("xavier_fan_in", 1 / 300),
        ("sigmoid_uniform", 16 * 6 / 800 / 3),
        ("uniform_fan_in", 1 / 300 / 3),
        ("relu", 2 / 300),
        ("relu_uniform", 2 / 300),
    ],
)
def test_names_of_deeplearning4j(name: nn.InitializerName, variance: float) -> None:
    assert million(nn.initializer(name)).var(dtype="float64") == pytest.approx(variance, rel=0.01)


LAYERS: list[tuple[str, nn.Layer, str, tuple[int, int]]] = [
    ("dense", nn.Dense(in_features=20, out_features=30), "weight", (20, 30)),
    ("conv", nn.Conv2d(in_channels=4, out_channels=6, kernel=(3, 5)), "weight", (4 * 15, 6 * 15)),
    ("conv1d", nn.Conv1d(in_channels=4, out_channels=6, kernel=3), "weight", (12, 18)),
    ("conv3d", nn.Conv3d(in_channels=2, out_channels=3, kernel=2), "weight", (16, 24)),
    ("grouped", nn.Conv2d(in_channels=4, out_channels=6, kernel=3, groups=2), "weight", (2 * 9, 3 * 9)),
    ("depthwise", nn.DepthwiseConv2d(in_channels=4, multiplier=2, kernel=3), "weight", (9, 18)),
    ("transposed", nn.ConvTranspose2d(in_channels=4, out_channels=6, kernel=3), "weight", (36, 54)),
    ("lstm", nn.Lstm(in_features=20, features=30), "weight", (20, 30)),
    ("lstm recurrent", nn.Lstm(in_features=20, features=30), "recurrent", (30, 30)),
    ("gru", nn.Gru(in_features=20, features=30), "weight", (20, 30)),
    ("rnn", nn.Rnn(in_features=20, features=30), "weight", (20, 30)),
    ("rnn recurrent", nn.Rnn(in_features=20, features=30), "recurrent", (30, 30)),
    ("embedding", nn.Embedding(vocabulary=20, features=30), "weight", (20, 30)),
    ("bilinear", nn.Bilinear(left_features=3, right_features=4, out_features=5), "weight", (3, 5)),
]


@pytest.mark.parametrize(("name", "layer", "parameter", "fans"), LAYERS, ids=[name for name, *_ in LAYERS])
def test_exact_fans(name: str, layer: nn.Layer, parameter: str, fans: tuple[int, int]) -> None:
    seen = []

    def spy(key: tg.Key, shape: tuple[int, ...], dtype: str, fans: tuple[int, int]) -> tg.Tensor:
        seen.append(fans)
        return tg.zeros(shape, dtype=dtype)

    tg.init(layer, KEY, initializers={parameter: spy})
    assert seen
    assert set(seen) == {fans}


def test_fans_of_attention() -> None:
    seen = set()

    def spy(key: tg.Key, shape: tuple[int, ...], dtype: str, fans: tuple[int, int]) -> tg.Tensor:
        seen.add((shape, fans))
        return tg.zeros(shape, dtype=dtype)

    tg.init(nn.MultiHeadAttention(features=12, heads=3), KEY, initializers={"*.weight": spy})
    assert seen == {((12, 12), (12, 12))}


def test_orthogonal_in_both_directions_and_for_kernels() -> None:
    for shape in ((5, 3), (3, 5), (4, 2, 3, 3), (2, 1, 1)):
        w = tg.to_numpy(nn.orthogonal(3.0)(KEY, shape, "float64", (1, 1))).reshape(shape[0], -1)
        small = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
        assert np.allclose(small, 9 * np.eye(len(small)), atol=1e-12)
    half = nn.orthogonal()(KEY, (3, 3), "float16", (3, 3))
    assert half.dtype.name == "float16"


def test_all_orthogonal_matrices_are_equally_likely() -> None:
    found = [tg.to_numpy(nn.orthogonal()(tg.random.key(i), (2, 2), "float64", (2, 2))) for i in range(400)]
    turns = np.array([math.atan2(w[1, 0], w[0, 0]) for w in found])
    assert abs(np.mean(np.cos(turns))) < 0.15
    assert abs(np.mean(np.sin(turns))) < 0.15
    assert 0.4 < np.mean([np.linalg.det(w) > 0 for w in found]) < 0.6


def test_a_dirac_kernel_passes_channels_on() -> None:
    x = tg.asarray(np.random.default_rng(0).normal(size=(2, 4, 5, 5)))
    for groups in (1, 2):
        kernel = nn.dirac(groups=groups)(KEY, (4, 4 // groups, 3, 3), "float64", (1, 1))
        found = tg.conv2d(x, kernel, padding=1, groups=groups)
        assert np.array_equal(tg.to_numpy(found), tg.to_numpy(x))


@pytest.mark.parametrize("window", range(1, 9))
def test_a_bilinear_kernel_is_the_same_from_both_ends(window: int) -> None:
    kernel = nn.bilinear(KEY, (1, 1, window), "float64", (1, 1))
    np.testing.assert_allclose(kernel.numpy(), kernel.numpy()[..., ::-1], rtol=1e-15)
    assert float(kernel.max()) == (1.0 if window % 2 else 1.0 - 0.5 / (window // 2))


@pytest.mark.parametrize("stride", [2, 3])
def test_a_bilinear_kernel_interpolates(stride: int) -> None:
    window = 2 * stride - stride % 2
    padding = math.ceil((window - stride) / 2)
    kernel = nn.bilinear(KEY, (2, 2, window, window), "float64", (1, 1))
    ramp = tg.asarray(np.stack([np.add.outer(np.arange(6.0), 2 * np.arange(6.0)), np.ones((6, 6))])[None])
    found = tg.to_numpy(tg.conv_transpose2d(ramp, kernel, stride=stride, padding=padding))
    inner = found[0, 0, stride:-stride, stride:-stride]
    assert np.allclose(np.diff(inner, axis=0), 1 / stride)
    assert np.allclose(np.diff(inner, axis=1), 2 / stride)
    assert np.allclose(found[0, 1, stride:-stride, stride:-stride], 1.0)
    each = nn.bilinear(KEY, (2, 1, window, window), "float64", (1, 1))
    assert np.allclose(tg.to_numpy(each)[1, 0], tg.to_numpy(kernel)[1, 1])
    assert not tg.to_numpy(kernel)[0, 1].any()


def test_sparse_units_and_units_that_add_up_to_one() -> None:
    for shape, axes in (((10, 6), (0,)), ((6, 2, 5), (1, 2))):
        sparse = tg.to_numpy(nn.sparse(0.3)(KEY, shape, "float64", (1, 1)))
        assert ((sparse != 0).sum(axis=axes) == 3).all()
        ball = tg.to_numpy(nn.positive_unitball(KEY, shape, "float64", (1, 1)))
        assert np.allclose(ball.sum(axis=axes), 1.0)
        assert (ball >= 0).all()


def test_gains() -> None:
    assert nn.gain("relu") == pytest.approx(math.sqrt(2))
    assert nn.gain("leaky_relu", 0.2) == pytest.approx(math.sqrt(2 / 1.04))
    assert nn.gain("tanh") == pytest.approx(5 / 3)
    with pytest.raises(ValueError, match="gain: there is none for 'gelu'; there are linear, sigmoid, tanh"):
        nn.gain("gelu")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("name", get_args(nn.InitializerName))
def test_every_name_is_an_initializer(name: nn.InitializerName) -> None:
    shape = (4, 4) if name == "identity" else (4, 4, 3)
    made = nn.initializer(name)(KEY, shape, "float32", (12, 12))
    assert made.shape == shape
    assert made.dtype.name == "float32"


@pytest.mark.parametrize(
    ("given", "meant"), [("he", "he_normal"), ("GlorotUniform", "glorot_uniform"), ("zero", "zeros")]
)
def test_another_name_is_refused_with_the_nearest(given: Any, meant: str) -> None:
    with pytest.raises(ValueError, match=f"initializer: there is no initializer '{given}'; did you mean \"{meant}\""):
        nn.initializer(given)


def test_other_initializers_by_path() -> None:
    model = nn.Sequential(nn.Dense(in_features=3, out_features=4), nn.Dense(in_features=4, out_features=4))
    made = tg.init(
        model, KEY, initializers={"layers.0.weight": "ones", "weight": nn.identity(2.0), "bias": nn.constant(7)}
    )
    assert made.layers[0].weight.tolist() == [[1.0] * 4] * 3
    assert made.layers[1].weight.tolist() == (2 * np.eye(4)).tolist()
    assert made.layers[1].bias is not None
    assert made.layers[1].bias.tolist() == [7.0] * 4
    with pytest.raises(
        ValueError, match=r"init: no parameter for 'wieght' in `initializers`; there are `layers.0.weight`"
    ):
        tg.init(model, KEY, initializers={"wieght": "ones"})
    with pytest.raises(ValueError, match="there is no initializer 'one'; did you mean \"ones\""):
        tg.init(model, KEY, initializers={"weight": "one"})  # type: ignore[dict-item]  # that is the point
    with pytest.raises(TypeError, match="init: for 'weight' there must be an initializer, not float"):
        tg.init(model, KEY, initializers={"weight": 1.0})  # type: ignore[dict-item]  # as above


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: nn.normal(-1.0), "normal: `std` must not be negative, got -1.0"),
        (lambda: nn.normal(math.nan), "normal: `std` must be finite, got nan"),
        (lambda: nn.truncated_normal(cut=0.0), "truncated_normal: `cut` must be at least 0.025, got 0.0"),
        (lambda: nn.uniform(1.0, 0.0), "uniform: `low` must not exceed `high`, got 1.0 and 0.0"),
        (lambda: nn.log_normal(math.inf), "log_normal: `std` must be finite, got inf"),
        (lambda: nn.binomial(0, 0.5), "binomial: `n` must be a positive int, got 0"),
        (lambda: nn.binomial(1, 1.5), "binomial: `p` must be between 0 and 1, got 1.5"),
        (lambda: nn.variance_scaling(-1.0), "variance_scaling: `scale` must not be negative, got -1.0"),
        (lambda: nn.kaiming_normal(math.nan), "kaiming_normal: `gain` must be finite, got nan"),
        (lambda: nn.orthogonal(-1.0), "orthogonal: `gain` must not be negative, got -1.0"),
        (lambda: nn.sparse(0.0), "sparse: `share` must be above 0 and at most 1, got 0.0"),
        (lambda: nn.dirac(groups=0), "dirac: `groups` must be at least 1, got 0"),
    ],
)
def test_options_that_make_no_sense(call: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        call()


def test_shapes_that_do_not_fit() -> None:
    for initializer, shape, complaint in (
        (nn.identity(), (2, 2, 2), r"identity: a matrix is needed, not \[2 2 2\]"),
        (nn.orthogonal(), (3,), r"orthogonal: at least 2 axes are needed, not \[3\]"),
        (nn.dirac(), (3, 3), r"dirac: at least 3 axes are needed, not \[3 3\]"),
        (nn.dirac(groups=2), (3, 3, 3), "dirac: 2 groups do not divide 3 outputs"),
        (nn.bilinear, (3, 3), r"bilinear: at least 3 axes are needed, not \[3 3\]"),
        (nn.sparse(), (3,), r"sparse: at least 2 axes are needed, not \[3\]"),
    ):
        with pytest.raises(tg.ShapeError, match=complaint):
            initializer(KEY, shape, "float32", (1, 1))
