"""Trees are taken apart, and put together again just as they were."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import typedgrad as tg
from typedgrad.core.pytree import flatten, leaves_with_paths, register_node, tree_map, unflatten


class Point(NamedTuple):
    x: Any
    y: Any


class Box:
    def __init__(self, content: Any, label: str) -> None:
        self.content = content
        self.label = label

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Box) and (self.content, self.label) == (other.content, other.label)

    __hash__ = None  # type: ignore[assignment]  # holds anything


register_node(Box, lambda b: ([("content", b.content)], b.label), lambda label, children: Box(children[0], label))

LEAVES = st.integers() | st.text(max_size=3) | st.booleans()
TREES = st.recursive(
    LEAVES | st.none(),
    lambda trees: (
        st.lists(trees, max_size=3)
        | st.lists(trees, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), trees, max_size=3)
        | st.builds(Point, trees, trees)
        | st.builds(Box, trees, st.text(max_size=2))
    ),
    max_leaves=12,
)


@given(TREES)
def test_unflatten_is_the_inverse_of_flatten(tree: Any) -> None:
    leaves, structure = flatten(tree)
    again = unflatten(structure, leaves)
    assert again == tree
    assert type(again) is type(tree)
    assert structure.leaves == len(leaves)


@given(TREES)
def test_paths_are_in_the_order_of_leaves_and_as_many(tree: Any) -> None:
    assert [leaf for _, leaf in leaves_with_paths(tree)] == flatten(tree)[0]


@given(TREES)
def test_mapping_keeps_the_structure(tree: Any) -> None:
    mapped = tree_map(lambda leaf: (leaf, 0), tree)
    assert flatten(tree_map(str, tree))[1] == flatten(tree)[1]
    assert len(flatten(mapped)[0]) == 2 * len(flatten(tree)[0])


@given(TREES)
def test_structures_are_equal_and_hash_alike_if_the_trees_differ_in_leaves_only(tree: Any) -> None:
    assert flatten(tree)[1] == flatten(tree_map(lambda _: object(), tree))[1]


def test_paths() -> None:
    tree = {"layers": [Point(1, (2,)), Box({"w": 3}, "b")], "none": None, 5: 6}
    assert leaves_with_paths(tree) == [
        ("layers.0.x", 1),
        ("layers.0.y.0", 2),
        ("layers.1.content.w", 3),
        ("5", 6),
    ]
    assert leaves_with_paths(7) == [("", 7)]


def test_none_is_an_empty_tree() -> None:
    assert flatten(None)[0] == []
    tree: list[Any] = [None, 1]
    assert tree_map(str, tree) == [None, "1"]


def test_dicts_keep_their_order_and_their_keys() -> None:
    tree = {"b": 1, "a": 2, 3: 4}
    leaves, structure = flatten(tree)
    assert leaves == [1, 2, 4]
    assert list(unflatten(structure, leaves)) == ["b", "a", 3]


def test_subclasses_are_not_taken_for_their_bases() -> None:
    tree = OrderedDict(a=1)
    assert flatten(tree)[0] == [tree]


def test_strings_arrays_and_tensors_are_leaves() -> None:
    leaves, _ = flatten(("ab", tg.ones(3), {1, 2}))
    assert len(leaves) == 3


def test_layers_are_trees_of_their_parameters() -> None:
    model = tg.init(tg.nn.Dense(in_features=2, out_features=3), tg.random.key(0))
    assert [path for path, _ in leaves_with_paths({"model": model})] == ["model.weight", "model.bias"]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"a": 1}, "`b.0` is only in the first"),
        ({"a": 1, "b": [2], "c": 3}, "`c` is only in it"),
        ({"a": 1, "b": (2,)}, ""),
        ({"b": [2], "a": 1}, ""),
        ({"a": 1, "b": [[2]]}, "`b.0` is only in the first"),
        ([1, [2]], "`a` is only in the first"),
        (3, "`a` is only in the first"),
    ],
)
def test_mapping_over_trees_that_differ_is_refused(other: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^tree_map: tree 2 has another structure than the first") as caught:
        tree_map(lambda x, y: x, {"a": 1, "b": [2]}, other)
    assert reason in str(caught.value)


def test_layers_that_are_shared_stay_shared() -> None:
    layer = tg.init(tg.nn.Dense(in_features=2, out_features=2), tg.random.key(0))
    tree: dict[str, Any] = {"first": layer, "again": [layer]}
    leaves, structure = flatten(tree)
    assert len(leaves) == 2
    again = unflatten(structure, [leaf * 2.0 for leaf in leaves])
    assert again["first"] is again["again"][0]
    gradient = tg.grad(lambda p: tg.sum(p["first"].weight) * 2.0 + tg.sum(p["again"][0].weight))(tree)
    assert gradient["first"].weight.tolist() == [[3.0, 3.0], [3.0, 3.0]]


def test_mapping_over_many_trees() -> None:
    assert tree_map(lambda x, y, z: x + y + z, Point(1, [2]), Point(10, [20]), Point(100, [200])) == Point(111, [222])
