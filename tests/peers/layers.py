"""A layer as a function of its parameters and inputs, for the comparison with a peer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.row import Array, Draw, Setting
from typedgrad.core.pytree import flatten, unflatten

Params = dict[str, Any]  # path of a parameter -> its value, as their tensor


def of_layer(
    d: Draw,
    layer: Any,
    inputs: tuple[Array, ...],
    theirs: Callable[..., Any],
    call: Callable[..., Any] | None = None,
    *,
    scale: float = 0.5,
) -> Setting:
    """The layer with random parameters, all of which are differentiated.

    `theirs` takes the parameters by path and then the inputs; `call` applies our layer if that is no plain call.
    Layers whose sizes are not all given learn them from the first input.
    """
    made = {dtype: _initialised(layer, inputs, dtype) for dtype in ("float64", "float32")}
    leaves, structure = flatten(made["float64"])
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, tg.Tensor)]
    paths = [path for path, leaf in tg.leaves_with_paths(made["float64"]) if isinstance(leaf, tg.Tensor)]
    values = tuple(np.asarray(leaves[i].numpy()) + scale * d.normal(*leaves[i].shape) for i in places)

    def ours(*given: Any) -> Any:
        params, xs = given[: len(places)], given[len(places) :]
        floats = [x for x in given if x.dtype.kind == "f"]
        filled = list(flatten(made[floats[0].dtype.name])[0])
        for i, p in zip(places, params, strict=True):
            filled[i] = p
        model = unflatten(structure if floats[0].dtype == "float64" else flatten(made["float32"])[1], filled)
        return model(*xs) if call is None else call(model, *xs)

    def by_path(*given: Any) -> Any:
        return theirs(dict(zip(paths, given[: len(places)], strict=True)), *given[len(places) :])

    return Setting((*values, *inputs), ours, by_path)


def _initialised(layer: Any, inputs: tuple[Array, ...], dtype: str) -> Any:
    first = inputs[0].astype(dtype) if inputs[0].dtype.kind == "f" else inputs[0]
    # A layer that needs no input to know its sizes must not be run without what else it takes.
    try:
        return tg.init(layer, tg.random.key(0), dtype=dtype)
    except TypeError:
        return tg.init(layer, tg.random.key(0), input=tg.asarray(first), dtype=dtype)


def under(params: Params, prefix: str) -> Params:
    """The parameters below a path, by the rest of theirs."""
    return {path[len(prefix) + 1 :]: p for path, p in params.items() if path.startswith(f"{prefix}.")}
