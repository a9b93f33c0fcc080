"""`tg.check_gradients`: a wrong rule is found and named under every preset, right ones pass, nonsense is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from jaxtyping import Float

import typedgrad as tg
from typedgrad.core.primitive import primitive, vjp
from typedgrad.nn import Layer, param
from typedgrad.testing import GradientError
from typedgrad.testing.presets import PRESETS, preset_named

RNG = np.random.default_rng(0)
F64 = tg.float64
KEY = tg.random.key(0)
every_preset = pytest.mark.parametrize("preset", list(PRESETS))


def t(*shape: int) -> tg.Tensor:
    return tg.asarray(RNG.uniform(0.4, 1.5, shape) * RNG.choice([-1.0, 1.0], shape))


@primitive
def scale_wrongly(x: Float[tg.Tensor, "*s"], /) -> Float[tg.Tensor, "*s"]:
    """Twice `x`, with a gradient that is a tenth too large."""
    return 2.0 * x


@vjp(scale_wrongly)
def _(g: tg.Tensor, out: tg.Tensor, x: tg.Tensor) -> tuple[tg.Tensor]:
    return (2.2 * g,)


class Planted(Layer):
    """A dense layer, one parameter of which gets a wrong gradient."""

    n: int
    weight: Float[tg.Tensor, "n n"] = param(tg.nn.glorot_uniform)
    bias: Float[tg.Tensor, "n"] = param(tg.nn.ones)
    gain: Float[tg.Tensor, "n"] = param(tg.nn.ones)

    def __call__(self, x: Float[tg.Tensor, "batch n"]) -> Float[tg.Tensor, "batch n"]:
        return tg.tanh(x @ self.weight + scale_wrongly(self.bias)) * self.gain


@every_preset
def test_a_planted_mistake_is_found_and_named_by_path(preset: Any) -> None:
    model = tg.init(tg.nn.Sequential(tg.nn.Dense(in_features=3, out_features=3), Planted(n=3)), KEY, dtype=F64)
    report = tg.check_gradients(model, 0.3 * t(2, 3), preset=preset)
    assert not report
    assert [row.path for row in report.rows if not row.passed] == ["layers.1.bias"]
    assert len(report.rows) == 6
    wrong = report["layers.1.bias"]
    assert wrong.failed == 3 or preset in ("caffe", "torch")
    assert wrong.worst is not None
    assert wrong.analytic == pytest.approx(1.1 * wrong.numeric, rel=1e-2)
    with pytest.raises(GradientError, match=r"wrong at layers\.1\.bias\n\n(.*\n)+layers\.1\.bias .*WRONG") as caught:
        report.raise_if_failed()
    assert caught.value.errors["layers.1.bias"] > 1e-3


@every_preset
@pytest.mark.parametrize("scalar", [True, False])
def test_right_gradients_pass(preset: Any, scalar: bool) -> None:  # a parameter of the test
    def f(p: dict[str, tg.Tensor], x: tg.Tensor) -> Any:
        y = tg.tanh(x @ p["w"]) * tg.exp(0.1 * p["b"])
        return tg.sum(y) if scalar else {"y": y, "n": tg.asarray(1)}

    report = tg.check_gradients(f, ({"w": t(3, 2), "b": t(2)}, t(4, 3)), preset=preset)
    assert report.raise_if_failed() is report
    assert [(row.path, row.shape, row.checked) for row in report.rows] == [
        ("p.w", (3, 2), 6),
        ("p.b", (2,), 2),
        ("x", (4, 3), 12),
    ]
    assert report.preset == preset


def test_the_rules_are_those_of_the_sources() -> None:
    a, n = np.array([1.0, 1e-4, 0.0, np.nan]), np.array([1.0 + 1e-4, 2e-4, 1e-9, 1.0])
    verdicts = {name: (preset.badness(a, n, "float64", 1e9) <= 1).tolist() for name, preset in PRESETS.items()}
    assert verdicts == {
        "typedgrad": [False, False, True, False],
        "caffe": [True, True, True, False],
        "torch": [False, False, True, False],
        "checkgrad": [False, False, False, False],
        "theano": [True, True, True, False],
        "dl4j": [True, False, True, False],
        "samediff": [False, False, True, False],
    }
    assert (PRESETS["checkgrad"].badness(a[:3], n[:3], "float64", 100.0) <= 1).all()
    steps = [preset.eps["float64"] for preset in PRESETS.values()]
    assert steps == [1e-5, 1e-2, 1e-6, 1e-7, 1e-7, 1e-6, 1e-5]


@pytest.mark.parametrize(("preset", "calls"), [("samediff", 1 + 2 * 3), ("theano", 1 + 1 + 3)])
def test_differences_take_as_many_evaluations_as_they_must(preset: Any, calls: int) -> None:
    points = []

    def f(x: tg.Tensor) -> tg.Tensor:
        points.append(x.numpy() if x.node is None else None)
        return tg.sum(tg.exp(x))

    tg.check_gradients(f, tg.zeros(3, dtype=F64), preset=preset)
    assert len(points) == calls
    steps = {float(v) for p in points if p is not None for v in p}
    assert steps == ({-1e-5, 0.0, 1e-5} if preset == "samediff" else {0.0, 1e-7})


def test_second_derivatives_are_checked_as_well() -> None:
    @primitive
    def cube_once(x: Float[tg.Tensor, "*s"], /) -> Float[tg.Tensor, "*s"]:
        """x ** 3, whose gradient is right, but taken for a constant by the next one."""
        return x * x * x

    @vjp(cube_once)
    def _(g: tg.Tensor, out: tg.Tensor, x: tg.Tensor) -> tuple[tg.Tensor]:
        return (3.0 * g * tg.stop_gradient(x) * x if isinstance(x, tg.Tensor) else 3.0 * g * x * x,)

    x = t(3)
    assert tg.check_gradients(cube_once, x)
    report = tg.check_gradients(cube_once, x, order=2)
    assert [(row.order, row.passed) for row in report.rows] == [(1, True), (2, False)]
    assert "x (order 2)" in str(report)
    assert tg.check_gradients(lambda x: x**3 * tg.exp(x), x, order=2)


def test_parts_can_be_left_out_or_sampled() -> None:
    model = tg.init(Planted(n=4), KEY, dtype=F64)
    report = tg.check_gradients(model, t(2, 4), exclude=["bias"], max_per_parameter=5)
    assert [(row.path, row.checked) for row in report.rows] == [("weight", 5), ("gain", 4), ("x", 5)]
    with pytest.raises(ValueError, match="`exclude` leaves nothing of weight, bias, gain, x"):
        tg.check_gradients(model, t(2, 4), exclude=["*"])
    again = [tg.check_gradients(model, tg.ones((2, 4), dtype=F64), max_per_parameter=3, seed=5) for _ in range(2)]
    assert again[0] == again[1]


def test_a_kink_nearby_is_no_mistake_and_can_be_skipped() -> None:
    x = tg.asarray([3e-6, -2.0, 1.0])
    x = tg.astype(x, F64)
    assert tg.check_gradients(tg.relu, x)
    assert not tg.check_gradients(tg.relu, x, preset="samediff")
    skipped = tg.check_gradients(tg.relu, x, preset="caffe", kink_range=0.02)
    assert skipped
    assert (skipped["x"].checked, skipped["x"].skipped) == (2, 1)
    assert not tg.check_gradients(tg.relu, x, preset="caffe")
    with pytest.raises(ValueError, match=r"`relu` has a kink, .* preset 'dl4j' refuses"):
        tg.check_gradients(lambda x: tg.tanh(tg.relu(x)), x, preset="dl4j")
    assert (
        tg.check_gradients(tg.relu, tg.asarray([0.01]).astype(F64), preset="caffe", kink_range=1.0)["x"].worst is None
    )


@every_preset
def test_single_precision_is_refused_but_where_the_preset_is_for_it(preset: Any) -> None:
    model = tg.init(tg.nn.Dense(in_features=2, out_features=2), KEY)
    if preset in ("caffe", "theano"):
        assert tg.check_gradients(model, tg.ones((1, 2)), preset=preset)
        return
    words = rf"`weight` is float32, but preset '{preset}' needs float64: tg.init\(model, key, dtype=tg.float64\)"
    with pytest.raises(TypeError, match=words):
        tg.check_gradients(model, tg.ones((1, 2), dtype=F64), preset=preset)


def test_a_training_run_draws_the_same_every_time() -> None:
    model = tg.nn.Sequential(tg.nn.Dense(in_features=4, out_features=6), tg.nn.Dropout(drop=0.5), tg.nn.BatchNorm())
    model = tg.init(model, KEY, input=tg.abstract("n 4", F64), dtype=F64)
    x = t(5, 4)
    report = tg.check_gradients(model, x, key=tg.random.key(1))
    assert report.raise_if_failed()
    assert [row.path for row in report.rows] == [
        "layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias", "x"
    ]  # fmt: skip
    assert report["layers.0.weight"].analytic != tg.check_gradients(model, x)["layers.0.weight"].analytic


class Tagger(Layer):
    """A bidirectional LSTM over sequences of different lengths."""

    rnn: tg.nn.Bidirectional = tg.nn.sub(
        lambda self: tg.nn.Bidirectional(forward=tg.nn.Lstm(in_features=3, features=2))
    )

    def __call__(self, x: Float[tg.Tensor, "n time 3"], lengths: tg.Tensor) -> tg.Tensor:
        return self.rnn(x, lengths=lengths)


@pytest.mark.parametrize("order", [1, 2])
def test_whole_networks_pass(order: int) -> None:
    cnn = tg.nn.Sequential(
        tg.nn.Conv2d(in_channels=1, out_channels=2, kernel=3), tg.nn.BatchNorm(), tg.tanh, tg.nn.Flatten(),
        tg.nn.Dense(out_features=3),
    )  # fmt: skip
    cnn = tg.init(cnn, KEY, input=tg.abstract((2, 1, 5, 5), F64), dtype=F64)
    labels = tg.asarray([0, 2])
    few: dict[str, Any] = {"max_per_parameter": 12, "order": order}
    tg.check_gradients(
        lambda m, x: tg.softmax_cross_entropy(m(x), labels), (cnn, t(2, 1, 5, 5)), key=KEY, **few
    ).raise_if_failed()
    tagger = tg.init(Tagger(), KEY, dtype=F64)
    tg.check_gradients(tagger, (t(2, 4, 3), tg.asarray([4, 2])), **few).raise_if_failed()
    block = tg.init(tg.nn.TransformerEncoderBlock(features=4, heads=2), KEY, dtype=F64)
    tg.check_gradients(block, t(2, 3, 4), **few).raise_if_failed()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"preset": "jax"}, "there is no preset 'jax'; there are typedgrad, caffe"),
        ({"eps": -1.0}, "`eps` must be positive and finite, got -1.0"),
        ({"preset": "torch", "rel": 0.1}, "preset 'torch' has no `rel`"),
        ({"order": 3}, "`order` must be 1 or 2, got 3"),
        ({"max_per_parameter": 0}, "`max_per_parameter` must be at least 1, got 0"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tg.check_gradients(tg.exp, t(2), **options)


def test_without_floats_there_is_nothing_to_check() -> None:
    with pytest.raises(ValueError, match="no float tensors in the arguments"):
        tg.check_gradients(tg.exp, tg.asarray([1, 2]))
    with pytest.raises(ValueError, match="no float tensors in the result"):
        tg.check_gradients(lambda x: tg.astype(x, "int64"), t(2))


def test_options_replace_the_numbers_of_a_preset() -> None:
    found = preset_named("dl4j", 1e-4, 0.5, None)
    assert (found.eps["float64"], found.rel["float64"], found.abs["float64"]) == (1e-4, 0.5, 1e-8)
    assert tg.check_gradients(scale_wrongly, t(2), preset="dl4j", rel=0.2)
