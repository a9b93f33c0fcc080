"""On plain grammar our matcher and jaxtyping give the same verdict, whatever the signature and the shapes."""

from __future__ import annotations

from typing import Any

import jaxtyping
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from typedgrad.shapes import ShapeError, Signature, Slot

_SINGLE = ["n", "m", "k", "1", "2", "rows=3", "_", "#n", "#m", "#2", "n+1", "2*n", "n*m", "n//2", "n-m", "min(n,m)"]
_RUNS = ["*b", "*c", "*#b", "*#c", "...", "*_"]

single = st.sampled_from(_SINGLE)
axes = st.one_of(
    st.lists(single, max_size=3).map(" ".join),
    st.tuples(st.lists(single, max_size=2), st.sampled_from(_RUNS), st.lists(single, max_size=2)).map(
        lambda parts: " ".join([*parts[0], parts[1], *parts[2]])
    ),
)
shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def jaxtyping_accepts(annotations: list[str], arrays: list[tuple[int, ...]]) -> bool | None:
    """The verdict of jaxtyping, None where an expression needs a name that is not bound yet."""
    with jaxtyping.jaxtyped("context"):
        for text, shape in zip(annotations, arrays, strict=True):
            array_type: Any = jaxtyping.Shaped[np.ndarray, text]
            try:
                if not isinstance(np.empty(shape), array_type):
                    return False
            except (jaxtyping.AnnotationError, ZeroDivisionError):
                return None
    return True


def we_accept(annotations: list[str], arrays: list[tuple[int, ...]]) -> bool:
    names = [f"x{i}" for i in range(len(arrays))]
    signature = Signature(dict(zip(names, map(Slot, annotations), strict=True)), None)
    try:
        signature.bind(dict(zip(names, arrays, strict=True)))
    except ShapeError:
        return False
    return True


@settings(max_examples=1500)
@given(st.lists(st.tuples(axes, shapes), min_size=1, max_size=3))
def test_the_verdict_on_arguments_is_that_of_jaxtyping(call: list[tuple[str, tuple[int, ...]]]) -> None:
    annotations, arrays = [text for text, _ in call], [shape for _, shape in call]
    verdict = jaxtyping_accepts(annotations, arrays)
    if verdict is not None:
        assert we_accept(annotations, arrays) == verdict


_FITTING = {"k": 3, "1": 1, "rows=3": 3, "n+1": 3, "2*n": 4, "n*m": 4, "n//2": 1, "n-m": 0}  # where n and m are 2


@st.composite
def nearly_fitting(draw: st.DrawFn) -> tuple[list[str], list[tuple[int, ...]]]:
    """Shapes made to fit their strings up to a small mistake, so that both verdicts are frequent."""
    annotations = draw(st.lists(axes, min_size=1, max_size=3))
    arrays: list[tuple[int, ...]] = []
    for text in annotations:
        sizes: list[int] = []
        for token in text.split():
            sizes += draw(st.lists(st.integers(1, 2), max_size=2)) if token in _RUNS else [_FITTING.get(token, 2)]
        mistaken = draw(st.booleans())
        if sizes and mistaken:
            sizes[draw(st.integers(0, len(sizes) - 1))] = draw(st.integers(1, 3))
        arrays.append(tuple(sizes))
    return annotations, arrays


@settings(max_examples=1500)
@given(nearly_fitting())
def test_the_verdict_is_that_of_jaxtyping_on_calls_that_nearly_fit(
    call: tuple[list[str], list[tuple[int, ...]]],
) -> None:
    verdict = jaxtyping_accepts(*call)
    if verdict is not None:
        assert we_accept(*call) == verdict


@settings(max_examples=1000)
@given(st.lists(st.tuples(axes, shapes), min_size=1, max_size=2), axes.filter(lambda text: "#" not in text), shapes)
def test_the_verdict_on_results_is_that_of_jaxtyping(
    call: list[tuple[str, tuple[int, ...]]], out: str, result: tuple[int, ...]
) -> None:
    annotations, arrays = [text for text, _ in call], [shape for _, shape in call]
    names = [f"x{i}" for i in range(len(arrays))]
    signature = Signature(dict(zip(names, map(Slot, annotations), strict=True)), Slot(out))
    verdict = jaxtyping_accepts([*annotations, out], [*arrays, result])
    if not jaxtyping_accepts(annotations, arrays) or verdict is None:
        return
    env = signature.bind(dict(zip(names, arrays, strict=True)))
    try:
        signature.check_result(env, result)
    except ShapeError:
        assert not verdict
    else:
        assert verdict
