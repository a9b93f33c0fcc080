"""What a layer asks of its input, as the annotation of its call says it: how many axes, and what they are."""

from __future__ import annotations

import typing
from functools import lru_cache
from inspect import unwrap
from typing import Final, Literal, NamedTuple, TypeAlias

from typedgrad.nn import Frozen, Layer, Sequential

# What goes through a network: rows of features; steps of them; signals, images and volumes with channels before places;
# images in steps. None where three axes may be either steps or a signal.
Layout: TypeAlias = Literal["flat", "sequence", "signal", "image", "volume", "frames"]
STEPS: Final = ("t", "time", "steps")
_PLACES: Final[dict[int, Layout]] = {2: "flat", 3: "signal", 4: "image", 5: "volume"}
_IN_STEPS: Final[dict[int, Layout]] = {3: "sequence", 5: "frames"}


class Demand(NamedTuple):
    """How many axes a layer wants, None for any; what they are; whether it mixes all features of an example."""

    axes: int | None
    layout: Layout | None
    mixes: bool


def layout_of(axes: tuple[str, ...]) -> Layout | None:
    """What an input is, by the names of its axes; three of them are steps only if they say so.

    >>> layout_of(("n", "1", "28", "28")), layout_of(("n", "t", "8")), layout_of(("n", "50", "8"))
    ('image', 'sequence', None)
    """
    in_steps = len(axes) > 2 and axes[1] in STEPS
    if len(axes) == 3:
        return "sequence" if in_steps else None
    return (_IN_STEPS if in_steps else _PLACES).get(len(axes))


def demand_of(layer: Layer) -> Demand:
    """What a layer asks of its input.

    >>> demand_of(tg.nn.Conv2d(out_channels=1, kernel=1))
    Demand(axes=4, layout='image', mixes=False)
    >>> demand_of(tg.nn.Dense(out_features=1))
    Demand(axes=None, layout=None, mixes=True)
    """
    while True:
        if isinstance(layer, Sequential) and len(layer) and isinstance(layer[0], Layer):
            layer = layer[0]
        elif isinstance(layer, Frozen):
            layer = layer.layer
        else:
            break
    cls: type[Layer] = type(layer)
    return _demand(cls)


@lru_cache(maxsize=1024)
def _demand(cls: type[Layer]) -> Demand:
    hints = _hints(cls)
    taken = next((_axes(hint) for name, hint in hints.items() if name != "return"), ())
    made = _axes(hints.get("return"))
    if not taken or any(axis.startswith(("*", ".")) for axis in taken):
        sized = bool(taken) and taken[-1] in cls._sizes
        return Demand(None, None, sized and bool(made) and taken[-1] != made[-1])
    in_steps = len(taken) > 1 and taken[1] in STEPS
    return Demand(len(taken), (_IN_STEPS if in_steps else _PLACES).get(len(taken)), mixes=False)


def _hints(cls: type[Layer]) -> dict[str, object]:
    call = unwrap(cls.__call__)
    try:
        return typing.get_type_hints(call, include_extras=True)
    except (NameError, TypeError):  # names that only type checkers see
        return {}


def _axes(hint: object) -> tuple[str, ...]:
    return tuple(getattr(hint, "dim_str", "").split())
