"""What files may name: layers, updaters, schedules, initialisers, ... Explicit tables; nothing is imported by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

from typedgrad import nn, optim
from typedgrad.config.forms import Kind, arguments_of
from typedgrad.nn.made import Made
from typedgrad.optim import Constraint, GradientTransform, Updater
from typedgrad.optim.averages import Averaging
from typedgrad.optim.clipping import ClipGlobalNorm, ClipValue
from typedgrad.optim.constraints import Constrained
from typedgrad.optim.decay import Decayed, NoOp
from typedgrad.optim.epochs import ByEpoch
from typedgrad.optim.formula import ByFormula
from typedgrad.optim.grouped import Accumulated, Grouped
from typedgrad.optim.more_schedules import Curve
from typedgrad.optim.norms import ScaleNorms
from typedgrad.optim.penalties import Penalised
from typedgrad.optim.schedules import Constant, Cosine, LinearWarmup, StepDecay
from typedgrad.optim.selection import Which

C = TypeVar("C", bound=type[nn.Layer])
Maker = Callable[..., object]


def chain(*, transforms: Sequence[GradientTransform], updater: Updater[Any]) -> Updater[Any]:
    """`tg.optim.chain`, as files have it."""
    return optim.chain(*transforms, updater)


def constrained(*, updater: Updater[Any], constraints: Sequence[Constraint]) -> Updater[Any]:
    """`tg.optim.constrained`, as files have it."""
    return optim.constrained(updater, *constraints)


def grouped(*, updater: Updater[Any], groups: Mapping[str, Updater[Any] | None]) -> Updater[Any]:
    """`tg.optim.grouped`, as files have it: only patterns of paths choose parameters."""
    by_pattern: dict[Which, Updater[Any] | None] = dict(groups.items())
    return optim.grouped(updater, by_pattern)


def _by_name(*makers: Maker) -> dict[str, Maker]:
    return {maker.__name__: maker for maker in makers}


MAKERS: Final[Mapping[Kind, dict[str, Maker]]] = {
    "updater": _by_name(
        *(optim.sgd, optim.adam, optim.adamw, optim.adamax, optim.amsgrad, optim.nadam, optim.radam),
        *(optim.adadelta, optim.adagrad, optim.rmsprop, optim.asgd, optim.fista, optim.ftrl, optim.lion, optim.rprop),
        *(optim.adafactor, optim.muon, optim.lamb, optim.no_op),
        *(optim.ema, optim.averaging, optim.accumulate, optim.l1_l2, optim.weight_decay),
        *(chain, constrained, grouped),
    ),
    "schedule": _by_name(
        *(optim.constant, optim.step_decay, optim.cosine, optim.linear_warmup, optim.multi_step, optim.exponential),
        *(optim.inverse, optim.polynomial, optim.sigmoid, optim.one_cycle, optim.cosine_restarts, optim.by_epoch),
    ),
    "initializer": _by_name(
        *(nn.constant, nn.normal, nn.truncated_normal, nn.uniform, nn.log_normal, nn.binomial, nn.variance_scaling),
        *(nn.xavier_uniform, nn.xavier_normal, nn.kaiming_uniform, nn.kaiming_normal, nn.orthogonal, nn.identity),
        *(nn.dirac, nn.sparse),
    ),
    "constraint": _by_name(optim.max_norm, optim.min_max_norm, optim.unit_norm, optim.non_negative),
    "transform": _by_name(optim.clip_global_norm, optim.clip_value, optim.clip_norm, optim.renormalize),
}
_USERS: dict[str, type[nn.Layer]] = {}


def register_layer(cls: C) -> C:
    """Let a layer class of one's own stand in files under its name; also as a decorator.

    Raises ValueError for a name that is taken, TypeError for what is no layer class.

    >>> @tg.config.register_layer
    ... class Doubled(tg.nn.Layer):
    ...     def __call__(self, x: Float[tg.Tensor, "*s"]) -> Float[tg.Tensor, "*s"]:
    ...         return x * 2.0
    >>> spec = tg.network().input("n 3").layer(Doubled).loss("mse").build().spec
    >>> tg.config.NetworkSpec.from_json(spec.to_json()) == spec
    True
    """
    if not isinstance(cls, type) or not issubclass(cls, nn.Layer):
        raise TypeError(f"register_layer: a class of layers is due, not {cls!r}")
    taken = layers().get(cls.__name__)
    if taken is not None and taken.__qualname__ != cls.__qualname__:
        raise ValueError(f"register_layer: there is a layer `{cls.__name__}` already")
    for word in ("type", "with", "inputs"):
        if word in arguments_of(cls):
            raise ValueError(f"register_layer: {cls.__name__} has a field `{word}`, which files use themselves")
    _USERS[cls.__name__] = cls
    return cls


def layers() -> dict[str, type[nn.Layer]]:
    """All layers that have names: the library's, and those registered."""
    return {**_own_layers(), **_USERS}


@cache
def _own_layers() -> dict[str, type[nn.Layer]]:
    # A graph in a network has a document of its own kind.
    names = sorted(name for name, value in vars(nn).items() if isinstance(value, type) and name not in ("Layer", "Dag"))
    return {name: vars(nn)[name] for name in names if issubclass(vars(nn)[name], nn.Layer)}


def parts_of(value: object) -> tuple[str, dict[str, object]] | None:
    """The name and the arguments by which the maker of a value makes it again; None if it has none."""
    if isinstance(value, Made):
        return value.name, dict(value.options)
    if isinstance(value, ByFormula):
        return value.formula.title, dict(value.settings)
    if isinstance(value, Curve):
        return value.formula.__name__.lstrip("_"), dict(value.settings)
    if isinstance(value, Constraint):
        return _constraint(value)
    if isinstance(value, ScaleNorms):
        return value.title, {"per": value.per, **({} if value.max_norm is None else {"max_norm": value.max_norm})}
    if isinstance(value, optim.Adam):
        return ("adamw" if value.weight_decay != 0 else "adam"), _without(vars(value), weight_decay=0.0)
    if isinstance(value, Averaging):
        start = getattr(value.decay, "start", None)
        own = {"decay": value.decay} if start is None else {"start": start}
        return ("ema" if start is None else "averaging"), {"updater": value.updater, **own}
    if isinstance(value, optim.Chain):
        return "chain", {"transforms": value.transforms, "updater": value.updater}
    if isinstance(value, Grouped):
        *others, rest = value.updaters
        return "grouped", {"updater": rest, "groups": dict(zip(value.patterns, others, strict=True))}
    name = _FIELDS.get(type(value))
    return None if name is None else (name, dict(vars(value)))


_FIELDS: Final[Mapping[type, str]] = {
    optim.Sgd: "sgd",
    NoOp: "no_op",
    Accumulated: "accumulate",
    Penalised: "l1_l2",
    Decayed: "weight_decay",
    Constrained: "constrained",
    Constant: "constant",
    StepDecay: "step_decay",
    Cosine: "cosine",
    LinearWarmup: "linear_warmup",
    ByEpoch: "by_epoch",
    ClipGlobalNorm: "clip_global_norm",
    ClipValue: "clip_value",
}


def _constraint(value: Constraint) -> tuple[str, dict[str, object]]:
    own: dict[str, dict[str, object]] = {
        "max_norm": {"limit": value.high, "axis": value.axis},
        "min_max_norm": {"low": value.low, "high": value.high, "axis": value.axis},
        "unit_norm": {"axis": value.axis},
    }
    return value.title, {**own.get(value.title, {}), "on": value.on}


def _without(fields: Mapping[str, object], **values: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name not in values or value != values[name]}
