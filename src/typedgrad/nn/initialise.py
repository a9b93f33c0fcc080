"""`init`: from a description to a model with parameters."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from typedgrad.core.abstract import abstract_inputs
from typedgrad.core.dtypes import DTypeLike, dtype_name
from typedgrad.core.random import Key, fold_in
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.nn.allocate import annotation, fans, parameter_shape
from typedgrad.nn.choice import Chosen
from typedgrad.nn.fields import Inferred, Param, StateField
from typedgrad.nn.layer import Layer, _seal, replaced
from typedgrad.nn.learning import learning
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typedgrad.nn.fields import Initializer
    from typedgrad.nn.names import InitializerName

M = TypeVar("M", bound=Layer)
T = TypeVar("T")


def init(
    model: M,
    key: Key,
    *,
    input: object = None,  # the word users know
    dtype: DTypeLike = "float32",
    initializers: Mapping[str, Initializer | InitializerName] = MappingProxyType({}),
) -> M:
    """The model with its parameters filled in.

    Each parameter's key follows from its path, so adding a layer changes no other. Parameters that have values keep
    them.

    Args:
        model: the description.
        key: where the randomness comes from.
        input: what the model will be called with, to learn sizes left out: a shape string such as "n 784" (float32),
            a tensor, or a tuple of these for several arguments.
        dtype: of the parameters whose annotation leaves it open.
        initializers: others than those of the layers, for parameters by a pattern of their paths; the first that fits
            counts. "weight" means all whose path is or ends with it, "encoder.*" all that are in `encoder`.

    Raises:
        TypeError: if a size is missing, or `key` is not a random key.
        ShapeError: if the input does not fit the model, or a parameter its initializer.
        ValueError: if a pattern fits no parameter, or there is no initializer of a name.

    >>> model = tg.nn.Sequential(tg.nn.Dense(out_features=8), tg.nn.Relu(), tg.nn.Dense(out_features=3))
    >>> model = tg.init(model, tg.random.key(0), input="n 4")
    >>> model(tg.ones((2, 4))).shape
    (2, 3)
    """
    if not isinstance(model, Layer):
        raise TypeError(f"init: `model` must be a Layer, not {type(model).__name__}")
    if not isinstance(key, Key):
        raise TypeError(f"init: `key` must be a random key, made by tg.random.key(seed), not {type(key).__name__}")
    if input is not None:
        model = learn(model, input)
    name = dtype_name(dtype, "init")
    if not name.startswith("float"):
        raise TypeError(f"init: `dtype` must be a float, not {name}")
    seen: dict[int, Any] = {}
    chosen = Chosen(initializers)

    def filled(layer: Any, path: str) -> Any:
        if id(layer) not in seen:
            seen[id(layer)] = (layer, _filled(layer, path, key, name, chosen, filled))
        return seen[id(layer)][1]

    made: M = filled(model, "")
    chosen.finish()
    return made


def learn(model: M, inputs: object) -> M:
    """The model with the sizes it left out, learnt by running it on shapes alone."""
    arguments = abstract_inputs(inputs)
    return learnt(model, lambda: model(*arguments))


def learnt(parts: T, run: Callable[[], object]) -> T:
    """A layer, or a dict of some, with the sizes that are learnt when `run` calls them; as it is if there are none."""
    with learning:
        run()
        sizes = {k: dict(v) for k, v in learning.sizes.items()}
        if not sizes:
            return parts
        seen: dict[int, Any] = {}

        def sized(layer: Any, path: str) -> Any:
            if id(layer) not in seen:
                seen[id(layer)] = (layer, rebuilt(layer, path, sized, _whole(layer, sizes.get(id(layer), {}))))
            return seen[id(layer)][1]

        made: T = _mapped(parts, "", sized)
    return made


def _whole(layer: Any, sizes: dict[str, Any]) -> dict[str, int]:
    """The sizes that are numbers. A symbol, such as a batch size, cannot be the size of a parameter."""
    for name, size in sizes.items():
        if not isinstance(size, int):
            raise TypeError(
                f"{type(layer).__name__}.{name} would be `{size}`, which is not a number; "
                "give that axis of the input a size"
            )
    return sizes


def rebuilt(layer: Any, path: str, change: Callable[[Any, str], Any], fields: dict[str, Any]) -> Any:
    """A copy of a layer with `change` applied to its sub-layers, and with some fields set."""
    copy = object.__new__(type(layer))
    for name, value in layer.__dict__.items():
        if name != "_static":
            copy.__dict__[name] = _mapped(value, f"{path}.{name}" if path else name, change)
    copy.__dict__.update(fields)
    _seal(copy)
    return copy


def _mapped(value: Any, path: str, change: Callable[[Any, str], Any]) -> Any:
    if isinstance(value, Layer):
        return change(value, path)
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_mapped(item, f"{path}.{i}", change) for i, item in enumerate(value))
    if isinstance(value, dict):
        return {k: _mapped(item, f"{path}.{k}", change) for k, item in value.items()}
    return value


def _filled(layer: Any, path: str, key: Key, dtype: str, chosen: Chosen, filled: Callable[[Any, str], Any]) -> Any:
    for name, default in layer._fields.items():
        if isinstance(default, Inferred) and name not in layer.__dict__:
            raise TypeError(
                f"{type(layer).__name__}.{name} is not known yet (at `{path or 'the model'}`); pass it, or learn it: "
                "tg.init(model, key, input='n ...')"
            )
    values: dict[str, Any] = {}
    for name, field in layer._fields.items():
        if name in layer.__dict__ or not isinstance(field, (Param, StateField)):
            continue
        if field.of is not None or (isinstance(field, Param) and not field.wanted(layer)):
            continue
        place = f"{path}.{name}" if path else name
        other = chosen(place) if isinstance(field, Param) else None
        tensor = _allocated(layer, name, field, fold_in(key, place), dtype, other)
        values[name] = State(tensor) if isinstance(field, StateField) else tensor
    return _completed(rebuilt(layer, path, filled, values))


def _completed(layer: Any) -> Any:
    """The layer with those of its parameters that follow from its sub-layers."""
    made = {}
    for name, field in layer._fields.items():
        if name in layer.__dict__ or not isinstance(field, (Param, StateField)) or field.of is None:
            continue
        if isinstance(field, StateField) or field.wanted(layer):
            made[name] = State(field.of(layer)) if isinstance(field, StateField) else field.of(layer)
    return replaced(layer, made) if made else layer


def _allocated(layer: Any, name: str, field: Any, key: Key, dtype: str, other: Initializer | None) -> Tensor:
    shape: Any = parameter_shape(layer, name)
    concrete = annotation(type(layer), name).dtypes
    wanted = dtype if not isinstance(concrete, (list, tuple)) or dtype in concrete else concrete[0]
    counted = fans(layer, field, shape) if isinstance(field, Param) else (1, 1)
    initializer = other or field.initializer or field.by(layer)
    made: Tensor = initializer(key, shape, wanted, counted)
    if not isinstance(made, Tensor) or made.shape != shape:
        found = f"[{' '.join(map(str, made.shape))}]" if isinstance(made, Tensor) else f"a {type(made).__name__}"
        wanted_shape = f"[{' '.join(map(str, shape))}]"
        raise ShapeError(
            f"the initializer of `{name}` must return a Tensor of shape {wanted_shape}, not {found}",
            where=type(layer).__name__,
        )
    return made
