"""What holds for all losses: references, gradients, weights, masks, reductions, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from tests.ops.loss_cases import LOSSES, Array, C, LossCase, N
from typedgrad.testing import assert_gradients

W = np.array([0.5, 0.0, 2.0, 1.0, 3.0])
M = np.array([True, False, True, True, False])

every_loss = pytest.mark.parametrize("case", LOSSES, ids=lambda case: str(case.loss.__name__))


def tensors(case: LossCase) -> dict[str, tg.Tensor]:
    return {name: tg.asarray(value) for name, value in case.arguments.items()}


def called(case: LossCase, **options: Any) -> tg.Tensor:
    return case.loss(**(tensors(case) | {**case.options, **options}))


def each(case: LossCase) -> Array:
    return np.asarray(case.values(*case.arguments.values()))


def close(a: tg.Tensor, b: Any) -> bool:
    return np.allclose(tg.to_numpy(a), b, rtol=1e-10, atol=1e-12)


@every_loss
def test_the_values_are_those_of_the_reference(case: LossCase) -> None:
    found = called(case, reduction="none")
    assert found.shape == each(case).shape
    assert close(found, each(case))
    assert close(called(case, reduction="sum"), each(case).sum())
    assert close(called(case, reduction="batch_mean"), each(case).sum() / N)


@every_loss
def test_gradients_of_first_and_second_order(case: LossCase) -> None:
    given = tensors(case)

    def f(*values: tg.Tensor) -> tg.Tensor:
        return case.loss(**(given | dict(zip(case.by, values, strict=True)) | {**case.options, "reduction": "mean"}))

    at = [given[name] for name in case.by]
    places = tuple(range(len(at)))
    assert_gradients(f, *at)
    assert_gradients(tg.grad(f, argnums=places), *at, tolerance=1e-5)


@every_loss
def test_every_backend_computes_the_same(case: LossCase) -> None:
    options = {name: tg.to(v, "strict") if isinstance(v, tg.Tensor) else v for name, v in case.options.items()}
    given = {name: tg.to(value, "strict") for name, value in tensors(case).items()}
    weights, mask = tg.to(tg.asarray(W), "strict"), tg.to(tg.asarray(M), "strict")

    def f(*values: tg.Tensor) -> tg.Tensor:
        changed = dict(zip(case.by, values, strict=True))
        return case.loss(**(given | changed | {**options, "weights": weights, "mask": mask}))

    assert close(
        f(*(given[name] for name in case.by)), tg.to_numpy(called(case, weights=tg.asarray(W), mask=tg.asarray(M)))
    )
    for gradient in tg.grad(f, argnums=tuple(range(len(case.by))))(*(given[name] for name in case.by)):
        assert gradient.device == "strict"
        assert np.isfinite(tg.to_numpy(gradient)).all()


@every_loss
def test_many_at_once_under_vmap(case: LossCase) -> None:
    given = tensors(case)
    mapped = [name for name in case.arguments if name not in ("centers", "matrix")]
    fixed = {name: value for name, value in given.items() if name not in mapped}

    def f(weights: tg.Tensor, mask: tg.Tensor, *values: tg.Tensor) -> tg.Tensor:
        arguments = dict(zip(mapped, values, strict=True)) | fixed
        return case.loss(**(arguments | {**case.options, "weights": weights, "mask": mask}))

    rows = [tg.stack([given[name], tg.flip(given[name], axis=0)]) for name in mapped]
    weights, mask = (tg.stack([x, tg.flip(x, axis=0)]) for x in (tg.asarray(W), tg.asarray(M)))
    found = tg.vmap(f)(weights, mask, *rows)
    wanted = [f(weights[i], mask[i], *(row[i] for row in rows)).item() for i in range(2)]
    assert found.tolist() == pytest.approx(wanted, rel=1e-12)


@every_loss
def test_weights_scale_losses_and_the_mean_divides_by_them(case: LossCase) -> None:
    column = W.reshape(-1, *(1,) * (each(case).ndim - 1))
    weighted = each(case) * column
    weights = tg.asarray(W)
    assert close(called(case, weights=weights, reduction="none"), weighted)
    assert close(called(case, weights=weights, reduction="sum"), weighted.sum())
    assert close(called(case, weights=weights, reduction="batch_mean"), weighted.sum() / N)
    if "class_weights" not in case.options:
        total = np.broadcast_to(column, weighted.shape).sum()
        assert close(called(case, weights=weights), weighted.sum() / total)
    assert close(called(case, weights=2 * weights), tg.to_numpy(called(case, weights=weights)))


@every_loss
def test_what_is_masked_can_be_anything(case: LossCase) -> None:
    mask = tg.asarray(M)
    ruined = {name: _ruined(name, value) for name, value in case.arguments.items()}
    given = {name: tg.asarray(value) for name, value in ruined.items()}

    def f(*values: tg.Tensor, **options: Any) -> tg.Tensor:
        changed = dict(zip(case.by, values, strict=True))
        return case.loss(**(given | changed | {**case.options, "mask": mask, **options}))

    at = [given[name] for name in case.by]
    if case.loss is not tg.circle_loss:  # there each loss depends on the others
        column = M.reshape(-1, *(1,) * (each(case).ndim - 1))
        assert close(f(*at, reduction="none"), np.where(column, each(case), 0.0))
        if "class_weights" not in case.options:
            assert close(f(*at), each(case)[M].mean())
    for gradient in tg.grad(f, argnums=tuple(range(len(at))))(*at):
        assert np.isfinite(tg.to_numpy(gradient)).all()


def _ruined(name: str, value: Array) -> Array:
    if name in ("matrix", "centers") or value.dtype == bool:
        return value
    changed = value.copy()
    changed[~M] = math.nan if value.dtype.kind == "f" else 99
    return changed


@every_loss
def test_weights_and_masks_have_the_first_axes_of_the_losses(case: LossCase) -> None:
    name = case.loss.__name__
    for wrong in ((N + 1,), (N, 1, 1, 1), (1,)):
        with pytest.raises(tg.ShapeError, match=rf"{name}: `weights` must have the shape of the losses, or of their f"):
            called(case, weights=tg.ones(wrong, dtype="float64"))
        with pytest.raises(
            tg.ShapeError, match=rf"{name}: `mask` must have the shape of the losses, or of their first"
        ):
            called(case, mask=tg.ones(wrong, dtype="bool"))
    with pytest.raises(tg.DTypeError, match=f"{name}: `mask` must be Bool, not float64"):
        called(case, mask=tg.asarray(W))


@every_loss
@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_weights_that_are_none(case: LossCase, bad: float) -> None:
    weights = tg.asarray([1.0, 1.0, bad, 1.0, 1.0], dtype="float64")
    with pytest.raises(ValueError, match=rf"{case.loss.__name__}: weights\[2.*\] is {bad}, but it must be at least 0"):
        called(case, weights=weights)


@every_loss
def test_nothing_left_has_no_mean(case: LossCase) -> None:
    nothing = tg.zeros((N,), dtype="bool")
    with pytest.raises(ValueError, match=f"{case.loss.__name__}: weights and mask leave nothing, so there is no mean"):
        called(case, mask=nothing)
    assert called(case, mask=nothing, reduction="sum").item() == 0.0


@every_loss
def test_nothing_is_broadcast(case: LossCase) -> None:
    first, second = list(case.arguments)[:2]
    given = tensors(case)
    given[second] = given[second][:1]
    with pytest.raises(tg.ShapeError, match=f"^{case.loss.__name__}: "):
        case.loss(**given, **case.options)
    given = tensors(case)
    given[first] = given[first][:1]
    with pytest.raises(tg.ShapeError, match=f"^{case.loss.__name__}: "):
        case.loss(**given, **case.options)


@every_loss
def test_shapes_alone_are_enough(case: LossCase) -> None:
    options = {name: value for name, value in case.options.items() if name != "class_weights"}
    names, given = list(case.arguments), list(tensors(case).values())

    def f(*values: tg.Tensor) -> tg.Tensor:
        return case.loss(**dict(zip(names, values, strict=True)), **options, reduction="none")

    assert tg.eval_shape(f, *given).shape == each(case).shape
    assert tg.eval_shape(lambda *v: tg.mean(f(*v)), *given).shape == ()
    # Sizes may be symbols, with weights and masks as well.
    sizes = {N: "n", C: "c", 3: "k", 2: "d"}
    symbols = [tg.abstract(" ".join(sizes[s] for s in v.shape), str(v.dtype)) for v in case.arguments.values()]
    wanted = " ".join(sizes[s] for s in each(case).shape)
    assert str(tg.eval_shape(f, *symbols)) == f"Tensor(float64[{wanted}], abstract)"
    weights, mask = tg.abstract("n"), tg.abstract("n", "bool")

    def reduced(weights: tg.Tensor, mask: tg.Tensor, *values: tg.Tensor) -> tg.Tensor:
        return case.loss(**dict(zip(names, values, strict=True)), **options, weights=weights, mask=mask)

    assert tg.eval_shape(reduced, weights, mask, *symbols).shape == ()


@pytest.mark.parametrize(
    "loss",
    [tg.binary_cross_entropy, tg.binary_focal, tg.dice, tg.tversky, tg.f_measure_loss],
    ids=lambda loss: str(loss.__name__),
)
@pytest.mark.parametrize("bad", [-0.5, 1.5, math.nan])
def test_what_is_no_probability_is_refused(loss: Callable[..., tg.Tensor], bad: float) -> None:
    right, wrong = tg.asarray([[0.5, 0.5], [0.5, 0.5]]), tg.asarray([[0.5, 0.5], [0.5, bad]])
    for given, name in (((wrong, right), "probabilities"), ((right, wrong), "target")):
        with pytest.raises(ValueError, match=rf"^{loss.__name__}: {name}\[1, 1\] is {bad}, but it must be between"):
            loss(*given)


LABELLED = [tg.sparse_categorical_cross_entropy]
TARGETED = [tg.categorical_cross_entropy, tg.categorical_focal, tg.kl_divergence_of_probabilities]


@pytest.mark.parametrize("loss", [*LABELLED, *TARGETED], ids=lambda loss: str(loss.__name__))
def test_logits_are_no_probabilities(loss: Callable[..., tg.Tensor]) -> None:
    name = loss.__name__
    target = tg.asarray([0, 1]) if loss in LABELLED else tg.asarray([[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match=rf"^{name}: probabilities\[0, 0\] is -3.0, but it must be between 0 and 1$"):
        loss(tg.asarray([[-3.0, 2.0], [0.0, 0.0]]), target)
    complaint = rf"^{name}: the sum of probabilities\[1\] is 0.75, but each row must add up to 1$"
    with pytest.raises(ValueError, match=complaint):
        loss(tg.asarray([[0.5, 0.5], [0.25, 0.5]]), target)


def test_targets_that_are_several_classes_are_no_distribution() -> None:
    with pytest.raises(
        ValueError, match=r"^soft_label_cross_entropy: the sum of target\[0\] is 2.0, but each row must"
    ):
        tg.soft_label_cross_entropy(tg.ones((1, 3)), tg.asarray([[1.0, 1.0, 0.0]]))


def test_what_was_impossible_and_is_wanted() -> None:
    impossible, labels = tg.asarray([[1.0, 0.0]]), tg.asarray([1])
    with np.errstate(divide="ignore"):
        assert tg.sparse_categorical_cross_entropy(impossible, labels).item() == math.inf
    found = tg.sparse_categorical_cross_entropy(impossible, labels, eps=1e-6).item()
    assert found == pytest.approx(-math.log(1e-6), rel=1e-5)
    assert tg.sparse_categorical_cross_entropy(impossible, tg.asarray([0])).item() == 0.0
    gradient = tg.grad(lambda p: tg.categorical_cross_entropy(p, tg.asarray([[1.0, 0.0]])))(impossible)
    assert gradient.tolist() == [[-1.0, 0.0]]


def test_ignored_labels_count_for_nothing() -> None:
    x, labels = tg.asarray([[1.0, 2.0], [3.0, 1.0], [0.0, 1.0]]), tg.asarray([1, -100, 0])
    kept = tg.softmax_cross_entropy(tg.stack([x[0], x[2]]), tg.asarray([1, 0]))
    assert tg.softmax_cross_entropy(x, labels, ignore_label=-100).item() == pytest.approx(kept.item())
    assert tg.nll(tg.log_softmax(x), labels, ignore_label=-100).item() == pytest.approx(kept.item())
    with pytest.raises(ValueError, match=r"softmax_cross_entropy: labels\[1\] is -100, but there are 2 classes"):
        tg.softmax_cross_entropy(x, labels, ignore_label=-1)


def test_certainty_is_not_nan_anywhere() -> None:
    sure, target = tg.asarray([0.0, 1.0]), tg.asarray([0.0, 1.0])
    for loss in (tg.binary_cross_entropy, tg.binary_focal):
        assert loss(sure, target).item() == 0.0
        assert np.isfinite(tg.to_numpy(tg.grad(lambda p, loss=loss: loss(p, target))(sure))).all()
    far = tg.asarray([-1e4, 1e4])
    assert tg.binary_focal_with_logits(far, target).item() == 0.0
    assert np.isfinite(tg.to_numpy(tg.grad(lambda x: tg.binary_focal_with_logits(x, target))(far))).all()


def test_the_corners_of_a_simplex_are_equally_far_apart() -> None:
    corners = -tg.to_numpy(tg.grad(lambda x: 2 * tg.class_simplex(x, tg.arange(4), reduction="sum"))(tg.zeros((4, 4))))
    distances = np.linalg.norm(corners[:, None] - corners[None], axis=-1)
    assert np.allclose(np.linalg.norm(corners, axis=-1), 1.0, atol=1e-6)
    assert np.allclose(distances[~np.eye(4, dtype=bool)], distances[0, 1], atol=1e-6)
    assert np.allclose(corners[:, -1], 0.0)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda x: tg.smooth_l1(x, x, beta=0), "smooth_l1: `beta` must be positive, got 0"),
        (lambda x: tg.mape(x, x, eps=0), "mape: `eps` must be positive, got 0"),
        (lambda x: tg.binary_focal(x, x, gamma=-1), "binary_focal: `gamma` must not be negative, got -1"),
        (lambda x: tg.binary_focal(x, x, alpha=2), "binary_focal: `alpha` must be between 0 and 1, got 2"),
        (lambda x: tg.triplet(x, x, x, margin=0), "triplet: `margin` must be positive, got 0"),
        (lambda x: tg.contrastive(x, x, x[:, 0] > 0, margin=math.nan), "contrastive: `margin` must be positive, got n"),
        (lambda x: tg.cosine_embedding(x, x, x[:, 0], margin=2), "cosine_embedding: `margin` must be between -1 and 1"),
        (lambda x: tg.multi_margin(x, tg.asarray([0, 1]), p=0), "multi_margin: `p` must be at least 1, got 0"),
        (lambda x: tg.gaussian_nll(x, -x, x), r"gaussian_nll: variance\[0, 0\] is -0.5, but it must not be negative"),
        (lambda x: tg.msle(-x, x), r"msle: prediction\[0, 0\] is -0.5, but it must not be negative"),
        (lambda x: tg.poisson_nll(x, -x), r"poisson_nll: target\[0, 0\] is -0.5, but it must not be negative"),
        (lambda x: tg.softmax_cross_entropy(x, tg.asarray([0, 1]), label_smoothing=1.5), "`label_smoothing` must be b"),
        (lambda x: tg.tversky(x, x, alpha=-1), "tversky: `alpha` must not be negative, got -1"),
        (lambda x: tg.circle_loss(x, tg.asarray([0, 1]), gamma=0), "circle_loss: `gamma` must be positive, got 0"),
    ],
)
def test_options_that_make_no_sense(call: Callable[[tg.Tensor], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        call(tg.full((2, 2), 0.5))


def test_the_mean_of_many_losses_in_half_precision() -> None:
    x, y = tg.full((400, 300), 2.0, dtype="float16"), tg.zeros((400, 300), dtype="float16")
    mask = tg.arange(400) < 399
    assert tg.mse(x, y).item() == 4.0
    assert tg.mse(x, y, mask=mask).item() == pytest.approx(4.0, rel=2e-3)
    assert tg.mse(x, y, weights=tg.full((400,), 3.0)).item() == pytest.approx(4.0, rel=2e-3)


def test_losses_made_of_losses() -> None:
    x, y, labels = tg.asarray([[1.0, 3.0]]), tg.asarray([[2.0, 1.0]]), tg.asarray([1])
    both = tg.combined_loss((1.0, tg.mse), (0.5, tg.mae))
    assert both(x, y).item() == pytest.approx(2.5 + 0.75)
    assert both(x, y, reduction="none").tolist() == [[1.5, 5.0]]
    assert both(x, y, mask=tg.asarray([[True, False]])).item() == pytest.approx(1.5)
    assert_gradients(both, tg.asarray([[1.0, 3.0]]), y)
    parallel = tg.parallel_loss((2.0, tg.mse), (1, tg.softmax_cross_entropy))
    wanted = 2 * tg.mse(x, y).item() + tg.softmax_cross_entropy(x, labels).item()
    assert parallel((x, x), (y, labels)).item() == pytest.approx(wanted)
    with pytest.raises(ValueError, match="parallel_loss: there are 2 losses, but 1 predictions"):
        parallel((x,), (y, labels))
    with pytest.raises(ValueError, match="combined_loss: there must be at least one loss"):
        tg.combined_loss()
    with pytest.raises(ValueError, match="combined_loss: the weight of loss 0 must be finite, got nan"):
        tg.combined_loss((math.nan, tg.mse))
    with pytest.raises(TypeError, match="combined_loss: term 1 must be a number and a loss"):
        tg.combined_loss((1.0, tg.mse), tg.mae)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("name", get_args(tg.nn.LossName))
def test_every_name_is_a_loss(name: tg.nn.LossName) -> None:
    assert tg.nn.loss(name) is getattr(tg, name)


def test_another_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        ValueError, match="loss: there is no loss 'softmax_crossentropy'; did you mean \"softmax_cross_"
    ):
        tg.nn.loss("softmax_crossentropy")  # type: ignore[arg-type]  # that is the point
