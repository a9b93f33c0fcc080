"""`evaluate` updates any metrics in one pass, with what the model says, and leaves padding out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import metrics, nn
from typedgrad.data import Dataset, Loader, MaskedBatch
from typedgrad.train import Weighted

if TYPE_CHECKING:
    from typing import assert_type


def scores(n: int = 30, classes: int = 3) -> tuple[tg.Tensor, tg.Tensor]:
    rng = np.random.default_rng(0)
    return tg.asarray(rng.normal(size=(n, classes)).astype("float32")), tg.asarray(rng.integers(0, classes, n))


def same(x: tg.Tensor) -> tg.Tensor:
    return x


def test_several_metrics_are_those_of_each_alone_and_the_model_runs_once() -> None:
    x, y = scores()
    calls = 0

    def model(x: tg.Tensor) -> tg.Tensor:
        nonlocal calls
        calls += 1
        return tg.softmax(x)

    empty = (metrics.Classification.empty(3), metrics.RocMulticlass.empty(3), metrics.Calibration.empty(3))
    data = Dataset(x, y)
    found = tg.evaluate(model, data, metrics=empty, batch=7)
    assert calls == 5
    assert found == tuple(tg.evaluate(model, data, metric=metric, batch=7) for metric in empty)
    every: Any = empty
    for total, metric in zip(found, every, strict=True):
        once = metric.update(model(x), y)
        for name, value in once.measures().items():
            assert np.allclose(total.measures()[name], value), name  # type: ignore[arg-type]  # numbers, or tuples of them
    if TYPE_CHECKING:
        assert_type(found, tuple[metrics.Classification, metrics.RocMulticlass, metrics.Calibration])
        assert_type(tg.evaluate(model, data, metric=empty[1]), metrics.RocMulticlass)
        assert_type(tg.evaluate(model, data), metrics.Classification)


@pytest.mark.parametrize(
    ("metric", "columns"),
    [
        (metrics.Classification.empty(3), None), (metrics.RocMulticlass.empty(3), None),
        (metrics.Calibration.empty(3), None), (metrics.TopK.empty(2), None), (metrics.IoU.empty(3), None),
        (metrics.Regression.empty(3), "float32"), (metrics.BinaryClassification.empty(3), "int64"),
        (metrics.RocBinary.empty(3), "int64"), (metrics.Roc.empty(), "one"), (metrics.BinaryIoU.empty(), "one"),
        (metrics.Calibration.empty(1), "one"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_every_metric_takes_what_a_loader_gives(metric: Any, columns: str | None) -> None:
    x, y = scores()
    p = tg.softmax(x)
    if columns == "one":
        p, y = p[:, 0], (y == 0).astype("int64")
    elif columns is not None:
        y = tg.one_hot(y, classes=3).astype(columns)
    found = tg.evaluate(same, Loader(Dataset(p, y), batch=4), metric=metric)
    whole = metric.update(p, y)
    assert found.count == whole.count
    for name, value in whole.measures().items():
        assert np.allclose(found.measures()[name], value, equal_nan=True), name


def test_a_network_is_asked_for_what_its_loss_means() -> None:
    net = tg.network(seed=1).input("n 3").output("softmax_cross_entropy", nn.Dense, out_features=3).build()
    x, y = scores()
    found = tg.evaluate(net, Dataset(x, y), metric=metrics.Calibration.empty(3))
    assert found == metrics.Calibration.empty(3).update(net.predict(x), y)
    assert tg.evaluate(net, Dataset(x, y), metric=metrics.Calibration.empty(3), link=tg.softmax) == found


def test_a_link_makes_probabilities_of_logits() -> None:
    x, y = scores()
    with pytest.raises(ValueError, match="a probability is between 0 and 1"):
        tg.evaluate(same, Dataset(x, y), metric=metrics.Calibration.empty(3))
    found = tg.evaluate(same, Dataset(x, y), metric=metrics.Calibration.empty(3), link=tg.softmax)
    assert found == metrics.Calibration.empty(3).update(tg.softmax(x), y)


def padded(per_step: bool) -> MaskedBatch[tg.Tensor, tg.Tensor, tg.Tensor]:
    lengths, (x, _) = np.array([4, 1, 3]), scores(12)
    mask = np.arange(4) < lengths[:, None]
    labels = np.arange(12).reshape(3, 4) % 3 if per_step else np.array([0, 1, 2])
    return MaskedBatch(tg.reshape(x, (3, 4, 3)), tg.asarray(labels), tg.asarray(mask))


def test_padding_does_not_count_where_there_is_a_label_for_each_step() -> None:
    batch = padded(per_step=True)
    kept = batch.mask.numpy()
    found = tg.evaluate(same, [batch, batch])
    assert found.count == 2 * kept.sum() == 16
    right = (batch.x.numpy().argmax(axis=2) == batch.y.numpy())[kept]
    assert found.accuracy == pytest.approx(right.mean())
    # What stands in the padding makes no difference.
    x = batch.x.numpy().copy()
    x[~kept] = 77.0
    assert tg.evaluate(same, [MaskedBatch(tg.asarray(x), batch.y, batch.mask)] * 2) == found


def test_numbers_for_each_step_are_masked_too() -> None:
    batch = padded(per_step=True)
    numbers = MaskedBatch(batch.x, batch.y.astype("float32"), batch.mask)
    found = tg.evaluate(lambda x: tg.sum(x, axis=2), [numbers], metric=metrics.Regression.empty())
    assert found.count == 8


def test_labels_of_whole_sequences_are_not_masked() -> None:
    found = tg.evaluate(lambda x: x[:, -1], [padded(per_step=False)])
    assert found.count == 3


class Counting(nn.Layer):
    """A layer that takes a mask."""

    def __call__(self, x: tg.Tensor, mask: tg.Tensor | None = None) -> tg.Tensor:
        assert mask is not None
        return tg.sum(x * mask[:, :, None].astype("float32"), axis=1)


def test_a_model_that_takes_a_mask_gets_it() -> None:
    batch = padded(per_step=False)
    found = tg.evaluate(Counting(), [batch])
    expected = (batch.x.numpy() * batch.mask.numpy()[:, :, None]).sum(axis=1).argmax(axis=1) == [0, 1, 2]
    assert found.accuracy == pytest.approx(expected.mean())


def test_weights_of_examples_count() -> None:
    x, y = scores(4)
    weights = np.array([1.0, 0.0, 2.5, 1.0])
    found = tg.evaluate(same, [Weighted(x, y, weights=tg.asarray(weights))])
    assert found.count == 4.5
    right = x.numpy().argmax(axis=1) == y.numpy()
    assert found.accuracy == pytest.approx((right * weights).sum() / 4.5)


def test_what_does_not_go_together_is_refused() -> None:
    x, y = scores()
    data, roc = Dataset(x, y), metrics.Roc.empty()
    anything: Any = tg.evaluate
    for options, said in (
        ({"metric": roc, "metrics": (roc,)}, "not both"),
        ({"metrics": ()}, "at least one metric"),
        ({"metrics": [roc]}, "must be a tuple"),
        ({"metrics": (roc, 3)}, "has an `update`"),
        ({"metric": "accuracy"}, "has an `update`"),
        ({"metrics": (roc,), "names": ["a"]}, "`names` are for"),
    ):
        with pytest.raises(TypeError, match=said):
            anything(same, data, **options)
    with pytest.raises(TypeError, match="one tensor of labels, but there are 2"):
        tg.evaluate(same, [(x, (y, y))])
    with pytest.raises(ValueError, match="no batches"):
        tg.evaluate(same, [])


def test_an_error_names_the_batch() -> None:
    x, y = scores()

    def batches() -> Iterator[tuple[tg.Tensor, tg.Tensor]]:
        yield x, y
        yield x, y + 7

    with pytest.raises(ValueError, match=r"Classification\.update") as raised:
        tg.evaluate(same, batches())
    assert "in batch 2 of `evaluate`" in raised.value.__notes__
