"""What a layer's class body may assign to its annotated fields: parameters, states, sub-layers, inferred sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

from typedgrad.core.state import State
from typedgrad.nn.learning import learning

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.core.tensor import Tensor

# (key, shape, dtype, (fan_in, fan_out)) -> values
Initializer: TypeAlias = "Callable[[Key, tuple[int, ...], str, tuple[int, int]], Tensor]"
T = TypeVar("T")


class Field:
    """One annotated field of a layer class."""

    name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


class Param(Field):
    """A tensor that is learnt. Its annotation is its type, its check, and the recipe to allocate it."""

    def __init__(
        self,
        initializer: Initializer | None,
        fans: tuple[str, str] | None,
        when: Callable[[Any], bool] | None,
        by: Callable[[Any], Initializer] | None = None,
        of: Callable[[Any], Tensor] | None = None,
    ) -> None:
        self.initializer = initializer
        self.fans = fans
        self.when = when
        self.by = by
        self.of = of

    def wanted(self, layer: Any) -> bool:
        """Whether this layer has the parameter at all."""
        return self.when is None or bool(self.when(layer))

    def __get__(self, layer: Any, owner: type) -> Any:
        # Reached only while the parameter has no value: a value lies in the instance and is found first.
        if layer is None:
            return self
        if not self.wanted(layer):
            return None
        return learning.parameter(layer, self.name)


class StateField(Field):
    """A tensor that training changes without a gradient."""

    by = None

    def __init__(self, initializer: Initializer | None, of: Callable[[Any], Tensor] | None = None) -> None:
        self.initializer = initializer
        self.of = of

    def __get__(self, layer: Any, owner: type) -> Any:
        if layer is None:
            return self
        found = layer.__dict__.get(self.name)
        return found.value if isinstance(found, State) else learning.parameter(layer, self.name)

    def __set__(self, layer: Any, value: object) -> None:
        raise AttributeError(f"{type(layer).__name__}.{self.name} is a state: change it with run.update in training")


class Sub(Field):
    """A sub-layer whose sizes follow from those of its owner."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make = make


class Inferred(Field):
    """A size that is learnt from what comes in."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __get__(self, layer: Any, owner: type) -> Any:
        if layer is None:
            return self
        return learning.size(layer, self.name)

    def __repr__(self) -> str:
        return "inferred"


inferred: Final[Any] = Inferred()


def param(
    initializer: Initializer | None = None,
    *,
    fans: tuple[str, str] | None = None,
    when: Callable[[Any], bool] | None = None,
    by: Callable[[Any], Initializer] | None = None,
    of: Callable[[Any], Tensor] | None = None,
    init: Literal[False] = False,
) -> Any:
    """Declare a parameter; the annotation's shape string, read in the layer's own sizes, says how large it is.

    Raises TypeError unless there is one way to make its values.

    Args:
        initializer: makes the values, see `typedgrad.nn.init`.
        fans: the fields that count the inputs and outputs of one unit, where the shape does not show it.
        when: whether a given layer has the parameter; without it the field is None.
        by: in the place of an initializer, gives that of a given layer.
        of: in the place of an initializer, gives the values from those of the layer's sub-layers.
        init: for type checkers: parameters are no constructor arguments.

    >>> class Scale(tg.nn.Layer):
    ...     features: int
    ...     weight: Float[tg.Tensor, "features"] = tg.nn.param(tg.nn.ones)
    ...
    ...     def __call__(self, x: Float[tg.Tensor, "*batch features"]) -> Float[tg.Tensor, "*batch features"]:
    ...         return x * self.weight
    >>> tg.init(Scale(features=2), tg.random.key(0)).weight
    Tensor([1., 1.], dtype=float32)
    """
    if sum(way is not None for way in (initializer, by, of)) != 1:
        raise TypeError("param: give one of an initializer, `by` and `of`")
    return Param(initializer, fans, when, by, of)


def state(
    initializer: Initializer | None = None,
    *,
    of: Callable[[Any], Tensor] | None = None,
    init: Literal[False] = False,
) -> Any:
    """Declare a state: a tensor that training changes through the run, and that optimisers leave alone.

    The arguments are those of `param`, which says when TypeError is raised.

    >>> tg.nn.state(tg.nn.zeros)  # doctest: +ELLIPSIS
    <typedgrad.nn.fields.StateField object at ...>
    """
    if (initializer is None) == (of is None):
        raise TypeError("state: give either an initializer or `of`")
    return StateField(initializer, of)


def sub(make: Callable[[Any], T], *, init: Literal[False] = False) -> T:
    """Declare a sub-layer that `make` builds from the layer it belongs to.

    >>> class Mlp(tg.nn.Layer):
    ...     width: int
    ...     up: tg.nn.Dense = tg.nn.sub(lambda self: tg.nn.Dense(in_features=self.width, out_features=4 * self.width))
    >>> Mlp(width=8).up.out_features
    32
    """
    return Sub(make)  # type: ignore[return-value]  # replaced by what `make` gives when a layer is constructed
