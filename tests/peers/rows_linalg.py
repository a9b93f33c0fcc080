"""Products and linear algebra. What a decomposition leaves open (signs, phases of vectors) is not compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.peer import called, torch
from tests.peers.row import Array, Draw, Row, Setting

GAUGE = "vectors are compared by products in which the signs that a decomposition leaves open cancel"


def product(names: str, peer: str, shapes: Callable[[Draw], tuple[Any, ...]], **options: Any) -> Row:
    """A function of two tensors."""
    name = names.split(maxsplit=1)[0]

    def draw(d: Draw) -> Setting:
        arrays = tuple(d.normal(*shape) for shape in shapes(d))
        return Setting(arrays, lambda *xs: getattr(tg, name)(*xs), lambda *xs: called(peer)(*xs, **options))

    return Row(names, peer, draw)


def _matmul_shapes(d: Draw) -> tuple[Any, ...]:
    shapes: tuple[Any, ...] = d.one_of(
        ((3, 4), (4, 2)), ((2, 1, 3, 4), (5, 4, 2)), ((4,), (4,)), ((3, 4), (4,)), ((4,), (2, 4, 3))
    )
    return shapes


def _einsum(d: Draw) -> Setting:
    text, shapes = d.one_of(
        ("ij,jk->ik", ((3, 4), (4, 2))),
        ("bij,bjk,k->bi", ((2, 3, 4), (2, 4, 5), (5,))),
        ("...ij,kj->...ik", ((2, 3, 4, 2), (5, 2))),
        ("iji->j", ((3, 4, 3),)),
        ("ab,cd->bcda", ((2, 3), (4, 2))),
        ("bhqd,bhkd->bhqk", ((2, 3, 4, 5), (2, 3, 6, 5))),
    )
    arrays = tuple(d.normal(*shape) for shape in shapes)
    return Setting(arrays, lambda *xs: tg.einsum(text, *xs), lambda *xs: torch.einsum(text, *xs))


def _tensordot(d: Draw) -> Setting:
    axes = d.one_of(2, 1, ((1, 0), (0, 2)))
    shapes = d.one_of(((2, 3, 4), (3, 4, 5)), ((2, 3), (3, 4)), ((4, 3, 2), (3, 5, 4)))
    return Setting(
        tuple(d.normal(*shape) for shape in shapes),
        lambda x, y: tg.tensordot(x, y, axes=axes),
        lambda x, y: torch.tensordot(x, y, dims=axes),
    )


def well(d: Draw, *batch: int, n: int = 3) -> Array:
    """Square matrices that are far from singular."""
    return d.normal(*batch, n, n) + 3.0 * np.eye(n)


def definite(d: Draw, *batch: int, n: int = 3) -> Array:
    """Symmetric matrices with eigenvalues well above 0."""
    x = d.normal(*batch, n, n)
    return x @ np.swapaxes(x, -1, -2) + np.eye(n)


def spread(d: Draw, *batch: int, m: int = 4, n: int = 3) -> Array:
    """Matrices whose singular values are apart from each other and from 0."""
    u, v = (np.linalg.qr(d.normal(*batch, size, size))[0] for size in (m, n))
    values = np.zeros((m, n))
    values[range(min(m, n)), range(min(m, n))] = np.arange(1, min(m, n) + 1)
    return u @ values @ np.swapaxes(v, -1, -2)


def batch_of(d: Draw) -> tuple[int, ...]:
    """None, one or two axes in front."""
    sizes: tuple[int, ...] = d.one_of((), (2,), (2, 3))
    return sizes


def square(name: str, peer: str = "", make: Callable[..., Array] = well) -> Row:
    """A function of square matrices."""
    peer = peer or f"torch.linalg.{name}"

    def draw(d: Draw) -> Setting:
        x = make(d, *batch_of(d), n=d.size(1, 4))
        return Setting((x,), lambda x: getattr(tg.linalg, name)(x), lambda x: called(peer)(x))

    return Row(f"linalg.{name}", peer, draw)


def _symmetric(x: Any) -> Any:
    return (x + x.mT) / 2.0


def _cholesky(d: Draw) -> Setting:
    upper = d.flag()
    return Setting(
        (definite(d, *batch_of(d)),),
        lambda x: tg.linalg.cholesky(_symmetric(x), upper=upper),
        lambda x: torch.linalg.cholesky(_symmetric(x), upper=upper),
    )


def _eigh(d: Draw) -> Setting:
    def ours(x: Any) -> Any:
        w, v = tg.linalg.eigh(_symmetric(x))
        return w, (v * tg.expand_dims(tg.sin(w), -2)) @ v.mT

    def theirs(x: Any) -> Any:
        w, v = torch.linalg.eigh(_symmetric(x))
        return w, (v * torch.sin(w)[..., None, :]) @ v.mT

    return Setting((_spread_symmetric(d),), ours, theirs)


def _spread_symmetric(d: Draw) -> Array:
    q = np.linalg.qr(d.normal(*batch_of(d), 4, 4))[0]
    return (q * np.array([-2.0, -0.5, 1.0, 3.0])) @ np.swapaxes(q, -1, -2)


def _eigvalsh(d: Draw) -> Setting:
    return Setting(
        (_spread_symmetric(d),),
        lambda x: tg.linalg.eigvalsh(_symmetric(x)),
        lambda x: torch.linalg.eigvalsh(_symmetric(x)),
    )


def _svd(d: Draw) -> Setting:
    m, n = d.one_of((4, 3), (3, 3), (3, 5))

    def ours(x: Any) -> Any:
        u, s, vh = tg.linalg.svd(x, full_matrices=False)
        return s, (u * tg.expand_dims(tg.sin(s), -2)) @ vh

    def theirs(x: Any) -> Any:
        u, s, vh = torch.linalg.svd(x, full_matrices=False)
        return s, (u * torch.sin(s)[..., None, :]) @ vh

    return Setting((spread(d, *batch_of(d), m=m, n=n),), ours, theirs)


def _qr(d: Draw) -> Setting:
    m, n = d.one_of((4, 3), (3, 3), (5, 2))

    def ours(x: Any) -> Any:
        q, r = tg.linalg.qr(x)
        signs = tg.sign(tg.diagonal(r))
        return q * tg.expand_dims(signs, -2), r * tg.expand_dims(signs, -1)

    def theirs(x: Any) -> Any:
        q, r = torch.linalg.qr(x)
        signs = torch.sign(torch.diagonal(r, 0, -2, -1))
        return q * signs[..., None, :], r * signs[..., None]

    return Setting((spread(d, *batch_of(d), m=m, n=n),), ours, theirs)


def _solve(d: Draw) -> Setting:
    batch = batch_of(d)
    y = d.one_of(d.normal(3), d.normal(2, 3, 2), d.normal(2, 3, 3, 4))
    return Setting((well(d, *batch), y), tg.linalg.solve, lambda x, y: torch.linalg.solve(x, y))


def _pinv(d: Draw) -> Setting:
    m, n = d.one_of((4, 3), (3, 3), (2, 4))
    return Setting((spread(d, m=m, n=n),), tg.linalg.pinv, lambda x: torch.linalg.pinv(x))


def _matrix_power(d: Draw) -> Setting:
    n = d.one_of(3, -2, 0, 1)
    return Setting(
        (well(d, *batch_of(d)),), lambda x: tg.linalg.matrix_power(x, n), lambda x: torch.linalg.matrix_power(x, n)
    )


def _rank(d: Draw) -> Setting:
    k = d.size(1, 3)
    x = d.integers(-3, 3, 2, 4, k) @ d.integers(-3, 3, 2, k, 5) / 2.0  # exactly of this rank
    return Setting((x,), tg.linalg.matrix_rank, lambda x: torch.linalg.matrix_rank(x))


def _matrix_norm(d: Draw) -> Setting:
    order = d.one_of("fro", "nuc", 2, -2, 1, float("inf"), -1)
    keep = d.flag()
    return Setting(
        (spread(d, 2),),
        lambda x: tg.linalg.matrix_norm(x, ord=order, keepdims=keep),
        lambda x: torch.linalg.matrix_norm(x, ord=order, keepdim=keep),
    )


def _vector_norm(d: Draw) -> Setting:
    order, axis = d.one_of(2, 1, 3, float("inf"), -float("inf"), 0.5), d.axes(3)
    return Setting(
        (d.apart(3, 4, 2),),
        lambda x: tg.linalg.vector_norm(x, ord=order, axis=axis),
        lambda x: torch.linalg.vector_norm(x, ord=order, dim=axis),
    )


def _norm(d: Draw) -> Setting:
    options, theirs = d.one_of(({}, {}), ({"axis": -1}, {"dim": -1}), ({"ord": 2, "axis": 0}, {"ord": 2, "dim": 0}))
    return Setting((d.normal(4, 3),), lambda x: tg.linalg.norm(x, **options), lambda x: torch.linalg.norm(x, **theirs))


def _kron(d: Draw) -> Setting:
    return Setting((d.normal(d.size(), 3), d.normal(2, d.size())), tg.kron, lambda x, y: torch.kron(x, y))


def _vecdot(d: Draw) -> Setting:
    axis = d.one_of(-1, 0, 1)
    return Setting(
        (d.normal(3, 4, 2), d.normal(3, 4, 2)),
        lambda x, y: tg.vecdot(x, y, axis=axis - 3 if axis >= 0 else axis),
        lambda x, y: torch.linalg.vecdot(x, y, dim=axis),
    )


def _cross(d: Draw) -> Setting:
    shape, axis = d.one_of(((4, 3), -1), ((3, 2), 0), ((2, 3, 2), 1))
    return Setting(
        (d.normal(*shape), d.normal(*shape)),
        lambda x, y: tg.cross(x, y, axis=axis),
        lambda x, y: torch.linalg.cross(x, y, dim=axis),
    )


ROWS = [
    product("matmul linalg.matmul", "torch.matmul", _matmul_shapes)._replace(draws=5),
    Row("einsum", "torch.einsum", _einsum, draws=6),
    Row("tensordot linalg.tensordot", "torch.tensordot", _tensordot),
    product("outer linalg.outer", "torch.outer", lambda d: ((d.size(),), (d.size(),))),
    Row("kron", "torch.kron", _kron), Row("vecdot linalg.vecdot", "torch.linalg.vecdot", _vecdot),
    Row("cross linalg.cross", "torch.linalg.cross", _cross),
    square("det"), square("slogdet"), square("inv"),
    Row("linalg.cholesky", "torch.linalg.cholesky", _cholesky, note="of the symmetric part"),
    Row("linalg.eigh", "torch.linalg.eigh", _eigh, note=GAUGE),
    Row("linalg.eigvalsh", "torch.linalg.eigvalsh", _eigvalsh, note="of the symmetric part"),
    Row("linalg.svd", "torch.linalg.svd", _svd, note=GAUGE),
    square("svdvals", make=lambda d, *batch, n: spread(d, *batch, m=n, n=n)),
    Row("linalg.qr", "torch.linalg.qr", _qr, note=GAUGE),
    Row("linalg.solve", "torch.linalg.solve", _solve), Row("linalg.pinv", "torch.linalg.pinv", _pinv),
    Row("linalg.matrix_power", "torch.linalg.matrix_power", _matrix_power, draws=4),
    Row("linalg.matrix_rank", "torch.linalg.matrix_rank", _rank, 0),
    Row("linalg.matrix_norm", "torch.linalg.matrix_norm", _matrix_norm, draws=7),
    Row("linalg.vector_norm", "torch.linalg.vector_norm", _vector_norm, draws=6),
    Row("linalg.norm", "torch.linalg.norm", _norm),
]  # fmt: skip
