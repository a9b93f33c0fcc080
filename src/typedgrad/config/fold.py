"""The fold: each layer takes what the last one made, on shapes alone. No size is computed here; layers do that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, NoReturn

from typedgrad.config.demands import Demand, Layout, demand_of
from typedgrad.config.functions import function_of
from typedgrad.config.layer_spec import LayerSpec, field_hints
from typedgrad.config.names import free_name, snake_case
from typedgrad.config.options import Defaults, LayerOptions
from typedgrad.config.parameters import has_parameters
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dropout, Flatten, Layer, Permute, Reshape, TimeDistributed
from typedgrad.nn.initialise import learnt
from typedgrad.nn.layer import describe
from typedgrad.shapes import ShapeError

_AXES: Final[Mapping[Layout | None, str]] = {
    "sequence": "(steps, features)",
    "signal": "(channels, width)",
    "image": "(channels, height, width)",
    "volume": "(channels, depth, height, width)",
    "frames": "(steps, channels, height, width)",
}
# How the channels, which stand before the places, come behind them, where losses of classes look for them.
_CHANNELS_LAST: Final[Mapping[Layout | None, tuple[int, ...]]] = {
    "signal": (2, 1),
    "image": (2, 3, 1),
    "volume": (2, 3, 4, 1),
}


class Conversion(NamedTuple):
    """What a network does between two layers without being asked: before which layer, what, and by which layer."""

    before: str
    what: str
    by: str


class Place(NamedTuple):
    """What has come out so far: a tensor without values, and what its axes are."""

    value: Tensor
    layout: Layout | None


class Entry(NamedTuple):
    """A layer as the user described it, and what was said of it besides."""

    layer: LayerSpec
    options: LayerOptions


class Placed(NamedTuple):
    """Layers in their places, sizes and all; what was put between them; and what comes out."""

    layers: Mapping[str, Layer]
    conversions: tuple[Conversion, ...]
    place: Place
    options: Mapping[str, LayerOptions]


def begun(value: Tensor, layout: Layout | None) -> Placed:
    """No layers yet, only what comes in."""
    return Placed({}, (), Place(value, layout), {})


def extended(
    before: Placed, entry: Entry, defaults: Defaults, *, last: bool = False, name: str | None = None
) -> Placed:
    """One layer more. That whose result a loss takes has the activation that it says itself, or none.

    Raises ShapeError if it does not fit, ValueError for a name that is taken.
    """
    name = entry.options.name or free_name(name or snake_case(entry.layer.cls.__name__), before.layers)
    if name in before.layers:
        raise ValueError(f"network: there is a layer called `{name}` already")
    layer = described(entry.layer, None if last else defaults)
    options = entry.options.over(defaults)
    if entry.options.drop is None and not has_parameters(layer):
        options = replace(options, drop=None)
    after = placed(f"layer {len(before.options) + 1} `{name}`", name, layer, options, before.place)
    return Placed(
        {**before.layers, **after.layers},
        (*before.conversions, *after.conversions),
        after.place,
        {**before.options, name: options},
    )


def described(spec: LayerSpec, defaults: Defaults | None) -> Layer:
    """A layer as its spec says, with the activation of the network where it says none."""
    hint = field_hints(spec.cls).get("activation")
    if defaults is None or defaults.activation is None or hint != "Activated":
        return spec.make()
    wanted = defaults.activation
    if isinstance(wanted, str):
        return spec.make(activation=function_of(wanted, hint))
    return spec.make(activation=wanted.make() if isinstance(wanted, LayerSpec) else wanted)


def turned(made: Placed, *, classes: bool) -> Placed:
    """What is made, with the channels of images last where a loss of classes takes it: one class for each place."""
    turn = turning(made.place, made.layers, classes=classes)
    if turn is None or not made.layers:
        return made
    conversion, layer, place = turn
    return Placed({**made.layers, conversion.by: layer}, (*made.conversions, conversion), place, made.options)


def turning(place: Place, taken: Collection[str], *, classes: bool) -> tuple[Conversion, Layer, Place] | None:
    """The layer that moves channels last where a loss of classes takes an image; None where nothing is to move."""
    axes = _CHANNELS_LAST.get(place.layout) if classes else None
    if axes is None:
        return None
    by = free_name("channels_last_for_loss", taken)
    layer, value = _applied(by, Permute(axes=axes), place.value)
    what = f"the channels of the {place.layout} come last: they are the classes"
    return Conversion("the loss", what, by), layer, Place(value, None)


def placed(title: str, name: str, layer: Layer, options: LayerOptions, place: Place) -> Placed:
    """A layer behind what came before it, with the conversions that it needs, and dropout if there is to be some."""
    demand = demand_of(layer)
    before, what = conversion(demand, layer, place)
    made: dict[str, Layer] = {}
    value = place.value
    conversions = []
    if before is not None:
        by = f"{_word(before)}_for_{name}"
        made[by], value = _applied(f"{title}: {by}", before, value)
        conversions.append(Conversion(name, what, by))
    elif what:
        layer = TimeDistributed(layer=layer)
        conversions.append(Conversion(name, what, name))
    dropped = _dropout(layer, name, options)
    if dropped is not None:
        made[f"drop_for_{name}"], value = _applied(title, dropped, value)
    try:
        made[name], out = _applied(title, layer, value)
    except ShapeError as error:
        if demand.axes is not None and not error.hint.startswith("flatten") and value.ndim < demand.axes:
            error.hint = _missing_axes(demand, value)
        raise
    return Placed(made, tuple(conversions), Place(out, _layout_after(demand, layer, place, out)), {})


def joined(title: str, layer: Layer, places: Sequence[Place]) -> tuple[Layer, Place]:
    """A layer of several inputs, sizes and all, and what it makes of them. Nothing is converted."""
    known, out = _applied(title, layer, *(place.value for place in places))
    same = places[0].layout if places[0].value.ndim == out.ndim else None
    known_by_axes: dict[int, Layout] = {2: "flat", 4: "image"}
    return known, Place(out, known_by_axes.get(out.ndim, same))


def conversion(demand: Demand, layer: Layer, place: Place) -> tuple[Layer | None, str]:
    """The layer to put before another one, and in words what it does; no layer, but words, to go step by step."""
    axes, layout = place.value.ndim, place.layout
    in_steps = layout in ("sequence", "frames")
    if demand.axes == axes:
        if (layout, demand.layout) == ("sequence", "signal"):
            return Permute(axes=(2, 1)), "steps of features become a signal: its channels are the features"
        if (layout, demand.layout) == ("signal", "sequence"):
            return Permute(axes=(2, 1)), "a signal becomes steps of features: its channels are the features"
        return None, ""
    if layout == "frames" and (demand.mixes or demand.layout == "sequence"):
        return Flatten(keep=2), "the image of each step becomes features"
    if demand.mixes and layout in ("signal", "image", "volume"):
        return Flatten(), f"the {layout} becomes features"
    if demand.axes is not None and in_steps and demand.layout in ("flat", "image") and axes > demand.axes:
        return None, f"each step goes through {type(layer).__name__} alone"
    if demand.layout == "flat" and layout in ("signal", "image", "volume"):
        return Flatten(), f"the {layout} becomes features"
    return None, ""


def _layout_after(demand: Demand, layer: Layer, place: Place, out: Tensor) -> Layout | None:
    axes = out.ndim
    if isinstance(layer, (Reshape, Permute)) and axes == 3:
        return None
    if isinstance(layer, Permute) and layer.axes in _CHANNELS_LAST.values():
        return None
    if axes == 3:
        if place.layout == "flat" or demand.layout == "sequence" or place.layout == "frames":
            return "sequence"
        if demand.layout == "signal":
            return "signal"
        return place.layout if place.value.ndim == axes else None
    if axes == 5:
        return "frames" if place.layout == "frames" else "volume"
    known: dict[int, Layout] = {2: "flat", 4: "image"}
    return known.get(axes)


def _applied(title: str, layer: Layer, *values: Tensor) -> tuple[Layer, Tensor]:
    """The layer with the sizes that it learns from what comes in, and what it makes of it."""
    made: list[object] = []
    try:
        known = learnt(layer, lambda: made.append(layer(*values)))
    except ShapeError as error:
        own = error.where.startswith(type(layer).__name__)
        error.where = f"{title}, {error.where if own else _shown(layer) + f', {error.where}' * bool(error.where)}"
        raise
    except (TypeError, ValueError) as error:
        _refuse(title, error)
    out = made[0]
    if not isinstance(out, Tensor):
        kind = type(out).__name__
        raise TypeError(f"{title}, {_shown(layer)}: a layer of a network must make one tensor, but this made a {kind}")
    return known, out


def _shown(layer: Layer) -> str:
    return f"each step of {describe(layer.layer)}" if isinstance(layer, TimeDistributed) else describe(layer)


def _refuse(title: str, error: Exception) -> NoReturn:
    kind: Callable[[str], Exception] = ValueError if isinstance(error, ValueError) else TypeError
    raise kind(f"{title}: {error}") from error


def _dropout(layer: Layer, name: str, options: LayerOptions) -> Layer | None:
    drop = options.drop
    if isinstance(drop, LayerSpec):
        return drop.make()
    assert not isinstance(drop, Layer)  # they are made specs
    return Dropout(drop=drop) if drop else None


def _word(layer: Layer) -> str:
    return {Flatten: "flatten", Permute: "transpose"}[type(layer)]


def _missing_axes(demand: Demand, value: Tensor) -> str:
    sizes = _AXES.get(demand.layout, "(...)")
    found = " ".join(map(str, value.shape))
    return f"what comes in is [{found}]; give each example these axes first: .layer(Reshape, shape={sizes})"
