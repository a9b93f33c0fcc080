"""Trees of tensors: tuples, lists, dicts, named tuples, layers and registered classes, taken apart and put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
Children = Iterable[tuple[str, Any]]


class _Kind(NamedTuple):
    """How the instances of a class are taken apart and put together."""

    flatten: Callable[[Any], tuple[Children, Any]]
    unflatten: Callable[[Any, list[Any]], Any]
    shared: bool = False
    # What `flatten` gives, without the names, which most walks do not need.
    values: Callable[[Any], tuple[Iterable[Any], Any]] | None = None


class Structure(NamedTuple):
    """The shape of a tree: what is left when its leaves are taken out.

    A leaf is `Structure(None, None, ())`. A node that stands in the tree a second time is `Structure(None, k, ())`: the
    k-th of the nodes that may be shared, counted in the order in which they are completed.
    """

    cls: type | None
    rest: Any
    children: tuple[Structure, ...]

    @property
    def leaves(self) -> int:
        """The number of leaves."""
        if self.cls is None:
            return 1 if self.rest is None else 0
        return sum(child.leaves for child in self.children)


_LEAF = Structure(None, None, ())
_KINDS: dict[type, _Kind] = {}
# Classes of leaves that were met: it takes a while to find out that a class is no kind of node.
_LEAVES: set[type] = set()


def register_node(
    cls: type,
    flatten: Callable[[Any], tuple[Children, Any]],
    unflatten: Callable[[Any, list[Any]], Any],
    *,
    shared: bool = False,
) -> None:
    """Make instances of `cls` inner nodes of trees.

    Args:
        cls: the class; subclasses are registered on their own.
        flatten: gives the children with their names, and the rest (compared with `==`).
        unflatten: makes an instance from the rest and the children.
        shared: whether one instance in two places stays one instance: its leaves are then counted once.
    """
    _KINDS[cls] = _Kind(flatten, unflatten, shared)
    _LEAVES.discard(cls)


def _kind(tree: object) -> _Kind | None:
    found = _KINDS.get(type(tree))
    if found is None and isinstance(tree, tuple) and hasattr(tree, "_fields"):
        cls: Any = type(tree)
        found = _KINDS[cls] = _Kind(
            lambda t: (zip(t._fields, t, strict=True), None),
            lambda _, children: cls(*children),
            values=lambda t: (t, None),
        )
    if found is None:
        _LEAVES.add(type(tree))
    return found


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves of a tree, and its structure.

    >>> leaves, structure = flatten({"a": 1, "b": (2, [3])})
    >>> leaves
    [1, 2, 3]
    """
    leaves: list[Any] = []
    return leaves, _take_apart(tree, leaves, {})


def _take_apart(tree: Any, leaves: list[Any], met: dict[int, int]) -> Structure:
    kind = _KINDS.get(type(tree)) or _kind(tree)
    if kind is None:
        leaves.append(tree)
        return _LEAF
    if kind.shared and id(tree) in met:
        return Structure(None, met[id(tree)], ())
    if kind.values is None:
        named, rest = kind.flatten(tree)
        children: Iterable[Any] = [child for _, child in named]
    else:
        children, rest = kind.values(tree)
    parts = []
    for child in children:
        if type(child) in _LEAVES:
            leaves.append(child)
            parts.append(_LEAF)
        else:
            parts.append(_take_apart(child, leaves, met))
    taken = Structure(type(tree), rest, tuple(parts))
    if kind.shared:
        met[id(tree)] = len(met)
    return taken


def unflatten(structure: Structure, leaves: Iterable[Any]) -> Any:
    """The tree with this structure and these leaves; the inverse of `flatten`."""
    return _put_together(structure, iter(leaves), [])


def _put_together(structure: Structure, leaves: Iterator[Any], made: list[Any]) -> Any:
    if structure.cls is None:
        return next(leaves) if structure.rest is None else made[structure.rest]
    kind = _KINDS[structure.cls]
    children = [next(leaves) if child is _LEAF else _put_together(child, leaves, made) for child in structure.children]
    whole = kind.unflatten(structure.rest, children)
    if kind.shared:
        made.append(whole)
    return whole


def leaves_with_paths(tree: Any) -> list[tuple[str, Any]]:
    """The leaves with their paths, such as `layers.0.weight`. A shared node counts where it stands first.

    >>> leaves_with_paths({"a": 1, "b": (2, [3])})
    [('a', 1), ('b.0', 2), ('b.1.0', 3)]
    """
    found: list[tuple[str, Any]] = []
    _walk(tree, "", found, set())
    return found


def _walk(tree: Any, path: str, found: list[tuple[str, Any]], met: set[int]) -> None:
    kind = _kind(tree)
    if kind is None:
        found.append((path, tree))
        return
    if kind.shared:
        if id(tree) in met:
            return
        met.add(id(tree))
    for name, child in kind.flatten(tree)[0]:
        _walk(child, f"{path}.{name}" if path else name, found, met)


def tree_map(function: Callable[..., Any], tree: T, *others: Any) -> T:
    """Apply `function` to the leaves of trees of one structure.

    Raises ValueError if the structures differ.

    >>> tree_map(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
    {'a': 11, 'b': [22]}
    """
    leaves, structure = flatten(tree)
    columns = [leaves]
    for i, other in enumerate(others):
        found, found_structure = flatten(other)
        if found_structure != structure:
            mine, theirs = (dict.fromkeys(path for path, _ in leaves_with_paths(t)) for t in (tree, other))
            apart = [f": `{p}` is only in the first" for p in mine if p not in theirs]
            apart += [f": `{p}` is only in it" for p in theirs if p not in mine]
            raise ValueError(f"tree_map: tree {i + 2} has another structure than the first{(*apart, '')[0]}")
        columns.append(found)
    mapped: T = unflatten(structure, [function(*row) for row in zip(*columns, strict=True)])
    return mapped


def _numbered(items: Sequence[Any]) -> Children:
    return ((str(i), item) for i, item in enumerate(items))


_KINDS |= {
    tuple: _Kind(lambda t: (_numbered(t), None), lambda _, children: tuple(children), values=lambda t: (t, None)),
    list: _Kind(lambda t: (_numbered(t), None), lambda _, children: children, values=lambda t: (t, None)),
    dict: _Kind(
        lambda t: (((str(k), v) for k, v in t.items()), tuple(t)),
        lambda keys, children: dict(zip(keys, children, strict=True)),
        values=lambda t: (t.values(), tuple(t)),
    ),
    type(None): _Kind(lambda t: ((), None), lambda _, children: None),
}
