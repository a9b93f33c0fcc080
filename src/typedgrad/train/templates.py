"""What a model expects of a file: its tensors by path, also where it is only described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from typedgrad.core.state import State
from typedgrad.io.assign import Place, place_of, tensors_of
from typedgrad.io.tensors import WRITTEN
from typedgrad.nn import Layer
from typedgrad.nn.allocate import abstract_parameter, annotation
from typedgrad.nn.fields import Param, StateField
from typedgrad.nn.initialise import rebuilt
from typedgrad.nn.learning import learning

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor

M = TypeVar("M")


class Template(NamedTuple):
    """A tree with a tensor, perhaps one without values, in every place; and what the places take."""

    model: Any
    places: dict[str, Place]


def template(model: object) -> Template:
    """A model, with tensors that have no values where it is only described. These take any dtype that the layer allows.

    Raises TypeError if a size of a layer is not known.

    >>> template(tg.nn.Dense(in_features=2, out_features=3)).places["weight"].shape
    (2, 3)
    """
    described: dict[str, tuple[str, ...] | None] = {}
    with learning:
        whole = _filled(model, "", described, {})
    places = {path: place_of(tensor) for path, tensor in tensors_of(whole).items()}
    for path, dtypes in described.items():
        if path in places:  # a layer that stands in several places counts where it stands first
            places[path] = Place(places[path].shape, dtypes)
    return Template(whole, places)


def _filled(tree: Any, path: str, described: dict[str, Any], seen: dict[int, Any]) -> Any:  # noqa: ANN401  # trees
    if isinstance(tree, Layer):
        if id(tree) not in seen:
            seen[id(tree)] = _filled_layer(tree, path, described, seen)
        return seen[id(tree)]
    if isinstance(tree, tuple | list):
        items = [_filled(item, _join(path, i), described, seen) for i, item in _named(tree)]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    if isinstance(tree, dict):
        return {k: _filled(item, _join(path, str(k)), described, seen) for k, item in tree.items()}
    return tree


def _filled_layer(layer: Any, path: str, described: dict[str, Any], seen: dict[int, Any]) -> Any:  # noqa: ANN401  # any layer
    """The layer as it is if nothing is missing in it, so that it stays the same object."""
    before = len(described)
    inside = rebuilt(layer, path, lambda part, at: _filled(part, at, described, seen), {})
    made: dict[str, Tensor | State] = {}
    for name, field in layer._fields.items():
        if name in layer.__dict__ or not isinstance(field, Param | StateField):
            continue
        if isinstance(field, Param) and not field.wanted(layer):
            continue
        tensor = abstract_parameter(inside, name)
        accepted = annotation(type(layer), name).dtypes
        known = [d for d in accepted if d in WRITTEN] if isinstance(accepted, list | tuple) else None
        described[_join(path, name)] = None if known is None else tuple(known)
        made[name] = State(tensor) if isinstance(field, StateField) else tensor
    if len(described) == before:
        return layer
    return rebuilt(inside, path, lambda part, _: part, made)


def _named(tree: tuple[Any, ...] | list[Any]) -> list[tuple[str, Any]]:
    names = getattr(tree, "_fields", None) or map(str, range(len(tree)))
    return list(zip(names, tree, strict=True))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
