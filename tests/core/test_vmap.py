"""`vmap`: trees of arguments, nesting, and how it composes with differentiation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor

RNG = np.random.default_rng(0)


def _numbers(*shape: int) -> Tensor:
    return tg.asarray(RNG.normal(size=shape))


def _each(f: Callable[..., Tensor], *columns: Tensor) -> np.ndarray[Any, Any]:
    return np.stack([f(*row).numpy() for row in zip(*(tg.unstack(c) for c in columns), strict=True)])


def _loss(x: Tensor, w: Tensor) -> Tensor:
    hidden = tg.tanh(x @ w)
    return tg.mean(hidden[1:] * tg.softmax(hidden)[:-1]) + tg.max(x)


X, W = _numbers(4, 3), _numbers(3, 5)


def test_the_gradient_of_each_example() -> None:
    for argnums in (0, 1):
        per_example = tg.vmap(tg.grad(_loss, argnums), in_axes=(0, None))(X, W)
        wanted = _each(lambda x, k=argnums: tg.grad(_loss, k)(x, W), X)
        assert np.allclose(per_example, wanted)


def test_the_gradient_of_a_mapped_function() -> None:
    total = tg.grad(lambda w: tg.sum(tg.vmap(_loss, in_axes=(0, None))(X, w)))(W)
    assert np.allclose(total, tg.vmap(tg.grad(_loss, 1), in_axes=(0, None))(X, W).numpy().sum(0))


def test_higher_derivatives_of_each_example() -> None:
    assert np.allclose(tg.vmap(tg.hessian(_loss), in_axes=(0, None))(X, W), _each(lambda x: tg.hessian(_loss)(x, W), X))
    f = lambda x: tg.sin(x) * tg.sum(x)  # noqa: E731  # short, and used three times
    assert np.allclose(tg.vmap(tg.jacobian(f))(X), _each(tg.jacobian(f), X))
    pushed = tg.vmap(lambda x, t: tg.jvp(f, (x,), (t,))[1])(X, X)
    assert np.allclose(pushed, _each(lambda x: tg.jvp(f, (x,), (x,))[1], X))
    pulled = tg.vmap(lambda x: tg.vjp(f, x)[1](tg.ones_like(x))[0])(X)
    assert np.allclose(pulled, _each(lambda x: tg.vjp(f, x)[1](tg.ones_like(x))[0], X))
    again = tg.grad(lambda x: tg.sum(tg.vmap(tg.grad(lambda v: tg.sum(v**3)))(x)))(X)
    assert np.allclose(again, 6 * X.numpy())


def test_a_gradient_that_does_not_depend_on_the_example() -> None:
    found = tg.vmap(lambda x: tg.grad(lambda w: tg.sum(w**2))(W) * tg.sum(x))(X)
    assert np.allclose(found, X.numpy().sum(1)[:, None, None] * 2 * W.numpy())


def test_nested_maps() -> None:
    a, b = _numbers(2, 3), _numbers(5, 3)
    table = tg.vmap(lambda x: tg.vmap(lambda y: tg.sum(x * y) + tg.max(y))(b))(a)
    assert np.allclose(table, a.numpy() @ b.numpy().T + b.numpy().max(1))
    gradients = tg.vmap(lambda x: tg.vmap(tg.grad(lambda y: tg.sum(x * y * y)))(b))(a)
    assert np.allclose(gradients, 2 * a.numpy()[:, None] * b.numpy()[None])


def test_axes_of_arguments_and_of_results() -> None:
    x = _numbers(3, 4)
    assert np.allclose(tg.vmap(lambda v: 2 * v, in_axes=1)(x), 2 * x.numpy().T)
    assert np.allclose(tg.vmap(lambda v: 2 * v, in_axes=1, out_axes=1)(x), 2 * x.numpy())
    assert np.allclose(tg.vmap(lambda v: 2 * v, in_axes=-1, out_axes=-1)(x), 2 * x.numpy())
    tree = {"a": x, "b": (x.mT, tg.ones(2))}
    f = lambda t, scale: {"sum": tg.sum(t["a"]) + tg.sum(t["b"][1]), "b": t["b"][0] * scale}  # noqa: E731  # as above
    out = tg.vmap(f, in_axes=({"a": 1, "b": (0, None)}, None), out_axes={"sum": 0, "b": 1})(tree, 3.0)
    assert np.allclose(out["sum"], x.numpy().sum(0) + 2)
    assert np.allclose(out["b"], 3 * x.numpy())
    same, each = tg.vmap(lambda v: (tg.ones(2), v), out_axes=(None, 0))(x)
    assert (same.shape, each.shape) == ((2,), (3, 4))
    assert tg.vmap(lambda v: tg.ones(2))(x).shape == (3, 2)
    assert tg.vmap(lambda v, *, k: v + k)(x, k=x).shape == (3, 4)


def test_results_with_names_stay_so() -> None:
    found = tg.vmap(tg.linalg.qr)(_numbers(3, 4, 2))
    assert found.Q.shape == (3, 4, 2)


def test_annotations_speak_of_one_example() -> None:
    @tg.typed
    def norm(x: Float[Tensor, "3"]) -> Float[Tensor, ""]:
        return tg.sqrt(tg.sum(x * x))

    assert tg.vmap(norm)(X).shape == (4,)
    with pytest.raises(tg.ShapeError, match="3"):
        tg.vmap(norm)(_numbers(4, 2))


def test_layers_are_mapped() -> None:
    model = tg.init(tg.nn.Dense(in_features=3, out_features=8), tg.random.key(0))
    x = X.astype("float32")
    assert np.allclose(tg.vmap(model)(x), model(x), atol=1e-6)
    gradients = tg.vmap(tg.grad(lambda m, v: tg.sum(m(v) ** 2)), in_axes=(None, 0))(model, x)
    whole = tg.grad(lambda m: tg.sum(m(x) ** 2))(model)
    for found, wanted in zip(tg.leaves_with_paths(gradients), tg.leaves_with_paths(whole), strict=True):
        assert np.allclose(tg.sum(found[1], axis=0), wanted[1], atol=1e-5)


def test_loops_and_checkpoints() -> None:
    f = lambda x: tg.scan(lambda c, v: (tg.tanh(c + v), c), tg.zeros((), dtype=x.dtype), x)[0]  # noqa: E731  # as above
    assert np.allclose(tg.vmap(f)(X), _each(f, X))
    assert np.allclose(tg.vmap(tg.grad(tg.checkpoint(f)))(X), _each(tg.grad(f), X))


def test_indices_that_differ_between_examples() -> None:
    x, i = _numbers(4, 3), tg.asarray([2, 0, 1, 1])
    assert np.allclose(tg.vmap(lambda v, k: v[k])(x, i), x.numpy()[range(4), [2, 0, 1, 1]])
    assert np.allclose(tg.vmap(lambda k: x[k])(i), x.numpy()[[2, 0, 1, 1]])
    assert np.allclose(tg.vmap(tg.take, in_axes=(0, None))(x, i), x.numpy()[:, [2, 0, 1, 1]])


def test_no_examples_at_all() -> None:
    empty = tg.zeros((0, 3))
    assert tg.vmap(lambda v: tg.linalg.outer(v, v))(empty).shape == (0, 3, 3)
    assert tg.vmap(tg.sum)(empty).shape == (0,)


def test_on_shapes_alone() -> None:
    def squares(x: Tensor) -> Tensor:
        return tg.linalg.outer(x, x)

    found = tg.eval_shape(tg.vmap(squares), tg.abstract((5, 3)))
    assert found.shape == (5, 3, 3)


def test_what_is_refused() -> None:
    with pytest.raises(tg.ShapeError, match=r"vmap: argument 1 holds 3 examples along axis 0, but argument 0 holds 4"):
        tg.vmap(lambda x, y: x)(tg.ones(4), tg.ones(3))
    with pytest.raises(tg.ShapeError, match=r"leaf `b` of argument 0 holds 3 examples along axis 1, but leaf `a`"):
        tg.vmap(lambda t: t, in_axes=({"a": 0, "b": 1},))({"a": tg.ones(4), "b": tg.ones((2, 3))})
    with pytest.raises(tg.ShapeError, match="argument 0 has 1 axes, but in_axes says 1"):
        tg.vmap(lambda x: x, in_axes=1)(tg.ones(4))
    with pytest.raises(TypeError, match="in_axes has 1 axes, but 2 positional arguments"):
        tg.vmap(lambda x, y: x, in_axes=(0,))(tg.ones(4), tg.ones(4))
    with pytest.raises(TypeError, match="in_axes must be an int, None, or a tree"):
        tg.vmap(lambda x: x, in_axes=("a",))(tg.ones(4))
    with pytest.raises(ValueError, match="no argument holds examples"):
        tg.vmap(lambda x: x, in_axes=None)(tg.ones(4))
    with pytest.raises(TypeError, match="out_axes is None for a result that differs"):
        tg.vmap(lambda x: x, out_axes=None)(tg.ones(4))
    with pytest.raises(TypeError, match="must be a function"):
        tg.vmap(3)  # type: ignore[arg-type]  # what is tested


def test_values_cannot_be_read() -> None:
    for read in (float, bool, lambda x: x.numpy(), lambda x: x.tolist(), np.asarray, lambda x: 1 if x > 0 else 2):
        with pytest.raises(TypeError, match=r"vmap: this Tensor .* stands for 4 at once"):
            tg.vmap(read)(tg.ones(4))
    seen = []
    tg.vmap(lambda x: seen.append(repr(x)) or x)(tg.ones((4, 2)))  # type: ignore[func-returns-value]  # None, so that x follows
    assert seen == ["Tensor(float32[2], one of 4 under vmap)"]
    with pytest.raises(TypeError, match="nonzero returns depends on values"):
        tg.vmap(tg.nonzero)(tg.ones((4, 2)))


def test_states_are_not_updated_by_many_at_once() -> None:
    layer = tg.init(tg.nn.BatchNorm(features=2), tg.random.key(0))
    with tg.training(tg.random.key(1)), pytest.raises(TypeError, match="state"):
        tg.vmap(layer)(tg.ones((3, 4, 2)))
    assert tg.vmap(layer)(tg.ones((3, 4, 2))).shape == (3, 4, 2)


def test_nothing_stays_behind_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        tg.vmap(lambda x: 1 // 0)(tg.ones(4))
    assert tg.grad(lambda x: x * x)(tg.asarray(3.0)).shape == ()
