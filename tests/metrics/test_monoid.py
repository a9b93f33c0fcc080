"""What every metric promises: it cannot be changed, merges in any order, is saved and read, and refuses nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from typedgrad import metrics
from typedgrad.backends import backend_for_device
from typedgrad.shapes import ShapeError

RNG = np.random.default_rng(2)
N = 60
CLASSES = RNG.integers(0, 3, N)
SHARES = RNG.dirichlet(np.ones(3), N)
YES = RNG.integers(0, 2, (N, 2))
PROBABILITIES = RNG.random((N, 2))
NUMBERS = RNG.normal(3, 1, (N, 2))
WEIGHTS = RNG.uniform(0, 2, N)


class Kind(NamedTuple):
    """A metric, what it is fed, and whether merging is exact without weights."""

    empty: Any
    arguments: tuple[Any, ...]
    exact: bool = True


KINDS: dict[str, Kind] = {
    "Classification": Kind(metrics.Classification.empty(3, names="abc", top=2), (SHARES, CLASSES)),
    "Classification with costs": Kind(metrics.Classification.empty(3, costs=(1, 2, 1.5)), (SHARES, CLASSES)),
    "BinaryClassification": Kind(metrics.BinaryClassification.empty(2, threshold=0.3), (PROBABILITIES, YES)),
    "Regression": Kind(metrics.Regression.empty(2), (NUMBERS, NUMBERS + PROBABILITIES), exact=False),
    "Roc": Kind(metrics.Roc.empty(), (PROBABILITIES[:, 0], YES[:, 0])),
    "Roc in steps": Kind(metrics.Roc.empty(steps=20), (PROBABILITIES[:, 0], YES[:, 0])),
    "RocBinary": Kind(metrics.RocBinary.empty(2), (PROBABILITIES, YES)),
    "RocMulticlass": Kind(metrics.RocMulticlass.empty(3, steps=30), (SHARES, CLASSES)),
    "Calibration": Kind(metrics.Calibration.empty(3), (SHARES, CLASSES), exact=False),
    "Calibration of one": Kind(metrics.Calibration.empty(1, bins=7), (PROBABILITIES[:, 0], YES[:, 0]), exact=False),
    "IoU": Kind(metrics.IoU.empty(3), (RNG.integers(0, 3, N), CLASSES)),
    "BinaryIoU": Kind(metrics.BinaryIoU.empty(), (PROBABILITIES[:, 0], YES[:, 0])),
    "TopK": Kind(metrics.TopK.empty(2), (SHARES, CLASSES)),
    "Mean": Kind(metrics.Mean.empty(), (NUMBERS[:, 0],), exact=False),
    "Sum": Kind(metrics.Sum.empty(), (NUMBERS[:, 0],), exact=False),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def fed(kind: Kind, rows: Any = slice(None), *, weighted: bool = False, start: Any = None) -> Any:
    given = [tg.asarray(x[rows]) for x in kind.arguments]
    options = {"weights": tg.asarray(WEIGHTS[rows])} if weighted else {}
    return (kind.empty if start is None else start).update(*given, **options)


def numbers(value: Any) -> list[float]:
    """All numbers that a metric holds and gives."""
    if isinstance(value, (list, tuple)):
        return [x for item in value for x in numbers(item)]
    if isinstance(value, dict):
        return [x for item in value.values() for x in numbers(item)]
    return [float(value)] if isinstance(value, (int, float)) else []


def same(a: Any, b: Any, *, exact: bool) -> bool:
    if exact:
        return bool(a == b)
    return numbers(json.loads(a.to_json())) == pytest.approx(numbers(json.loads(b.to_json())), rel=1e-9, abs=1e-12)


@each_kind
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_parts_merge_into_the_whole_in_any_order(kind: Kind, weighted: bool) -> None:  # a parameter of the test
    exact = kind.exact and not weighted
    whole = fed(kind, weighted=weighted)
    order = RNG.permutation(N)
    parts = [fed(kind, rows, weighted=weighted) for rows in (order[:7], order[7:8], order[8:40], order[40:])]
    a, b, c, d = parts
    for merged in (a.merge(b).merge(c).merge(d), d.merge(c.merge(b)).merge(a), b.merge(d).merge(a.merge(c))):
        assert same(merged, whole, exact=exact)
    assert a.merge(kind.empty) == a == kind.empty.merge(a)
    step = kind.empty
    for rows in (order[:30], order[30:]):
        step = fed(kind, rows, weighted=weighted, start=step)
    assert same(step, whole, exact=exact)
    if exact:
        assert hash(step) == hash(whole)


@each_kind
@pytest.mark.parametrize("rows", [slice(None), slice(0, 0)], ids=["full", "empty"])
def test_json_is_valid_strict_and_gives_an_equal_value(kind: Kind, rows: slice) -> None:
    for value in (fed(kind, rows), fed(kind, rows, weighted=True)):
        text = value.to_json()
        json.loads(text, parse_constant=pytest.fail)
        assert type(value).from_json(text) == value
    read = json.loads(fed(kind).to_json())
    cls = type(kind.empty)
    damaged: tuple[Any, ...] = (
        {**read, "metric": "Other"},
        {k: v for k, v in read.items() if k != cls._held[0]},
        {**read, "more": 1},
        {**read, cls._held[-1]: {"a": 1}},
        [],
    )
    for other in damaged:
        with pytest.raises(ValueError, match=cls.__name__):
            cls.from_json(json.dumps(other))
    with pytest.raises(ValueError):
        cls.from_json(text[:-1])


@each_kind
def test_numbers_that_cannot_be_are_refused_when_read(kind: Kind) -> None:
    cls = type(kind.empty)
    read = json.loads(fed(kind).to_json())
    for name in cls._counted:
        signed = name in ("mean_so_far", "total")
        optional = name == "ranks"
        refused: tuple[Any, ...] = (
            "1",
            float("nan"),
            [],
            [[-5]],
            *([] if signed else [-1]),
            *([] if optional else [None]),
        )
        for wrong in refused:
            with pytest.raises(ValueError):
                cls.from_json(json.dumps({**read, name: wrong}))


@each_kind
def test_without_examples_a_report_says_so_and_measures_refuse(kind: Kind) -> None:
    title = type(kind.empty).__name__
    assert kind.empty.report() == f"{title}: there are no examples yet"
    assert "examples=0" in repr(kind.empty)
    assert json.loads(kind.empty.to_json())["measures"] is None
    if title != "Sum":
        with pytest.raises(ValueError, match="there are no examples yet"):
            kind.empty.measures()
    assert "nan" not in fed(kind).report()


@each_kind
def test_nothing_can_be_changed(kind: Kind) -> None:
    value = fed(kind)
    for name in type(value)._held:
        with pytest.raises(AttributeError, match="frozen"):
            setattr(value, name, None)
        held = getattr(value, name)
        if isinstance(held, np.ndarray) and held.size and not isinstance(value, metrics.Roc):
            assert not held.flags.writeable


@each_kind
def test_a_mask_leaves_out_and_a_row_of_nonsense_behind_it_does_no_harm(kind: Kind) -> None:
    keep = RNG.random(N) < 0.5
    spoilt = []
    for x in kind.arguments:
        wrong = x.copy()
        wrong[~keep] = np.nan if x.dtype.kind == "f" else 77
        spoilt.append(tg.asarray(wrong))
    masked = kind.empty.update(*spoilt, mask=tg.asarray(keep))
    assert same(masked, fed(kind, keep), exact=kind.exact)


@each_kind
def test_sizes_that_differ_are_refused_by_name_axis_and_both_sizes(kind: Kind) -> None:
    given = [tg.asarray(x) for x in kind.arguments]
    for name in ("mask", "weights"):
        with pytest.raises(ShapeError, match=rf"{name} has 5 along axis 0, but .* {N}"):
            kind.empty.update(*given, **{name: tg.ones(5)})
        with pytest.raises(TypeError, match=f"{name} must be a Tensor, not ndarray"):
            kind.empty.update(*given, **{name: np.ones(N)})
    with pytest.raises(ValueError, match="`mask` must hold 0 and 1"):
        kind.empty.update(*given, mask=tg.full((N,), 0.5))
    with pytest.raises(ValueError, match="weights must be finite and at least 0"):
        kind.empty.update(*given, weights=tg.full((N,), -1.0))
    if len(given) == 2:
        with pytest.raises(ShapeError, match=rf"labels has 5 along axis 0, but .* {N}"):
            kind.empty.update(given[0], given[1][:5])


@each_kind
def test_other_backends_give_the_same(kind: Kind) -> None:
    backend = backend_for_device("strict")
    given = [tg.Tensor(backend.asarray(x)) for x in kind.arguments]
    assert kind.empty.update(*given) == fed(kind)
    with pytest.raises(TypeError, match="has a shape but no values"):
        kind.empty.update(*(tg.abstract(x.shape, x.dtype) for x in kind.arguments))


@pytest.mark.parametrize(
    "name", ["BinaryClassification", "Roc", "Regression", "Calibration of one", "BinaryIoU", "RocBinary"]
)
def test_the_axis_of_one_output_may_be_there_or_not(name: str) -> None:
    empty: dict[str, Any] = {"Regression": metrics.Regression.empty(), "RocBinary": metrics.RocBinary.empty(1)}
    metric = empty.get(name) or KINDS[name].empty
    if name == "BinaryClassification":
        metric = metrics.BinaryClassification.empty()
    p, y, keep = PROBABILITIES[:, 0], YES[:, 0], RNG.random(N) < 0.5
    wanted = metric.update(tg.asarray(p), tg.asarray(y), mask=tg.asarray(keep), weights=tg.asarray(WEIGHTS))
    columns = [tg.asarray(x[:, None]) for x in (p, y, keep, WEIGHTS)]
    assert metric.update(columns[0], columns[1], mask=columns[2], weights=columns[3]) == wanted
    assert metric.update(columns[0], columns[1], mask=tg.asarray(keep), weights=tg.asarray(WEIGHTS)) == wanted
    assert metric.update(columns[0], columns[1], mask=columns[2]) != metric.update(columns[0], columns[1])
    with pytest.raises(TypeError, match="mask must be a Tensor, not list"):
        metric.update(columns[0], columns[1], mask=keep.tolist())


LOGITS = ("BinaryClassification", "Roc", "RocBinary", "RocMulticlass", "Calibration", "BinaryIoU")


@pytest.mark.parametrize("name", LOGITS)
@pytest.mark.parametrize("wrong", [3.5, -0.2, float("nan")])
def test_logits_are_never_taken_for_probabilities(name: str, wrong: float) -> None:
    kind = KINDS[name]
    values = kind.arguments[0].copy()
    values.reshape(N, -1)[3, 0] = wrong
    with pytest.raises(ValueError, match=r"(probabilities\[3.*logits go through sigmoid|probabilities\[3, 0\] is nan)"):
        kind.empty.update(tg.asarray(values), tg.asarray(kind.arguments[1]))


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: metrics.Roc.empty().merge(metrics.Roc.empty(steps=3)), ValueError, "`steps` is None in one, but 3"),
    (lambda: metrics.IoU.empty(2).merge(metrics.IoU.empty(3)), ValueError, "IoU.merge: one has 2 classes, the other 3"),
    (
        lambda: metrics.Regression.empty(2).merge(metrics.Regression.empty(3)),
        ValueError,
        "Regression.merge: one has 2 columns, the other 3",
    ),
    (
        lambda: metrics.RocBinary.empty(2).merge(metrics.RocBinary.empty(3)),
        ValueError,
        "RocBinary.merge: one has 2 outputs, the other 3",
    ),
    (
        lambda: metrics.Mean.empty().merge(metrics.Sum.empty()),  # type: ignore[arg-type]  # what is being tested
        TypeError,
        "Mean.merge: `other` must be a Mean too, not a Sum",
    ),
    (
        lambda: metrics.BinaryClassification.empty(2).merge(metrics.BinaryClassification.empty(2, threshold=0.4)),
        ValueError,
        "BinaryClassification.merge: `thresholds` is (0.5, 0.5) in one, but (0.4, 0.4) in the other",
    ),
    (lambda: metrics.BinaryClassification.empty(threshold=0), ValueError, "`thresholds` must lie in (0, 1], got (0,)"),
    (lambda: metrics.BinaryIoU.empty(threshold=2.0), ValueError, "`threshold` must lie in (0, 1], got 2.0"),
    (lambda: metrics.Classification.empty(0), ValueError, "`classes` must be a positive int, got 0"),
    (lambda: metrics.Classification.empty(3, top=4), ValueError, "`top` is 4, but there are 3 classes"),
    (lambda: metrics.Roc.empty(steps=0), ValueError, "Roc: `steps` must be a positive int, got 0"),
    (
        lambda: metrics.TopK.empty(5).update(tg.ones((2, 3)), tg.asarray([0, 1])),
        ValueError,
        "TopK.update: `k` is 5, but scores has 3 classes along axis -1",
    ),
    (
        lambda: metrics.Roc.empty().update(tg.asarray([0.5]), tg.asarray([2])),
        ValueError,
        "Roc.update: labels[0] is 2, but labels are 0 or 1",
    ),
    (
        lambda: metrics.Roc.empty().update(tg.asarray([1]), tg.asarray([1])),
        TypeError,
        "Roc.update: probabilities must be floats, not int64",
    ),
    (
        lambda: metrics.RocBinary.empty(3).update(tg.ones((4, 2)), tg.ones((4, 2))),
        ShapeError,
        "RocBinary.update: probabilities has 2 along axis -1, but there are 3 outputs",
    ),
    (
        lambda: metrics.Mean.empty().update(tg.asarray([1.0, float("inf")])),
        ValueError,
        "Mean.update: values[1] is inf, but it must be finite",
    ),
    (
        lambda: metrics.IoU.empty(2).update(tg.asarray([0, 2]), tg.asarray([0, 1])),
        ValueError,
        "IoU.update: predictions[1] is 2, but there are 2 classes, 0 to 1",
    ),
    (
        lambda: metrics.Classification([[1]]).average("speed"),
        ValueError,
        "Classification.average: there is no measure 'speed'; there are precision, recall",
    ),
    (
        lambda: metrics.Classification.empty(2).update(tg.ones((2, 2)), tg.asarray([0, 1]), axis=2),
        ShapeError,
        "scores has 2 axes, so there is no axis 2 of classes",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), REFUSED, ids=[words for _, _, words in REFUSED])
def test_what_makes_no_sense_is_refused(call: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value)
