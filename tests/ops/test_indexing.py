"""`x[index]`: numpy's meaning, our errors, gradients that add up."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.ops.indexing import indexed, sliced
from typedgrad.shapes import UNKNOWN, Inconclusive, ShapeError, Star, Sym, parse_shape

N, M = Sym.named("n"), Sym.named("m")
X = tg.asarray(np.arange(24.0).reshape(2, 3, 4))


def _random_item(rng: random.Random, n: int) -> Any:
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randint(-n, n - 1)
    if kind == 1:
        start, stop = (rng.choice([None, rng.randint(-5, 5)]) for _ in range(2))
        return slice(start, stop, rng.choice([None, 1, 2, -1, -2]))
    if kind == 2:
        return np.array(
            np.random.default_rng(rng.getrandbits(32)).integers(-n, n, rng.choice([(2,), (1,), (), (3, 2)]))
        )
    return slice(None)


def _random_index(rng: random.Random, shape: tuple[int, ...]) -> tuple[Any, ...]:
    taken = rng.randint(0, len(shape))
    before = rng.randint(0, taken)
    head = [_random_item(rng, n) for n in shape[:before]]
    tail = [_random_item(rng, n) for n in shape[len(shape) - (taken - before) :]]
    items = [*head, ..., *tail] if tail or rng.random() < 0.7 else head
    for _ in range(rng.randint(0, 2)):
        items.insert(rng.randint(0, len(items)), None)
    return tuple(items)


def test_any_index_means_what_it_means_in_numpy() -> None:
    rng = random.Random(0)
    compared = 0
    for _ in range(1500):
        x = np.arange(120.0)[: rng.randint(1, 120)]
        shape = tuple(rng.randint(1, 4) for _ in range(rng.randint(0, 4)))
        x = np.resize(x, shape)
        index = _random_index(rng, shape)
        try:
            wanted = x[index]
        except IndexError:  # index tensors that do not broadcast
            continue
        ours = tuple(tg.asarray(i) if isinstance(i, np.ndarray) else i for i in index)
        np.testing.assert_array_equal(tg.to_numpy(tg.asarray(x)[ours]), wanted, err_msg=str((shape, index)))
        compared += 1
    assert compared > 1000


@pytest.mark.parametrize(
    ("mask", "index"),
    [
        (np.array([True, False]), lambda m: (m,)),
        (np.array([[True, False, True], [False, False, True]]), lambda m: (m,)),
        (np.array([True, False, True]), lambda m: (slice(None), m)),
        (np.array([True, False, True]), lambda m: (0, m, slice(1, 3))),
        (np.array([False, False, False, False]), lambda m: (..., m)),
    ],
)
def test_a_mask_picks_what_it_picks_in_numpy(mask: Any, index: Any) -> None:
    found = X[index(tg.asarray(mask))]
    np.testing.assert_array_equal(tg.to_numpy(found), tg.to_numpy(X)[index(mask)])


def test_a_mask_and_integers_pick_together() -> None:
    mask, places = np.array([True, True]), np.array([2, 0])
    np.testing.assert_array_equal(
        tg.to_numpy(X[tg.asarray(mask), :, tg.asarray(places)]), tg.to_numpy(X)[mask, :, places]
    )


def test_gradients_add_up_where_an_index_repeats() -> None:
    index = tg.asarray([2, 0, 2])
    gradient = tg.grad(lambda x: tg.sum(x[:, index] * tg.asarray([[1.0], [2.0], [3.0]], dtype="float64")))(X)
    np.testing.assert_array_equal(tg.to_numpy(gradient), np.broadcast_to([[2.0], [0.0], [4.0]], (2, 3, 4)))


def test_gradients_of_gradients_go_through_indices_and_masks() -> None:
    x = tg.asarray(np.linspace(-1.0, 1.0, 6))
    product = tg.hvp(lambda x: tg.sum(x[x > 0] ** 3) + tg.sum(x[1:3] ** 2) + x[-1] ** 4, x, tg.ones_like(x))
    v = np.linspace(-1.0, 1.0, 6)
    masked, sliced_, last = np.where(v > 0, 6 * v, 0), np.array([0, 2, 2, 0, 0, 0]), 12 * v**2 * (np.arange(6) == 5)
    np.testing.assert_allclose(tg.to_numpy(product), masked + sliced_ + last)


def test_a_slice_is_a_view() -> None:
    assert np.shares_memory(tg.to_numpy(X[0, 1:]), tg.to_numpy(X))


def test_integers_do_not_fill_the_memory_of_an_op() -> None:
    from typedgrad.core.primitive import lookup
    from typedgrad.ops.index import getitem

    before = len(lookup(getitem).cache)
    for i in range(3):
        tg.grad(lambda x, i=i: tg.sum(x[i % 2] * x[0, i]))(X)
    assert len(lookup(getitem).cache) == before


def test_iteration_gives_slices_that_are_differentiated() -> None:
    gradient = tg.grad(lambda x: sum((i * tg.sum(row) for i, row in enumerate(x)), tg.asarray(0.0)))(X)
    np.testing.assert_array_equal(tg.to_numpy(gradient), np.broadcast_to([[[0.0]], [[1.0]]], (2, 3, 4)))


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        (2, ShapeError, "getitem: index 2 is out of range for axis 0 of size 2"),
        ((0, -4), ShapeError, "getitem: index -4 is out of range for axis 1 of size 3"),
        ((..., 7), ShapeError, "getitem: index 7 is out of range for axis 2 of size 4"),
        ((0, 0, 0, 0), ShapeError, "getitem: too many indices: 4 for 3 axes"),
        ((..., 0, ...), ShapeError, "getitem: an index can hold only one `...`"),
        (slice(None, None, 0), ShapeError, "getitem: the step of a slice must not be 0"),
        (1.5, TypeError, r"x\[index\]: an index is made of ints, slices, ..., None and Tensors, not float"),
        ([0, 1], TypeError, r"not list; convert it with tg.asarray"),
        (np.array([0, 1]), TypeError, r"not ndarray; convert it with tg.asarray"),
        (True, TypeError, "not bool"),
        (slice(0.5, None), TypeError, "the parts of a slice must be ints or None"),
        (tg.asarray([0.5]), TypeError, "a Tensor in an index must hold integers or bools, not float32"),
        (tg.asarray([5]), IndexError, "getitem: index 5 is out of bounds for axis 0 with size 2"),
        (tg.asarray([True]), ShapeError, r"x\[index\]: a mask of size 1 does not fit axis 0 of size 2"),
    ],
)
def test_a_wrong_index_is_refused_with_axis_index_and_size(index: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        X[index]


def test_a_tensor_without_axes_cannot_be_iterated_over() -> None:
    with pytest.raises(TypeError, match="a 0-d Tensor cannot be iterated over"):
        iter(tg.asarray(1.0))


@pytest.mark.parametrize(
    ("shape", "index", "wanted"),
    [
        ("n m 3", (0,), "m 3"),
        ("n m 3", (UNKNOWN,), "m 3"),
        ("n m 3", (None, N, ..., 2), "1 m"),
        ("*batch m 3", (..., 1), "*batch m"),
        ("*batch m 3", (..., (1, None, None), 1), "*batch m-1"),
        ("batch *rest", ((None, 8, None),), "min(8,batch) *rest"),
        ("n", ((None, -1, None),), "n-1"),
        ("n", ((1, -1, None),), "max(0,n-2)"),
        ("n", ((None, None, -1),), "n"),
        ("n", ((None, None, 2),), "(n+1)//2"),
        ("n", ((-5, None, None),), "min(5,n)"),
        ("n*m", ((None, N, None),), "min(m*n,n)"),
        ("n", ((UNKNOWN, None, None),), "_"),
        ("n", (slice(None, None, None),), "n"),
        ("_ 4", ((None, 2, None), (None, 2, None)), "_ 2"),
        ("n m 3", ((bool, N, M),), "_ 3"),
    ],
)
def test_shapes_of_indexed_symbols(shape: str, index: tuple[Any, ...], wanted: str) -> None:
    assert indexed(parse_shape(shape), (), index) == parse_shape(wanted)


def test_index_tensors_take_the_place_of_their_axes() -> None:
    assert indexed((N, M, 3), ((Star("b"), 7),), ((None, None, None), int)) == (N, Star("b"), 7, 3)
    assert indexed((N, M, 3), ((4,), (5, 1)), (int, (None, None, None), int)) == (5, 4, M)


def test_an_axis_behind_a_run_of_unknown_length_is_undecided() -> None:
    with pytest.raises(Inconclusive):
        indexed((Star("b"), 3), (), (0,))


def test_the_size_of_a_slice_is_pythons() -> None:
    for n in range(6):
        for start in (None, *range(-7, 8)):
            for stop in (None, *range(-7, 8)):
                for step in (None, -3, -1, 1, 2):
                    assert sliced(n, (start, stop, step)) == len(range(n)[start:stop:step])


def test_the_size_of_a_slice_of_a_symbol_is_that_of_every_size() -> None:
    from typedgrad.shapes import substitute

    for start in (None, *range(-5, 6)):
        for stop in (None, *range(-5, 6)):
            for step in (None, 1, 2, 3):
                symbolic = sliced(N, (start, stop, step))
                for n in range(1, 8):
                    assert substitute(symbolic, {"n": n}) == len(range(n)[start:stop:step]), (start, stop, step, n)


def test_scatter_add_adds_at_places_that_repeat_and_broadcasts() -> None:
    x = tg.scatter_add(tg.zeros((3, 2)), tg.asarray([0, 2, 0]), tg.asarray([1.0, 10.0]))
    np.testing.assert_array_equal(tg.to_numpy(x), [[2, 20], [0, 0], [1, 10]])
    masked = tg.scatter_add(tg.zeros(3), tg.asarray([True, False, True]), tg.ones(()))
    np.testing.assert_array_equal(tg.to_numpy(masked), [1, 0, 1])


def test_scatter_add_refuses_what_does_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"x\[index\]: index 3 is out of range for axis 0 of size 3"):
        tg.scatter_add(tg.zeros(3), 3, tg.ones(()))
    with pytest.raises(ShapeError, match="broadcast"):
        tg.scatter_add(tg.zeros(3), slice(0, 2), tg.ones(3))
