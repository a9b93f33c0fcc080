"""Fields of layers hold what their annotations say, as far as these are plain: numbers, flags, functions, layers."""

from __future__ import annotations

import math

from typedgrad.core.annotations import own_annotations

# Plain annotations -> how messages call what they stand for.
_WORDS = {
    "int": "an int",
    "float": "a number",
    "bool": "True or False",
    "str": "a string",
    "Layer": "a layer",
    "tuple[int, ...]": "a tuple of ints",
}
_ACTIVATION = "Activated"  # what `typedgrad.nn.activate` calls a name, a function or None
_PLAIN: dict[type, dict[str, tuple[str, bool]]] = {}


def check_types(layer: object) -> None:
    """Raise TypeError for a field with a plain annotation that holds something else."""
    for name, (kind, optional) in _plain_fields(type(layer)).items():
        value = vars(layer).get(name)
        if value is None and (optional or name not in vars(layer)):
            continue
        if kind == _ACTIVATION:
            from typedgrad.nn.activate import check_activation

            check_activation(type(layer).__name__, name, value)
        elif not _holds(kind, value):
            word = _WORDS.get(kind, "a function")
            raise TypeError(
                f"{type(layer).__name__}: `{name}` must be {word}{' or None' if optional else ''}, not {_shown(value)}"
            )


def check_numbers(layer: object) -> None:
    """Raise ValueError for a field that is not a number, though its type is that of numbers."""
    for name, (kind, _) in _plain_fields(type(layer)).items():
        value = vars(layer).get(name)
        if kind == "float" and isinstance(value, float) and math.isnan(value):
            raise ValueError(f"{type(layer).__name__}: `{name}` must be a number, got nan")


def _plain_fields(cls: type) -> dict[str, tuple[str, bool]]:
    """The fields with plain annotations: what they hold, and whether they may be None."""
    found = _PLAIN.get(cls)
    if found is None:
        found = {}
        for base in reversed(cls.__mro__):
            for name, hint in own_annotations(base).items():
                found.pop(name, None)
                text = hint if isinstance(hint, str) else getattr(hint, "__name__", "")
                plain = text.removesuffix(" | None")
                function = plain.startswith("Callable[") and "|" not in plain
                if plain in _WORDS or plain == _ACTIVATION or function:
                    found[name] = ("function" if function else plain, plain != text or plain == _ACTIVATION)
        _PLAIN[cls] = found
    return found


def _holds(kind: str, value: object) -> bool:
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in ("bool", "str"):
        return isinstance(value, bool if kind == "bool" else str)
    if kind == "tuple[int, ...]":
        return isinstance(value, tuple) and all(_holds("int", item) for item in value)
    if kind == "Layer":
        from typedgrad.nn.layer import Layer

        return isinstance(value, Layer)
    return callable(value) and not isinstance(value, type)


def _shown(value: object) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}; write {value.__name__}()"
    text = repr(value)
    return text if len(text) <= 40 and "\n" not in text else f"of type {type(value).__name__}"
