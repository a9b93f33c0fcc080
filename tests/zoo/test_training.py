"""A small model of each family trains: its gradient is that of its loss, its running statistics move."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn, zoo
from typedgrad.core.state import State

IMAGE = tg.random.normal(tg.random.key(5), (2, 3, 67, 67), dtype="float64")
TEXT = tg.asarray([[1, 4, 2, 0, 3], [3, 3, 0, 1, 2]])


def cut(size: int) -> Tensor:
    return IMAGE[..., :size, :size]


SMALL: dict[str, tuple[Callable[[], nn.Layer], Tensor]] = {
    "LeNet": (lambda: zoo.LeNet(size=20, channels=3, width=8), cut(20)),
    "AlexNet": (lambda: zoo.AlexNet(size=67, width=6, hidden=8, classes=5), cut(67)),
    "VGG": (lambda: zoo.Vgg(depths=(1, 1, 2, 1, 1), size=32, width=2, hidden=8, classes=5), cut(32)),
    "GoogLeNet": (lambda: zoo.GoogLeNet(width=8, classes=5), cut(64)),
    "GoogLeNet with batch norm": (lambda: zoo.GoogLeNet(width=8, classes=5, batch_norm=True), cut(64)),
    "ResNet of two": (lambda: zoo.ResNet(depths=(1, 2, 1, 1), width=4, classes=5), cut(48)),
    "ResNet of three": (lambda: zoo.ResNet(depths=(1, 2, 1, 1), bottleneck=True, width=4, classes=5), cut(48)),
    "SqueezeNet 1.0": (lambda: zoo.SqueezeNet(width=8, classes=5), cut(64)),
    "SqueezeNet 1.1": (lambda: zoo.SqueezeNet(version="1.1", width=8, classes=5), cut(64)),
    "MobileNetV2": (lambda: zoo.MobileNetV2(width=4, classes=5), cut(40)),
    "DenseNet": (lambda: zoo.DenseNet(depths=(2, 2), growth=3, width=6, classes=5), cut(32)),
    "U-Net": (lambda: zoo.UNet(depth=2, width=2, channels=3), cut(48)),
    "U-Net with padding": (lambda: zoo.UNet(depth=2, width=2, channels=3, padding="same", batch_norm=True), cut(16)),
    "Darknet-19": (lambda: zoo.Darknet19(width=2, classes=5), cut(64)),
    "Tiny YOLO": (lambda: zoo.TinyYolo(width=2, classes=3, boxes=2), cut(64)),
    "YOLO2": (lambda: zoo.Yolo2(width=2, classes=3, boxes=2), cut(64)),
    "Xception": (lambda: zoo.Xception(width=2, classes=5), cut(64)),
    "SimpleCNN": (lambda: zoo.SimpleCNN(width=2, channels=3), cut(24)),
    "a character LSTM": (lambda: zoo.TextGenerationLSTM(vocabulary=5, features=4), TEXT),
    "GPT-2": (lambda: zoo.Gpt2(vocabulary=5, context=8, features=8, heads=2, depth=2), TEXT),
    "BERT": (lambda: zoo.Bert(vocabulary=5, context=8, features=8, heads=2, depth=2), TEXT),
    "ViT": (lambda: zoo.VisionTransformer(size=16, patch=4, features=8, heads=2, depth=2, classes=5), cut(16)),
}


def outputs(model: nn.Layer, x: Tensor) -> list[Tensor]:
    found = model.with_auxiliary(x) if isinstance(model, zoo.GoogLeNet) else model(x)
    return [found] if isinstance(found, Tensor) else list(found)


def loss(model: nn.Layer, x: Tensor) -> Tensor:
    """Any number that all outputs have a part in, each in another way."""
    total = tg.zeros((), dtype="float64")
    for place, y in enumerate(outputs(model, x)):
        weights = tg.random.normal(tg.random.key(place), (y.size,), dtype="float64")
        total = total + tg.mean(tg.flatten(y, start=0) * weights)
    return total


def moved(model: nn.Layer, direction: list[np.ndarray], by: float) -> nn.Layer:
    """The model with its parameters moved in a direction."""
    steps = iter(direction)
    found: nn.Layer = tg.tree_map(lambda p: p + by * tg.asarray(next(steps)) if isinstance(p, Tensor) else p, model)
    return found


def tensors(tree: object) -> list[np.ndarray]:
    return [leaf.numpy() for _, leaf in tg.leaves_with_paths(tree) if isinstance(leaf, Tensor)]


@pytest.mark.parametrize("name", SMALL)
def test_the_gradient_is_that_of_the_loss_in_training(name: str) -> None:
    make, x = SMALL[name]
    model = tg.init(make(), tg.random.key(zlib.crc32(name.encode())), dtype="float64")
    rng = np.random.default_rng(0)
    # Away from biases of 0, which put what a rectifier silenced onto the kink of the next one.
    model = moved(model, [rng.standard_normal(p.shape) for p in tensors(model)], 0.05)
    direction = [rng.standard_normal(p.shape) for p in tensors(model)]

    def at(by: float) -> float:
        with tg.training(tg.random.key(7)):
            return float(loss(moved(model, direction, by), x).numpy())

    with tg.training(tg.random.key(7)) as run:
        gradient = tg.grad(loss)(model, x)
    slopes = tensors(gradient)
    assert [g.shape for g in slopes] == [d.shape for d in direction]
    assert sum(float(g.any()) for g in slopes) > 0.7 * len(slopes), "most parameters matter"
    claimed = sum(float((g * d).sum()) for g, d in zip(slopes, direction, strict=True))
    step = 1e-7
    assert claimed == pytest.approx((at(step) - at(-step)) / (2 * step), rel=1e-4, abs=1e-6)
    after = run.updated(model)
    states = [(p.numpy(), q.numpy()) for p, q in zip(running(model), running(after), strict=True)]
    assert all(np.isfinite(q).all() and (p != q).any() for p, q in states)


def running(tree: object) -> list[Tensor]:
    """The running means and variances."""
    return [leaf.value for _, leaf in tg.leaves_with_paths(tree) if isinstance(leaf, State)]


def test_networks_with_batch_norm_have_running_statistics() -> None:
    model = tg.init(zoo.ResNet(depths=(1, 1, 1, 1), width=2), tg.random.key(0))
    assert len(running(model)) == 2 * (1 + 4 * 2 + 3)


def test_dropout_acts_in_training_only() -> None:
    model = tg.init(zoo.Vgg(depths=(1, 1, 1, 1, 1), size=32, width=2, hidden=8), tg.random.key(0), dtype="float64")
    x = cut(32)
    assert np.array_equal(model(x).numpy(), model(x).numpy())
    with tg.training(tg.random.key(1)):
        assert not np.array_equal(model(x).numpy(), model(x).numpy())


def test_a_text_goes_on_from_the_states_it_left() -> None:
    model = tg.init(zoo.TextGenerationLSTM(vocabulary=5, features=4), tg.random.key(0), dtype="float64")
    first, states = model.unroll(TEXT[:, :2])
    second, _ = model.unroll(TEXT[:, 2:], states)
    assert np.allclose(np.concatenate([first.numpy(), second.numpy()], axis=1), model(TEXT).numpy())


def test_gpt2_sees_no_word_before_its_time_and_bert_none_that_is_masked() -> None:
    changed = tg.asarray([[1, 4, 2, 0, 2], [3, 3, 0, 1, 4]])
    gpt = tg.init(zoo.Gpt2(vocabulary=5, context=8, features=8, heads=2, depth=2), tg.random.key(0), dtype="float64")
    assert np.allclose(gpt(TEXT).numpy()[:, :4], gpt(changed).numpy()[:, :4])
    assert not np.allclose(gpt(TEXT).numpy()[:, 4], gpt(changed).numpy()[:, 4])
    bert = tg.init(zoo.Bert(vocabulary=5, context=8, features=8, heads=2, depth=2), tg.random.key(0), dtype="float64")
    mask = tg.asarray([[True, True, True, True, False]] * 2)
    assert np.allclose(bert(TEXT, mask=mask)[1].numpy(), bert(changed, mask=mask)[1].numpy())
    assert not np.allclose(bert(TEXT)[1].numpy(), bert(changed)[1].numpy())
    parts = tg.asarray([[0, 0, 0, 1, 1]] * 2)
    assert not np.allclose(bert(TEXT)[1].numpy(), bert(TEXT, parts)[1].numpy())
    assert np.allclose(bert(TEXT)[1].numpy(), bert(TEXT, tg.zeros_like(parts))[1].numpy())


def test_the_way_up_of_a_u_net_sees_the_middle_of_the_way_down() -> None:
    """A pixel further from the border than the convolutions reach has no part in the result without padding."""
    model = tg.init(zoo.UNet(depth=1, width=2), tg.random.key(0), dtype="float64")
    gradient = tg.grad(lambda x: tg.sum(model(x)))(tg.random.normal(tg.random.key(1), (1, 1, 20, 20), dtype="float64"))
    assert model(tg.ones((1, 1, 20, 20), dtype="float64")).shape == (1, 2, 4, 4)
    assert gradient.numpy().any()


def test_language_models_start_with_no_opinion() -> None:
    model = tg.init(
        zoo.Gpt2(vocabulary=50, context=8, features=64, heads=4, depth=2), tg.random.key(0), dtype="float64"
    )
    logits = model(tg.asarray([[3, 1, 4, 1, 5, 9, 2, 6]])).numpy()
    assert logits.std() < 0.5, "the weights of words are also those of the logits, and start small"
