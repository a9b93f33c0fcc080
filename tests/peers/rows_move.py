"""Ops that move, repeat, choose or make elements: shapes, indices, creation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.peer import torch
from tests.peers.row import Array, Draw, Row, Setting

Call = Callable[..., Any]


def moved(names: str, peer: str, pair: Callable[[Draw], tuple[Call, Call]], shape: tuple[int, ...] = (3, 4, 2)) -> Row:
    """An op on one tensor of random numbers; `pair` chooses its options."""

    def draw(d: Draw) -> Setting:
        ours, theirs = pair(d)
        return Setting((d.normal(*shape),), ours, theirs)

    return Row(names, peer, draw)


def _reshape(d: Draw) -> tuple[Call, Call]:
    shape = d.one_of((6, 4), (2, -1), (24,))
    return lambda x: tg.reshape(x, shape), lambda x: torch.reshape(x, shape)


def _permute(d: Draw) -> tuple[Call, Call]:
    axes = tuple(d.rng.sample(range(3), 3))
    return lambda x: tg.permute_dims(x, axes), lambda x: torch.permute(x, axes)


def _flatten(d: Draw) -> tuple[Call, Call]:
    start, end = d.one_of((0, -1), (1, -1), (0, 1))
    return lambda x: tg.flatten(x, start=start, end=end), lambda x: torch.flatten(x, start, end)


def _expand(d: Draw) -> tuple[Call, Call]:
    axis = d.one_of(0, -1, 2)
    return lambda x: tg.expand_dims(x, axis), lambda x: torch.unsqueeze(x, axis)


def _squeeze(d: Draw) -> tuple[Call, Call]:
    axis = d.one_of(0, -2, (0, 2))
    return lambda x: tg.squeeze(x, axis), lambda x: torch.squeeze(x, axis)


def _moveaxis(d: Draw) -> tuple[Call, Call]:
    a, b = d.one_of((0, 2), (-1, 0), ((0, 1), (2, 0)))
    return lambda x: tg.moveaxis(x, a, b), lambda x: torch.moveaxis(x, a, b)


def _swapaxes(d: Draw) -> tuple[Call, Call]:
    a, b = d.axis(3), d.axis(3)
    return lambda x: tg.swapaxes(x, a, b), lambda x: torch.swapaxes(x, a, b)


def _flip(d: Draw) -> tuple[Call, Call]:
    axes = d.one_of((0,), (0, 2), (0, 1, 2))
    return lambda x: tg.flip(x, axis=axes), lambda x: torch.flip(x, axes)


def _roll(d: Draw) -> tuple[Call, Call]:
    shift, axis = d.one_of((2, 0), ((1, -1), (0, 2)), (5, None))
    return lambda x: tg.roll(x, shift, axis=axis), lambda x: torch.roll(x, shift, axis)


def _repeat(d: Draw) -> tuple[Call, Call]:
    times, axis = d.size(1, 3), d.one_of(0, -1, None)
    return lambda x: tg.repeat(x, times, axis=axis), lambda x: torch.repeat_interleave(x, times, dim=axis)


def _tile(d: Draw) -> tuple[Call, Call]:
    times = d.one_of((2, 1, 3), (2, 1, 1, 2), (3,))
    return lambda x: tg.tile(x, times), lambda x: torch.tile(x, times)


def _broadcast(d: Draw) -> tuple[Call, Call]:
    shape = d.one_of((3, 4, 2), (5, 3, 4, 2), (1, 3, 6, 2))
    return lambda x: tg.broadcast_to(x[:, :1], shape), lambda x: torch.broadcast_to(x[:, :1], shape)


def _sum_to(d: Draw) -> tuple[Call, Call]:
    shape = d.one_of((1, 4, 2), (4, 1), (2,))
    return lambda x: tg.sum_to(x, shape), lambda x: x.sum_to_size(shape)


def _split(d: Draw) -> tuple[Call, Call]:
    sizes, axis = d.one_of((2, -1), (4, 1), (1, 0))
    return lambda x: tg.split(x, sizes, axis=axis), lambda x: torch.tensor_split(x, sizes, dim=axis)


def _chunk(d: Draw) -> tuple[Call, Call]:
    parts, axis = d.one_of((2, 0), (3, 1), (2, -1))
    return lambda x: tg.chunk(x, parts, axis=axis), lambda x: torch.chunk(x, parts, dim=axis)


def _unstack(d: Draw) -> tuple[Call, Call]:
    axis = d.one_of(0, 1, -1)
    return lambda x: tg.unstack(x, axis=axis), lambda x: torch.unbind(x, dim=axis)


def _triangle(name: str) -> Callable[[Draw], tuple[Call, Call]]:
    def pair(d: Draw) -> tuple[Call, Call]:
        k = d.one_of(0, 1, -2)
        return lambda x: getattr(tg, name)(x, k=k), lambda x: getattr(torch, name)(x, k)

    return pair


def _diagonal(d: Draw) -> tuple[Call, Call]:
    k = d.one_of(0, 1, -2)
    return lambda x: tg.diagonal(x, offset=k), lambda x: torch.diagonal(x, k, -2, -1)


def _diag(d: Draw) -> tuple[Call, Call]:
    k = d.one_of(0, 1, -2)
    return lambda x: tg.diag(x, offset=k), lambda x: torch.diag_embed(x, k)


def _trace(d: Draw) -> tuple[Call, Call]:
    k = d.one_of(0, 1, -1)
    return lambda x: tg.linalg.trace(x, offset=k), lambda x: torch.diagonal(x, k, -2, -1).sum(-1)


def joined(name: str, peer: str, options: tuple[Any, ...]) -> Row:
    """Several tensors to one."""

    def draw(d: Draw) -> Setting:
        axis = d.one_of(*options)
        arrays = tuple(d.normal(3, 4, 2) for _ in range(d.size(1, 4)))
        theirs = getattr(torch, peer)
        return Setting(arrays, lambda *xs: getattr(tg, name)(xs, axis=axis), lambda *xs: theirs(xs, dim=axis))

    return Row(name, f"torch.{peer}", draw)


def _broadcast_arrays(d: Draw) -> Setting:
    arrays = (d.normal(3, 1), d.normal(4), d.normal(2, 1, 1))
    return Setting(arrays, tg.broadcast_arrays, lambda *xs: torch.broadcast_tensors(*xs))


def _meshgrid(d: Draw) -> Setting:
    how = d.one_of("ij", "xy", "ij")
    arrays = (d.normal(3), d.normal(2), d.normal(4))
    return Setting(arrays, lambda *xs: tg.meshgrid(*xs, indexing=how), lambda *xs: torch.meshgrid(*xs, indexing=how))


def _take(d: Draw) -> Setting:
    axis = d.axis(3)
    indices = d.integers(0, (3, 4, 2)[axis] - 1, 5)
    return Setting(
        (d.normal(3, 4, 2), indices), lambda x, i: tg.take(x, i, axis=axis), lambda x, i: torch.index_select(x, axis, i)
    )


def _take_along(d: Draw) -> Setting:
    axis = d.axis(3)
    shape = [3, 4, 2]
    indices = d.integers(0, shape[axis] - 1, *(6 if i == axis % 3 else n for i, n in enumerate(shape)))
    return Setting(
        (d.normal(3, 4, 2), indices),
        lambda x, i: tg.take_along_axis(x, i, axis=axis),
        lambda x, i: torch.take_along_dim(x, i, dim=axis),
    )


def _scatter_along(d: Draw) -> Setting:
    axis, size = d.axis(3), 7
    shape = [3, 4, 2]

    def theirs(updates: Any, i: Any) -> Any:
        out = list(shape)
        out[axis] = size
        return torch.zeros(out, dtype=updates.dtype).scatter_add(axis, i, updates)

    indices = d.integers(0, size - 1, *shape)
    return Setting((d.normal(*shape), indices), lambda x, i: tg.scatter_along_axis(x, i, axis=axis, size=size), theirs)


def _scatter_add(d: Draw) -> Setting:
    return Setting(
        (d.normal(5, 3), d.integers(0, 4, 7), d.normal(7, 3)),
        lambda x, i, u: tg.scatter_add(x, i, u),
        lambda x, i, u: torch.index_put(x, (i,), u, accumulate=True),
    )


def _index(d: Draw) -> Setting:
    inputs = (d.normal(4, 5, 3), d.integers(0, 3, 6), d.integers(0, 4, 2, 1), d.mask(4, 5))
    index: Callable[[Any, Any, Any, Any], Any] = d.one_of(
        lambda x, i, j, m: x[i],
        lambda x, i, j, m: x[i, j],
        lambda x, i, j, m: x[..., None, 1:2],
        lambda x, i, j, m: x[m],
        lambda x, i, j, m: x[1:3, i, -1],
    )
    return Setting(inputs, index, index)


def _one_hot(d: Draw) -> Setting:
    classes = d.size(3, 6)
    return Setting(
        (d.integers(0, classes - 1, 4, 2),),
        lambda i: tg.one_hot(i, classes=classes, dtype="float64"),
        lambda i: torch.nn.functional.one_hot(i, classes).to(torch.float64),
    )


def made(name: str, peer: str, pairs: Callable[[Draw], tuple[Call, Call]], note: str = "") -> Row:
    """A tensor made of nothing."""

    def draw(d: Draw) -> Setting:
        return Setting((), *pairs(d))

    return Row(name, peer, draw, 0, note, single=False)


def _filled(name: str) -> Row:
    def pair(d: Draw) -> tuple[Call, Call]:
        shape = d.shape()
        return lambda: getattr(tg, name)(shape), lambda: getattr(torch, name)(shape)

    return made(name, f"torch.{name}", pair)


def _full(d: Draw) -> tuple[Call, Call]:
    shape, value = d.shape(), d.one_of(0.5, -3.0, 7)
    return lambda: tg.full(shape, value), lambda: torch.full(shape, value)


def _arange(d: Draw) -> tuple[Call, Call]:
    arguments = d.one_of((5,), (1, 9, 2), (3, -3, -1))
    return lambda: tg.arange(*arguments), lambda: torch.arange(*arguments)


def _linspace(d: Draw) -> tuple[Call, Call]:
    arguments = d.one_of((0.0, 1.0, 5), (2.0, -3.0, 7), (1.0, 1.5, 2))
    return (
        lambda: tg.linspace(*arguments, dtype="float64"),
        lambda: torch.linspace(*arguments, dtype=torch.float64),
    )


def _eye(d: Draw) -> tuple[Call, Call]:
    rows, columns = d.size(), d.size()
    return lambda: tg.eye(rows, columns), lambda: torch.eye(rows, columns)


def _eye_beside(d: Draw) -> tuple[Call, Call]:
    rows, columns, k = d.size(), d.size(), d.one_of(1, -1, 2)
    return lambda: tg.eye(rows, columns, k=k), lambda: torch.tensor(np.eye(rows, columns, k, dtype="float32"))


def like(name: str, *value: Any) -> Row:
    """A tensor of the shape of another."""

    def draw(d: Draw) -> Setting:
        return Setting(
            (d.normal(*d.shape()),), lambda x: getattr(tg, name)(x, *value), lambda x: getattr(torch, name)(x, *value)
        )

    return Row(name, f"torch.{name}", draw, 0)


def _asarray(d: Draw) -> tuple[Call, Call]:
    array: Array = d.one_of(d.normal(3, 4), d.integers(0, 5, 4), d.mask(2, 3))
    return lambda: tg.asarray(array), lambda: torch.asarray(array)


def _dlpack(d: Draw) -> Setting:
    # Through their tensor and back: both read the other's memory.
    return Setting(
        (d.normal(3, 4),),
        lambda x: tg.from_dlpack(torch.from_dlpack(x.numpy().copy())),
        lambda x: torch.from_dlpack(x.detach()),
    )


ROWS = [
    moved("reshape", "torch.reshape", _reshape), moved("permute_dims", "torch.permute", _permute),
    moved("flatten", "torch.flatten", _flatten), moved("expand_dims", "torch.unsqueeze", _expand),
    moved("squeeze", "torch.squeeze", _squeeze, (1, 1, 1)),
    moved("moveaxis", "torch.moveaxis", _moveaxis), moved("swapaxes", "torch.swapaxes", _swapaxes),
    moved("matrix_transpose linalg.matrix_transpose", "torch.Tensor.mT",
          lambda d: (tg.matrix_transpose, lambda x: x.mT)),
    moved("flip", "torch.flip", _flip), moved("roll", "torch.roll", _roll),
    moved("repeat", "torch.repeat_interleave", _repeat), moved("tile", "torch.tile", _tile),
    moved("broadcast_to", "torch.broadcast_to", _broadcast), moved("sum_to", "torch.Tensor.sum_to_size", _sum_to),
    moved("split", "torch.tensor_split", _split, (4, 4, 2)), moved("chunk", "torch.chunk", _chunk, (4, 6, 2)),
    moved("unstack", "torch.unbind", _unstack), moved("tril", "torch.tril", _triangle("tril")),
    moved("triu", "torch.triu", _triangle("triu")),
    moved("diagonal linalg.diagonal", "torch.diagonal", _diagonal), moved("diag", "torch.diag_embed", _diag),
    moved("linalg.trace", "torch.diagonal, torch.sum", _trace),
    joined("concat", "cat", (0, -1, 1)), joined("stack", "stack", (0, -1, 1)),
    Row("broadcast_arrays", "torch.broadcast_tensors", _broadcast_arrays), Row("meshgrid", "torch.meshgrid", _meshgrid),
    Row("take", "torch.index_select", _take), Row("take_along_axis", "torch.take_along_dim", _take_along),
    Row("scatter_along_axis", "torch.scatter_add", _scatter_along), Row("scatter_add", "torch.index_put", _scatter_add),
    Row("Tensor.__getitem__", "torch.Tensor.__getitem__", _index, draws=5),
    Row("one_hot", "torch.nn.functional.one_hot", _one_hot, 0),
    _filled("zeros"), _filled("ones"), made("full", "torch.full", _full), made("arange", "torch.arange", _arange),
    made("linspace", "torch.linspace", _linspace), made("eye", "torch.eye", _eye),
    made("eye", "numpy.eye", _eye_beside, "beside the main diagonal, which theirs does not do"),
    like("zeros_like"), like("ones_like"), like("full_like", 2.5), made("asarray", "torch.asarray", _asarray),
    Row("from_dlpack", "torch.from_dlpack", _dlpack, 0),
]  # fmt: skip
