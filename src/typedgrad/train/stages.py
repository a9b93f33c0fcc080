"""Layers as transfer learning sees them: with their parameters, or as descriptions from which new ones are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from typedgrad.core.pytree import flatten
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Frozen, Layer, freeze
from typedgrad.nn.fields import Inferred, Param, StateField
from typedgrad.nn.initialise import _mapped
from typedgrad.nn.layer import _seal, describe

L = TypeVar("L", bound=Layer)
# What layers call the size of what comes out of them.
OUT = ("out_features", "out_channels", "features")


class Stage(NamedTuple):
    """A layer, or a plain function among layers, by its name."""

    name: str
    layer: Any
    frozen: bool = False
    # How its new parameters are drawn, if not as the layer says.
    weight_init: Any = None


def out_field(layer: object) -> str | None:
    """The field that says how much comes out of a layer; None for a layer that leaves that to others."""
    if not isinstance(layer, Layer):
        return None
    return next(
        (n for n in OUT if n in type(layer)._annotated and not isinstance(type(layer)._fields.get(n), Inferred)), None
    )


def learns_sizes(layer: object) -> bool:
    """Whether a layer, or one inside it, has sizes that follow from what comes in."""
    return isinstance(layer, Layer) and (
        any(isinstance(field, Inferred) for field in layer._fields.values()) or any(map(learns_sizes, _inside(layer)))
    )


def lacks_sizes(layer: object) -> bool:
    """Whether a layer, or one inside it, does not know a size yet."""
    if not isinstance(layer, Layer):
        return False
    own = [name for name, field in layer._fields.items() if isinstance(field, Inferred)]
    return any(name not in vars(layer) for name in own) or any(map(lacks_sizes, _inside(layer)))


def decides(layer: object) -> bool:
    """Whether a layer, or one inside it, says how much comes out."""
    return isinstance(layer, Layer) and (out_field(layer) is not None or any(map(decides, _inside(layer))))


def _inside(value: object) -> Iterator[Layer]:
    """The layers directly inside a layer, a sequence or a dict."""
    parts: Iterable[object] = ()
    if isinstance(value, (Layer, dict)):
        parts = (vars(value) if isinstance(value, Layer) else value).values()
    elif isinstance(value, (tuple, list)):
        parts = value
    for part in parts:
        if isinstance(part, Layer):
            yield part
        else:
            yield from _inside(part)


def described(layer: L, *, forget: bool, **fields: object) -> L:
    """The description of a layer: without parameters, and if told to forget without the sizes that it can learn."""
    copy: L = object.__new__(type(layer))
    for name, value in layer.__dict__.items():
        field = layer._fields.get(name)
        if name == "_static" or isinstance(field, (Param, StateField)) or (forget and isinstance(field, Inferred)):
            continue
        copy.__dict__[name] = _mapped(value, "", lambda inner, _: described(inner, forget=forget))
    copy.__dict__.update(fields)
    _seal(copy)
    return copy


def checked_size(title: str, size: object) -> None:
    """Raises ValueError unless this can be the size of what comes out of a layer."""
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValueError(f"{title}: the size of what comes out must be a positive int, got {size!r}")


def checked_drop(n: object, there: int) -> None:
    """Raises ValueError unless so many layers can be left out."""
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= there:
        raise ValueError(f"transfer: cannot drop the last {n!r} of {there} layers")


def resized(title: str, stage: Stage, size: int, weight_init: object) -> Stage:
    """A stage of which another amount comes out, with new parameters."""
    checked_size(title, size)
    if stage.frozen or isinstance(stage.layer, Frozen):
        raise ValueError(f"{title}: `{stage.name}` is frozen; freeze through a layer before it")
    name = out_field(stage.layer)
    if name is None:
        shown = describe(stage.layer) if isinstance(stage.layer, Layer) else stage.layer
        raise ValueError(f"{title}: `{stage.name}`, {shown}, has no size of what comes out; there is no `out_features`")
    layer = described(stage.layer, forget=False, **{name: size})
    return stage._replace(layer=layer, weight_init=weight_init)


def relearning(stages: list[Stage], place: int) -> list[Stage]:
    """The stages after that at `place`, whose output has another size: those that take that size learn it anew."""
    made = list(stages)
    for i in range(place + 1, len(stages)):
        layer = stages[i].layer
        if learns_sizes(layer):
            if stages[i].frozen or isinstance(layer, Frozen):
                raise ValueError(
                    f"transfer: `{stages[i].name}` is frozen, but takes what comes out of `{stages[place].name}`"
                )
            made[i] = stages[i]._replace(layer=described(layer, forget=True))
            if decides(layer):
                break
    return made


def kept(stage: Stage) -> Any:  # noqa: ANN401  # a layer or a function, whose kind its reader knows
    """The layer of a stage as it stands in the new model."""
    if stage.frozen and isinstance(stage.layer, Layer) and not isinstance(stage.layer, Frozen):
        return freeze(stage.layer)
    return stage.layer


def has_values(layer: object) -> bool:
    """Whether a layer has parameters with values."""
    return any(isinstance(leaf, Tensor) for leaf in flatten(layer)[0])


def place_of(title: str, stages: list[Stage], which: int | str) -> int:
    """Where a stage stands, by its name or its number. Raises KeyError for one that is not there."""
    names = [stage.name for stage in stages]
    if isinstance(which, bool) or not isinstance(which, (int, str)):
        raise TypeError(f"{title}: a layer is named by its name or its number, not {which!r}")
    if isinstance(which, int):
        if not -len(names) <= which < len(names):
            raise KeyError(f"{title}: there is no layer {which} among {len(names)}")
        return which % len(names)
    if which not in names:
        raise KeyError(f"{title}: there is no layer `{which}`; there are {', '.join(names)}")
    return names.index(which)
