"""Trees of tensors and numbers as JSON beside tensors, and back: states of updaters, and whatever else goes with them.

Tuples, lists, dicts, None, numbers, texts and random keys say themselves what they are; a named tuple is written with
its name, and read only if that is one of those that the reader knows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from typedgrad.core.random import Key
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.io.files import on_host, placed
from typedgrad.io.refusal import BundleError, shown
from typedgrad.train.known import known_classes, name_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.io.bundle import Bundle
    from typedgrad.io.strict_json import JSON

T = TypeVar("T")

_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


class UnknownClassError(ValueError):
    """A named tuple of a class that is not known here."""


def spelt(tree: object, path: str, tensors: dict[str, NDArray[Any]]) -> JSON:
    """A tree as JSON; its tensors go to `tensors`, under their paths.

    Raises TypeError for a leaf that cannot be written, naming its path.

    >>> tensors = {}
    >>> spelt((1, {"w": tg.ones(2)}), "state", tensors)
    {'tuple': [1, {'dict': [['w', {'tensor': 'state.1.w'}]]}]}
    >>> list(tensors)
    ['state.1.w']
    """
    match tree:
        case None | bool() | int() | str():
            return tree
        case float():
            return tree if math.isfinite(tree) else {"float": repr(float(tree))}
        case Tensor() | State():
            name = path
            while name in tensors:
                name += "'"
            tensors[name] = on_host(tree.value if isinstance(tree, State) else tree)
            return {"state" if isinstance(tree, State) else "tensor": name}
        case Key():
            return {"key": list(tree.words)}
        case tuple() if hasattr(tree, "_fields"):
            names: tuple[str, ...] = tree._fields
            fields = {name: spelt(value, f"{path}.{name}", tensors) for name, value in zip(names, tree, strict=True)}
            return {"named": name_of(type(tree), known_classes()), "fields": fields}
        case tuple() | list():
            kind = "tuple" if isinstance(tree, tuple) else "list"
            return {kind: [spelt(item, f"{path}.{i}", tensors) for i, item in enumerate(tree)]}
        case dict() if all(type(k) in (str, int) for k in tree):
            return {"dict": [[k, spelt(v, f"{path}.{k}", tensors)] for k, v in tree.items()]}
    raise TypeError(f"save: `{path}` is a {type(tree).__name__}, which cannot be written")


class Reader:
    """Makes trees of JSON and tensors. Raises BundleError for what `spelt` did not write."""

    def __init__(self, bundle: Bundle, name: str, classes: Mapping[str, type], device: str) -> None:
        self.file = bundle.file
        self.part = f"{name}.json"
        self.tensors = bundle.tensors[name]
        self.classes = classes
        self.device = device

    def one(self, kind: type[T], said: JSON) -> T | None:
        """A tree that must be of some class, or None."""
        try:
            found = self.tree(said)
        except UnknownClassError as error:
            raise BundleError(self.file, self.part, f"there is no class {shown(str(error))} here") from error
        if found is not None and not isinstance(found, kind):
            raise self.refusal(f"it says {shown(repr(found))} where a {kind.__name__} was expected")
        return found

    def tree(self, said: JSON) -> Any:  # noqa: ANN401  # trees are of any kind
        """The tree that a JSON value stands for.

        Raises UnknownClassError for a named tuple of a class that is not in `classes`.
        """
        try:
            return self._tree(said)
        except RecursionError as error:
            raise BundleError(self.file, self.part, "it is nested too deeply") from error

    def leaves(self, said: JSON, path: str = "") -> dict[str, Any]:
        """The leaves of that tree by their paths, whatever the classes of its named tuples."""
        node = said if isinstance(said, dict) else {}
        items: list[tuple[object, JSON]] = []
        match node:
            case {"named": str(), "fields": dict() as fields}:
                items = list(fields.items())
            case {"tuple": list() as found} | {"list": list() as found}:
                items = list(enumerate(found))
            case {"dict": list() as pairs}:
                items = self._pairs(pairs)
            case _:
                return {} if said is None else {path: self._tree(said)}
        return {
            p: leaf
            for name, value in items
            for p, leaf in self.leaves(value, f"{path}.{name}" if path else str(name)).items()
        }

    def _tree(self, said: JSON) -> Any:  # noqa: ANN401  # as above
        if said is None or isinstance(said, bool | int | float | str):
            return said
        match said:
            case {"float": str() as word} if word in _NOT_FINITE and len(said) == 1:
                return _NOT_FINITE[word]
            case {"tensor": str() as name} if len(said) == 1:
                return self._tensor(name)
            case {"state": str() as name} if len(said) == 1:
                return State(self._tensor(name))
            case {"key": [int() as low, int() as high]} if len(said) == 1:
                return Key((low, high))
            case {"tuple": list() as items} if len(said) == 1:
                return tuple(map(self._tree, items))
            case {"list": list() as items} if len(said) == 1:
                return list(map(self._tree, items))
            case {"dict": list() as pairs} if len(said) == 1:
                return {key: self._tree(value) for key, value in self._pairs(pairs)}
            case {"named": str() as name, "fields": dict() as fields} if len(said) == 2:
                return self._named(name, fields)
        raise self.refusal(f"it says {shown(repr(said))} where a tree was expected")

    def _pairs(self, pairs: list[JSON]) -> list[tuple[object, JSON]]:
        found: dict[object, JSON] = {}
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) not in (str, int) or pair[0] in found:
                raise self.refusal(f"{shown(repr(pair))} is no new key with a value")
            found[pair[0]] = pair[1]
        return list(found.items())

    def _named(self, name: str, fields: dict[str, JSON]) -> object:
        cls = self.classes.get(name)
        if cls is None:
            raise UnknownClassError(name)
        expected: tuple[str, ...] = cast("Any", cls)._fields
        if fields.keys() != set(expected):
            raise self.refusal(f"{shown(name)} has the fields {', '.join(expected)}, not {shown(', '.join(fields))}")
        return cls(*(self._tree(fields[field]) for field in expected))

    def _tensor(self, name: str) -> Tensor:
        if name not in self.tensors:
            raise self.refusal(f"the tensor `{shown(name)}` is missing")
        return placed(self.tensors[name], self.device)

    def refusal(self, reason: str) -> BundleError:
        """Why the file is not what it should be."""
        return BundleError(self.file, self.part, reason)
