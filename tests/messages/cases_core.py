"""Mistakes that the core answers for: transforms, definitions, devices, dtypes, the judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Int

import typedgrad as tg
from tests.backends.strict import STRICT
from typedgrad import Tensor
from typedgrad.core.primitive import elementwise, primitive, vjp, where
from typedgrad.core.tensor import Scalar, xp_of
from typedgrad.shapes import Dim


@primitive
def project(x: Float[Tensor, "batch n"], w: Float[Tensor, "n k"], *, scale: Any = 1.0) -> Float[Tensor, "batch k"]:
    """A product of matrices, scaled."""
    out: Tensor = xp_of(x).matmul(x, w) * scale
    return out


@vjp(project)
def _(g: Tensor, out: Tensor, x: Tensor, w: Tensor, *, scale: float) -> tuple[Tensor, Tensor]:
    return scale * g @ w.mT, scale * x.mT @ g


@primitive
def shrink(x: Float[Tensor, "n"], *, by: int) -> Float[Tensor, "m"]:
    """Leaves the last elements out."""
    return x[: x.shape[0] - by]


@where(shrink)
def _(n: Dim, by: int) -> dict[str, Dim]:
    return {"m": n - by}


@primitive
def nameless(x: Float[Tensor, "n"]) -> Float[Tensor, "m"]:
    """Nobody says what m is."""
    return x


@primitive
def mistaken(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
    """Breaks its own signature."""
    return xp_of(x).concat((x, x))


@primitive
def misspelt(x: Float[Tensor, "n"], y: Float[Tensor, "n  m*2)"]) -> Float[Tensor, "n"]:
    """A shape string with a typo."""
    return x


@primitive
def stuck(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
    """No gradient."""
    return x


@elementwise(lambda g, out, x, y: g, lambda g, out, x, y: g)
def plus(x: Float[Tensor, "*#s"] | Scalar, y: Float[Tensor, "*#s"] | Scalar, /) -> Float[Tensor, "*#s"]:
    """A sum."""
    return xp_of(x).add(x, y)


@tg.typed
def scores(
    x: Float32[Tensor, "batch n"], w: Float32[Tensor, "n k"], bias: Float32[Tensor, "k"] | None = None
) -> Float32[Tensor, "batch k"]:
    """What a user writes."""
    return x @ w if bias is None else x @ w + bias


@tg.typed
def twisted(x: Float[Tensor, "rows columns"]) -> Float[Tensor, "columns rows"]:
    """Returns what it was given."""
    return x


@tg.typed
def labelled(x: Float[Tensor, "batch classes"], labels: Int[Tensor, "batch"], *, smoothing: float = 0.0) -> None:
    """Nothing."""
    return


@tg.typed
def typo(x: Float[Tensor, "batch n m+"]) -> None:
    """A shape string with a typo."""
    return


@tg.typed
def broadcasting(x: Float[Tensor, "*#b n"], y: Float[Tensor, "*#b n"]) -> Float[Tensor, "*#b"]:
    """Forgets to reduce its last axis."""
    return x + y


X = tg.ones((32, 784))
number: Any = 3
array: Any = np.ones(3)


def _pull(g: Any) -> object:
    return tg.vjp(lambda x: x * x, tg.ones((2, 3)))[1](g)


CASES: Mapping[str, Callable[[], object]] = {
    # what transforms refuse
    "grad_of_no_scalar": lambda: tg.grad(lambda w: X @ w)(tg.ones((784, 10))),
    "grad_of_a_pair": lambda: tg.grad(lambda x: (x, x))(tg.ones(())),  # type: ignore[arg-type, return-value]  # refused
    "grad_of_a_number": lambda: tg.grad(lambda x: 3.0)(tg.ones(())),  # type: ignore[arg-type, return-value]  # refused
    "grad_of_an_int_loss": lambda: tg.grad(lambda x: tg.astype(x, "int64"))(tg.ones(())),
    "grad_by_ints": lambda: tg.grad(lambda x, y: x, 1)(tg.ones(()), tg.asarray([1, 2])),
    "grad_by_a_leaf_that_is_no_float": lambda: tg.grad(lambda p: p["w"])({"w": tg.ones(()), "layers": [{"name": "a"}]}),
    "grad_by_a_numpy_array": lambda: tg.grad(lambda x: x)(array),
    "grad_by_an_argument_that_is_not_there": lambda: tg.grad(lambda x: x, 1)(tg.ones(())),
    "grad_without_the_pair_that_has_aux_needs": lambda: tg.grad(lambda x: x, has_aux=True)(tg.ones(())),
    "vjp_with_a_cotangent_of_another_shape": lambda: _pull(tg.ones((3, 2))),
    "vjp_with_a_cotangent_of_another_dtype": lambda: _pull(tg.ones((2, 3), dtype="float64")),
    "jvp_with_a_tangent_of_another_shape": lambda: tg.jvp(lambda x: x, (tg.ones(3),), (tg.ones(4),)),
    "no_gradient": lambda: tg.grad(lambda x: tg.sum(stuck(x)))(tg.ones(3)),
    "checkpoint_of_a_closure": lambda: tg.grad(lambda x: tg.checkpoint(lambda y: tg.sum(x * y))(x))(tg.ones(3)),
    # what ops refuse
    "op_clash": lambda: project(X, tg.ones((10, 784))),
    "op_rank": lambda: project(tg.ones((8, 32, 784)), tg.ones((784, 10))),
    "op_broadcast": lambda: plus(tg.ones((4, 3)), tg.ones((4, 2))),
    "op_dtype": lambda: project(X, tg.ones((784, 10), dtype="int64")),
    "op_numpy_array": lambda: plus(array, tg.ones(3)),
    "op_list": lambda: plus([1.0, 2.0], tg.ones(2)),  # type: ignore[arg-type]  # refused
    "op_only_numbers": lambda: plus(1, 2),
    "op_devices_mixed": lambda: plus(tg.ones(3), Tensor(STRICT.asarray([1.0, 2.0, 3.0], dtype="float32"))),
    "op_static_unhashable": lambda: project(X, tg.ones((784, 10)), scale=[1.0]),
    "op_static_of_the_wrong_type": lambda: shrink(tg.ones(5), by=2.0),  # type: ignore[arg-type]  # refused
    "op_negative_size": lambda: shrink(tg.ones(5), by=7),
    "op_shape_string_with_a_typo": lambda: misspelt(tg.ones(3), tg.ones((3, 3))),
    # what definitions refuse
    "definition_without_the_name": lambda: nameless(tg.ones(3)),
    "definition_broken_by_its_body": lambda: mistaken(tg.ones(3)),
    # what typed functions refuse
    "typed_clash": lambda: scores(X, tg.ones((10, 784))),
    "typed_rank": lambda: scores(tg.ones((32, 1, 784)), tg.ones((784, 10))),
    "typed_dtype": lambda: scores(X, tg.ones((784, 10), dtype="float64")),
    "typed_optional": lambda: scores(X, tg.ones((784, 10)), tg.ones(9)),
    "typed_no_tensor": lambda: scores(X, number),
    "typed_number": lambda: labelled(X, tg.zeros(32, dtype="int64"), smoothing=number),
    "typed_float_labels": lambda: labelled(X, tg.zeros(32)),
    "typed_result": lambda: twisted(X),
    "typed_broadcast_result": lambda: broadcasting(tg.ones((2, 1, 3)), tg.ones((4, 3))),
    "typed_shape_string_with_a_typo": lambda: typo(tg.ones((2, 3, 4))),
    "typed_symbols": lambda: tg.eval_shape(scores, "batch features", "classes features"),
    # and the rest
    "immutable": lambda: X.__setitem__(0, 1.0),  # type: ignore[index]  # refused
    "numpy_while_differentiating": lambda: tg.grad(lambda x: tg.asarray(np.sum(np.asarray(x))))(tg.ones(3)),
    "truth_of_many": lambda: bool(tg.ones(3)),
    "item_of_many": lambda: tg.ones(3).item(),
    "op_dtype_that_does_not_exist": lambda: tg.astype(X, "float33"),
    "random_key_reused_as_a_seed": lambda: tg.random.uniform(number, (2,)),
    "training_without_a_key": lambda: tg.training(number),
}
