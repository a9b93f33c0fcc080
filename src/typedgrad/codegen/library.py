"""Loaded objects, and their functions as functions of numpy arrays."""

from __future__ import annotations

import ctypes
import functools
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typedgrad.codegen.loops import Code
    from typedgrad.graph.ir import Value


@functools.lru_cache(maxsize=512)
def load(path: Path) -> ctypes.CDLL:
    """A shared object, loaded once."""
    return ctypes.CDLL(str(path))


@functools.cache
def _native() -> Any:
    """The extension that launches functions, with the pool of the kernels if that is to be had; None without it."""
    try:
        launch = importlib.import_module("typedgrad.codegen._launch")
    except ImportError:
        return None
    try:
        kernels = importlib.import_module("typedgrad.kernels._native")
    except ImportError:
        return launch
    address = getattr(kernels, "pool_address", None)
    if address is not None:
        launch.use_pool(address(), kernels.threads())
    return launch


def launcher(
    library: ctypes.CDLL, names: Sequence[str], code: Code, inputs: Sequence[Value], outputs: Sequence[Value]
) -> Callable[..., Any]:
    """The functions of these names, run one after the other, as one function from arrays to arrays."""
    address = [ctypes.cast(getattr(library, name), ctypes.c_void_p).value for name in names]
    functions = tuple((a, f.work, f.grain) for a, f in zip(address, code.functions, strict=True))
    native = _native()
    if native is None:
        return _by_ctypes(functions, inputs, outputs, code.scratch)
    described = [tuple((_number(v), v.shape) for v in values) for values in (inputs, outputs)]
    found: Callable[..., Any] = native.Launch(functions, *described, code.scratch, code.total, code.any_order)
    return found


def _number(value: Value) -> int:
    assert value.dtype is not None
    return value.dtype.num


_BODY = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


def _by_ctypes(
    functions: Sequence[tuple[Any, int, int]], inputs: Sequence[Value], outputs: Sequence[Value], scratch: int
) -> Callable[..., Any]:
    """The same without the extension: slower to start, on one thread."""
    bodies = [(_BODY(address), work) for address, work, _ in functions]
    memory = (scratch + 7) // 8
    count = len(inputs) + len(outputs) + 1

    def run(*arrays: Any) -> Any:
        given = [np.ascontiguousarray(x) for x in arrays]
        made = [np.empty(v.shape, v.dtype) for v in outputs]
        between = np.empty(memory, np.float64)
        places = (ctypes.c_void_p * count)(*[x.ctypes.data for x in (*given, *made, between)])
        for body, work in bodies:
            body(ctypes.addressof(places), 0, work)
        return made[0] if len(made) == 1 else tuple(made)

    return run
