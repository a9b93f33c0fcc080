"""Linear algebra where the laws do not reach: equal eigenvalues, singular matrices, what has no gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import typedgrad as tg
from typedgrad import linalg

Array = np.ndarray[Any, np.dtype[np.float64]]
RNG = np.random.default_rng(7)


def _orthogonal(n: int) -> Array:
    q: Array = np.linalg.qr(RNG.standard_normal((n, n)))[0]
    return q


def _symmetric(values: list[float]) -> Array:
    q = _orthogonal(len(values))
    x: Array = q * np.array(values) @ q.T
    return (x + x.T) / 2


def _check_gradient(f: Callable[[tg.Tensor], tg.Tensor], x: Array) -> None:
    """The gradient along a random direction against central differences."""
    direction, step = RNG.standard_normal(x.shape), 1e-5
    gradient = tg.grad(f)(tg.asarray(x)).numpy()
    ahead, behind = (float(f(tg.asarray(x + s * direction))) for s in (step, -step))
    assert np.isfinite(gradient).all()
    np.testing.assert_allclose(np.sum(gradient * direction), (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("values", [[1, 1, 3], [2, 2, 2, 5], [-1, -1, 0, 2, 2], [0, 0, 0], [4, 4]])
def test_equal_eigenvalues_have_right_gradients_of_what_does_not_depend_on_the_choice(values: list[float]) -> None:
    weight = tg.asarray(RNG.standard_normal((len(values),) * 2))
    first = values.count(values[0])

    def f(x: tg.Tensor) -> tg.Tensor:
        w, v = linalg.eigh(x)
        projection = v[:, :first] @ v[:, :first].mT
        return tg.sum(w**3) + tg.sum(weight * projection)

    _check_gradient(f, _symmetric(values))


@pytest.mark.parametrize(("m", "n", "values"), [(3, 3, [2, 2, 1]), (5, 3, [2, 2, 2]), (3, 5, [3, 1, 1])])
def test_equal_singular_values_have_right_gradients_of_the_polar_factor(m: int, n: int, values: list[float]) -> None:
    k = len(values)
    x: Array = _orthogonal(m)[:, :k] * np.array(values) @ _orthogonal(n)[:k]
    weight = tg.asarray(RNG.standard_normal((m, n)))

    def f(x: tg.Tensor) -> tg.Tensor:
        u, s, vh = linalg.svd(x, full_matrices=False)
        return tg.sum(s**2) + tg.sum(weight * (u @ vh))

    _check_gradient(f, x)


def test_singular_matrices_have_a_determinant_with_a_gradient() -> None:
    x: Array = _orthogonal(4) * np.array([0.0, 1.0, 2.0, 3.0]) @ _orthogonal(4)
    _check_gradient(linalg.det, x)
    twice = np.diag([0.0, 0.0, 1.0])
    np.testing.assert_array_equal(tg.grad(linalg.det)(tg.asarray(twice)).numpy(), np.zeros((3, 3)))


def test_a_gradient_flows_to_the_symmetric_part() -> None:
    x = tg.asarray(_symmetric([1.0, 2.0, 4.0]))
    for f in (linalg.cholesky, linalg.eigvalsh, lambda x: linalg.eigh(x)[1] ** 2):
        gradient = tg.grad(lambda x, f=f: tg.sum(f(x)))(x).numpy()
        np.testing.assert_allclose(gradient, gradient.T)
    skewed = x + tg.asarray([[0.0, 5.0, 0.0], [-5.0, 0.0, 0.0], [0.0, 0.0, 0.0]], dtype="float64")
    np.testing.assert_allclose(linalg.cholesky(skewed).numpy(), linalg.cholesky(x).numpy())


@pytest.mark.parametrize("f", [linalg.inv, linalg.cholesky, lambda x: linalg.solve(x, tg.zeros(2, dtype="float64"))])
def test_a_matrix_that_fails_is_named_by_its_place(f: Callable[[tg.Tensor], tg.Tensor]) -> None:
    x = np.broadcast_to(np.eye(2), (2, 3, 2, 2)).copy()
    x[1, 2] = 0
    with pytest.raises(ValueError, match=r"\w+: matrix \[1, 2\] is (singular|not positive definite)"):
        f(tg.asarray(x))
    with pytest.raises(ValueError, match=r"\w+: the matrix is (singular|not positive definite)"):
        f(tg.asarray(x[1, 2]))


def test_vectors_that_are_arbitrary_have_no_gradient() -> None:
    x = tg.asarray(RNG.standard_normal((3, 2)))
    with pytest.raises(ValueError, match="pass full_matrices=False"):
        tg.grad(lambda x: tg.sum(linalg.svd(x)[1]))(x)
    with pytest.raises(ValueError, match='pass mode="reduced"'):
        tg.grad(lambda x: tg.sum(linalg.qr(x, mode="complete")[1]))(x)


@pytest.mark.parametrize("n", [-3, -1, 0, 1, 2, 5])
def test_powers_of_matrices(n: int) -> None:
    x = RNG.standard_normal((2, 3, 3))
    np.testing.assert_allclose(linalg.matrix_power(tg.asarray(x), n).numpy(), np.linalg.matrix_power(x, n), rtol=1e-9)
    _check_gradient(lambda x: tg.sum(linalg.matrix_power(x, n)), x)


def test_powers_of_integers_stay_integers() -> None:
    assert linalg.matrix_power(tg.asarray([[1, 1], [1, 0]]), 10).tolist() == [[89, 55], [55, 34]]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (2, 0)])
@pytest.mark.parametrize("order", [None, 1, 2, math.inf, "fro", "nuc", 3])
def test_norm_means_what_numpy_means(axis: Any, order: Any, keepdims: bool) -> None:
    for x in (RNG.standard_normal((3, 4, 2)), RNG.standard_normal((3, 4))):
        try:
            wanted = np.linalg.norm(x, ord=order, axis=axis, keepdims=keepdims)
        except ValueError:
            if axis is None and x.ndim == 3 and not isinstance(order, str):
                continue  # numpy has no p-norm of all elements; we do
            with pytest.raises((ValueError, tg.ShapeError)):
                linalg.norm(tg.asarray(x), ord=order, axis=axis, keepdims=keepdims)
            continue
        np.testing.assert_allclose(linalg.norm(tg.asarray(x), ord=order, axis=axis, keepdims=keepdims).numpy(), wanted)


def test_the_gradient_of_a_norm_is_zero_where_the_norm_is() -> None:
    zero = tg.zeros((2, 2))
    for f in (linalg.norm, linalg.matrix_norm, linalg.vector_norm, lambda x: linalg.vector_norm(x, ord=3)):
        assert tg.grad(f)(zero).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_equal_extremes_share_the_gradient_of_a_norm() -> None:
    x = tg.asarray([3.0, -3.0, 1.0])
    assert tg.grad(lambda x: linalg.vector_norm(x, ord=math.inf))(x).tolist() == [0.5, -0.5, 0.0]


def test_ranks_and_pseudo_inverses_of_deficient_matrices() -> None:
    x: Array = _orthogonal(5)[:, :2] * np.array([2.0, 1.0]) @ _orthogonal(3)[:2]
    assert linalg.matrix_rank(tg.asarray(x)).item() == 2
    assert linalg.matrix_rank(tg.asarray(x), rtol=0.6).item() == 1
    np.testing.assert_allclose(linalg.pinv(tg.asarray(x)).numpy(), scipy.linalg.pinv(x), atol=1e-12)
    np.testing.assert_allclose(linalg.pinv(tg.zeros((2, 3), dtype="float64")).numpy(), np.zeros((3, 2)))


@pytest.mark.parametrize("shape", [(0, 0), (3, 0, 0), (0, 2, 2)])
def test_matrices_without_elements(shape: tuple[int, ...]) -> None:
    x = tg.zeros(shape, dtype="float64")
    for f in (linalg.inv, linalg.cholesky, linalg.eigvalsh, linalg.svdvals, linalg.pinv, linalg.det):
        out, pull = tg.vjp(f, x)
        (gradient,) = pull(tg.ones(out.shape, dtype="float64"))
        assert gradient.shape == shape
    assert linalg.det(x).tolist() == np.ones(shape[:-2]).tolist()


def test_traces_and_kronecker_products() -> None:
    x, y = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 1, 2))
    np.testing.assert_allclose(linalg.trace(tg.asarray(x), offset=1).numpy(), np.trace(x, 1, -2, -1))
    assert linalg.trace(tg.asarray([[1, 2], [3, 4]], dtype="int8")).dtype == np.int64
    wanted = np.stack([np.kron(a, b) for a, b in zip(x, y, strict=True)])
    np.testing.assert_allclose(tg.kron(tg.asarray(x), tg.asarray(y)).numpy(), wanted)
    _check_gradient(lambda x: tg.sum(tg.kron(x, x) ** 2) + tg.sum(linalg.trace(x)), x)
