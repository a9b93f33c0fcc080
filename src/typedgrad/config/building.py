"""From a spec to a network: sizes are known by then; parameters are drawn, and the recipe is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from typedgrad.config.agreement import check_agreement, check_target
from typedgrad.config.fold import Placed
from typedgrad.config.network import Backbone, Network
from typedgrad.config.options import Defaults, LayerOptions
from typedgrad.config.parameters import biases_of, parameters, weights_of
from typedgrad.config.ports import port
from typedgrad.config.recipe import Recipe
from typedgrad.config.updating import Owned, updater_for
from typedgrad.core.random import Key
from typedgrad.core.random import key as key_of
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Initializer, Layer, constant
from typedgrad.nn.initialise import init
from typedgrad.nn.names import InitializerName, initializer

if TYPE_CHECKING:
    from typedgrad.config.spec import NetworkSpec, Output
    from typedgrad.optim import Updater

M = TypeVar("M", bound=Layer)


def backbone(spec: NetworkSpec, made: Placed, key: Key | None, reuse: Mapping[str, Layer] | None) -> Backbone:
    """A network without a loss."""
    if not made.layers:
        raise ValueError("network: there are no layers; add some with .layer(...)")
    layers = kept(made.layers, reuse)
    described = Backbone(spec=replace(spec, output=None), layers=layers)
    return filled(described, layers, "layers", made.options, spec.defaults, key)


def built(spec: NetworkSpec, made: Placed, key: Key | None, reuse: Mapping[str, Layer] | None) -> Network:
    """A network with a loss."""
    if spec.output is None:
        raise ValueError("network: there is no loss; say .output(...), or .build_backbone() for a network without one")
    made = checked_output("network", spec.output, made)
    layers = kept(made.layers, reuse)
    recipe = Recipe(
        loss=spec.output.loss,
        updater=updater_of(layers, "layers", made.options, spec.defaults),
        seed=spec.defaults.seed,
        truncate=spec.defaults.truncate,
    )
    described = Network(spec=spec, layers=layers, recipe=recipe)
    return filled(described, layers, "layers", made.options, spec.defaults, key)


def checked_output(title: str, output: Output, made: Placed) -> Placed:
    """The layers with an output that suits the loss; raises ValueError or ShapeError if it does not."""
    if not made.layers:
        raise ValueError(
            f"{title}: there are no layers; add some with .layer(...), or end in .output(loss, Dense, ...)"
        )
    name = list(made.options)[-1]
    title, out = f"{title}: output `{name}`", made.place.value
    check_agreement(title, made.layers[name], out, output.loss)
    check_target(title, output.loss, out, None if output.labels is None else port("labels", output.labels))
    return made


def kept(layers: Mapping[str, Layer], reuse: Mapping[str, Layer] | None) -> dict[str, Layer]:
    """The layers, some of them replaced by others of the same name and description, with their parameters.

    Raises ValueError for a name that is not there, TypeError for a layer of another class.
    """
    for name, layer in (reuse or {}).items():
        if name not in layers:
            raise ValueError(f"network: there is no layer `{name}` to reuse; there are {', '.join(layers)}")
        if type(layer) is not type(layers[name]):
            raise TypeError(
                f"network: `{name}` is a {type(layers[name]).__name__}, but that to reuse is a {type(layer).__name__}"
            )
    return {**layers, **(reuse or {})}


def updater_of(
    layers: Mapping[str, object], path: str, options: Mapping[str, LayerOptions], defaults: Defaults
) -> Updater[object]:
    """The updater of a network with these layers."""
    owned = [
        Owned(options[name], parameters(layer, f"{path}.{name}")) for name, layer in layers.items() if name in options
    ]
    return updater_for(owned, defaults)


def filled(
    model: M,
    layers: Mapping[str, object],
    path: str,
    options: Mapping[str, LayerOptions],
    defaults: Defaults,
    key: Key | None,
) -> M:
    """The model with its parameters, as the options of each layer want them."""
    wanted: dict[str, Initializer | InitializerName] = {}
    for name, layer in layers.items():
        found = [p for p in parameters(layer, f"{path}.{name}") if not p.filled] if name in options else []
        if name in options and options[name].weight_init is not None:
            wanted |= {p.path: _initializer(options[name].weight_init) for p in weights_of(found)}
        if name in options and options[name].bias_init is not None:
            wanted |= {p.path: _initializer(options[name].bias_init) for p in biases_of(found) if p.field.by is None}
    drawn = key_of(defaults.seed) if key is None else key
    return init(model, drawn, dtype=defaults.dtype, initializers=wanted)


def _initializer(wanted: object) -> Initializer:
    if isinstance(wanted, str):
        return initializer(wanted)  # type: ignore[arg-type]  # a name, as `LayerOptions` has made sure
    return constant(float(wanted)) if isinstance(wanted, (int, float)) else wanted  # type: ignore[return-value]  # as above


def shapes_of(spec: NetworkSpec) -> dict[str, str]:
    """What comes out of each layer of a network."""
    from typedgrad.core.abstract import eval_shape

    value = port("input", spec.input).tensor(spec.defaults.dtype)
    found = {"input": _spelt(value)}
    for name, layer in spec.folded().layers.items():
        value = eval_shape(layer, value)
        found[name] = _spelt(value)
    return found


def _spelt(x: Tensor) -> str:
    return " ".join(map(str, x.shape))
