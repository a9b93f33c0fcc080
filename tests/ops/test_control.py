from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn


def normal(seed: int, *shape: int) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def step(carry: dict[str, Tensor], x: tuple[Tensor, Tensor]) -> tuple[dict[str, Tensor], tuple[Tensor, Tensor]]:
    h = tg.tanh(carry["h"] @ carry["w"] + x[0])
    return {"h": h, "w": carry["w"]}, (h * x[1], h + 1)


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("reverse", [False, True])
def test_scan_is_a_loop_with_gradients_to_second_order(axis: int, reverse: bool) -> None:
    xs = normal(0, 4, 3), normal(1, 4, 3), normal(2, 3, 3)
    h = normal(3, 3)

    def looped(a: Tensor, b: Tensor, w: Tensor) -> Tensor:
        carry, total = h, tg.asarray(0.0, dtype="float64")
        for i in reversed(range(4)) if reverse else range(4):
            carry = tg.tanh(carry @ w + a[i])
            total = total + (i + 1) * tg.sum(carry * b[i] + carry + 1)
        return total + tg.sum(carry)

    def scanned(a: Tensor, b: Tensor, w: Tensor) -> Tensor:
        slices = (a, b) if axis == 0 else (a.mT, b.mT)
        carry, (products, sums) = tg.scan(step, {"h": h, "w": w}, slices, reverse=reverse, axis=axis)
        weights = tg.arange(1, 5, dtype="float64")
        return tg.sum((weights[:, None] if axis == 0 else weights) * (products + sums)) + tg.sum(carry["h"])

    def twice(f: Any) -> Any:
        return tg.grad(lambda *xs: sum(tg.sum(g**2) for g in tg.grad(f, argnums=(0, 1, 2))(*xs)), argnums=(0, 1, 2))

    assert np.isclose(float(looped(*xs)), float(scanned(*xs)))
    for one, other in zip(twice(looped)(*xs), twice(scanned)(*xs), strict=True):
        assert np.allclose(one.numpy(), other.numpy())


def test_a_checkpointed_step_has_the_same_gradient() -> None:
    w, xs = normal(0, 3, 3), (normal(1, 5, 3), normal(2, 5, 3))

    def loss(f: Any, w: Tensor) -> Tensor:
        carry, ys = tg.scan(f, {"h": tg.zeros(3, dtype="float64"), "w": w}, xs)
        return tg.sum(carry["h"]) + tg.sum(ys[0])

    plain = tg.grad(lambda w: loss(step, w))(w)
    assert np.allclose(tg.grad(lambda w: loss(tg.checkpoint(step), w))(w).numpy(), plain.numpy())


def test_scan_counts_steps_without_slices() -> None:
    carry, ys = tg.scan(lambda x, _: (x * 2, None), 1, length=5)
    assert (int(carry), ys) == (32, None)


def test_scan_knows_shapes_without_values() -> None:
    carry, ys = tg.eval_shape(
        lambda x, w: tg.scan(lambda h, x: (tg.tanh(x @ w), h), tg.zeros((4, 5)), x, axis=1), "4 t 3", "3 5"
    )
    assert [str(n) for n in carry.shape] == ["4", "5"]
    assert [str(n) for n in ys.shape] == ["4", "t", "5"]


def test_a_carry_that_changes_is_refused_with_its_path_and_both_shapes() -> None:
    init = {"h": (tg.zeros((2, 3)), tg.zeros(1))}
    xs = tg.ones(4)

    def grows(c: dict[str, tuple[Tensor, Tensor]], x: Tensor) -> tuple[Any, None]:
        return {"h": (tg.zeros((2, 4)), c["h"][1])}, None

    with pytest.raises(
        tg.ShapeError,
        match=r"the carry must keep its shape, but at `h\.0` float32\[2 3\].* became float32\[2 4\]",
    ):
        tg.scan(grows, init, xs)
    with pytest.raises(tg.ShapeError, match=r"float32\[\].* became float64\[\]"):
        tg.scan(lambda c, x: (c + x, None), 0.0, tg.ones(2, dtype="float64"))
    with pytest.raises(TypeError, match=r"must keep its structure, but \{'h': \(\*, \*\)\} became \[\*\]"):
        tg.scan(lambda c, x: ([x], None), init, xs)  # type: ignore[arg-type,return-value]  # the mistake under test
    sizes = iter((1, 2, 3, 4))
    with pytest.raises(tg.ShapeError, match="output of a step must keep its shape"):
        tg.scan(lambda c, x: (c, tg.zeros(next(sizes))), tg.zeros(1), xs)


def test_scan_refuses_slices_that_do_not_fit() -> None:
    def nothing(carry: Tensor, x: Any) -> tuple[Tensor, None]:
        return carry, None

    with pytest.raises(tg.ShapeError, match="leaf 1 of `xs` has 3 slices along axis 0, but the first leaf has 2"):
        tg.scan(nothing, tg.zeros(()), (tg.ones(2), tg.ones(3)))
    with pytest.raises(tg.ShapeError, match="leaf 0 of `xs` has 2 slices along axis 0, but `length` is 3"):
        tg.scan(nothing, tg.zeros(()), tg.ones(2), length=3)
    with pytest.raises(ValueError, match=r"scan: `xs` has no slices along axis 0; there must be a step"):
        tg.scan(nothing, tg.zeros(()), tg.ones((0, 2)))
    with pytest.raises(ValueError, match="without `xs`, `length` must say"):
        tg.scan(nothing, tg.zeros(()))
    with pytest.raises(TypeError, match="must return a pair"):
        tg.scan(lambda c, x: c, tg.zeros(()), tg.ones(2))  # type: ignore[arg-type,return-value]  # as above
    with pytest.raises(TypeError, match="scan: a carry is made of tensors, but there is a str at `name`"):
        tg.scan(lambda c, x: (c, None), {"name": "h"}, tg.ones(2))
    with pytest.raises(TypeError, match="scan: an output is made of tensors, but there is a str"):
        tg.scan(lambda c, x: (c, "y"), 0, tg.ones(2))


def test_cond_runs_one_side_and_differentiates_it() -> None:
    def refuse(x: Tensor) -> Tensor:
        raise AssertionError("not taken")

    x = tg.asarray(2.0)
    assert float(tg.grad(lambda x: tg.cond(x > 1, lambda x: x**3, refuse, x))(x)) == 12.0
    assert float(tg.cond(False, refuse, lambda x: x + 1, x)) == 3.0


def test_cond_compares_both_sides_on_shapes_alone() -> None:
    with pytest.raises(tg.ShapeError, match=r"must return the same shape, but float32\[3\] and float32\[2\]"):
        tg.eval_shape(lambda x: tg.cond(x[0] > 0, lambda x: x, lambda x: x[:2], x), "3")


@pytest.mark.parametrize("pred", [True, False, tg.asarray(True), tg.asarray(False)])
def test_cond_compares_both_sides_with_values_too(pred: Any) -> None:
    x, layer = tg.ones((2, 3)), tg.init(nn.Dense(in_features=3, out_features=4), tg.random.key(0))
    shapes = r"must return the same shape, but float32\[2 3\] and float32\["
    with pytest.raises(tg.ShapeError, match=shapes + r"\]"):
        tg.cond(pred, lambda x: x, tg.sum, x)
    with pytest.raises(tg.ShapeError, match=shapes + r"2\]"):
        tg.cond(pred, lambda: x, lambda: tg.sum(x, axis=1))
    with pytest.raises(tg.ShapeError, match=shapes + r"2 4\]"):
        tg.cond(pred, lambda x: x, layer, x)
    with pytest.raises(tg.DTypeError, match=r"the same dtype, but float32\[2 3\] and float64\[2 3\]"):
        tg.cond(pred, lambda x: x, lambda x: tg.astype(x, "float64"), x)
    with pytest.raises(TypeError, match=r"the same structure, but \* and \(\*, \*\)"):
        tg.cond(pred, lambda x: x, lambda x: (x, x), x)
    with pytest.raises(tg.ShapeError, match="reshape"):
        tg.cond(pred, lambda x: tg.reshape(x, (5,)), lambda x: tg.reshape(x, (7,)), x)


def test_the_side_of_cond_that_is_not_taken_runs_once_without_values() -> None:
    log = StringIO()

    def other(x: Tensor) -> Tensor:
        log.write(f"{x.device}{x.shape} ")
        return x / 0.0

    for _ in range(3):
        tg.cond(True, lambda x: x, other, tg.ones(3))
    assert log.getvalue() == "abstract(3,) "
    tg.cond(True, lambda x: x, other, tg.ones(4))
    assert log.getvalue() == "abstract(3,) abstract(4,) "
    assert float(tg.cond(True, lambda x: x, lambda x: x * x.item(), tg.asarray(2.0))) == 2.0  # it looks at a value


def test_the_side_of_cond_that_is_not_taken_leaves_a_training_run_alone() -> None:
    layer = tg.init(nn.BatchNorm(features=3), tg.random.key(0))
    model = nn.Sequential(layer, nn.Dropout(drop=0.5))
    with tg.training(tg.random.key(1)) as run:
        first = tg.random.uniform(run.next_key(), (2,))
    with tg.training(tg.random.key(1)) as run:
        tg.cond(True, lambda x: x, model, tg.ones((2, 3)))
        assert tg.random.uniform(run.next_key(), (2,)).numpy().tolist() == first.numpy().tolist()
        np.testing.assert_array_equal(run.updated(layer).running_mean.numpy(), np.zeros(3))


@pytest.mark.parametrize("pred", [1, tg.ones(2, dtype="bool"), tg.asarray(1.0)])
def test_cond_refuses_what_is_no_truth(pred: Any) -> None:
    with pytest.raises(TypeError, match="cond: `pred` must be a bool or a 0-d tensor of bool, not"):
        tg.cond(pred, lambda: 1, lambda: 2)


def test_while_loop_runs_until_its_condition_fails() -> None:
    steps, value = tg.while_loop(lambda c: c[1] < 100, lambda c: (c[0] + 1, c[1] * 2), (0, tg.asarray(3.0)))
    assert (int(steps), float(value)) == (6, 192.0)
    assert float(tg.grad(lambda x: tg.while_loop(lambda y: y < 100, lambda y: y * 2, x, limit=9))(value / 64)) == 64.0


def test_while_loop_refuses_gradients_without_a_limit() -> None:
    def doubled(x: Tensor) -> Tensor:
        return tg.while_loop(lambda y: y < 100, lambda y: y * 2, x)

    with pytest.raises(ValueError, match="while_loop: gradients need a `limit`"):
        tg.grad(doubled)(tg.asarray(3.0))
    assert float(tg.grad(lambda x: x * doubled(tg.stop_gradient(x)))(tg.asarray(3.0))) == 192.0
    with pytest.raises(ValueError, match="still holds after 3 steps"):
        tg.while_loop(lambda y: y < 100, lambda y: y * 2, tg.asarray(3.0), limit=3)
    with pytest.raises(tg.ShapeError, match=r"while_loop: the carry must keep its shape, but float32\[\]"):
        tg.while_loop(lambda y: True, lambda y: tg.ones(2), tg.asarray(3.0))


def test_while_loop_refuses_a_negative_limit() -> None:
    with pytest.raises(ValueError, match="while_loop: `limit` must be at least 0, got -1"):
        tg.while_loop(lambda y: y < 100, lambda y: y * 2, tg.asarray(3.0), limit=-1)


@pytest.mark.parametrize("base", [0.0, -1.0, float("nan"), float("inf")])
def test_angles_refuse_a_base_that_has_no_logarithm(base: float) -> None:
    with pytest.raises(ValueError, match="rotary: `base` must be positive and finite"):
        tg.rotary(normal(0, 5, 8), base=base)


def test_rprop_refuses_bounds_that_are_no_numbers() -> None:
    with pytest.raises(TypeError, match="rprop: `largest` must be a number"):
        tg.optim.rprop(0.1, largest="x")  # type: ignore[arg-type]  # on purpose
