"""Trees of tensors and numbers as JSON beside tensors, and back: states of updaters, and whatever else goes with them.

Tuples, lists, dicts, None, numbers, texts and random keys say themselves what they are; a named tuple is written with
its name, and read only if that is one of those that the reader knows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from typedgrad.core.pytree import leaves_with_paths
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

DEEPEST = 64
# Of the paths of all leaves together.
MOST_LETTERS = 1 << 26
_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


class UnknownClassError(LookupError):
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
    """Makes trees of JSON and tensors. Raises BundleError for what `spelt` did not write.

    Each tensor is read once, so that a small file makes no large tree; and those that nothing refers to are refused.
    """

    def __init__(self, bundle: Bundle, name: str, classes: Mapping[str, type], device: str) -> None:
        self.file = bundle.file
        self.part = f"{name}.json"
        self.tensors = dict(bundle.tensors[name])
        self.classes = classes
        self.device = device
        self._letters = 0

    def one(self, kind: type[T], said: JSON) -> T | None:
        """A tree that must be of some class, or None."""
        found = self.tree(said)
        if found is not None and not isinstance(found, kind):
            raise self.refusal(f"it says {shown(repr(found))} where a {kind.__name__} was expected")
        return found

    def tree(self, said: JSON) -> Any:  # noqa: ANN401  # trees are of any kind
        """The tree that a JSON value stands for; a mapping from paths to leaves if a class in it is not known."""
        before = dict(self.tensors)
        try:
            return self._tree(said, 0, 0, self.classes)
        except UnknownClassError:
            self.tensors = before
            return dict(leaves_with_paths(self._tree(said, 0, 0, None)))
        except RecursionError as error:  # from showing what is wrong
            raise self.refusal("it is nested too deeply") from error

    def finish(self) -> None:
        """Raise BundleError if there are tensors that were not read."""
        for name in self.tensors:
            raise self.refusal(f"nothing refers to the tensor `{shown(name)}`")

    def _tree(self, said: JSON, depth: int, path: int, classes: Mapping[str, type] | None) -> Any:  # noqa: ANN401  # trees
        """The tree at some depth, under a path of some length; named tuples are dicts if there are no classes."""

        def under(name: object, value: JSON) -> Any:  # noqa: ANN401  # as above
            return self._tree(value, depth + 1, path + len(str(name)) + 1, classes)

        if depth > DEEPEST:
            raise self.refusal(f"it is nested deeper than {DEEPEST} levels")
        match said:
            case {"tuple": list() as items, **more} if not more:
                return tuple([under(i, item) for i, item in enumerate(items)])
            case {"list": list() as items, **more} if not more:
                return [under(i, item) for i, item in enumerate(items)]
            case {"dict": list() as pairs, **more} if not more:
                return {key: under(key, value) for key, value in self._pairs(pairs)}
            case {"named": str() as name, "fields": dict() as fields, **more} if not more:
                values = {field: under(field, value) for field, value in fields.items()}
                return values if classes is None else self._named(name, values, classes)
        # Whoever asks for the paths of the leaves must have room for them.
        self._letters += path
        if self._letters > MOST_LETTERS:
            raise self.refusal("its names are too long")
        return self._leaf(said)

    def _leaf(self, said: JSON) -> object:
        match said:
            case None | bool() | int() | float() | str():
                return said
            case {"float": str() as word, **more} if word in _NOT_FINITE and not more:
                return _NOT_FINITE[word]
            case {"tensor": str() as name, **more} if not more:
                return self._tensor(name)
            case {"state": str() as name, **more} if not more:
                return State(self._tensor(name))
            case {"key": [int() as low, int() as high], **more} if not more:
                return Key((low, high))
        raise self.refusal(f"it says {shown(repr(said))} where a tree was expected")

    def _pairs(self, pairs: list[JSON]) -> list[tuple[object, JSON]]:
        found: dict[object, JSON] = {}
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) not in (str, int) or pair[0] in found:
                raise self.refusal(f"{shown(repr(pair))} is no new key with a value")
            found[pair[0]] = pair[1]
        return list(found.items())

    def _named(self, name: str, values: Mapping[str, object], classes: Mapping[str, type]) -> object:
        cls = classes.get(name)
        if cls is None:
            raise UnknownClassError(name)
        expected: tuple[str, ...] = cast("Any", cls)._fields
        if values.keys() != set(expected):
            raise self.refusal(f"{shown(name)} has the fields {', '.join(expected)}, not {shown(', '.join(values))}")
        return cls(**values)

    def _tensor(self, name: str) -> Tensor:
        if name not in self.tensors:
            raise self.refusal(f"the tensor `{shown(name)}` is missing, or referred to twice")
        return placed(self.tensors.pop(name), self.device)

    def refusal(self, reason: str) -> BundleError:
        """Why the file is not what it should be."""
        return BundleError(self.file, self.part, reason)
