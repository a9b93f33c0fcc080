"""Faster bodies for ops: where a kernel is registered for an op, the calls it can serve run it instead of the body.

A kernel is chosen once per call signature, when the signature is first met. The body stays the definition: a kernel
computes the same, and whoever deletes the package of kernels loses nothing but time.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from numpy import ndarray

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.primitive import Primitive
    from typedgrad.core.tape import Node


class Kernel(NamedTuple):
    """What replaces the body of an op, and its first-order rule, for calls of one signature.

    All functions take and give raw arrays. `run` takes what the body takes, without the static arguments. `save`, if
    there is one, runs instead where the call is recorded: it gives the result and what `pull` wants to find again.
    `pull` takes the cotangent, the node and what was saved, and gives the cotangents of the node's tensors.
    """

    run: Callable[..., Any]
    pull: Callable[[Any, Node, Any], Any] | None = None
    save: Callable[..., tuple[Any, Any]] | None = None


# From the avals of the tensor arguments (None for an absent one, a tuple for a sequence), the static arguments and the
# avals of the results to a kernel, or None where it does not serve.
Maker: TypeAlias = Callable[[tuple[Any, ...], dict[str, Any], "tuple[Aval, ...]"], Kernel | None]

# From the aval of a parameter to a function of raw arrays and numbers: the parameter, its gradient, what is kept of it,
# and the settings of the update; it gives the new parameter and what is kept.
Update: TypeAlias = Callable[..., tuple[Any, ...]]

Sum: TypeAlias = Callable[[Any, Any], Any]

_PROVIDER = "typedgrad.kernels"
_MAKERS: dict[str, Maker] = {}
_UPDATES: dict[str, Callable[[Aval], Update | None]] = {}
_SUM: list[Sum] = []


def accelerates(full_name: str) -> Callable[[Maker], Maker]:
    """Register a maker of kernels for an op."""

    def register(maker: Maker) -> Maker:
        _MAKERS[full_name] = maker
        return maker

    return register


def updates(name: str) -> Callable[[Callable[[Aval], Update | None]], Callable[[Aval], Update | None]]:
    """Register a kernel for the updates of an optimiser."""

    def register(maker: Callable[[Aval], Update | None]) -> Callable[[Aval], Update | None]:
        _UPDATES[name] = functools.lru_cache(maxsize=4096)(maker)
        return maker

    return register


def sums(function: Sum) -> Sum:
    """Register what adds two arrays of numpy."""
    _SUM.append(function)
    return function


def total(x: Any, y: Any) -> Any:
    """The sum of two raw arrays: of the cotangents of what was used twice."""
    return _SUM[-1](x, y) if _SUM and type(x) is type(y) is ndarray else x + y


def updating(name: str) -> Callable[[Aval], Update | None] | None:
    """Where to find the kernels for an optimiser's updates of parameters on the CPU, if there are any."""
    load()
    return _UPDATES.get(name)


def find(
    op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any], avals: tuple[Aval, ...] | None
) -> Kernel | None:
    """The kernel for calls like this one, if there is one."""
    load()
    maker = _MAKERS.get(op.full_name)
    if maker is None or avals is None:
        return None
    known: list[Any] = []
    for value in tensors:
        if value is None:
            known.append(None)
        elif isinstance(value, tuple):
            known.append(tuple(t.aval for t in value))
            if not all(type(t.data) is ndarray for t in value):
                return None
        else:
            known.append(value.aval)
            if type(value.data) is not ndarray:
                return None
    return maker(tuple(known), statics, avals)


@functools.cache
def load() -> None:
    """Import the package of kernels, if it is there; it registers what it has."""
    try:
        importlib.import_module(_PROVIDER)
    except ModuleNotFoundError as error:
        if error.name != _PROVIDER:
            raise
