"""Drawing an op's arguments from its signature: sizes, static arguments, values, and how they lie in memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from typedgrad.backends import backend_for_device, backend_of
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError, dtypes, substitute
from typedgrad.testing.case import KINDS, Case, Shapes, Sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.core.primitive import Primitive
    from typedgrad.core.signatures import Argument
    from typedgrad.shapes import Axis

# The sizes or the array of one argument; None if it is absent, a tuple of such for a sequence.
Value: TypeAlias = Any

_TRIES = 300
_MOST_AXES = 5


class Draw(NamedTuple):
    """One call of an op: per tensor argument an array (None if absent, a tuple for a sequence), and the statics."""

    arrays: tuple[Any, ...]
    statics: dict[str, object]

    @property
    def flat(self) -> list[NDArray[Any]]:
        """All arrays in order."""
        found: list[NDArray[Any]] = []
        for value in self.arrays:
            found.extend(value if isinstance(value, tuple) else () if value is None else (value,))
        return found

    def refill(self, flat: list[Any]) -> tuple[Any, ...]:
        """The arguments with other arrays, or tensors, in the places of `flat`."""
        items = iter(flat)
        return tuple(
            None if value is None else tuple(next(items) for _ in value) if isinstance(value, tuple) else next(items)
            for value in self.arrays
        )

    def describe(self, names: list[str]) -> str:
        """The call, for a message from which it can be repeated."""
        lines = [_line(name, value) for name, value in zip(names, self.arrays, strict=True)]
        lines += [f"    {name} = {value!r}" for name, value in self.statics.items()]
        return "\n".join(lines)


def _line(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(_line(f"{name}[{i}]", item) for i, item in enumerate(value))
    if not isinstance(value, np.ndarray):
        return f"    {name} = {value!r}"
    text = np.array2string(value, separator=", ", threshold=60, prefix=" " * 8, precision=17)
    layout = "" if value.flags.c_contiguous else f", strides {value.strides}"
    return f"    {name}: {value.dtype.name}[{' '.join(map(str, value.shape))}]{layout}\n        {text}"


def kinds_of(op: Primitive, case: Case) -> list[str]:
    """The dtypes to try: those that some tensor argument takes, and the case does not skip."""
    slots = [a.slot.dtype for a in op.reading.tensors if a.slot is not None]
    taken = [kind for kind in KINDS if any(dtypes.accepts(slot, kind) for slot in slots)]
    return [kind for kind in taken if kind not in case.skip] or ["float64"]


def draw(op: Primitive, case: Case, rng: Random, *, kind: str = "float64", zero: bool = False) -> Draw:
    """Arguments for one call. `kind` is the dtype of every argument that takes it; `zero` asks for axes of size 0.

    Raises:
        ValueError: if next to nothing that can be drawn is accepted by the op's own rule.
    """
    for _ in range(_TRIES):
        given = None if case.arrays is None else case.arrays(rng)
        if given is not None:
            shapes = {name: _sizes_of(value) for name, value in given.items()}
        else:
            shapes = draw_shapes(op, rng, zero=zero) if case.shapes is None else case.shapes(rng)
        try:
            statics = case.statics(shapes, rng)
        except (IndexError, ValueError):  # nothing to choose from, as there are no axes
            continue
        if case.shapes is None and given is None and not _accepted(op, shapes, statics):
            continue
        arrays = [
            _filled((shapes if given is None else given).get(a.name), a, case, rng, kind) for a in op.reading.tensors
        ]
        return Draw(tuple(arrays), statics)
    raise ValueError(f"{op.name}: nothing that was drawn from its signature is accepted; give the Case `shapes`")


def _accepted(op: Primitive, shapes: Shapes, statics: Mapping[str, object]) -> bool:
    if op.is_dynamic:
        return True
    try:
        op.signature.infer(shapes, {**defaults_of(op), **statics})
    except ShapeError:
        return False
    return True


def defaults_of(op: Primitive) -> dict[str, object]:
    """The default values of the static arguments."""
    from typedgrad.core.signatures import is_required

    return {a.name: a.default for a in op.reading.statics if not is_required(a)}


def _sizes_of(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(item.shape for item in value)
    return None if value is None else value.shape


def _filled(value: Value, a: Argument, case: Case, rng: Random, kind: str) -> Value:
    """One argument's arrays, made of its sizes, or of the values that the case gave."""
    if value is None:
        return None
    assert a.slot is not None
    dtype = _dtype_for(a.slot.dtype, kind)
    low, high = case.domain.get(a.name, (-2.0, 2.0)) if isinstance(case.domain, Mapping) else case.domain

    def one(item: Value) -> NDArray[Any]:
        if not isinstance(item, np.ndarray):
            return relaid(values(rng, item, dtype, low, high), rng)
        convert = item.dtype.kind == "f" and dtype.startswith("float")
        return relaid(item.astype(dtype) if convert else item, rng)

    return tuple(map(one, value)) if a.slot.many else one(value)


def _dtype_for(slot: str, kind: str) -> str:
    for candidate in (kind, *KINDS, "uint8", "int32", "complex64"):
        if dtypes.accepts(slot, candidate):
            return candidate
    concrete = dtypes.concrete(slot)
    return "float64" if concrete is None else concrete


def values(rng: Random, sizes: Sizes, dtype: str, low: float, high: float) -> NDArray[Any]:
    """Numbers between `low` and `high`."""
    source = np.random.default_rng(rng.getrandbits(64))
    kind = np.dtype(dtype).kind
    if kind == "b":
        return source.random(sizes) < 0.5
    if kind in "iu":
        first = max(math.ceil(low), 0) if kind == "u" else math.ceil(low)
        return source.integers(first, max(math.floor(high), first), sizes, endpoint=True).astype(dtype)
    if kind == "c":
        return (source.uniform(low, high, sizes) + 1j * source.uniform(low, high, sizes)).astype(dtype)
    return np.asarray(source.uniform(low, high, sizes)).astype(dtype)


def relaid(x: NDArray[Any], rng: Random) -> NDArray[Any]:
    """The same numbers, read-only, and lying in memory in one of the ways in which numpy arrays may."""
    style = rng.choice(("plain", "plain", "fortran", "permuted", "strided", "reversed"))
    if style == "strided":
        wide = np.zeros([2 * n + 1 for n in x.shape], x.dtype)
        wide[...] = np.nan if x.dtype.kind in "fc" else 1  # whoever reads between the elements shall be found out
        spaced: Any = (..., *(slice(1, 2 * n + 1, 2) for n in x.shape))
        out: NDArray[Any] = wide[spaced]
        out[...] = x
    elif style == "reversed":
        flip: Any = (..., *(slice(None, None, rng.choice((1, -1))) for _ in x.shape))
        out = x[flip].copy()[flip]
    elif style == "permuted":
        axes = rng.sample(range(x.ndim), x.ndim)
        out = np.ascontiguousarray(x.transpose(axes)).reshape([x.shape[i] for i in axes]).transpose(np.argsort(axes))
    else:
        out = np.array(x, order="F" if style == "fortran" else "C", copy=True)
    assert out.shape == x.shape
    out.flags.writeable = False
    return out


def draw_shapes(op: Primitive, rng: Random, *, zero: bool = False) -> Shapes:
    """Sizes for every tensor argument, as the signature alone allows them. Some optional ones are absent."""
    pool = (0, 0, 1, 2, 3) if zero else (1, 1, 2, 2, 3, 3, 4, 5)
    bound: dict[str, Any] = {}
    shapes: Shapes = {}
    for a in op.reading.tensors:
        assert a.slot is not None
        pattern = op.signature.patterns[a.name]
        if a.optional and rng.random() < 0.3:
            shapes[a.name] = None
        elif a.slot.many:
            shapes[a.name] = tuple(_sizes(pattern, bound, pool, rng) for _ in range(rng.randint(1, 4)))
        else:
            shapes[a.name] = _sizes(pattern, bound, pool, rng)
    return shapes


def _sizes(pattern: tuple[Axis, ...], bound: dict[str, Any], pool: Sizes, rng: Random) -> Sizes:
    sizes: list[int] = []
    for axis in pattern:
        if axis.star:
            most = max(0, min(3, _MOST_AXES - len(pattern)))
            key = axis.key if axis.kind == "name" else ""
            run = bound.get(key)
            if run is None:
                run = tuple(rng.choice(pool) for _ in range(rng.randint(0, most)))
            if key:
                bound[key] = run
            sizes.extend(_stretchable(run, rng) if axis.stretch else run)
        elif axis.kind == "anonymous":
            sizes.append(rng.choice(pool))
        else:
            for name in _free(axis):
                bound.setdefault(name, rng.choice(pool))
            n = substitute(axis.dim, bound)
            assert isinstance(n, int)
            sizes.append(1 if axis.stretch and rng.random() < 0.2 else max(n, 0))
    return tuple(sizes)


def _free(axis: Axis) -> list[str]:
    from typedgrad.shapes.dim import names_of

    return sorted(names_of(axis.dim))


def _stretchable(run: Sizes, rng: Random) -> Sizes:
    """Sizes that broadcast to `run`: some axes 1, some in front left out."""
    kept = run[rng.randint(0, len(run)) :] if rng.random() < 0.3 else run
    return tuple(1 if rng.random() < 0.25 else n for n in kept)


def tensors(arrays: list[NDArray[Any]], device: str = "cpu") -> list[Tensor]:
    """The arrays as tensors; on the CPU without a copy."""
    if device == "cpu":
        return [Tensor(np.asarray(x)) for x in arrays]  # arithmetic makes numpy scalars of 0-d arrays
    backend = backend_for_device(device)
    return [Tensor(backend.asarray(np.array(x, order="C", copy=True), device=device)) for x in arrays]


def on_host(result: object) -> list[NDArray[Any]]:
    """The result of an op, one or several tensors, as numpy arrays."""
    items = result if isinstance(result, (tuple, list)) else (result,)
    return [backend_of(x.data).to_numpy(x.data) if isinstance(x, Tensor) else np.asarray(x) for x in items]
