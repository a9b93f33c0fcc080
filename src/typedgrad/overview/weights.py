"""The parameters and states of layers, whether they have values or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from typedgrad.core.abstract import abstract
from typedgrad.core.pytree import tree_map
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.nn.allocate import abstract_parameter
from typedgrad.nn.fields import Param, StateField
from typedgrad.nn.freeze import Frozen
from typedgrad.nn.layer import Layer
from typedgrad.overview.costs import bytes_of

if TYPE_CHECKING:
    from typedgrad.shapes import Dim

M = TypeVar("M", bound=Layer)


class Weights(NamedTuple):
    """How many numbers are learnt, how many others are kept (states, frozen ones), and the memory of both."""

    parameters: Dim
    states: Dim
    bytes: Dim

    def plus(self, other: Weights) -> Weights:
        """Both together."""
        return Weights(self.parameters + other.parameters, self.states + other.states, self.bytes + other.bytes)


NOTHING = Weights(0, 0, 0)


def without_values(model: M) -> M:
    """The model with parameters that are shapes only, so that ops on parameters alone are seen as well.

    What is one tensor in two places stays one.
    """
    made: dict[int, Tensor] = {}

    def shape_of(x: Tensor) -> Tensor:
        return made.setdefault(id(x), abstract(x.shape, x.dtype))

    def changed(leaf: object) -> object:
        if isinstance(leaf, State):
            return State(shape_of(leaf.value), leaf.token)
        return shape_of(leaf) if isinstance(leaf, Tensor) else leaf

    return tree_map(changed, model)


def layers_with_paths(model: Layer) -> Iterator[tuple[str, Layer]]:
    """Every layer inside a model, itself first, each at the first path that leads to it."""
    met: set[int] = set()

    def walk(value: object, path: str) -> Iterator[tuple[str, Layer]]:
        if isinstance(value, (tuple, list)):
            for i, item in enumerate(value):
                yield from walk(item, f"{path}.{i}" if path else str(i))
        elif isinstance(value, dict):
            for name, item in value.items():
                yield from walk(item, f"{path}.{name}" if path else str(name))
        elif isinstance(value, Layer) and id(value) not in met:
            met.add(id(value))
            yield path, value
            for name, item in vars(value).items():
                if name != "_static":
                    yield from walk(item, f"{path}.{name}" if path else name)

    yield from walk(model, "")


def frozen_layers(model: Layer) -> set[int]:
    """The identities of the layers that training leaves as they are."""
    return {
        id(inner)
        for _, layer in layers_with_paths(model)
        if isinstance(layer, Frozen)
        for _, inner in layers_with_paths(layer)
    }


def own_weights(layer: Any, met: set[int], *, frozen: bool = False) -> Weights:  # noqa: ANN401  # fields of any class
    """What a layer holds itself, not its sub-layers; a tensor that was met before does not count again.

    Raises TypeError if a size is not known.
    """
    total = NOTHING
    for name, field in layer._fields.items():
        absent = name not in vars(layer)
        if absent and isinstance(field, (Param, StateField)) and (isinstance(field, StateField) or field.wanted(layer)):
            total = total.plus(
                _counted(abstract_parameter(layer, name), learnt=isinstance(field, Param) and not frozen)
            )
    for name, value in vars(layer).items():
        if name != "_static":
            for found in _tensors(value):
                x = found.value if isinstance(found, State) else found
                key = id(found.token) if isinstance(found, State) else id(x)
                if key not in met:
                    met.add(key)
                    total = total.plus(
                        _counted(x, learnt=not (frozen or isinstance(found, State)) and x.dtype.kind in "fc")
                    )
    return total


def _tensors(value: object) -> Iterator[Tensor | State]:
    if isinstance(value, (Tensor, State)):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)


def _counted(x: Tensor, *, learnt: bool) -> Weights:
    taken: Any = bytes_of(x)  # type: ignore[arg-type]  # a tensor has a shape and a dtype too
    number = taken // x.dtype.itemsize
    return Weights(number if learnt else 0, 0 if learnt else number, taken)
