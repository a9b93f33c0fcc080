"""Normalisers that learn from batches: as from the whole, in any cut; composed, saved and refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import typedgrad as tg
from typedgrad.data import (
    NORMALISERS,
    Dataset,
    FittedPipeline,
    FittedStandardize,
    ImageScale,
    Loader,
    MinMax,
    Normaliser,
    Pipeline,
    Standardize,
    SubtractMean,
    from_parts,
    to_parts,
)
from typedgrad.data.moments import Moments
from typedgrad.shapes import ShapeError

RNG = np.random.default_rng(0)
RAW = (RNG.normal(size=(60, 3, 4, 5)) * 5 + 100).astype("float32")
DATA = Dataset(tg.asarray(RAW), tg.asarray(RAW[:, 0, 0]))
VALUES = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40)


@settings(max_examples=100, deadline=None)
@given(VALUES, st.lists(st.integers(0, 40), max_size=5), st.floats(-1e9, 1e9))
def test_merged_moments_are_those_of_one_pass(values: list[float], cuts: list[int], offset: float) -> None:
    whole = np.asarray(values)[:, None] + offset
    pieces = [piece for piece in np.split(whole, sorted(min(c, len(whole)) for c in cuts)) if len(piece)]
    merged = Moments.of(pieces[0], (0,))
    for piece in pieces[1:]:
        merged = merged.merge(Moments.of(piece, (0,)))
    once = Moments.of(whole, (0,))
    scale = np.abs(whole).max() + 1e-300
    np.testing.assert_allclose(merged.mean, once.mean, rtol=1e-12, atol=1e-14 * scale)
    np.testing.assert_allclose(merged.deviation, whole.std(axis=0, keepdims=True), rtol=1e-7, atol=1e-13 * scale)
    assert merged.least == whole.min()
    assert merged.greatest == whole.max()
    assert merged.counts == len(whole)


def test_a_large_offset_does_not_cancel() -> None:
    x = np.asarray([[1e8 + 1], [1e8 + 2], [1e8 + 3]])
    parts = [Moments.of(row[None], (0,)) for row in x]
    assert parts[0].merge(parts[1]).merge(parts[2]).deviation.item() == pytest.approx(np.std([1, 2, 3]), rel=1e-12)


@pytest.mark.parametrize("axis", [0, (0, 2, 3), (0, 1, 2, 3), (0, -1)])
@pytest.mark.parametrize("batch", [1, 7, 60])
def test_batches_teach_what_the_whole_does(axis: int | tuple[int, ...], batch: int) -> None:
    loader = Loader(DATA, batch=batch, shuffle=True)
    for unfitted in (Standardize(axis), MinMax(axis=axis), SubtractMean(axis)):
        whole, pieces = unfitted.fit(DATA.x), unfitted.fit(loader)
        for name, value in vars(whole).items():
            if isinstance(value, tg.Tensor):
                np.testing.assert_allclose(getattr(pieces, name).numpy(), value.numpy(), rtol=1e-6)
    assert loader.begun == 0, "learning is no epoch of training"
    assert Standardize(axis).fit(DATA).mean.tolist() == Standardize(axis).fit(DATA.x).mean.tolist()
    assert Standardize().fit_labels(loader).mean.shape == (1, 5)


def test_a_large_tensor_is_looked_at_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typedgrad.data.fitting.PIECE", 200)
    mean = Standardize().fit(DATA.x).mean.numpy()
    np.testing.assert_allclose(mean, RAW.mean(axis=0, keepdims=True, dtype="float64"), rtol=1e-6)
    bad = RAW.copy()
    bad[47, 2, 1, 3] = np.inf
    with pytest.raises(ValueError, match=r"Standardize.fit: `x` holds inf at \[47, 2, 1, 3\]"):
        Standardize().fit(tg.asarray(bad))


def test_only_some_features_are_changed() -> None:
    x = tg.asarray(RAW[:, 0, 0])
    for unfitted in (Standardize(only=(1, -1)), MinMax(low=-2.0, high=5.0, only=(1, -1))):
        done = unfitted.fit(x).apply(x).numpy()
        np.testing.assert_allclose(done[:, [0, 2, 3]], x.numpy()[:, [0, 2, 3]], rtol=1e-6)
        whole = type(unfitted)(**{**vars(unfitted), "only": None}).fit(x).apply(x).numpy()
        np.testing.assert_array_equal(done[:, [1, 4]], whole[:, [1, 4]])


@pytest.mark.parametrize("bits", [1, 4, 8, 16, 32])
def test_image_scale_reaches_from_low_to_high(bits: int) -> None:
    scale = ImageScale(-1.0, 3.0, bits)
    x = tg.asarray(np.asarray([0.0, 2.0**bits - 1]))
    assert scale.apply(x).tolist() == pytest.approx([-1.0, 3.0])
    assert scale.invert(scale.apply(x)).tolist() == pytest.approx(x.tolist())
    assert scale.apply(x).dtype == np.float64
    assert scale.apply(tg.asarray([0, 1], dtype="uint8")).dtype == np.float32


def test_subtract_mean_is_per_channel_and_known_for_vgg() -> None:
    done = SubtractMean().fit(DATA.x).apply(DATA.x).numpy()
    np.testing.assert_allclose(done.mean(axis=(0, 2, 3)), 0, atol=1e-4)
    vgg = SubtractMean.of()
    assert vgg.apply(tg.zeros((2, 3, 1, 1))).numpy()[1].ravel().tolist() == pytest.approx([-123.68, -116.779, -103.939])
    np.testing.assert_allclose(vgg.invert(vgg.apply(tg.asarray(RAW))).numpy(), RAW, rtol=1e-5)
    with pytest.raises(ShapeError, match=r"SubtractMean.apply: axis 1 of `x` is 4, but was 3"):
        vgg.apply(tg.zeros((1, 4, 2, 2)))


def test_a_pipeline_fits_each_step_on_what_the_ones_before_make() -> None:
    steps = Pipeline(ImageScale(), MinMax(high=2.0, axis=(0, 2, 3)), Pipeline(Standardize(axis=(0, 1, 2, 3))))
    for data in (DATA.x, DATA, Loader(DATA, batch=7)):
        fitted = steps.fit(data)
        assert [type(step).__name__ for step in fitted.steps] == ["ImageScale", "FittedMinMax", "FittedStandardize"]
        done = fitted.apply(DATA.x)
        np.testing.assert_allclose([done.numpy().mean(), done.numpy().std()], [0, 1], atol=1e-5)
        np.testing.assert_allclose(fitted.invert(done).numpy(), RAW, rtol=1e-4)


def fitted_ones() -> dict[str, Normaliser]:
    return {
        "Standardize": Standardize(axis=(0, 2, 3)).fit(DATA.x),
        "MinMax": MinMax(low=1.0, high=2.0).fit(DATA.x),
        "ImageScale": ImageScale(-1.0, 1.0, 16),
        "SubtractMean": SubtractMean().fit(DATA.x),
        "Pipeline": Pipeline(ImageScale(), Standardize(), MinMax()).fit(DATA.x),
    }


@pytest.mark.parametrize("name", sorted(NORMALISERS))
def test_every_normaliser_survives_json_and_tensors(name: str) -> None:
    fitted = fitted_ones()[name]
    assert type(fitted) is NORMALISERS[name]
    document, tensors = to_parts(fitted)
    copies = {key: tg.asarray(tensor.numpy().copy()) for key, tensor in tensors.items()}
    again = from_parts(json.loads(json.dumps(document)), copies)
    assert type(again) is type(fitted)
    assert again.apply(DATA.x).tolist() == fitted.apply(DATA.x).tolist()
    assert again.invert(DATA.x).tolist() == fitted.invert(DATA.x).tolist()
    assert to_parts(again)[0] == document


MEAN = tg.zeros((1, 2))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (
            lambda: Standardize().fit(Loader(Dataset(MEAN, tg.asarray([1])), batch=1).map(lambda x: (x, x))),  # type: ignore[arg-type]  # wrong on purpose
            TypeError,
            "Standardize.fit: `x` of batch 0 must be a tensor, got a tuple",
        ),
        (lambda: Standardize().fit([]), ValueError, "Standardize.fit: there are no batches"),
        (lambda: Standardize().fit([MEAN]), TypeError, "Standardize.fit: batch 0 must be a tuple (x, y), not a Tensor"),  # type: ignore[list-item]  # wrong on purpose
        (
            lambda: MinMax().fit(3),  # type: ignore[arg-type]  # wrong on purpose
            TypeError,
            "MinMax.fit: learn from a tensor, a Dataset, a Loader or batches (x, y), not int",
        ),
        (
            lambda: Standardize(axis=1).fit([(MEAN, MEAN), (MEAN, MEAN)]),
            ValueError,
            "Standardize.fit: `axis` must hold 0, the rows, to learn from several batches, got 1",
        ),
        (lambda: Standardize(axis=2).fit(MEAN), ValueError, "Standardize.fit: `axis` is 2, but `x` has 2 axes"),
        (
            lambda: Standardize().fit([(MEAN, MEAN), (tg.zeros((1, 3)), MEAN)]),
            ShapeError,
            "Standardize.fit: axis 1 of `x` of batch 1 is 3, but was 2 when it was fitted",
        ),
        (
            lambda: Standardize().fit([(MEAN, MEAN), (tg.full((2, 2), float("nan")), MEAN)]),
            ValueError,
            "Standardize.fit: `x` of batch 1 holds nan at [0, 0]",
        ),
        (
            lambda: Standardize(axis=(0, 1)).fit(
                [tg.data.MaskedBatch(tg.zeros((1, 1, 1)), MEAN, tg.asarray([[False]]))]
            ),
            ValueError,
            "Standardize.fit: the mask leaves nothing to learn from",
        ),
        (
            lambda: Standardize(only=(2,)).fit(MEAN),
            ValueError,
            "Standardize: `only` names the feature 2, but the last axis has the features 0 to 1",
        ),
        (
            lambda: ImageScale(max_bits=0),
            ValueError,
            "ImageScale: `max_bits` must be an int from 1 to 32, got 0",
        ),
        (
            lambda: ImageScale(1.0, 1.0),
            ValueError,
            "ImageScale: `low` must be below `high`, got low=1.0 and high=1.0",
        ),
        (
            lambda: MinMax(high=float("nan")),
            ValueError,
            "MinMax: `low` must be below `high`, got low=0.0 and high=nan",
        ),
        (
            lambda: SubtractMean.of([]),
            ValueError,
            "SubtractMean.of: `means` must be finite numbers, one per channel, got []",
        ),
        (Pipeline, ValueError, "Pipeline: there are no normalisers"),
        (lambda: Pipeline(tg.relu), TypeError, "Pipeline: step 0 is no normaliser but a function"),  # type: ignore[arg-type]  # wrong on purpose
        (
            lambda: to_parts(Standardize()),  # type: ignore[arg-type]  # not fitted
            TypeError,
            "to_parts: a Standardize is none of Standardize, MinMax, ImageScale, SubtractMean, Pipeline",
        ),
        (
            lambda: from_parts({"kind": "os.system"}, {}),
            ValueError,
            f"from_parts: `kind` must be one of {', '.join(NORMALISERS)}, got 'os.system'",
        ),
        (
            lambda: from_parts({"kind": "Standardize", "axis": 0, "more": 1}, {"mean": MEAN}),
            ValueError,
            "from_parts: Standardize lacks ['deviation'] and has ['more'] too many",
        ),
        (
            lambda: from_parts({"kind": "Standardize", "axis": "0"}, {"mean": MEAN, "deviation": MEAN}),
            ValueError,
            "from_parts: `axis` of Standardize must be of type Axes, got '0'",
        ),
        (
            lambda: from_parts({"kind": "ImageScale", "low": True, "high": 1.0, "max_bits": 8}, {}),
            ValueError,
            "from_parts: `low` of ImageScale must be of type float, got True",
        ),
        (
            lambda: from_parts({"kind": "Standardize", "axis": 0, "mean": 1}, {"mean": MEAN, "deviation": MEAN}),
            ValueError,
            "from_parts: Standardize has 'mean' twice, as a value and as a tensor",
        ),
        (
            lambda: from_parts({"kind": "Pipeline", "steps": [{"kind": "Pipeline", "steps": []}]}, {}),
            ValueError,
            "from_parts: step 0 of Pipeline is no single normaliser",
        ),
        (
            lambda: from_parts({"kind": "Pipeline", "steps": []}, {}),
            ValueError,
            "from_parts: Pipeline must have a list of `steps` and nothing else",
        ),
        (
            lambda: from_parts(to_parts(FittedPipeline((ImageScale(),)))[0], {"7.mean": MEAN}),
            ValueError,
            "from_parts: Pipeline has no step for the tensors ['7.mean']",
        ),
    ],
)
def test_what_cannot_be_learned_or_restored_is_refused(
    act: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        act()
    assert str(caught.value).splitlines()[0] == message


def test_fitted_and_unfitted_are_different_types() -> None:
    assert not hasattr(Standardize(), "apply")
    assert not hasattr(Standardize().fit(MEAN), "fit")
    assert isinstance(Standardize().fit(MEAN), FittedStandardize)
