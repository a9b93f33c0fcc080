"""The first call of an op with a new signature: everything that is checked is checked here."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.accelerate import find
from typedgrad.core.aval import Aval, aval_of
from typedgrad.core.call import Entry, flatten, raw_arguments
from typedgrad.core.dtypes import dtype_name
from typedgrad.core.tracing import DEVICE, pulling, recording, unreachable
from typedgrad.core.watching import without_values
from typedgrad.shapes import ShapeError, SignatureError, Slot, dtypes

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive
    from typedgrad.shapes import Shape

# From 2.3 on, `out=...` asks a ufunc for an array even where the result has no axes.
_ELLIPSIS_OUT = np.lib.NumpyVersion(np.__version__) >= "2.3.0"


def examine(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any]) -> tuple[Entry, Any]:
    """Check the call, run the body, and make the entry that lets the next such call skip all this.

    Raises:
        ShapeError: if shapes or dtypes do not fit the signature.
        TypeError: for a wrong type of a static argument, an unhashable one, or tensors of several devices.
    """
    flat = flatten(tensors)
    device = _device(op, tensors, flat)
    _hashable(op, statics)
    if device != "abstract":
        from typedgrad.core.typed import check_arguments

        check_arguments(op, tensors, statics)
    avals = _infer(op, tensors, statics, device)
    entry = make_entry(op, tensors, statics, avals, abstract=device == "abstract")
    data = entry.run(*raw_arguments(entry, flat))
    if avals is not None and device != "abstract":
        _compare(op, avals, data if entry.several else (data,))
    return entry, data


def _device(op: Primitive, tensors: tuple[Any, ...], flat: tuple[Any, ...]) -> str:
    devices = {x.aval.device for x in flat}
    if len(devices) > 1 and "abstract" in devices:
        return "abstract"  # functions of which only shapes are asked may hold tensors with values too
    if DEVICE in devices and len(devices - {DEVICE, "cpu"}) == 0:
        return DEVICE  # as above
    if len(devices) > 1:
        names = [
            f"{a.name}[{i}]" if isinstance(value, tuple) else a.name
            for a, value in zip(op.reading.tensors, tensors, strict=True)
            for i, x in enumerate(value if isinstance(value, tuple) else (value,))
            if x is not None
        ]
        first, other = names[0], next(i for i, x in enumerate(flat) if x.device != flat[0].device)
        raise TypeError(
            f"{op.name}: `{first}` is on {flat[0].device} but `{names[other]}` on {flat[other].device}; "
            "move one with tg.to(x, device)"
        )
    return devices.pop() if devices else "cpu"


def without_lists(value: object) -> object:
    """A static argument with tuples for lists, however deep."""
    return tuple(map(without_lists, value)) if isinstance(value, (list, tuple)) else value


def _hashable(op: Primitive, statics: dict[str, Any]) -> None:
    for name, value in statics.items():
        try:
            hash(value)
        except TypeError:
            advice = "; write a tuple" if isinstance(value, list) else ""
            what = f"{type(value).__name__} {value!r}"
            raise TypeError(f"{op.name}: the static argument `{name}` must be hashable, not {what}{advice}") from None


def _infer(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any], device: str) -> tuple[Aval, ...] | None:
    if op.is_dynamic:
        if device in {"abstract", DEVICE}:
            raise TypeError(f"{op.name}: the result's shape depends on values, and {device} tensors have none")
        return None
    if device not in {"abstract", DEVICE} and statics.get("device") not in (None, device):
        return None  # the result lives somewhere else; its aval is read off the array
    shapes = infer_shapes(op, tensors, statics)
    names = infer_dtypes(op, tensors, statics, len(shapes))
    return tuple(aval_of(shape, np.dtype(name), device) for shape, name in zip(shapes, names, strict=True))


def infer_shapes(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any]) -> tuple[Shape, ...]:
    """The shapes of the results, from the signature and its `where` rule."""
    shapes: dict[str, Any] = {}
    for a, value in zip(op.reading.tensors, tensors, strict=True):
        if a.slot is not None and a.slot.many:
            shapes[a.name] = tuple(t.shape for t in value)
        elif value is not None:
            shapes[a.name] = value.shape
    result = op.signature.infer(shapes, statics)
    if _is_several(op):
        return result  # type: ignore[return-value]  # several results give a tuple of shapes
    return (result,)  # type: ignore[return-value]  # one result gives one shape


def infer_dtypes(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any], count: int) -> tuple[str, ...]:
    """The dtypes of the results: the rule of the op, a concrete class in the annotation, or that of the arguments."""
    names: dict[str, str] = {}
    for a, value in zip(op.reading.tensors, tensors, strict=True):
        present = value if isinstance(value, tuple) else (value,)
        for t in present:
            if t is None:
                continue
            names.setdefault(a.name, t.dtype.name)
            if a.slot is not None and not dtypes.accepts(a.slot.dtype, t.dtype.name):
                raise dtypes.clash(a.name, a.slot.dtype, t.dtype.name, op.name)
    if op.dtype_rule is not None:
        code = op.dtype_rule.__code__
        wanted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        scope = {**statics, **{a.name: names.get(a.name) for a in op.reading.tensors}}
        try:
            made = op.dtype_rule(**{name: scope[name] for name in wanted})
        except (ShapeError, SignatureError):
            raise
        except TypeError as error:
            raise TypeError(f"{op.name}: {error}") from None
        return tuple(map(dtype_name, made)) if isinstance(made, tuple) else (dtype_name(made),) * count
    out = op.reading.out
    slots = out if isinstance(out, tuple) and not isinstance(out, Slot) else (out,) * count
    return tuple(_dtype_of(op, slot, names) for slot in slots)


def _dtype_of(op: Primitive, slot: Any, names: dict[str, str]) -> str:
    if slot is not None and (concrete := dtypes.concrete(slot.dtype)) is not None:
        return concrete
    wanted = slot.dtype if slot is not None else None
    same = [names[a.name] for a in op.reading.tensors if a.slot and a.slot.dtype == wanted and a.name in names]
    found = same or list(names.values())
    if not found:
        raise SignatureError(f"{op.name}: the dtype of the result follows from no argument; attach a rule with @dtype")
    return found[0]


def _is_several(op: Primitive) -> bool:
    out = op.reading.out
    return (isinstance(out, tuple) and not isinstance(out, Slot)) or (isinstance(out, Slot) and out.many)


def make_entry(
    op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any], avals: tuple[Aval, ...] | None, *, abstract: bool
) -> Entry:
    """The entry of a call whose results' avals are known."""
    several = _is_several(op)
    traced = avals is not None and any(a.device == DEVICE for a in avals)
    plain = all(a.slot is not None and not a.slot.many and not a.optional for a in op.reading.tensors)
    layout = None if plain else tuple(None if v is None else len(v) if isinstance(v, tuple) else -1 for v in tensors)
    run: Any
    if abstract:
        assert avals is not None
        run = without_values(op.name, statics, avals, several=several)
    elif traced:
        assert avals is not None
        run = recording(op, statics, avals, several=several)
    else:
        run = functools.partial(op.body, **statics) if statics else op.body
        if op.is_direct and backend_of(tensors[0].data).name == "numpy":
            run = _ufunc(op.name, avals)
        elif avals is None or any(a.shape == () for a in avals):
            run = _arrays_only(run, several=several)
    inputs = [t.dtype.kind for t in flatten(tensors)]
    outputs = [a.dtype.kind for a in avals or ()]
    involved = "c" in (*inputs, *outputs)
    kernel = None if abstract or traced or involved else find(op, tensors, statics, avals)
    made = Entry(op, run, avals, statics=statics, layout=layout, several=several, complex_=involved, kernel=kernel)
    if traced and not involved:
        made.pull, made.pull_taped = unreachable(op.name), pulling(op)
    return made


def _ufunc(name: str, avals: tuple[Aval, ...] | None) -> Any:
    """Numpy's own function for a direct op, made to return an array where the result has no axes."""
    ufunc = getattr(np, name)
    if avals is not None and avals[0].shape != ():
        return ufunc
    return functools.partial(ufunc, out=...) if _ELLIPSIS_OUT else _arrays_only(ufunc, several=False)


def _arrays_only(run: Any, *, several: bool) -> Any:
    """Numpy returns scalars where the result has no axes; make them arrays again."""

    def on_numpy(*arrays: Any) -> Any:
        out = run(*arrays)
        if several:
            return tuple(np.asarray(o) if isinstance(o, np.generic) else o for o in out)
        return np.asarray(out) if isinstance(out, np.generic) else out

    return on_numpy


def _compare(op: Primitive, avals: tuple[Aval, ...], data: tuple[Any, ...]) -> None:
    """What the body computed must be what the signature says: a mistake in the op, not in its use."""
    for aval, array in zip(avals, data, strict=True):
        shape, found = tuple(array.shape), backend_of(array).dtype(array)
        if shape != aval.shape or found != aval.dtype:
            raise SignatureError(
                f"{op.name}: the body returned {found.name}[{' '.join(map(str, shape))}], "
                f"but the signature says {aval!r}"
            )
