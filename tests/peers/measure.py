"""Forward, first and second gradients of a configuration, by us and by the peer, and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import typedgrad as tg
from tests.peers.peer import torch
from tests.peers.row import Array, Draw, Row, Setting

# Errors are relative to the norm of what the peer says, but to no less than this, and to no less than this part of the
# norm of all results (or all gradients) together: some gradients are 0 only up to rounding, such as that of a bias
# which the softmax after it takes away again.
FLOOR = 0.1
DTYPES = ("float64", "float32")


class Errors(NamedTuple):
    """The worst error of each order; None where there is nothing to compare."""

    forward: float
    first: float | None = None
    second: float | None = None

    def worse(self, other: Errors) -> Errors:
        """The larger of each."""
        return Errors(
            max(self.forward, other.forward), _larger(self.first, other.first), _larger(self.second, other.second)
        )

    @property
    def worst(self) -> float:
        """The largest of all."""
        return max(e for e in self if e is not None)


def _larger(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else max(a, b)


class _Results(NamedTuple):
    """What there is to compare. Results that are no floats have no gradients, and must be equal."""

    forward: list[Array]
    first: list[Array] | None
    second: list[Array] | None


class _Seeds(NamedTuple):
    """The cotangents of the results, and the directions of the inputs along which the gradient is differentiated."""

    results: list[Array]
    inputs: list[Array]


def measure(row: Row) -> dict[str, Errors]:
    """The worst errors over all configurations of a row, by dtype.

    Numbers are rounded to float32 at first, so that what the peer finds in float64 is the truth for both precisions.
    """
    found: dict[str, Errors] = {}
    for index in range(row.draws):
        draw = Draw(row.title, index)
        setting = row.draw(draw)
        inputs = tuple(map(_rounded, setting.inputs))
        theirs, seeds = _by_peer(setting, inputs, row.orders, draw)
        for dtype in DTYPES if row.single else DTYPES[:1]:
            ours = _by_us(setting, [_as(x, dtype) for x in inputs], row.orders, _Seeds(*_typed(seeds, dtype)))
            errors = _errors(ours, theirs)
            found[dtype] = errors.worse(found[dtype]) if dtype in found else errors
    return found


def _rounded(x: Array) -> Array:
    x = np.asarray(x)
    return x.astype("float32").astype("float64") if x.dtype.kind == "f" else x


def _as(x: Array, dtype: str) -> Array:
    return x.astype(dtype) if x.dtype.kind == "f" else x


def _typed(seeds: _Seeds, dtype: str) -> tuple[list[Array], list[Array]]:
    results, inputs = ([g.astype(dtype) for g in part] for part in seeds)
    return results, inputs


def _several(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def _by_peer(setting: Setting, inputs: Sequence[Array], orders: int, draw: Draw) -> tuple[_Results, _Seeds]:
    torch.set_num_threads(1)
    tensors = [torch.tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
    wanted = [x for x in tensors if x.requires_grad]
    results = _several(setting.theirs(*tensors))
    floats = [y for y in results if y.dtype.is_floating_point]
    seeds = _Seeds(
        [draw.normal(*y.shape).astype("float32").astype("float64") for y in floats],
        [draw.normal(*x.shape).astype("float32").astype("float64") for x in wanted],
    )
    forward = [y.numpy(force=True) for y in results]
    if orders == 0:
        return _Results(forward, None, None), seeds
    total = _inner([torch.tensor(g) for g in seeds.results], floats)
    first = _their_gradients(total, wanted, again=orders > 1)
    second = None
    if orders > 1:
        second = _their_gradients(_inner([torch.tensor(v) for v in seeds.inputs], first), wanted, again=False)
    return _Results(forward, *(None if g is None else [x.numpy(force=True) for x in g] for g in (first, second))), seeds


def _their_gradients(total: Any, wanted: list[Any], *, again: bool) -> list[Any]:
    if not total.requires_grad:
        return [torch.zeros_like(x) for x in wanted]
    gradients = torch.autograd.grad(total, wanted, create_graph=again, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(gradients, wanted, strict=True)]


def _inner(us: Sequence[Any], vs: Sequence[Any]) -> Any:
    total = None
    for u, v in zip(us, vs, strict=True):
        part = (u * v).sum()
        total = part if total is None else total + part
    assert total is not None, "a row that is differentiated has float results"
    return total


def _by_us(setting: Setting, inputs: Sequence[Array], orders: int, seeds: _Seeds) -> _Results:
    tensors = [tg.asarray(x) for x in inputs]
    places = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]
    cotangents, directions = ([tg.asarray(g) for g in part] for part in seeds)

    def total(wanted: tuple[tg.Tensor, ...]) -> Any:
        given = list(tensors)
        for i, x in zip(places, wanted, strict=True):
            given[i] = x
        floats = [y for y in _several(setting.ours(*given)) if y.dtype.kind == "f"]
        return _inner(cotangents, floats)

    def along(wanted: tuple[tg.Tensor, ...]) -> Any:
        return _inner(directions, tg.grad(total)(wanted))

    at = tuple(tensors[i] for i in places)
    forward = [tg.to_numpy(y) for y in _several(setting.ours(*tensors))]
    first = None if orders < 1 else [tg.to_numpy(g) for g in tg.grad(total)(at)]
    second = None if orders < 2 else [tg.to_numpy(g) for g in tg.grad(along)(at)]
    precisions = {x.dtype for x in inputs if x.dtype.kind == "f"}
    for y in [*forward, *(first or ()), *(second or ())]:
        assert not precisions or y.dtype.kind != "f" or y.dtype in precisions, f"{y.dtype} from {precisions}"
    return _Results(forward, first, second)


def _errors(ours: _Results, theirs: _Results) -> Errors:
    forward = _worst(ours.forward, theirs.forward)
    assert forward is not None
    return Errors(forward, _worst(ours.first, theirs.first), _worst(ours.second, theirs.second))


def _worst(ours: list[Array] | None, theirs: list[Array] | None) -> float | None:
    if ours is None or theirs is None:
        return None
    assert len(ours) == len(theirs), f"{len(ours)} results, not {len(theirs)}"
    floor = FLOOR * max(1.0, np.hypot.reduce([_size(x) for x in theirs], initial=0.0))
    return max((_apart(a, b, floor) for a, b in zip(ours, theirs, strict=True)), default=0.0)


def _size(x: Array) -> float:
    """The norm of the finite elements."""
    return float(np.linalg.norm(x[np.isfinite(x)])) if x.dtype.kind in "fc" else 0.0


def _apart(a: Array, b: Array, floor: float) -> float:
    """The norm of the difference by that of `b`; infinite where other elements are infinite."""
    if a.shape != b.shape:
        raise AssertionError(f"shape {a.shape}, not {b.shape}")
    if b.dtype.kind not in "fc":
        return 0.0 if np.array_equal(a, b) else np.inf
    finite = np.isfinite(b)
    if not np.array_equal(np.isfinite(a), finite) or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return np.inf
    x, y = a[finite].astype(np.result_type(a, b)), b[finite]
    return float(np.linalg.norm(x - y) / max(floor, float(np.linalg.norm(y))))
