"""Products of matrices: which form is meant, and that gradients cost no more than they must."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.core import accelerate
from typedgrad.core.primitive import lookup
from typedgrad.ops.matmul import contract_rows
from typedgrad.shapes import Argument, Request, judge


def _tensor(*sizes: int) -> tg.Tensor:
    return tg.asarray(np.random.default_rng(0).standard_normal(sizes))


def _judged(x1: str, x2: str) -> Any:
    arguments = tuple(Argument(n, "...", "Num", s, "float32") for n, s in (("x1", x1), ("x2", x2)))
    return judge(Request("matmul", callee="typedgrad.ops.matmul.matmul", arguments=arguments))


@pytest.mark.parametrize(
    ("x1", "x2", "product"),
    [
        ("m k", "k n", "m n"),
        ("batch 784", "784 10", "batch 10"),
        ("*batch 784", "784 10", "*batch 10"),  # a run of axes may be empty: then it is a vector
        ("*batch t d", "*batch d t", "*batch t t"),
        ("heads t d", "batch 1 d t", "batch heads t t"),
        ("d", "*batch d n", None),
        ("d", "b d n", "b n"),
        ("*batch d", "d", "*batch"),
        ("d", "d", ""),
        ("m k", "*batch k", None),  # a stack of matrices, or a vector
    ],
)
def test_the_form_follows_from_what_is_known_of_the_axes(x1: str, x2: str, product: str | None) -> None:
    answer = _judged(x1, x2)
    assert answer.complaint is None
    assert answer.shapes[0] == product or product is None


def test_types_and_run_time_speak_of_the_same_axes() -> None:
    complaint = _judged("32 784", "10 784").complaint
    assert complaint is not None
    with pytest.raises(tg.ShapeError) as raised:
        _tensor(32, 784) @ _tensor(10, 784)
    assert complaint.first == raised.value.first_line == "matmul: `k` is 784 in `x1` but 10 in `x2`"


def test_a_gradient_that_nobody_wants_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = lookup(tg.matmul).vjp_rules
    monkeypatch.setitem(rules, "x1", lambda *_: pytest.fail("the gradient of the data was computed"))
    x, w = _tensor(4, 3), _tensor(3, 2)
    tg.grad(lambda w: tg.sum(x @ w))(w)


def test_the_gradient_of_a_weight_is_one_product_for_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, ...]] = []
    body = np.matmul

    def spy(a: Any, b: Any) -> Any:
        calls.append(a.shape)
        return body(a, b)

    # Where there are kernels, the op's own body is not asked.
    accelerate.load()
    monkeypatch.delitem(accelerate._MAKERS, "typedgrad.ops.matmul.matmul", raising=False)
    monkeypatch.setattr(np, "matmul", spy)
    x, w = _tensor(5, 7, 3), _tensor(3, 2)  # sizes that no other test has, whose kernel would be remembered
    tg.grad(lambda w: tg.sum(x @ w))(w)
    assert calls == [(35, 3), (3, 35)]


def test_rows_of_any_number_of_axes_are_contracted() -> None:
    x, y = _tensor(2, 3, 4), _tensor(2, 3, 5)
    np.testing.assert_allclose(contract_rows(x, y).numpy(), np.einsum("abk,abn->kn", x.numpy(), y.numpy()))
