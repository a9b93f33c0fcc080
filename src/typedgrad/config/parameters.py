"""The parameters of a described layer, and which of them are weights, and which biases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from typedgrad.nn import Layer
from typedgrad.nn.allocate import parameter_shape
from typedgrad.nn.fields import Param


class Parameter(NamedTuple):
    """A parameter: where it is, its field, how many axes it has, and whether it has a value."""

    path: str
    field: Param
    axes: int
    filled: bool


def parameters(layer: object, path: str) -> list[Parameter]:
    """All parameters in a layer, by their paths; each once.

    Raises TypeError if a size is not known.

    >>> [p.path for p in parameters(tg.nn.Dense(in_features=2, out_features=3), "hidden")]
    ['hidden.weight', 'hidden.bias']
    """
    return [
        Parameter(f"{path}.{name}", owner._fields[name], len(parameter_shape(owner, name)), name in vars(owner))
        for path, owner, name in _found(layer, path, set())
    ]


def has_parameters(layer: Layer) -> bool:
    """Whether there is a parameter in a layer, whatever its size."""
    return any(True for _ in _found(layer, "", set()))


def weights_of(found: Sequence[Parameter]) -> list[Parameter]:
    """Those with two axes or more that are no biases: what penalties, decay and constraints are for."""
    return [p for p in found if p.axes > 1 and not _is_bias(p)]


def biases_of(found: Sequence[Parameter]) -> list[Parameter]:
    """Those called biases, beside weights; what norms add is none."""
    owners = {_owner(p.path) for p in weights_of(found)}
    return [p for p in found if _is_bias(p) and _owner(p.path) in owners]


def _is_bias(parameter: Parameter) -> bool:
    return parameter.path.endswith("bias")


def _owner(path: str) -> str:
    return path.rpartition(".")[0]


def _found(value: object, path: str, seen: set[int]) -> Iterator[tuple[str, Layer, str]]:
    if isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            yield from _found(item, f"{path}.{i}", seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _found(item, f"{path}.{key}", seen)
    elif isinstance(value, Layer) and id(value) not in seen:
        seen.add(id(value))
        for name, field in value._fields.items():
            if isinstance(field, Param) and field.of is None and field.wanted(value):
                yield path, value, name
        for name, item in vars(value).items():
            if name != "_static":
                yield from _found(item, f"{path}.{name}", seen)
