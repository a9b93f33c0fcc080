"""Reshaping, joining, cutting, padding: what is refused, what symbols give, which gradients arrive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.shapes import ShapeError

X = tg.asarray(np.arange(24.0).reshape(2, 3, 4))


def _shape(f: Any, *shapes: str) -> str:
    """The shape that `f` gives for symbolic shapes, as text."""
    return " ".join(map(str, tg.eval_shape(f, *shapes).shape))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: X.reshape(5, 5), "reshape: the old and the new shape hold different numbers of elements: 24 and 25"),
        (
            lambda: X.reshape(5, -1),
            "reshape: the number of elements does not fill the known sizes: 24 is not a multiple of 5",
        ),
        (lambda: X.reshape(-1, -1), "reshape: only one size can be -1, but those of axes 0 and 1 are"),
        (lambda: X.reshape(-2, 12), "reshape: the size of axis 0 must not be negative, got -2"),
        (lambda: tg.ones((0, 3)).reshape(0, -1), "reshape: a size of -1 cannot be inferred beside a size of 0"),
        (lambda: X.permute_dims(0, 1), r"permute_dims: axes=\(0, 1\) must name each of the 3 axes once"),
        (lambda: X.permute_dims(0, 1, 1), r"permute_dims: axes=\(0, 1, 1\) must name each of the 3 axes once"),
        (lambda: X.squeeze(1), "squeeze: axis 1 cannot be dropped: its size is 3, not 1"),
        (lambda: X.expand_dims(5), "expand_dims: axis 5 is out of range for 4 axes"),
        (lambda: X.flatten(start=2, end=1), "flatten: start=2 and end=1 name no axes of 3 in a row"),
        (lambda: X.flatten(start=3), "flatten: axis 3 is out of range for 3 axes"),
        (lambda: X.T, r"transpose: `x` needs 2 axes \(m n\), got 3"),
        (lambda: tg.moveaxis(X, (0, 1), 0), "moveaxis: source=.* must name equally many axes"),
        (lambda: tg.concat((X, tg.ones((2, 2, 4)))), r"but for axis 0, .*: \[3 4\] and \[2 4\]"),
        (lambda: tg.concat(()), "concat: `arrays` must hold at least one tensor"),
        (lambda: tg.stack((X, X[0])), r"stack: `arrays\[0\]` and `arrays\[1\]` must have the same shape"),
        (lambda: tg.split(X, 2, axis=1), "split: the parts cannot have the same size: 3 is not a multiple of 2"),
        (lambda: tg.split(X, (1, 1), axis=1), "split: the sizes of the parts must add up to that of the axis: 2 and 3"),
        (lambda: tg.split(X, 0), "split: there must be at least one section, not 0"),
        (lambda: tg.pad(X, ((1, 1),)), "pad: widths must hold a pair for each of the 3 axes, not 1"),
        (
            lambda: tg.pad(X[0, 0], ((4, 0),), mode="reflect"),
            r"pad: `widths` \(4, 0\) of axis 0 finds too few elements to mirror: 5 > 4",
        ),
        (lambda: tg.pad(X[0, 0], ((-1, 0),)), r"pad: `widths` \(-1, 0\) of axis 0 must not be negative"),
        (lambda: tg.tile(X, (-1,)), "tile: `repetitions` must not be negative, got -1"),
        (lambda: tg.repeat(X, 2, axis=3), "repeat: axis 3 is out of range for 3 axes"),
        (lambda: tg.roll(X, (1, 2), axis=(0,)), r"roll: shift=\(1, 2\) needs as many axes"),
        (lambda: tg.flip(X, axis=7), "flip: axis 7 is out of range for 3 axes"),
        (lambda: tg.broadcast_arrays(X, tg.ones(3)), "broadcast_arrays: .* do not broadcast"),
        (lambda: tg.meshgrid(tg.ones((2, 2))), r"meshgrid: `arrays\[0\]` must have at most 1 axis, not 2"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        call()


def test_types_that_do_not_fit_are_refused() -> None:
    with pytest.raises(
        TypeError, match=r"concat: `arrays\[1\]` must be a Tensor, not list; convert it with tg.asarray"
    ):
        tg.concat((X, [1.0]))  # type: ignore[arg-type]  # on purpose
    with pytest.raises(TypeError, match=r"broadcast_arrays: `arrays\[0\]` must be a Tensor, not float"):
        tg.broadcast_arrays(1.0)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ValueError, match='meshgrid: indexing must be "xy" or "ij"'):
        tg.meshgrid(X[0, 0], indexing="yx")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(TypeError, match="pad: `mode` must be"):
        tg.pad(X, ((0, 0),) * 3, mode="wrap")  # type: ignore[arg-type]  # on purpose


def test_methods_take_sizes_and_axes_one_by_one_or_as_a_tuple() -> None:
    assert X.reshape(4, 6).shape == X.reshape((4, 6)).shape == (4, 6)
    assert X.reshape(24).shape == X.reshape(-1).shape == (24,)
    assert X[0, 0, 0].reshape().shape == X[0, 0, :1].reshape(()).shape == ()
    assert X.permute_dims(2, 0, 1).shape == X.permute_dims((2, 0, 1)).shape == (4, 2, 3)
    assert X.size == 24
    assert X.mT.shape == (2, 4, 3)
    assert X[0].T.shape == (4, 3)
    assert X.flatten().shape == (24,)
    assert X.to("cpu") is X


@pytest.mark.parametrize(
    ("call", "shape", "wanted"),
    [
        (lambda x: x.reshape(-1, 28 * 28), "n 28 28", "n 784"),
        (lambda x: x.reshape(x.shape[0], -1), "n c h w", "n c*h*w"),
        (lambda x: x.flatten(start=1), "n c 4 4", "n 16*c"),
        (lambda x: x.permute_dims(0, 2, 1), "n t d", "n d t"),
        (lambda x: tg.moveaxis(x, -1, 1), "n h w c", "n c h w"),
        (lambda x: tg.concat((x, x), axis=1), "n d", "n 2*d"),
        (lambda x: tg.stack((x, x, x), axis=-1), "n d", "n d 3"),
        (lambda x: tg.split(x, 3, axis=-1)[0], "n 3*d", "n d"),
        (lambda x: tg.chunk(x, 2, axis=-1)[1], "n 7", "n 3"),
        (lambda x: tg.unstack(x, axis=1)[0], "n 2 d", "n d"),
        (lambda x: tg.pad(x, ((0, 0), (1, 2))), "n d", "n d+3"),
        (lambda x: tg.tile(x, (2, 3)), "n d", "2*n 3*d"),
        (lambda x: tg.repeat(x, 2), "n d", "2*d*n"),
        (lambda x: x[:, 1:], "n t", "n t-1"),
        (lambda x: tg.squeeze(x, axis=1), "n 1 d", "n d"),
        (lambda x: tg.sum(x, axis=(0, -1), keepdims=True), "n t d", "1 t 1"),
        (lambda x: tg.cumulative_sum(x, axis=0, include_initial=True), "n d", "n+1 d"),
        (lambda x: tg.topk(x, 2)[0], "n d", "n 2"),
        (lambda x: tg.one_hot(tg.astype(x, "int64"), classes=10), "n", "n 10"),
    ],
)
def test_shapes_are_inferred_for_symbols(call: Any, shape: str, wanted: str) -> None:
    assert _shape(call, shape) == wanted


def test_parts_that_nobody_uses_get_no_gradient() -> None:
    def f(x: Any) -> Any:
        first, _, last = tg.split(x, (1, 1, 2), axis=2)
        return tg.sum(first**2) + tg.sum(last) * 3.0

    wanted = np.concatenate([2 * tg.to_numpy(X)[..., :1], np.zeros((2, 3, 1)), np.full((2, 3, 2), 3.0)], axis=2)
    np.testing.assert_array_equal(tg.to_numpy(tg.grad(f)(X)), wanted)


def test_only_the_tensors_that_are_differentiated_get_a_gradient_from_concat() -> None:
    gradient = tg.grad(lambda x: tg.sum(tg.concat((X, x, X), axis=0) ** 2))(X)
    np.testing.assert_array_equal(tg.to_numpy(gradient), 2 * tg.to_numpy(X))


def test_joined_tensors_are_promoted() -> None:
    assert tg.concat((tg.ones(2, dtype="int64"), tg.ones(2))).dtype.name == "float32"
    assert tg.stack((tg.ones(2, dtype="int8"), tg.ones(2, dtype="int64"))).dtype.name == "int64"


def test_chunks_are_few_enough_and_none_is_empty() -> None:
    assert [x.shape for x in tg.chunk(tg.ones(7), 3)] == [(3,), (3,), (1,)]
    assert [x.shape for x in tg.chunk(tg.ones(4), 3)] == [(2,), (2,)]
    assert [x.shape for x in tg.chunk(tg.ones(2), 3)] == [(1,), (1,)]
    assert [x.shape for x in tg.chunk(tg.ones(0), 3)] == [(0,)]


def test_nothing_is_unstacked_into_nothing() -> None:
    assert tg.unstack(tg.ones((0, 3))) == ()
    assert tg.split(tg.ones((0, 3)), ()) == ()


def test_moved_elements_are_views() -> None:
    for y in (
        X.reshape(4, 6),
        X.mT,
        tg.flip(X),
        X.flatten(),
        tg.unstack(X)[1],
        tg.split(X, 2)[1],
        tg.moveaxis(X, 0, 1),
    ):
        assert np.shares_memory(tg.to_numpy(y), tg.to_numpy(X))


@pytest.mark.parametrize("indexing", ["xy", "ij"])
def test_meshgrid_is_numpys_and_differentiable(indexing: Any) -> None:
    arrays = [np.arange(2.0), np.arange(3.0), np.arange(4.0)]
    made = tg.meshgrid(*map(tg.asarray, arrays), indexing=indexing)
    for ours, wanted in zip(made, np.meshgrid(*arrays, indexing=indexing), strict=True):
        np.testing.assert_array_equal(tg.to_numpy(ours), wanted)
    gradient = tg.grad(lambda x: tg.sum(tg.meshgrid(x, X[0, 0], indexing=indexing)[0]))(X[0, :, 0])
    np.testing.assert_array_equal(tg.to_numpy(gradient), [4.0, 4.0, 4.0])
