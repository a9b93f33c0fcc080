"""`Layer`: a frozen record of sizes, the parameters they imply, and one call."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

from typedgrad.core.annotations import own_annotations, shape_strings
from typedgrad.core.pytree import register_node
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import CHECKS, remembering
from typedgrad.core.watching import watch
from typedgrad.nn.checking import check_numbers, check_types
from typedgrad.nn.fields import Field, Inferred, Param, StateField, Sub, param, state, sub
from typedgrad.nn.learning import learning
from typedgrad.nn.static import Static, intern_static

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from inspect import Signature

    from typedgrad.shapes import Dim

F = TypeVar("F")
L = TypeVar("L", bound="Layer")
_WORD = re.compile(r"[^\W\d]\w*")


class LayerMeta(type):
    """Seals a layer when its constructor is done."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if args:
            _refuse_positional(cls)
        layer = super().__call__(*args, **kwargs)
        _seal(layer)
        return layer

    @property
    def __signature__(cls) -> Signature:
        """What `help` shows: the constructor's own parameters, or the fields that can be given."""
        from inspect import Parameter, Signature, signature

        made: Any = cls
        if made.__init__ is not Layer.__init__:
            return signature(made.__init__.__get__(object()))
        hints = {name: hint for base in reversed(cls.__mro__) for name, hint in own_annotations(base).items()}
        given = {name: made._fields.get(name, Parameter.empty) for name in _settable(cls)}
        return Signature(
            [Parameter(n, Parameter.KEYWORD_ONLY, default=d, annotation=hints[n]) for n, d in given.items()]
        )


def _refuse_positional(cls: Any) -> None:
    """Raise TypeError if the layer has a constructor of its own that takes no arguments by position."""
    if cls.__init__ is Layer.__init__:
        return  # which has words of its own
    parameters = cls.__signature__.parameters.values()
    if parameters and all(p.kind is p.KEYWORD_ONLY for p in parameters):
        names = ", ".join(f"`{p.name}`" for p in parameters)
        raise TypeError(f"{cls.__name__}: arguments are given by name: {names}")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(param, state, sub))
class Layer(metaclass=LayerMeta):
    """The base of all layers: a frozen, keyword-only record that is a tree of its parameters and sub-layers.

    Integer fields are the names of dimensions in the class: in the shape strings of the parameters and of `__call__`.
    A layer is a description until `tg.init(model, key)` fills its parameters. A plain `__init__` works as well.

    Raises TypeError for missing, unknown or positional constructor arguments, AttributeError on assignment.

    >>> class Affine(tg.nn.Layer):
    ...     n: int
    ...     weight: Float[tg.Tensor, "n"] = tg.nn.param(tg.nn.ones)
    ...
    ...     def __call__(self, x: Float[tg.Tensor, "*batch n"]) -> Float[tg.Tensor, "*batch n"]:
    ...         return x * self.weight
    >>> model = tg.init(Affine(n=3), tg.random.key(0))
    >>> model(tg.ones((2, 3))).shape
    (2, 3)
    """

    _fields: ClassVar[dict[str, Any]] = {}
    _annotated: ClassVar[tuple[str, ...]] = ()
    _sizes: ClassVar[frozenset[str]] = frozenset()
    _static: Static

    if TYPE_CHECKING:
        __call__: Callable[..., Any]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = [name for name, hint in own_annotations(cls).items() if "ClassVar" not in str(hint)]
        for name in own:
            if isinstance(cls.__dict__.get(name), Inferred):  # one object for all at first; each must know its own name
                setattr(cls, name, Inferred(name))
        cls._annotated = tuple(dict.fromkeys([*cls._annotated, *own]))
        cls._fields = {name: getattr(cls, name) for name in cls._annotated if hasattr(cls, name)}
        if "__call__" in cls.__dict__:
            call = cls.__dict__["__call__"]
            wrapped = _forwarded(call) if call in _FORWARDING else _judged(call)
            cls.__call__ = wrapped  # type: ignore[method-assign]  # the same call, checked
        cls._sizes = cls._sizes | _size_names(cls)
        register_node(cls, _flatten, _unflatten, shared=True)

    def __init__(self, *values: object, **fields: Any) -> None:
        cls = type(self)
        settable = _settable(cls)
        if values:
            spelt = ", ".join(f"{name}={value!r}" for name, value in zip(settable, values, strict=False))
            raise TypeError(f"{cls.__name__}: fields are given by name, as in {cls.__name__}({spelt})")
        for name in fields:
            if name not in settable:
                raise TypeError(f"{cls.__name__}: there is no field `{name}`; the fields are {', '.join(settable)}")
        for name in settable:
            if name in fields:
                object.__setattr__(self, name, fields[name])
            elif name not in cls._fields:
                raise TypeError(f"{cls.__name__}: missing the field `{name}`")
            elif not isinstance(cls._fields[name], Inferred):
                object.__setattr__(self, name, cls._fields[name])

    def __check__(self) -> None:
        """Refuse values that make no sense; a layer class may say more than that sizes are positive."""

    def __setattr__(self, name: str, value: object) -> None:
        if "_static" in self.__dict__:
            raise AttributeError(f"{type(self).__name__} is frozen: build a new layer instead of setting `{name}`")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: `{name}` cannot be deleted")

    def __repr__(self) -> str:
        return describe(self)


_FORWARDING: set[object] = set()


def forwarding(call: F) -> F:
    """Mark the `__call__` of a layer that hands its arguments on as they are, to layers that check them."""
    _FORWARDING.add(call)
    return call


def _forwarded(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call of a layer that checks nothing itself; seen, as others are, by who watches a run on shapes alone."""

    @functools.wraps(call)
    def forward(*args: Any, **kwargs: Any) -> Any:
        if watch.watcher is None:
            return call(*args, **kwargs)
        return watch.watcher.call(call, args, kwargs, lambda: call(*args, **kwargs))

    return forward


def _settable(cls: Any) -> list[str]:
    """The fields that the constructor takes."""
    return [n for n in cls._annotated if not isinstance(cls._fields.get(n), (Param, StateField, Sub))]


def _judged(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call of a layer, checked. Without checks it is still the judge who learns the sizes that were left out."""
    checked = remembering(call, title=describe, known=known_sizes, self_key="_static", learn=_learn)
    if CHECKS != "off":
        return checked

    @functools.wraps(call)
    def unchecked(*args: Any, **kwargs: Any) -> Any:
        return (checked if learning.open else call)(*args, **kwargs)

    return unchecked


def _size_names(cls: type[Layer]) -> frozenset[str]:
    """The integer fields that the shape strings of the class's parameters and of its call mention."""
    hints = own_annotations(cls)
    call = own_annotations(cls.__dict__["__call__"]) if "__call__" in cls.__dict__ else {}
    named = {
        word
        for hint in [*hints.values(), *call.values()]
        for text in shape_strings(hint)
        for word in _WORD.findall(text)
    }
    return frozenset(name for name in cls._annotated if name in named)


def describe(layer: Any) -> str:
    """The layer as one would write it: `Dense(in_features=784, out_features=10)`."""
    if not isinstance(layer, Layer):
        return type(layer).__name__
    shown = []
    for name in layer._annotated:
        value = layer.__dict__.get(name)
        default = layer._fields.get(name)
        if isinstance(default, (Param, StateField, Sub)) or name not in layer.__dict__:
            continue
        if isinstance(value, (int, float, str, tuple)) and not (name in layer._fields and _same(value, default)):
            shown.append(f"{name}={value!r}")
    return f"{type(layer).__name__}({', '.join(shown)})"


def _same(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b


def known_sizes(layer: Any) -> Mapping[str, Dim]:
    """The integer fields of a layer: the dimensions that its class names. Sizes just learnt count as well."""
    found: dict[str, Dim] = {n: v for n, v in layer.__dict__.items() if type(v) is int and not n.startswith("_")}
    if learning.open:
        found |= learning.sizes.get(id(layer), {})
    return found


def _learn(layer: Any, env: Mapping[str, Any]) -> None:
    """Note the sizes that a call fixed."""
    if not learning.open:
        return
    for name, default in layer._fields.items():
        if isinstance(default, Inferred) and name not in layer.__dict__ and name in env:
            learning.note(layer, name, env[name])


def state_of(layer: Layer, name: str) -> State:
    """The state behind a field, for `run.update`."""
    found = layer.__dict__[name]
    assert isinstance(found, State)
    return found


def replaced(layer: L, values: Mapping[str, object]) -> L:
    """The layer with other values for some of its parameters, states or sub-layers."""
    copy = object.__new__(type(layer))
    copy.__dict__.update(layer.__dict__)
    copy.__dict__.update(values)
    return copy


def _check_sizes(layer: Any) -> None:
    """A size that its class's shape strings name must be a positive int; what follows from others may be anything."""
    for name in layer._annotated:
        value = layer.__dict__.get(name)
        if isinstance(layer._fields.get(name), Sub):
            continue
        if name in layer._sizes and value is not None and (type(value) is not int or value <= 0):
            raise ValueError(f"{type(layer).__name__}: `{name}` must be a positive int, got {value!r}")


def _refuse_bare_initializers(layer: Any) -> None:
    """`weight: Float[Tensor, "n"] = zeros` lacks a `param(...)` around the function."""
    for name, default in layer._fields.items():
        if callable(default) and not isinstance(default, (Layer, Tensor, type)) and layer.__dict__.get(name) is default:
            hint = own_annotations(type(layer)).get(name)
            if shape_strings(hint) and "Callable" not in str(hint):
                cls, spelt = type(layer).__name__, getattr(default, "__name__", "...")
                raise TypeError(f"{cls}: `{name}` is a function where a Tensor is due; write param({spelt})")


def _seal(layer: Any) -> None:
    """Check the fields, build what follows from them, part children from the rest, and freeze."""
    _refuse_bare_initializers(layer)
    _check_sizes(layer)
    check_types(layer)
    layer.__check__()
    check_numbers(layer)
    for name, default in layer._fields.items():
        if isinstance(default, Sub) and name not in layer.__dict__:
            object.__setattr__(layer, name, default.make(layer))
        elif isinstance(default, Field) is False and name not in layer.__dict__:
            object.__setattr__(layer, name, default)
    children = [name for name, d in layer._fields.items() if isinstance(d, (Param, StateField))]
    children += [n for n, v in layer.__dict__.items() if n not in children and _is_child(v)]
    rest = {n: v for n, v in layer.__dict__.items() if n not in children}
    object.__setattr__(layer, "_static", intern_static(type(layer), tuple(children), rest))


def _is_child(value: object) -> bool:
    """Whether a field holds tensors or layers, however deep."""
    if isinstance(value, (Layer, Tensor, State)):
        return True
    if isinstance(value, (tuple, list)):
        return any(map(_is_child, value))
    return isinstance(value, dict) and any(map(_is_child, value.values()))


def _flatten(layer: Any) -> tuple[Iterable[tuple[str, Any]], Static]:
    static: Static = layer._static
    values = layer.__dict__
    return ((name, values.get(name)) for name in static.children), static


def _unflatten(static: Static, children: list[Any]) -> Any:
    layer: Any = object.__new__(static.cls)
    values = layer.__dict__
    values.update(static.rest)
    for name, value in zip(static.children, children, strict=True):
        # A parameter that has no value yet is absent, so that using it says what to do.
        if value is not None:
            values[name] = value
    values["_static"] = static
    return layer
