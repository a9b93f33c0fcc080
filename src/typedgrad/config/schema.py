"""The JSON Schema of files, made of the same tables and annotations that reading uses; for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from typedgrad.config.forms import Anything, Argument, Choice, Either, Form, Kind, Of, Plain, Row, Table, arguments_of
from typedgrad.config.functions import functions
from typedgrad.config.losses import OF_A_BATCH, registered_losses
from typedgrad.config.reading import DEFAULTS, OPTIONS, for_loss
from typedgrad.config.registry import MAKERS, layers
from typedgrad.config.writing import JSON, VERSION
from typedgrad.nn.names import InitializerName

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final = {"int": "integer", "float": "number", "bool": "boolean", "str": "string", "none": "null"}
_TEXT: Final[JSON] = {"type": "string"}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of networks and graphs in files, for editors: every name, and its options.

    Layers, losses and functions that are registered are in it.

    >>> tg.config.schema()["$defs"]["layer:Flatten"]["properties"]["keep"]
    {'type': 'integer', 'default': 1}
    """
    kinds: dict[str, JSON] = {kind: _kind(kind) for kind in ("updater", "schedule", "constraint", "transform")}
    kinds["initializer"] = {"anyOf": [{"enum": [*get_args(InitializerName)]}, _kind("initializer")]}
    kinds["function"] = {"anyOf": [{"enum": [*functions()]}, _ref("layer")]}
    kinds["activation"] = kinds["function"]
    kinds["layer"] = {"anyOf": [_ref(f"layer:{name}") for name in layers()]}
    losses = registered_losses()
    kinds["loss"] = {"anyOf": [{"enum": [*losses]}, *(_ref(f"loss:{name}") for name in losses)]}
    made: dict[str, JSON] = {
        **{
            f"{kind}:{n}": _called(n, arguments_of(maker))
            for kind, among in MAKERS.items()
            for n, maker in among.items()
        },
        **{f"layer:{name}": _called(name, arguments_of(cls)) for name, cls in layers().items()},
        **{f"loss:{name}": _called(name, _of_loss(function)) for name, function in losses.items()},
        "with": _object({name: _form(form) for name, form in OPTIONS.items()}),
        "entry": _entry({}),
        "vertex": _vertex(),
    }
    return {
        "$schema": DIALECT,
        "title": "A network of typedgrad",
        "anyOf": [_network(), _graph()],
        "$defs": {**kinds, **made},
    }


def _network() -> JSON:
    output: dict[str, JSON] = {"loss": _ref("loss"), "layer": _ref("entry"), "labels": _TEXT}
    properties: dict[str, JSON] = {
        **_head("network"),
        "input": _TEXT,
        "layers": {"type": "array", "items": _ref("entry")},
        "output": _object(output, required=["loss"]),
    }
    return _object(properties, required=["typedgrad", "input"])


def _graph() -> JSON:
    weight: JSON = {"type": "number", "exclusiveMinimum": 0}
    output = _object({"of": _TEXT, "loss": _ref("loss"), "weight": weight, "labels": _TEXT}, required=["of"])
    properties: dict[str, JSON] = {
        **_head("graph"),
        "inputs": {"type": "object", "additionalProperties": _TEXT},
        "layers": {"type": "object", "additionalProperties": _ref("vertex")},
        "output": output,
        "outputs": {"type": "array", "items": output, "minItems": 1},
    }
    return _object(properties, required=["typedgrad", "inputs", "layers"])


def _vertex() -> JSON:
    names: JSON = {"type": "array", "items": _TEXT, "minItems": 1}
    shared = _object({"shares": _TEXT, "inputs": names}, required=["shares", "inputs"])
    return {"anyOf": [_entry({"inputs": names}), shared]}


def _head(kind: str) -> dict[str, JSON]:
    return {
        "$schema": _TEXT,
        "typedgrad": {"const": kind},
        "version": {"const": VERSION},
        **{name: _form(form) for name, form in DEFAULTS.items()},
    }


def _entry(besides: Mapping[str, JSON]) -> JSON:
    """A layer, and what may stand beside its own options."""
    more: dict[str, JSON] = {**besides, "with": _ref("with")}
    of_each: list[JSON] = [
        _called(name, arguments_of(cls), {key: {} for key in more}) for name, cls in layers().items()
    ]
    found: dict[str, JSON] = {"type": "object", "required": ["type", *besides], "properties": more, "anyOf": of_each}
    return found


def _of_loss(function: Any) -> dict[str, Argument]:  # noqa: ANN401  # a loss, whose arguments only it knows
    return {
        name: one._replace(form=for_loss(one.form))
        for name, one in arguments_of(function, 2).items()
        if name not in OF_A_BATCH
    }


def _kind(kind: Kind) -> JSON:
    return {"anyOf": [_ref(f"{kind}:{name}") for name in MAKERS[kind]]}


def _called(name: str, arguments: Mapping[str, Argument], besides: Mapping[str, JSON] | None = None) -> JSON:
    """A mapping with a `type` and arguments."""
    given = {key: one for key, one in arguments.items() if not isinstance(one.form, Anything)}
    properties: dict[str, JSON] = {"type": {"const": name}, **{key: _argument(one) for key, one in given.items()}}
    required: list[JSON] = ["type", *(key for key, one in given.items() if one.required)]
    return _object({**properties, **(besides or {})}, required=required)


def _argument(one: Argument) -> JSON:
    made = _form(one.form)
    plain = isinstance(one.default, (bool, int, float, str))
    return {**made, "default": one.default} if plain and isinstance(made, dict) else made  # type: ignore[dict-item]  # it is


def _object(properties: dict[str, JSON], required: list[JSON] | list[str] | None = None) -> dict[str, JSON]:
    made: dict[str, JSON] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": [*required]} if required else made


def _form(form: Form) -> JSON:
    if isinstance(form, Plain):
        return {"type": _TYPES[form.name]}
    if isinstance(form, Choice):
        return {"enum": [*form.words]}
    if isinstance(form, Row):
        if form.many:
            return {"type": "array", "items": _form(form.items[0])}
        n = len(form.items)
        return {"type": "array", "prefixItems": [*map(_form, form.items)], "minItems": n, "maxItems": n}
    if isinstance(form, Table):
        return {"type": "object", "additionalProperties": _form(form.value)}
    if isinstance(form, Either):
        return {"anyOf": [_form(one) for one in form.forms if not isinstance(one, Anything)]}
    return _ref(form.kind) if isinstance(form, Of) else {}


def _ref(name: str) -> JSON:
    return {"$ref": f"#/$defs/{name}"}
