"""The laws of values and shapes: reference, shape, homomorphism."""

from __future__ import annotations

from typing import Any

import numpy as np

from typedgrad.backends import AbstractArray
from typedgrad.core.examine import infer_dtypes, infer_shapes
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Dim, Inconclusive, Shape, Star, Sym, substitute
from typedgrad.shapes.compare import compare_runs
from typedgrad.testing.draw import Draw, Value, defaults_of, on_host, tensors
from typedgrad.testing.trial import Broken, Trial


def reference(trial: Trial) -> None:
    """The forward result is what numpy says; Python numbers do where they are welcome."""
    made = trial.forward()
    trial.compare(made, trial.reference(), "the result")
    numbers = [a.scalar for a in trial.op.reading.tensors]
    flat = tensors(trial.draw.flat)
    if len(flat) == len(numbers) and sum(numbers) > 1:
        i = trial.rng.randrange(len(flat))
        if numbers[i] and flat[i].shape and trial.draw.flat[i].size and flat[i].dtype == flat[i - 1].dtype:
            _with_number(trial, i, made[0].dtype.name)


def _with_number(trial: Trial, i: int, dtype: str) -> None:
    """A Python number in the place of argument `i` counts as a 0-d tensor of the other's dtype."""
    flat = trial.draw.flat
    number = flat[i].flat[0].item()
    arrays = (*flat[:i], np.asarray(number, flat[i].dtype), *flat[i + 1 :])
    mixed = trial._replace(draw=Draw(arrays, trial.draw.statics))
    arguments: Any = tensors(flat)
    arguments[i] = number
    out = trial.op.function(*arguments, **trial.draw.statics)
    if out.dtype.name != dtype:
        raise Broken(f"the number {number!r} for argument {i} makes it {out.dtype.name}, not {dtype}")
    trial.compare(on_host(out), mixed.reference(), f"the result for the number {number!r}")


def shape(trial: Trial) -> None:
    """Inference, the result, and the result on shapes alone agree on shape and dtype."""
    op, draw = trial.op, trial.draw
    flat = tensors(draw.flat)
    results = trial.call(flat)
    for out in results:
        data: Any = out.data
        if data.shape != out.shape or data.dtype != out.dtype:
            raise Broken(f"the tensor claims {out.aval!r}, but holds {data.dtype}{list(data.shape)}")
    if op.is_dynamic:
        return
    arguments, statics = draw.refill(list(flat)), {**defaults_of(op), **draw.statics}
    shapes = infer_shapes(op, arguments, statics)
    wanted = list(zip(shapes, infer_dtypes(op, arguments, statics, len(shapes)), strict=True))
    found = [(out.shape, out.dtype.name) for out in results]
    # Inference runs before promotion and numbers, which the drawn arguments need not: one dtype per annotation.
    if found != wanted:
        raise Broken(f"inference says {wanted}, but the result is {found}")
    if not flat:
        return
    on_shapes = trial.call([Tensor(AbstractArray(x.shape, x.dtype)) for x in flat])
    if [(out.shape, out.dtype.name) for out in on_shapes] != found:
        raise Broken(f"on shapes alone the result is {on_shapes}, but it is {found}")


def homomorphism(trial: Trial) -> bool | None:
    """Inferring with symbols, then putting sizes in, is inferring with the sizes.

    Equal sizes become the same symbol, so that nothing that holds for the sizes is refuted for the symbols; some stay
    numbers, as 0 and 1 always do, which mean something of their own. Returns whether the result was known; None if
    nothing was symbolic.
    """
    op = trial.op
    if op.is_dynamic:
        return None
    statics = {**defaults_of(op), **trial.draw.statics}
    sizes = _shapes_of(trial)
    wanted = _all(op.signature.infer(sizes, statics), several=_several(trial))
    numbers = {n for shape in _each(sizes) for n in shape if n > 1}
    share = trial.rng.choice((0.3, 0.6, 1.0))
    chosen = {n: Sym.named(f"d{n}") for n in sorted(numbers) if trial.rng.random() < share}
    values = {f"d{n}": n for n in chosen}
    symbolic: dict[str, Any] = {
        name: tuple(_named(item, chosen) for item in value) if _is_many(value) else value and _named(value, chosen)
        for name, value in sizes.items()
    }
    starred, runs = _with_stars(trial, symbolic) if trial.rng.random() < 0.3 else (symbolic, {})
    try:
        found = _all(op.signature.infer(starred, statics), several=_several(trial))
    except (Inconclusive, TypeError, IndexError):  # refused, or a rule looked at what is not known
        if not chosen and not runs:
            raise
        return False
    known = True
    for made, target in zip(found, wanted, strict=True):
        put_in = tuple(_value(axis, values) for axis in _unrolled(made, runs))
        if len(found) != len(wanted) or compare_runs(put_in, target) == "refuted":
            raise Broken(f"{starred} gives {made}, which is {put_in} for {values}; but inference gives {target}")
        known = known and all(isinstance(axis, int) for axis in put_in)
    return known if chosen else None


def _shapes_of(trial: Trial) -> dict[str, Any]:
    names = [a.name for a in trial.op.reading.tensors]
    return {
        name: tuple(tuple(item.shape) for item in value) if isinstance(value, tuple) else value.shape
        for name, value in zip(names, trial.draw.arrays, strict=True)
        if value is not None
    }


def _is_many(value: Value) -> bool:
    return any(isinstance(item, tuple) for item in value)


def _each(sizes: dict[str, Any]) -> list[tuple[int, ...]]:
    return [shape for value in sizes.values() for shape in (value if _is_many(value) else (value,))]


def _several(trial: Trial) -> bool:
    out = trial.op.reading.out
    return isinstance(out, tuple) and not hasattr(out, "axes")


def _all(result: Value, *, several: bool) -> tuple[Shape, ...]:
    return tuple(result) if several or _is_many(result) else (result,)


def _named(sizes: tuple[int, ...], chosen: dict[int, Sym]) -> tuple[Dim, ...]:
    return tuple(chosen.get(n, n) for n in sizes)


def _with_stars(trial: Trial, symbolic: dict[str, Any]) -> tuple[dict[str, Any], dict[Star, Shape]]:
    """One run of axes in front, the same in all arguments that have it, as a run of unknown length."""
    signature = trial.op.signature
    runs: dict[Star, Shape] = {}
    starred = dict(symbolic)
    for name, value in symbolic.items():
        pattern = signature.patterns[name]
        if _is_many(value) or not pattern or not pattern[0].star or pattern[0].kind != "name":
            return symbolic, {}
        rank = len(value) - (len(pattern) - 1)
        star = Star(pattern[0].text)
        if runs.setdefault(star, value[:rank]) != value[:rank]:
            return symbolic, {}
        starred[name] = (star, *value[rank:])
    return starred, runs


def _unrolled(shape: Shape, runs: dict[Star, Shape]) -> Shape:
    return tuple(axis for item in shape for axis in (runs.get(item, (item,)) if isinstance(item, Star) else (item,)))


def _value(axis: Dim | Star, values: dict[str, int]) -> Dim | Star:
    return axis if isinstance(axis, Star) else substitute(axis, values)
