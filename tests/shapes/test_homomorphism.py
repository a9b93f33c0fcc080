"""Inferring with symbols and substituting gives what inferring with the numbers gives: mypy and run time agree."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shapes import ops
from typedgrad.shapes import (
    ANY_AXES,
    UNKNOWN,
    Dim,
    Inconclusive,
    Shape,
    ShapeError,
    Signature,
    Star,
    Sym,
    parse_axes,
    substitute,
)

# Different from each other and from every literal, as names are by decree.
SIZES = {"a": 11, "b": 13, "h": 17, "w": 19, "t": 23}
RUNS: Mapping[str, Shape] = {"batch": (29, 31)}

literal_or_name = st.one_of(st.integers(1, 4), st.sampled_from([*SIZES]).map(Sym.named))
runs: st.SearchStrategy[Shape] = st.lists(st.one_of(st.just(1), literal_or_name), max_size=2).map(tuple)
starred_runs = st.one_of(runs, st.tuples(st.just(Star("batch")), runs).map(lambda parts: (parts[0], *parts[1])))


@st.composite
def calls(draw: st.DrawFn, signature: Signature) -> dict[str, Shape]:
    """Shapes that fit the signature, but for an occasional mistake."""
    meaning: dict[str, object] = {}
    shapes: dict[str, Shape] = {}
    for name, slot in signature.args.items():
        shape: list[Dim | Star] = []
        for axis in parse_axes(slot.axes):
            if axis.key not in meaning and axis.kind == "name":
                meaning[axis.key] = draw(starred_runs if axis.star else literal_or_name)
            if axis.star:
                run = meaning[axis.key]
                assert isinstance(run, tuple)
                shape.extend(run)
            else:
                dim = substitute(axis.dim, meaning)
                shape.append(draw(st.sampled_from([dim, dim, 1])) if axis.stretch else dim)
        if shape and draw(st.integers(0, 3)) == 0:
            mistake = st.one_of(literal_or_name, st.just(UNKNOWN), st.just(ANY_AXES))
            shape[draw(st.integers(0, len(shape) - 1))] = draw(mistake)
        shapes[name] = tuple(shape)
    return shapes


def numbers(shape: Shape, unknown: tuple[int, Shape] = (3, ())) -> Shape:
    """The shape with a size for every name, and for every unknown axis and run the size and run given."""
    out: list[Dim | Star] = []
    for axis in shape:
        if isinstance(axis, Star):
            out.extend(RUNS.get(axis.name, unknown[1]))
        else:
            out.append(unknown[0] if axis is UNKNOWN else substitute(axis, SIZES))
    return tuple(out)


unknowns = st.tuples(st.sampled_from([1, 2, 3]), runs.map(numbers))


def agrees(symbolic: Shape, exact: Shape) -> bool:
    """Whether every axis known from symbols has the size known from numbers."""
    if ANY_AXES in symbolic:
        front = symbolic[: symbolic.index(ANY_AXES)]
        back = symbolic[len(symbolic) - symbolic[::-1].index(ANY_AXES) :]
        m, n = len(numbers(front)), len(exact) - len(numbers(back))
        return m <= n and agrees(front, exact[:m]) and agrees(back, exact[n:])
    flat: list[Dim | Star] = []
    for axis in symbolic:
        flat.extend(RUNS[axis.name] if isinstance(axis, Star) else [axis])
    pairs = zip(flat, exact, strict=True)
    return all(a is UNKNOWN or (isinstance(a, int | Sym) and substitute(a, SIZES) == b) for a, b in pairs)


PLAIN = [ops.MATMUL, ops.ADD, ops.WHERE, ops.RELU, ops.MSE, ops.LINEAR, ops.RGB, ops.PAIRS, ops.SCALE, ops.QR]


@pytest.mark.parametrize("signature", PLAIN, ids=lambda s: s.name)
@given(data=st.data())
def test_strings_alone(signature: Signature, data: st.DataObject) -> None:
    shapes = data.draw(calls(signature))
    unknown = data.draw(unknowns)
    exact = {name: numbers(shape, unknown) for name, shape in shapes.items()}
    undecided = any(axis is UNKNOWN or isinstance(axis, Star) for shape in shapes.values() for axis in shape)
    try:
        symbolic = signature.infer_all(shapes)
    except ShapeError:
        with pytest.raises(ShapeError):
            signature.infer_all(exact)
        return
    try:
        results = signature.infer_all(exact)
    except ShapeError:
        assert undecided or signature is ops.PAIRS
        return
    assert all(agrees(one, other) for one, other in zip(symbolic, results, strict=True))


statics: dict[str, st.SearchStrategy[dict[str, object]]] = {
    "conv2d": st.fixed_dictionaries({"stride": st.integers(1, 3), "padding": st.integers(0, 2)}),
    "sum": st.fixed_dictionaries({"axis": st.sampled_from([None, 0, -1, 1]), "keepdims": st.booleans()}),
    "split": st.fixed_dictionaries({"sections": st.integers(1, 3), "axis": st.sampled_from([0, -1])}),
    "heads": st.fixed_dictionaries({"heads": st.integers(1, 3)}),
}


@pytest.mark.parametrize("signature", [ops.CONV2D, ops.SUM, ops.SPLIT, ops.ATTENTION], ids=lambda s: s.name)
@given(data=st.data())
def test_with_a_rule(signature: Signature, data: st.DataObject) -> None:
    shapes = data.draw(calls(signature))
    static = data.draw(statics[signature.name])
    unknown = data.draw(unknowns)
    exact = {name: numbers(shape, unknown) for name, shape in shapes.items()}
    try:
        symbolic = signature.infer_all(shapes, static)
    except (Inconclusive, TypeError) as error:
        if type(error) is ShapeError:
            with pytest.raises(ShapeError):
                signature.infer_all(exact, static)
        return
    try:
        results = signature.infer_all(exact, static)
    except ShapeError:
        return  # sizes that symbols leave open, such as a kernel larger than the picture
    assert all(agrees(one, other) for one, other in zip(symbolic, results, strict=True))


@given(st.lists(st.tuples(literal_or_name, literal_or_name), min_size=1, max_size=3), st.sampled_from([0, 1, -1]))
def test_a_sequence_of_tensors(shapes: list[tuple[Dim, Dim]], axis: int) -> None:
    exact = [numbers(shape) for shape in shapes]
    try:
        symbolic = ops.CONCAT.infer_all({"xs": shapes}, {"axis": axis})
    except ShapeError:
        with pytest.raises(ShapeError):
            ops.CONCAT.infer_all({"xs": exact}, {"axis": axis})
    else:
        assert agrees(symbolic[0], ops.CONCAT.infer_all({"xs": exact}, {"axis": axis})[0])
