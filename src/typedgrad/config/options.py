"""What a network says for all of its layers, and what a layer says for itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

from typedgrad.config.functions import is_registered
from typedgrad.config.layer_spec import LayerSpec, canonical
from typedgrad.config.parameters import has_parameters
from typedgrad.nn.activate import check_activation
from typedgrad.nn.layer import Layer
from typedgrad.nn.names import InitializerName, check_name
from typedgrad.optim import Constraint

if TYPE_CHECKING:
    from typedgrad.nn import Initializer
    from typedgrad.nn.activate import Activated
    from typedgrad.optim import GradientTransform, Updater

O = TypeVar("O", bound="LayerOptions")
Weights: TypeAlias = "Initializer | InitializerName | float | None"
_NUMBERS: Final = ("l1", "l2", "l1_bias", "l2_bias", "weight_decay")


@dataclass(frozen=True, kw_only=True)
class LayerOptions:
    """What a layer may say besides the arguments of its constructor; each field that is None is as the network says.

    Fields:

        name: of the layer in the network, and in the paths of its parameters.
        updater: how its parameters follow their gradients; `tg.optim.no_op()` leaves them as they are.
        bias_updater: another one for biases.
        weight_init: an initialiser or the name of one, for weights: parameters with two or more axes.
        bias_init: the same for biases, or a number that they all are.
        l1, l2, l1_bias, l2_bias: penalties on weights and on biases, see `tg.optim.l1_l2`.
        weight_decay: of weights, in parts of the learning rate, see `tg.optim.weight_decay`.
        drop: the probability to drop what goes into the layer, or a layer such as `nn.AlphaDropout` to go before it.
        constraints: what weights meet after each update, such as `tg.optim.max_norm(3.0)`.
        gradient_normalization: what is done to gradients first, such as `tg.optim.clip_norm(1.0, per="layer")`;
            "none" for nothing.

    Raises TypeError and ValueError for what makes no sense.

    >>> tg.config.LayerOptions(name="hidden", l2=1e-3)
    LayerOptions(name='hidden', l2=0.001)
    """

    name: str | None = None
    updater: Updater[Any] | None = None  # what its state is, it alone knows
    bias_updater: Updater[Any] | None = None  # as above
    weight_init: Weights = None
    bias_init: Weights = None
    l1: float | None = None
    l2: float | None = None
    l1_bias: float | None = None
    l2_bias: float | None = None
    weight_decay: float | None = None
    drop: float | Layer | LayerSpec | None = None
    constraints: Sequence[Constraint] | None = None
    gradient_normalization: GradientTransform | Literal["none"] | None = None

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "drop", canonical(self.drop))
        if self.constraints is not None:
            object.__setattr__(self, "constraints", tuple(self.constraints))

    def over(self, defaults: LayerOptions) -> LayerOptions:
        """The options with those of the network where this says nothing."""
        chosen = {f.name: getattr(self, f.name) for f in fields(LayerOptions)}
        return LayerOptions(
            **{name: getattr(defaults, name) if value is None else value for name, value in chosen.items()}
        )

    def __repr__(self) -> str:
        given = given_in(self)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


@dataclass(frozen=True, kw_only=True, repr=False)
class Defaults(LayerOptions):
    """What `network` was told: all that a layer may say, and what concerns the whole.

    >>> tg.config.Defaults(seed=7, activation="relu")
    Defaults(seed=7, activation='relu')
    """

    seed: int = 0
    activation: Activated | LayerSpec = None
    dtype: str = "float32"
    truncate: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name is not None:
            raise TypeError("network: `name` is for single layers: .layer(LayerOptions(name=...), ...)")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise ValueError(f"network: `seed` must be an int of at least 0, got {self.seed!r}")
        if self.dtype not in ("float16", "float32", "float64"):
            raise ValueError(f'network: `dtype` must be "float32", "float64" or "float16", got {self.dtype!r}')
        steps = self.truncate
        if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 1):
            raise ValueError(f"network: `truncate` must be a positive number of steps, got {steps!r}")
        if not isinstance(self.activation, LayerSpec) and not is_registered(self.activation):
            check_activation("network", "activation", self.activation)
            object.__setattr__(self, "activation", canonical(self.activation))


def given_in(options: LayerOptions) -> dict[str, object]:
    """The fields that say something."""
    values = {f.name: (getattr(options, f.name), f.default) for f in fields(options)}
    return {
        name: value for name, (value, default) in values.items() if type(value) is not type(default) or value != default
    }


def _check(options: LayerOptions) -> None:
    title = "network" if isinstance(options, Defaults) else "LayerOptions"
    for name in _NUMBERS:
        value = getattr(options, name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{title}: `{name}` must be a number, not {value!r}")
        if not 0.0 <= value < math.inf:
            raise ValueError(f"{title}: `{name}` must be at least 0 and finite, got {value}")
    if options.name is not None and (not isinstance(options.name, str) or not options.name.isidentifier()):
        raise TypeError(f"{title}: `name` must be a word such as `hidden`, not {options.name!r}")
    _check_drop(title, options.drop)
    for name in ("updater", "bias_updater"):
        updater = getattr(options, name)
        if updater is not None and not (hasattr(updater, "update") and hasattr(updater, "init")):
            raise TypeError(f"{title}: `{name}` must be an updater such as tg.optim.adam(1e-3), not {updater!r}")
    _check_weights(title, "weight_init", options.weight_init)
    _check_weights(title, "bias_init", options.bias_init)
    if isinstance(options.constraints, Constraint):
        raise TypeError(f"{title}: `constraints` must be a list of them: [{options.constraints.title}(...)]")
    for constraint in options.constraints or ():
        if not isinstance(constraint, Constraint):
            raise TypeError(f"{title}: `constraints` must be such as tg.optim.max_norm(3.0), not {constraint!r}")
    transform = options.gradient_normalization
    if transform is not None and transform != "none" and not callable(transform):
        raise TypeError(
            f"{title}: `gradient_normalization` must be a function of gradients such as tg.optim.clip_norm(1.0), "
            f'or "none", not {transform!r}'
        )


def _check_drop(title: str, drop: object) -> None:
    if isinstance(drop, (Layer, LayerSpec)):
        layer = drop.make() if isinstance(drop, LayerSpec) else drop
        if has_parameters(layer):
            raise TypeError(f"{title}: `drop` must be a layer without parameters, not {layer!r}")
        return
    if drop is None:
        return
    if isinstance(drop, bool) or not isinstance(drop, (int, float)):
        raise TypeError(f"{title}: `drop` must be a probability or a layer such as nn.AlphaDropout(...), not {drop!r}")
    if not 0.0 <= drop < 1.0:
        raise ValueError(f"{title}: `drop` must be at least 0 and less than 1, got {drop}")


def _check_weights(title: str, name: str, wanted: object) -> None:
    if isinstance(wanted, str):
        check_name(f"{title}: `{name}`", InitializerName, wanted, kind="initializer")
    elif isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        if not math.isfinite(wanted):
            raise ValueError(f"{title}: `{name}` must be finite, got {wanted}")
    elif wanted is not None and (isinstance(wanted, type) or not callable(wanted)):
        raise TypeError(f"{title}: `{name}` must be an initialiser or the name of one, not {wanted!r}")
    elif hasattr(wanted, "__wrapped__"):  # as functions have that make initialisers
        made = getattr(wanted, "__name__", "it")
        raise TypeError(f"{title}: `{name}` must be an initialiser, which {made} makes: write nn.{made}(...)")


NOTHING: Final = LayerOptions()
STANDARD: Final = Defaults()
