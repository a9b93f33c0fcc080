"""Any tree of what can be written comes back as it was, whatever is in it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import typedgrad as tg
from typedgrad.io import Bundle, BundleError
from typedgrad.io.strict_json import parse, spell
from typedgrad.train import Position
from typedgrad.train.known import known_classes
from typedgrad.train.trees import Reader, spelt

DTYPES = ("float16", "float32", "float64", "int8", "uint64", "bool", "complex64")


def tensor(dtype: str, shape: list[int], seed: int) -> tg.Tensor:
    return tg.Tensor(np.random.default_rng(seed).integers(0, 2, shape).astype(dtype))


TENSORS = st.builds(tensor, st.sampled_from(DTYPES), st.lists(st.integers(0, 3), max_size=3), st.integers(0, 9))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = st.builds(tg.random.key, st.integers(0, 2**64 - 1))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | TENSORS | KEYS
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(TEXTS | st.integers(), inner, max_size=3)
        | st.builds(Position, inner, inner, inner, inner, inner, inner)
    ),
    max_leaves=12,
)


def shown(tree: Any) -> Any:
    """A tree such that equal ones are equal: NaN is itself, -0.0 is not 0.0, 1 is not True."""
    if isinstance(tree, tg.Tensor):
        return ("tensor", tree.dtype.name, tree.shape, tree.numpy().tobytes())
    if isinstance(tree, dict):
        return [(type(k).__name__, k, shown(v)) for k, v in tree.items()]
    if isinstance(tree, tuple | list):
        return [type(tree).__name__, *map(shown, tree)]
    return (type(tree).__name__, repr(tree))


@given(TREES)
def test_trees_come_back(tree: Any) -> None:
    tensors: dict[str, Any] = {}
    said = parse(spell(spelt(tree, "x", tensors)), "file", "part")
    reader = Reader(Bundle("file", {}, {"x": tensors}), "x", known_classes(), "cpu")
    assert shown(reader.tree(said)) == shown(tree)
    reader.finish()


@given(
    st.recursive(st.none() | st.integers() | TEXTS, lambda t: st.lists(t) | st.dictionaries(TEXTS, t), max_leaves=20)
)
def test_other_json_is_refused_or_a_tree_but_no_other_error(said: Any) -> None:
    reader = Reader(Bundle("file", {}, {"x": {}}), "x", known_classes(), "cpu")
    with contextlib.suppress(BundleError):
        reader.tree(json.loads(json.dumps(said)))


@pytest.mark.parametrize("leaf", [{1}, b"x", 1j, np.float32(1), np.arange(2), object(), abs, {1.5: 2}, {None: 1}])
def test_what_is_no_such_tree_is_refused_with_its_path(leaf: Any) -> None:
    with pytest.raises(TypeError, match=r"`x\.0\.a` is a \w+, which cannot be written"):
        spelt(({"a": leaf},), "x", {})
