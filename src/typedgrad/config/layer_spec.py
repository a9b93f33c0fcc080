"""`LayerSpec`: a layer as its class and the options that were given, which compare and can be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from typedgrad.config.functions import function_of, name_of_function
from typedgrad.core.annotations import own_annotations
from typedgrad.core.pytree import flatten
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Layer
from typedgrad.nn.activate import Activated
from typedgrad.nn.fields import Param, StateField, Sub
from typedgrad.nn.layer import describe


@dataclass(frozen=True)
class LayerSpec:
    """A class of layers and the options of one, by name; layers among the options are specs themselves.

    >>> spec = tg.config.LayerSpec.of(tg.nn.Dense, out_features=10)
    >>> spec == tg.config.LayerSpec.of(tg.nn.Dense(out_features=10))
    True
    >>> spec.make()
    Dense(out_features=10)
    """

    cls: type[Layer]
    options: tuple[tuple[str, object], ...] = field(default=())

    @staticmethod
    def of(layer: Layer | type[Layer], /, *args: object, **options: object) -> LayerSpec:
        """The spec of a layer, or of a class with the arguments of its constructor.

        Raises what the constructor raises, and ValueError for a layer with parameters that have values.
        """
        if isinstance(layer, type):
            layer(*args, **options)
            return LayerSpec(layer, _canonical(_named(layer, args, options)))
        if any(isinstance(leaf, Tensor) for leaf in flatten(layer)[0]):
            raise ValueError(
                f"{describe(layer)} has parameters already; networks are described by layers without values"
            )
        return LayerSpec(type(layer), _canonical(_given(layer)))

    def make(self, **more: object) -> Layer:
        """A layer without values; `more` are options that count where the spec has none."""
        hints = field_hints(self.cls)
        options: dict[str, Any] = {name: _made(value, hints.get(name, "")) for name, value in self.options}
        several = several_of(self.cls)
        listed: tuple[Any, ...] = options.pop(several, ()) if several else ()
        return self.cls(*listed, **{**more, **options})

    def get(self, name: str) -> object:
        """An option that was given, or None."""
        return dict(self.options).get(name)

    def replace(self, **options: object) -> LayerSpec:
        """The spec with other options."""
        return LayerSpec(self.cls, _canonical({**dict(self.options), **options}))

    def __repr__(self) -> str:
        return f"{self.cls.__name__}({', '.join(f'{name}={value!r}' for name, value in self.options)})"


def several_of(cls: type[Layer]) -> str:
    """The name of the parameter that takes any number of arguments by place, as `Sequential(*layers)` does; or none."""
    from inspect import Parameter, signature

    parameters = signature(cls).parameters.values()
    return next((p.name for p in parameters if p.kind is Parameter.VAR_POSITIONAL), "")


def settable(cls: type[Layer]) -> dict[str, object]:
    """What a layer's constructor takes, with the defaults; `...` where there is none."""
    from inspect import Parameter, signature

    empty = Parameter.empty
    return {name: ... if p.default is empty else p.default for name, p in signature(cls).parameters.items()}


def field_hints(cls: type[Layer]) -> dict[str, str]:
    """The annotations of the fields as they are written, also where they were evaluated."""
    hints = {name: hint for base in reversed(cls.__mro__) for name, hint in own_annotations(base).items()}
    return {name: "Activated" if hint == Activated else str(hint) for name, hint in hints.items()}


def canonical(value: object) -> object:
    """A value in the one form that a spec keeps it in: names for functions that have one, tuples, specs of layers."""
    if isinstance(value, Layer):
        return LayerSpec.of(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return tuple(map(canonical, value))
    return (callable(value) and name_of_function(value)) or value


def _canonical(options: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple((name, canonical(options[name])) for name in sorted(options))


def _made(value: object, hint: str) -> object:
    if isinstance(value, LayerSpec):
        return value.make()
    if isinstance(value, tuple):
        return tuple(_made(item, hint) for item in value)
    return function_of(value, hint) if isinstance(value, str) else value


def _named(cls: type[Layer], args: tuple[object, ...], options: Mapping[str, object]) -> Mapping[str, object]:
    several = several_of(cls)
    return {**({several: args} if several and args else {}), **options}


def _given(layer: Layer) -> dict[str, object]:
    """The fields of a layer that are not what they would be anyway."""
    found: dict[str, object] = {}
    for name, default in settable(type(layer)).items():
        value = vars(layer).get(name, ...)
        if isinstance(layer._fields.get(name), (Param, StateField, Sub)) or value is ... or value is default:
            continue
        if value is None or type(value) is not type(default) or value != default:
            found[name] = value
    return found
