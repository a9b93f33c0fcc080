"""Defining ops: what is checked when they are defined, and when they are first called."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from jaxtyping import Bool, Float, Int, Num

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import ShapeError, SignatureError, Tensor
from typedgrad.backends import namespace
from typedgrad.core.primitive import (
    REGISTRY,
    Primitive,
    dtype,
    dynamic,
    elementwise,
    lookup,
    nondifferentiable,
    primitive,
    vjp,
    where,
)
from typedgrad.core.tensor import Scalar, xp_of
from typedgrad.shapes import Dim


@nondifferentiable
@primitive
def every(x: Float[Tensor, "n *rest"], /, step: int = 2, *, offset: int = 0) -> Float[Tensor, "m *rest"]:
    """Every `step`-th row."""
    return x[offset::step]


@where(every)
def _(n: Dim, step: int, offset: int) -> dict[str, Dim]:
    return {"m": (n - offset + step - 1) // step}


def test_an_op_keeps_its_name_signature_and_documentation() -> None:
    assert every.__name__ == "every"
    assert every.__doc__ == "Every `step`-th row."
    assert lookup(every).full_name == f"{__name__}.every"
    assert REGISTRY[f"{__name__}.every"] is lookup(every)
    assert repr(lookup(every)) == f"<primitive {__name__}.every>"


def test_static_arguments_by_position_by_keyword_and_by_default() -> None:
    x = t([[0.0], [1.0], [2.0], [3.0], [4.0]])
    assert same(every(x), [[0.0], [2.0], [4.0]])
    assert same(every(x, 3), [[0.0], [3.0]])
    assert same(every(x, offset=1), [[1.0], [3.0]])
    assert same(every(x, offset=1, step=3), [[1.0], [4.0]])


def test_known_calls_are_remembered_by_shapes_dtypes_and_statics() -> None:
    cache = lookup(every).cache
    cache.clear()
    for _ in range(3):
        every(t([1.0, 2.0]))
        every(t([1.0, 2.0]), 1)
        every(t([1.0, 2.0], "float32"))
        every(t([1.0, 2.0, 3.0]))
    assert len(cache) == 4


def test_equal_statics_of_different_types_are_not_confused() -> None:
    every(t([1.0, 2.0]), 1)
    before = len(lookup(every).cache)
    with pytest.raises(TypeError, match=r"every: `step` must be int, not 1\.0 \(float\)"):
        every(t([1.0, 2.0]), 1.0)  # type: ignore[arg-type]  # refused
    every(t([1.0, 2.0]), True)  # a bool is an int, so this passes; but by a check of its own
    assert len(lookup(every).cache) == before + 1


def test_an_unhashable_static_argument_is_refused_by_name() -> None:
    @primitive
    def strided(x: Float[Tensor, "*s"], *, steps: Any) -> Float[Tensor, "*s"]:
        return x

    message = "strided: the static argument `steps` must be hashable, not list [1, 2]; write a tuple"
    with pytest.raises(TypeError, match="^" + re.escape(message) + "$"):
        strided(t(1.0), steps=[1, 2])
    with pytest.raises(TypeError, match=re.escape("`steps` must be hashable, not dict {}")):
        strided(t(1.0), steps={})


def test_a_where_rule_that_asks_for_an_unknown_name_is_refused_where_it_is_attached() -> None:
    @primitive
    def op(x: Float[Tensor, "n"]) -> Float[Tensor, "m"]:
        return x

    with pytest.raises(SignatureError, match=r"where\(op\): `k` is neither a dimension nor an argument of op"):

        @where(op)
        def _(n: Dim, k: Dim) -> dict[str, Dim]:
            return {"m": n}


def test_a_where_rule_that_redefines_a_bound_name_is_refused() -> None:
    @primitive
    def op(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x

    @where(op)
    def _(n: Dim) -> dict[str, Dim]:
        return {"n": n + 1}

    with pytest.raises(SignatureError, match="op: `where` must not redefine `n`, which the arguments bind"):
        op(t([1.0]))


def test_a_result_with_a_name_that_nothing_defines_is_refused() -> None:
    @primitive
    def op(x: Float[Tensor, "n"]) -> Float[Tensor, "m"]:
        return x

    with pytest.raises(SignatureError, match="op: `m` of the result is neither bound by an argument nor returned"):
        op(t([1.0]))


def test_annotations_need_not_be_postponed() -> None:
    source = """
from jaxtyping import Float
from typedgrad import Tensor
from typedgrad.core.primitive import primitive, where

@primitive
def every_other(x: Float[Tensor, "n *rest"], y: Float[Tensor, "k"] | None = None) -> Float[Tensor, "m *rest"]:
    return x[::2]

@where(every_other)
def _(n, rest):
    return {"m": (n + 1) // 2}
"""
    scope: dict[str, Any] = {"__name__": "evaluated"}
    exec(compile(source, "<evaluated>", "exec", dont_inherit=True), scope)
    assert same(scope["every_other"](t([1.0, 2.0, 3.0])), [1.0, 3.0])


def test_rules_attach_to_primitives_only() -> None:
    for attach in (where, vjp, dtype, lookup, nondifferentiable):
        with pytest.raises(SignatureError, match="len is not a primitive; decorate it with @primitive first"):
            attach(len)


def test_a_vjp_rule_for_an_argument_that_is_not_there_is_refused() -> None:
    with pytest.raises(SignatureError, match=r"vjp\(every\): `y` is no argument of every"):

        @vjp(every, "y")
        def _(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
            return g


def test_tensors_must_come_before_statics() -> None:
    @primitive
    def op(k: int, x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x

    with pytest.raises(SignatureError, match="op: tensor arguments must come before static ones"):
        op(1, t([1.0]))


@pytest.mark.parametrize("wrong", [np.zeros((2, 1)), np.zeros(3), np.zeros(2, "float32")])
def test_a_body_that_breaks_its_signature_is_found_at_its_first_call(wrong: Any) -> None:
    @primitive
    def op(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return wrong  # type: ignore[no-any-return]  # on purpose

    with pytest.raises(SignatureError, match=r"op: the body returned .* but the signature says float64\[2\]"):
        op(t([1.0, 2.0]))


def test_a_dtype_that_follows_from_nothing_must_be_given() -> None:
    @primitive
    def op(x: Int[Tensor, "n"], y: Bool[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x

    @dtype(op)
    def _(x: str, y: str) -> str:
        return "float32" if (x, y) == ("int64", "bool") else "float64"

    with pytest.raises(SignatureError, match=r"op: the body returned int64\[1\], but the signature says float32\[1\]"):
        op(tg.asarray([1]), tg.asarray([True]))


def test_a_malformed_shape_string_names_the_op_and_the_argument() -> None:
    @primitive
    def op(x: Float[Tensor, "n"], y: Float[Tensor, "n)"]) -> Float[Tensor, "n"]:
        return x

    with pytest.raises(ValueError, match=re.escape('op: `y`: "n)" is not a shape: ')):
        op(t([1.0]), t([1.0]))


def test_results_whose_shape_depends_on_values() -> None:
    @nondifferentiable
    @dynamic
    @primitive
    def positives(x: Num[Tensor, "n"]) -> Num[Tensor, "m"]:
        return x[x > 0]

    assert same(positives(t([1.0, -1.0, 2.0])), [1.0, 2.0])
    assert same(positives(t([1.0, -1.0, -2.0])), [1.0])
    with pytest.raises(TypeError, match="positives: the result's shape depends on values"):
        tg.eval_shape(positives, "3")


@elementwise(lambda g, out, x: g * 2.0)
def doubled(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    return namespace(x).multiply(x, 2)


@elementwise(lambda g, out, x, y: g, lambda g, out, x, y: g)
def plus(x1: Num[Tensor, "*#s"] | Scalar, x2: Num[Tensor, "*#s"] | Scalar, /) -> Num[Tensor, "*#s"]:
    return xp_of(x1).add(x1, x2)


def test_a_number_of_arguments_that_is_wrong_is_refused_in_python_s_words() -> None:
    x: Any = t([1.0])
    wrong: tuple[tuple[Any, int], ...] = ((doubled, 0), (doubled, 2), (plus, 1), (every, 0), (every, 3))
    for op, count in wrong:
        with pytest.raises(TypeError, match=r"argument"):
            op(*[x] * count)
    with pytest.raises(TypeError, match=r"every.* unexpected keyword argument 'nonsense'"):
        every(x, nonsense=2)  # type: ignore[call-arg]  # refused


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (3.0, "doubled: `x` must be a Tensor, not float; convert it with tg.asarray"),
        ([1.0], "doubled: `x` must be a Tensor, not list; convert it with tg.asarray"),
        (np.ones(2), "doubled: `x` must be a Tensor, not numpy.ndarray; convert it with tg.asarray"),
        (None, "doubled: `x` must be a Tensor, not None"),
        ("x", "doubled: `x` must be a Tensor, not str"),
    ],
)
def test_what_is_no_tensor_is_refused(argument: Any, message: str) -> None:
    with pytest.raises(TypeError, match="^" + re.escape(message) + "$"):
        doubled(argument)


def test_numbers_are_refused_where_no_tensor_is_beside_them() -> None:
    with pytest.raises(TypeError, match="plus: at least one argument must be a Tensor; all are Python numbers"):
        plus(1, 2)


def test_clashes_are_worded_by_the_signature() -> None:
    with pytest.raises(ShapeError) as caught:
        plus(t([1.0, 2.0]), t([1.0, 2.0, 3.0]))
    assert (
        str(caught.value).splitlines()[0] == "plus: `x1` and `x2` do not broadcast: axis -1 is 2 in `x1` but 3 in `x2`"
    )


def test_mixed_devices_are_refused_by_the_names_of_both() -> None:
    import tests.backends.strict as double

    strict = Tensor(double.STRICT.asarray([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"plus: `x1` is on cpu but `x2` on strict; move one with tg\.to"):
        plus(tg.asarray([1.0, 2.0]), strict)


def test_a_function_of_which_only_shapes_are_asked_may_hold_tensors_with_values() -> None:
    out = tg.eval_shape(lambda x: plus(tg.ones(2), plus(x, tg.ones(2))), "n 2")
    assert (out.device, " ".join(map(str, out.shape))) == ("abstract", "n 2")


def test_a_dtype_that_the_annotation_does_not_take_is_refused() -> None:
    with pytest.raises(tg.DTypeError, match="plus: `x1` must be Num, not bool"):
        plus(tg.asarray([True]), tg.asarray([1]))


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from typedgrad.core import call

    monkeypatch.setattr(call, "_CACHE_LIMIT", 10)
    for n in range(1, 30):
        doubled(tg.ones(n))
    assert len(lookup(doubled).cache) <= 10


def test_every_op_of_the_library_has_a_gradient_or_says_that_it_has_none() -> None:
    silent = [op.full_name for op in _library() if op.differentiable and not op.has_gradient]
    assert silent == []


def _library() -> list[Primitive]:
    return [op for name, op in REGISTRY.items() if name.startswith("typedgrad.")]


def test_the_signature_of_every_op_of_the_library_can_be_read() -> None:
    for op in _library():
        assert op.signature.args.keys() == {a.name for a in op.reading.tensors}
        assert op.signature.patterns is not None


def test_gradients_through_complex_numbers_are_refused_not_zero() -> None:
    def through(x: Tensor) -> Tensor:
        return tg.sum(tg.real(tg.astype(x, "complex64") * 2))

    with pytest.raises(TypeError, match="gradients through complex numbers are not supported"):
        tg.grad(through)(tg.ones(2))
