"""What layers that slide a window have in common: their options are checked when they are made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typedgrad.nn.layer import Layer
    from typedgrad.ops.windows import Size

_LEAST = {"kernel": 1, "stride": 1, "dilation": 1, "output_padding": 0, "scale": 1, "size": 1}
_NAMED = ("same", "valid", "causal", "strict")


def tap(kernel: Size, axis: int) -> int:
    """The size of a kernel along an axis."""
    return kernel if isinstance(kernel, int) else kernel[axis]


def fan(channels: int, *window: int) -> int:
    """How many elements a kernel has."""
    return channels * math.prod(window)


def check_sliding(layer: Layer, rank: int | None) -> None:
    """Raise ValueError for options that make no sense along `rank` axes; None for any number of them."""
    title, fields = type(layer).__name__, layer.__dict__
    for name, least in _LEAST.items():
        value = fields.get(name, least)
        if value is None:  # a stride that follows from the window
            continue
        each = value if isinstance(value, tuple) else (value,)
        fits = not isinstance(value, tuple) or len(value) == (rank or len(value))
        if not fits or not each or not all(type(n) is int and n >= least for n in each):
            several = "them" if rank is None else f"{rank}"
            raise ValueError(
                f"{title}: `{name}` must be an int of at least {least}, or a tuple of {several}, got {value!r}"
            )
    for name in ("padding", "cropping"):
        _check_padding(title, name, fields.get(name, 0), rank)
    groups = fields.get("groups", 1)
    for name in ("in_channels", "out_channels"):
        channels = fields.get(name)
        if channels is not None and channels % groups:
            raise ValueError(f"{title}: groups={groups} does not divide {name}={channels}")


def _check_padding(title: str, name: str, padding: object, rank: int | None) -> None:
    if isinstance(padding, str) and name == "padding":
        if padding not in _NAMED or (padding == "causal" and rank != 1):
            raise ValueError(f"{title}: `padding` must not be {padding!r}")
    elif isinstance(padding, tuple) and rank is not None and len(padding) != rank:
        raise ValueError(f"{title}: `{name}` must be one number, or one or a pair for each of the {rank} axes")
    elif not all(n >= 0 for n in _numbers(padding)):
        raise ValueError(f"{title}: `{name}` must not be negative, got {padding!r}")


def check_choice(layer: Layer, name: str, choices: tuple[str, ...]) -> None:
    """Raise ValueError if a field holds none of the choices."""
    value = layer.__dict__[name]
    if value not in choices:
        raise ValueError(f"{type(layer).__name__}: `{name}` must be one of {', '.join(choices)}, got {value!r}")


def _numbers(padding: object) -> list[int]:
    if isinstance(padding, tuple):
        return [n for item in padding for n in _numbers(item)]
    return [padding] if isinstance(padding, int) else [-1]


def room(layer: Layer, axis: int) -> int:
    """The padding along an axis, less the reach of the kernel: n elements have (n + room) // stride + 1 places."""
    fields = layer.__dict__
    span = (tap(fields["kernel"], axis) - 1) * tap(fields["dilation"], axis) + 1
    padding = fields["padding"]
    if isinstance(padding, str):
        return -1 if padding in ("same", "causal") else -span
    around = padding[axis] if isinstance(padding, tuple) else padding
    return (2 * around if isinstance(around, int) else sum(around)) - span


def check_room(layer: Layer, sizes: tuple[str, ...]) -> None:
    """Raise ValueError if the kernel is larger than the padded input, where its sizes are known."""
    for axis, name in enumerate(sizes):
        n, left = layer.__dict__.get(name), room(layer, axis)
        if n is not None and n + left < 0:
            reach = (tap(layer.__dict__["kernel"], axis) - 1) * tap(layer.__dict__["dilation"], axis) + 1
            raise ValueError(
                f"{type(layer).__name__}: the kernel reaches over {reach} elements, more than the padded `{name}`, "
                f"which has {n + left + reach}"
            )
