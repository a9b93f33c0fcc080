"""Functions of the standard on drawn tensors, empty ones too, beside numpy: shapes, dtypes, values."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import typedgrad as tg
from tests.array_api.drawing import ALL, FLOATS, INTEGERS, NUMBERS, REAL, XPS, Draw, same, summed

# Drawing makes tensors, and the checks of their arguments look at random items of lists.
pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),
]
LIMITED = settings(max_examples=40, deadline=None)


@LIMITED
@given(st.data())
def test_parts_are_those_of_numpy(data: st.DataObject) -> None:
    d = Draw(data)
    x = d.tensor(ALL)
    key = d.one(XPS.indices(x.shape, allow_newaxis=True))
    same(x[key], x.numpy()[key])


@LIMITED
@given(st.data())
def test_masks_pick_and_those_that_do_not_fit_raise_index_errors(data: st.DataObject) -> None:
    d = Draw(data)
    x = d.tensor(ALL)
    mask = d.tensor("bool", d.among([x.shape, (), tuple(n if d.truth() else 0 for n in x.shape), d.shape()]))
    if mask.ndim > x.ndim or any(k not in (n, 0) for k, n in zip(mask.shape, x.shape, strict=False)):
        with pytest.raises(IndexError):
            x[mask]
    else:
        picked = int(mask) if mask.ndim == 0 else int(mask.numpy().sum())
        assert x[mask].shape == (picked, *x.shape[mask.ndim :])
        assert x[mask].dtype == x.dtype


@LIMITED
@given(st.data())
def test_integer_tensors_as_indices(data: st.DataObject) -> None:
    d = Draw(data)
    x, shape = d.tensor(ALL, dims=1, side=1), d.shape(1, 1, 2)
    key = tuple(d.tensor("int64", shape, -n, n - 1) if d.truth() else d.integer(-n, n - 1) for n in x.shape)
    same(x[key], x.numpy()[tuple(k if isinstance(k, int) else k.numpy() for k in key)])
    axis = d.axis(x)
    sizes = [d.integer(1, 3) if i == axis % x.ndim else n for i, n in enumerate(x.shape)]
    index = d.tensor("int64", tuple(sizes), -x.shape[axis], x.shape[axis] - 1)
    same(tg.take_along_axis(x, index, axis=axis), np.take_along_axis(x.numpy(), index.numpy(), axis=axis))


@LIMITED
@given(st.data())
def test_sums_means_and_extremes(data: st.DataObject) -> None:
    d = Draw(data)
    x, keep = d.tensor(NUMBERS), d.truth()
    axis = d.axes(x)
    for ours, theirs in ((tg.sum, np.sum), (tg.prod, np.prod)):
        made, wanted = (
            ours(x, axis=axis, keepdims=keep),
            theirs(x.numpy(), axis=axis, keepdims=keep, dtype=summed(x.dtype)),
        )
        assert (made.shape, made.dtype.name) == (wanted.shape, summed(x.dtype))
        if x.dtype.kind in "iu":
            same(made, wanted)
    y = d.tensor(REAL, side=1)
    axis = d.axes(y)
    same(tg.max(y, axis=axis, keepdims=keep), np.max(y.numpy(), axis=axis, keepdims=keep))
    same(tg.min(y, axis=axis, keepdims=keep), np.min(y.numpy(), axis=axis, keepdims=keep))
    z = d.tensor(FLOATS, side=1)
    axis = d.axes(z)
    for reduce in (tg.mean, tg.std, tg.var):
        made = reduce(z, axis=axis, keepdims=keep)
        assert (made.shape, made.dtype) == (np.sum(z.numpy(), axis=axis, keepdims=keep).shape, z.dtype)
    w = d.tensor(ALL)
    axis = d.axes(w)
    same(tg.all(w, axis=axis, keepdims=keep), np.all(w.numpy(), axis=axis, keepdims=keep))
    same(tg.any(w, axis=axis, keepdims=keep), np.any(w.numpy(), axis=axis, keepdims=keep))
    counted = np.asarray(np.count_nonzero(w.numpy(), axis=axis, keepdims=keep), dtype="int64")
    same(tg.count_nonzero(w, axis=axis, keepdims=keep), counted)


@LIMITED
@given(st.data())
def test_running_sums_and_differences(data: st.DataObject) -> None:
    d = Draw(data)
    x, initial = d.tensor(NUMBERS, dims=1), d.truth()
    axis, n = d.axis(x), d.integer(0, 2)
    for ours, theirs in ((tg.cumulative_sum, np.cumulative_sum), (tg.cumulative_prod, np.cumulative_prod)):
        made = ours(x, axis=axis, include_initial=initial)
        wanted = theirs(x.numpy(), axis=axis, include_initial=initial, dtype=summed(x.dtype))
        assert (made.shape, made.dtype) == (wanted.shape, wanted.dtype)
        if x.dtype.kind in "iu":
            same(made, wanted)
    more = d.tensor(x.dtype.name, x.shape)
    made, wanted = tg.diff(x, axis=axis, n=n, append=more), np.diff(x.numpy(), axis=axis, n=n, append=more.numpy())
    assert (made.shape, made.dtype) == (wanted.shape, wanted.dtype)


@LIMITED
@given(st.data())
def test_sorting_and_searching(data: st.DataObject) -> None:
    d = Draw(data)
    x, down = d.tensor(REAL, dims=1, side=1), d.truth()
    assume(not np.isnan(x.numpy()).any())
    axis, keep = d.axis(x), d.truth()
    up = np.sort(x.numpy(), axis=axis)
    order = tg.argsort(x, axis=axis, descending=down)
    same(tg.sort(x, axis=axis, descending=down), np.flip(up, axis=axis) if down else up)
    same(tg.take_along_axis(x, order, axis=axis), np.flip(up, axis=axis) if down else up)
    ties = tg.take_along_axis(x, order, axis=axis).numpy()
    stable = np.diff(order.numpy(), axis=axis)[np.diff(ties, axis=axis) == 0] > 0 if x.dtype.kind in "iu" else True
    assert np.all(stable)  # of equal ones the first comes first, downwards too
    for ours, theirs in ((tg.argmax, np.argmax), (tg.argmin, np.argmin)):
        at = d.one(st.none() | st.just(axis))
        same(ours(x, axis=at, keepdims=keep), np.asarray(theirs(x.numpy(), axis=at, keepdims=keep), dtype="int64"))
    line, wanted, side = tg.reshape(x, (-1,)), d.tensor(x.dtype.name), d.among(["left", "right"])
    assume(not np.isnan(wanted.numpy()).any())
    found = np.searchsorted(np.sort(line.numpy()), wanted.numpy(), side=side).astype("int64")
    same(tg.searchsorted(line, wanted, side=side, sorter=tg.argsort(line)), found)
    for made, places in zip(tg.nonzero(x), np.nonzero(x.numpy()), strict=True):
        same(made, places)


@LIMITED
@given(st.data())
def test_sets_name_their_parts_and_every_nan_is_one_of_its_own(data: st.DataObject) -> None:
    x = Draw(data).tensor(ALL)
    found, wanted = tg.unique_all(x), np.unique(x.numpy(), equal_nan=False)
    assert found._fields == ("values", "indices", "inverse_indices", "counts")
    assert {part.dtype.name for part in found[1:]} == {"int64"}
    assert found.values.shape == found.indices.shape == found.counts.shape == wanted.shape
    assert found.inverse_indices.shape == x.shape
    assert int(tg.sum(found.counts)) == x.size
    np.testing.assert_array_equal(np.sort(tg.unique_values(x).numpy()), np.sort(wanted))
    back = tg.take(found.values, tg.reshape(found.inverse_indices, (-1,)), axis=0)
    np.testing.assert_array_equal(tg.reshape(back, x.shape).numpy(), x.numpy())


@LIMITED
@given(st.data())
def test_elements_are_moved_as_by_numpy(data: st.DataObject) -> None:
    d = Draw(data)
    x = d.tensor(ALL, dims=1)
    a, axis, shift = x.numpy(), d.axis(x), d.integer(-9, 9)
    axes, times = (
        d.one(XPS.valid_tuple_axes(x.ndim, min_size=1)),
        tuple(d.integer(0, 2) for _ in range(d.integer(0, 4))),
    )
    order, counts = tuple(d.one(st.permutations(range(x.ndim)))), d.tensor("int64", (x.shape[axis],), 0, 3)
    place = d.integer(-x.ndim - 1, x.ndim)
    same(tg.concat([x, x], axis=axis), np.concatenate([a, a], axis=axis))
    same(tg.concat([x, x], axis=None), np.concatenate([a, a], axis=None))
    same(tg.stack([x, x], axis=place), np.stack([a, a], axis=place))
    same(tg.expand_dims(x, axis=place), np.expand_dims(a, place))
    same(tg.squeeze(tg.expand_dims(x, axis=place), axis=place), a)
    same(tg.roll(x, shift), np.roll(a, shift))
    same(tg.roll(x, shift, axis=axes), np.roll(a, shift, axis=axes))
    same(tg.roll(x, (shift,) * len(axes), axis=axes), np.roll(a, (shift,) * len(axes), axis=axes))
    same(tg.repeat(x, 2, axis=axis), np.repeat(a, 2, axis=axis))
    same(tg.repeat(x, counts, axis=axis), np.repeat(a, counts.numpy(), axis=axis))
    same(tg.tile(x, times), np.tile(a, times))
    same(tg.flip(x, axis=axes), np.flip(a, axis=axes))
    same(tg.permute_dims(x, order), np.transpose(a, order))
    same(tg.moveaxis(x, axis, 0), np.moveaxis(a, axis, 0))
    same(tg.reshape(x, (x.size, 1), copy=True), a.reshape((x.size, 1)))
    for ours, theirs in zip(tg.unstack(x, axis=axis), np.moveaxis(a, axis, 0), strict=True):
        same(ours, theirs)


@LIMITED
@given(st.data())
def test_operators_keep_the_dtype_beside_numbers(data: st.DataObject) -> None:
    d = Draw(data)
    x = d.tensor(ALL)
    kind = x.dtype.kind
    number: Any = {"b": True, "i": 2, "u": 2, "f": 2.0, "c": 2j}[kind]
    chosen: list[Any] = [operator.add, operator.sub, operator.mul, operator.pow] if kind != "b" else []
    chosen += [operator.and_, operator.or_, operator.xor] if kind in "biu" else []
    chosen += [operator.lshift, operator.rshift] if kind in "iu" else []
    chosen += [operator.floordiv, operator.mod] if kind in "iuf" else []
    chosen += [operator.truediv] if kind in "fc" else []
    for op in chosen:
        assert (op(x, number).shape, op(x, number).dtype) == (x.shape, x.dtype)
    for op in (operator.eq, operator.ne):
        assert (op(x, number).shape, op(x, number).dtype) == (x.shape, tg.bool)


@LIMITED
@given(st.data())
def test_choices_broadcast_and_numbers_take_the_dtype_of_the_tensor(data: st.DataObject) -> None:
    d = Draw(data)
    s, t, u = d.one(XPS.mutually_broadcastable_shapes(3, min_side=0, max_side=4, max_dims=3)).input_shapes
    dtype = d.among(ALL)
    c, x, y = d.tensor("bool", s), d.tensor(dtype, t), d.tensor(dtype, u)
    same(tg.where(c, x, y), np.where(c.numpy(), x.numpy(), y.numpy()))
    number = x.numpy().dtype.type(1).item()
    assert tg.where(c, number, y).dtype == tg.where(c, y, number).dtype == y.dtype
    for ours, theirs in zip(tg.broadcast_arrays(x, y), np.broadcast_arrays(x.numpy(), y.numpy()), strict=True):
        same(ours, theirs)


@LIMITED
@given(st.data())
def test_tensors_are_made_as_by_numpy(data: st.DataObject) -> None:
    d = Draw(data)
    name, shape = d.among(ALL), d.shape()
    value: Any = {"b": True, "i": 3, "u": 3, "f": 1.5, "c": 1 + 2j}[np.dtype(name).kind]
    same(tg.full(shape, value, dtype=name), np.full(shape, value, dtype=name))
    same(tg.ones(shape, dtype=name), np.ones(shape, dtype=name))
    rows, columns, k = d.integer(0, 4), d.integer(0, 4), d.integer(-5, 5)
    same(tg.eye(rows, columns, k=k, dtype=name), np.eye(rows, columns, k, dtype=name))
    start, stop, step = d.integer(-9, 9), d.integer(-9, 9), d.one(st.integers(-4, 4).filter(bool))
    same(tg.arange(start, stop, step), np.arange(start, stop, step, dtype="int64"))
    count, end = d.integer(0, 9), d.truth()
    same(
        tg.linspace(start, stop, count, endpoint=end),
        np.linspace(start, stop, count, endpoint=end, dtype="float32"),
        1e-5,
    )
    x = d.tensor(name, dims=2)
    same(tg.tril(x, k=k), np.tril(x.numpy(), k))
    same(tg.triu(x, k=k), np.triu(x.numpy(), k))
    same(tg.from_dlpack(x), x.numpy())
    lines, indexing = [d.tensor(name, dims=1, most=1) for _ in range(d.integer(0, 3))], d.among(["xy", "ij"])
    theirs = np.meshgrid(*(line.numpy() for line in lines), indexing=indexing)
    for ours, wanted in zip(tg.meshgrid(*lines, indexing=indexing), theirs, strict=True):
        same(ours, wanted)


def test_tensordot_takes_lists_of_axes_too() -> None:
    x = tg.asarray([[1.0, 2.0], [3.0, 4.0]])
    for axes in ([[0], [1]], ([0], [1]), [(0,), (1,)]):
        same(tg.tensordot(x, x, axes=axes), np.tensordot(x.numpy(), x.numpy(), axes=((0,), (1,))))
    assert tg.grad(lambda x: tg.sum(tg.tensordot(x, x, axes=[[0], [1]])))(x).shape == (2, 2)
    with pytest.raises(tg.ShapeError, match="must be a number or a pair"):
        tg.tensordot(x, x, axes=[[0]])


def test_integers_divide_and_shift_as_python_does() -> None:
    for name in INTEGERS:
        x = tg.asarray([7, 8, 9], dtype=name)
        same(x // 2, np.asarray([3, 4, 4], dtype=name))
        same(x << 1, np.asarray([14, 16, 18], dtype=name))
