"""From specs to JSON and YAML: what was said, and nothing more."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Final, TypeAlias

from typedgrad.config.fold import Entry
from typedgrad.config.forms import arguments_of
from typedgrad.config.functions import name_of_function
from typedgrad.config.layer_spec import LayerSpec
from typedgrad.config.losses import Loss
from typedgrad.config.options import Defaults, LayerOptions, given_in
from typedgrad.config.registry import MAKERS, layers, parts_of

if TYPE_CHECKING:
    from typedgrad.config.spec import NetworkSpec, Output

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
VERSION: Final = 1
_WIDTH: Final = 100
_PLAIN_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?: [A-Za-z0-9_]+)*")
# What some reader of YAML takes for a flag, nothing or a number.
_TAKEN: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"})


def network_document(spec: NetworkSpec) -> dict[str, JSON]:
    """A network as plain data."""
    document: dict[str, JSON] = {"typedgrad": "network", "version": VERSION, **defaults_document(spec.defaults)}
    document["input"] = spec.input
    document["layers"] = [entry_document(entry) for entry in spec.layers]
    if spec.output is not None:
        document["output"] = output_document(spec.output)
    return document


def output_document(output: Output) -> JSON:
    """How a network ends, as plain data."""
    made: dict[str, JSON] = {"loss": loss_document(output.loss)}
    if output.entry is not None:
        made["layer"] = entry_document(output.entry)
    if output.labels is not None:
        made["labels"] = output.labels
    return made


def defaults_document(defaults: Defaults) -> dict[str, JSON]:
    """What holds for all layers, as plain data; the seed first, and always."""
    said = {name: data(value) for name, value in given_in(defaults).items()}
    return {"seed": defaults.seed, **{f.name: said[f.name] for f in fields(defaults) if f.name in said}}


def entry_document(entry: Entry) -> dict[str, JSON]:
    """A layer and what was said of it besides, as plain data."""
    made = layer_document(entry.layer)
    besides = options_document(entry.options)
    return {**made, "with": besides} if besides else made


def options_document(options: LayerOptions) -> dict[str, JSON]:
    """What was said of one layer, as plain data."""
    return {name: data(value) for name, value in given_in(options).items()}


def layer_document(spec: LayerSpec) -> dict[str, JSON]:
    """A layer as plain data. Raises ValueError for a class that is not registered."""
    name = spec.cls.__name__
    if layers().get(name) is not spec.cls:
        raise ValueError(f"{name} cannot be written to a file: register it with @tg.config.register_layer")
    said = dict(spec.options)
    return {"type": name, **{key: data(said[key]) for key in arguments_of(spec.cls) if key in said}}


def loss_document(loss: Loss) -> JSON:
    """A loss as plain data: its name, or a mapping where it has options."""
    return {"type": loss.name, **{name: data(value) for name, value in loss.options}} if loss.options else loss.name


def data(value: object) -> JSON:
    """A value as plain data.

    Raises ValueError for what has no name, and for numbers that are not finite.

    >>> data(tg.optim.sgd(tg.optim.constant(0.1), momentum=0.9))
    {'type': 'sgd', 'learning_rate': {'type': 'constant', 'value': 0.1}, 'momentum': 0.9}
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} cannot be written to a file: numbers must be finite")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, LayerSpec):
        return layer_document(value)
    if isinstance(value, (tuple, list)):
        return [data(item) for item in value]
    if isinstance(value, Mapping):
        return {_key(key): data(item) for key, item in value.items()}
    parts = parts_of(value)
    if parts is not None:
        return _made(*parts)
    name = initializer_name(value) or name_of_function(value)
    if name is not None:
        return name
    shown = getattr(value, "__name__", None) or type(value).__name__
    raise ValueError(
        f"{shown} cannot be written to a file, as it has no name there; functions get one by "
        "tg.config.register_function"
    )


def initializer_name(value: object) -> str | None:
    """The name of an initialiser without options: `nn.zeros` is "zeros"."""
    from typing import get_args

    from typedgrad.nn.names import InitializerName, initializer

    names: tuple[InitializerName, ...] = get_args(InitializerName)
    return next((name for name in names if callable(value) and initializer(name) is value), None)


def _made(name: str, arguments: Mapping[str, object]) -> JSON:
    named = [makers[name] for makers in MAKERS.values() if name in makers]
    maker = next(maker for maker in named if arguments.keys() <= arguments_of(maker).keys())
    known = arguments_of(maker)
    said = {key: value for key, value in arguments.items() if not same(value, known[key].default)}
    return {"type": name, **{key: data(said[key]) for key in known if key in said}}


def same(a: object, b: object) -> bool:
    """Whether two values are equal, numbers of one kind only: 1 is not True."""
    return a is b or (type(a) is type(b) and bool(a == b))


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise ValueError("parameters that a function chooses cannot be written to a file; choose them by a pattern")


def json_text(document: JSON, depth: int = 0) -> str:
    """Plain data as JSON; what fits into a line stands in one.

    >>> print(json_text({"kernel": [3, 5]}))
    {
      "kernel": [3, 5]
    }
    """
    short = json.dumps(document, allow_nan=False, ensure_ascii=False)
    if not isinstance(document, (dict, list)) or not document or (depth and len(short) + 2 * depth <= _WIDTH):
        return short
    margin = "  " * depth
    if isinstance(document, list):
        items, ends = [json_text(item, depth + 1) for item in document], "[]"
    else:
        pairs = document.items()
        items, ends = [f"{json.dumps(key)}: {json_text(item, depth + 1)}" for key, item in pairs], "{}"
    return f"{ends[0]}\n" + ",\n".join(f"{margin}  {item}" for item in items) + f"\n{margin}{ends[1]}"


def yaml_text(document: JSON) -> str:
    """Plain data as YAML, which readers of all its versions read alike.

    >>> print(yaml_text({"kernel": [3, 5], "with": {"name": "no"}}), end="")
    kernel: [3, 5]
    with:
      name: "no"
    """
    return "".join(f"{line}\n" for line in _lines(document))


def _lines(value: JSON) -> list[str]:
    if isinstance(value, dict) and value:
        return [line for key, item in value.items() for line in _entry(f"{_scalar(key)}:", item)]
    if isinstance(value, list) and value and not _is_row(value):
        return [line for item in value for line in _item(_lines(item))]
    return [_scalar(value)]


def _entry(head: str, value: JSON) -> list[str]:
    lines = _lines(value)
    if not isinstance(value, (dict, list)) or not value or _is_row(value):
        return [f"{head} {lines[0]}"]
    return [head, *(f"  {line}" for line in lines)]


def _item(lines: list[str]) -> list[str]:
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def _is_row(value: JSON) -> bool:
    """Whether a value stands on one line."""
    return isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value)


def _scalar(value: JSON) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    if isinstance(value, str) and _PLAIN_WORD.fullmatch(value) and value.lower() not in _TAKEN:
        return value
    return json.dumps(value, allow_nan=False)
