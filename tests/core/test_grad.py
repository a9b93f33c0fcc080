"""`grad` and `value_and_grad`: any argument, any tree, and a clear word on what cannot be differentiated."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pytest

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor


class Line(NamedTuple):
    slope: Tensor
    offset: Tensor


def test_value_and_gradient_of_a_polynomial() -> None:
    value, gradient = tg.value_and_grad(lambda x: tg.sum(x * x * x))(t([1.0, 2.0]))
    assert same(value, 9.0)
    assert same(gradient, [3.0, 12.0])


def test_results_are_off_the_tape() -> None:
    value, gradient = tg.value_and_grad(lambda x: x * x)(t(3.0))
    assert value.node is None
    assert gradient.node is None


def test_a_value_used_many_times_gets_all_its_cotangents() -> None:
    def f(x: Tensor) -> Tensor:
        y = x * x
        return y * y + y + x

    assert same(tg.grad(f)(t(2.0)), 4 * 8 + 4 + 1)


def test_an_argument_used_twice_in_one_op_gets_both_cotangents() -> None:
    assert same(tg.grad(lambda x: x * x)(t(5.0)), 10.0)
    assert same(tg.grad(lambda x: x / x)(t(5.0)), 0.0)


def test_the_gradient_of_a_broadcast_argument_has_its_shape() -> None:
    x, y = t([[1.0], [2.0]]), t([3.0, 4.0, 5.0])
    gradient = tg.grad(lambda x, y: tg.sum(x * y), (0, 1))(x, y)
    assert same(gradient[0], [[12.0], [12.0]])
    assert same(gradient[1], [3.0, 3.0, 3.0])


def test_argnums_chooses_the_argument_and_a_sequence_gives_a_tuple() -> None:
    def f(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        return x * y * y * z

    xs = t(2.0), t(3.0), t(5.0)
    assert same(tg.grad(f)(*xs), 45.0)
    assert same(tg.grad(f, 1)(*xs), 60.0)
    assert same(tg.grad(f, -1)(*xs), 18.0)
    both = tg.grad(f, (2, 0))(*xs)
    assert isinstance(both, tuple)
    assert same(both[0], 18.0)
    assert same(both[1], 45.0)
    one = tg.grad(f, [1])(*xs)
    assert isinstance(one, tuple)
    assert same(one[0], 60.0)


def test_keyword_arguments_and_numbers_pass_through() -> None:
    def f(x: Tensor, power: int, *, scale: Tensor) -> Tensor:
        for _ in range(power - 1):
            x = x * x
        return x * scale

    assert same(tg.grad(f)(t(3.0), 2, scale=t(10.0)), 60.0)


def test_a_python_float_may_be_differentiated() -> None:
    gradient = tg.grad(lambda x: x * x)(3.0)
    assert isinstance(gradient, Tensor)
    assert float(gradient) == 6.0


def test_the_gradient_has_the_structure_of_the_argument() -> None:
    tree: dict[str, Any] = {
        "line": Line(t([2.0]), t(1.0)),
        "rest": [t(3.0), (t(4.0), None)],
        "nested": {"deep": {"deeper": t([[1.0, 1.0]])}},
    }

    def f(p: dict[str, Any]) -> Tensor:
        line = p["line"]
        inner = tg.sum(line.slope * p["rest"][0] + line.offset)
        out: Tensor = inner * tg.sum(p["nested"]["deep"]["deeper"]) + p["rest"][1][0]
        return out

    gradient = tg.grad(f)(tree)
    assert isinstance(gradient["line"], Line)
    assert same(gradient["line"].slope, [6.0])
    assert same(gradient["line"].offset, 2.0)
    assert isinstance(gradient["rest"], list)
    assert same(gradient["rest"][0], 4.0)
    assert same(gradient["rest"][1][0], 1.0)
    assert gradient["rest"][1][1] is None
    assert same(gradient["nested"]["deep"]["deeper"], [[7.0, 7.0]])


def test_leaves_that_the_value_does_not_depend_on_get_zeros() -> None:
    gradient = tg.grad(lambda p: p["used"] * p["used"])({"used": t(3.0), "unused": t([[1.0, 2.0]], "float32")})
    assert same(gradient["unused"], [[0.0, 0.0]])
    assert gradient["unused"].dtype == np.float32


def test_a_constant_function_has_gradient_zero() -> None:
    assert same(tg.grad(lambda x: t(7.0))(t([1.0, 2.0])), [0.0, 0.0])


def test_the_identity_has_gradient_one() -> None:
    assert same(tg.grad(lambda x: x)(t(7.0)), 1.0)


def test_aux_passes_through_as_plain_tensors() -> None:
    def f(x: Tensor) -> tuple[Tensor, dict[str, Any]]:
        return x * x, {"double": x + x, "note": "hello"}

    (value, aux), gradient = tg.value_and_grad(f, has_aux=True)(t(3.0))
    assert same(value, 9.0)
    assert same(gradient, 6.0)
    assert same(aux["double"], 6.0)
    assert aux["double"].node is None
    assert aux["note"] == "hello"
    gradient, aux = tg.grad(f, has_aux=True)(t(3.0))
    assert same(gradient, 6.0)
    assert aux["note"] == "hello"


def test_stop_gradient_takes_values_for_constants_in_whole_trees() -> None:
    def f(p: dict[str, Tensor]) -> Tensor:
        fixed = tg.stop_gradient(p)
        return p["a"] * fixed["b"] + p["b"] * fixed["a"]

    gradient = tg.grad(f)({"a": t(2.0), "b": t(3.0)})
    assert same(gradient["a"], 3.0)
    assert same(gradient["b"], 2.0)


def test_the_gradient_keeps_the_dtype_of_its_argument() -> None:
    gradient = tg.grad(lambda x, y: tg.sum(x) * tg.sum(y), (0, 1))(t([1.0], "float32"), t([2.0], "float64"))
    assert [g.dtype.name for g in gradient] == ["float32", "float64"]


def test_integers_on_the_way_stop_the_gradient_silently() -> None:
    assert same(tg.grad(lambda x: x * tg.astype(tg.astype(x, "int64"), "float64"))(t(2.5)), 2.0)


def test_long_chains_do_not_exhaust_the_stack() -> None:
    def f(x: Tensor) -> Tensor:
        for _ in range(20_000):
            x = x + 1.0
        return x

    assert same(tg.grad(f)(t(0.0)), 1.0)


def test_a_function_that_raises_leaves_nothing_behind() -> None:
    def f(x: Tensor) -> Tensor:
        raise RuntimeError("no")

    for _ in range(3):
        with pytest.raises(RuntimeError, match=r"^no$"):
            tg.grad(f)(t(1.0))
    value, gradient = tg.value_and_grad(lambda x: x * x)(t(3.0))
    assert value.node is None
    assert gradient.node is None


def refused(what: str, f: Any, *args: Any, argnums: Any = 0, has_aux: bool = False) -> None:
    """Both transforms refuse it, with a first line that says `what`."""
    with pytest.raises(TypeError, match=re.escape(f"value_and_grad: {what}")):
        tg.value_and_grad(f, argnums, has_aux=has_aux)(*args)
    with pytest.raises(TypeError, match="^" + re.escape(f"grad: {what}")):
        tg.grad(f, argnums, has_aux=has_aux)(*args)


def test_a_loss_that_is_no_scalar_is_refused() -> None:
    refused("the function must return a scalar, but it returned [2 3]", lambda x: x, tg.ones((2, 3)))
    refused("the function must return a scalar, but it returned [1]", lambda x: x, tg.ones(1))


def test_a_loss_that_is_no_tensor_is_refused() -> None:
    refused("the function must return a Tensor, not float", lambda x: 1.0, t(1.0))
    refused("the function must return a Tensor, not NoneType", lambda x: None, t(1.0))
    refused("the function must return a Tensor, not tuple; pass has_aux=True", lambda x: (x, x), t(1.0))
    refused("with has_aux the function must return a pair, not Tensor", lambda x: x, t(1.0), has_aux=True)


def test_an_integer_loss_is_refused() -> None:
    refused("the function must return a float, not int64", lambda x: tg.astype(x, "int64"), t(1.0))


def test_an_argument_that_cannot_be_differentiated_is_refused_by_its_path() -> None:
    refused("argument 0 is an int64 Tensor, which cannot be differentiated; only float", lambda x: x, tg.asarray(1))
    refused("argument 1 is a bool Tensor, which", lambda x, y: x, t(1.0), tg.asarray(True), argnums=-1)
    refused("argument 2 is 3 (int), which", lambda x, y, z: x, t(1.0), 1, 3, argnums=(0, 2))
    refused("argument 0 is True (bool), which", lambda x: x, True)
    refused("leaf `layers.1.n` of argument 0 is 3 (int), which", lambda x: x, {"layers": [t(1.0), {"n": 3}]})
    refused("leaf `y` of argument 0 is 'no' (str), which", lambda x: x, {"x": t(1.0), "y": "no"})
    refused("argument 0 is of type ndarray", lambda x: x, np.ones((40, 40)))


def test_a_position_that_is_not_there_is_refused() -> None:
    refused("argnums has 2, but 2 positional arguments were given", lambda x, y: x, t(1.0), t(1.0), argnums=2)
    refused("argnums has -3, but 2 positional arguments were given", lambda x, y: x, t(1.0), t(1.0), argnums=-3)
    refused("argnums names argument 1 twice", lambda x, y: x, t(1.0), t(1.0), argnums=(1, -1))
    refused("argnums must be an int or a sequence of ints, not 'x'", lambda x: x, t(1.0), argnums="x")


def test_a_large_tree_in_an_error_is_not_printed_in_full() -> None:
    with pytest.raises(TypeError) as caught:
        tg.grad(lambda x: x)(np.zeros((100, 100)))
    assert len(str(caught.value)) < 300
