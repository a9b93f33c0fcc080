"""Kernels for functions of one number, and sums and products of two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, Maker, accelerates, sums
from typedgrad.kernels.plans import Like, Plan, making, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node


def _kernel(name: str, x: Aval, *, from_result: bool) -> Kernel:
    """The function, and its gradient from its result or from its argument."""
    count = math.prod(x.shape)
    run = plan(name, (x,), (making(x),), work=count, unit=1, any_order=True)
    back = plan(f"{name}_back", (x, x), (making(x),), work=count, unit=1, any_order=True)
    if from_result:

        def pull(g: Any, node: Node, saved: object) -> Any:
            return (back(g, node[2]),)

    else:

        def pull(g: Any, node: Node, saved: object) -> Any:
            return (back(g, node[1][0].data),)

    return Kernel(run, pull)


def _maker(name: str, *, from_result: bool) -> Maker:
    def make(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
        (x,) = avals
        return _kernel(name, x, from_result=from_result) if serves(x) else None

    return make


for _full_name, _name, _from_result in (
    ("typedgrad.ops.activation.relu", "relu", True),
    ("typedgrad.ops.activation.sigmoid", "sigmoid", True),
    ("typedgrad.ops.trigonometry.tanh", "tanh", True),
    ("typedgrad.ops.activation.silu", "silu", False),
    ("typedgrad.ops.special.erf", "erf", False),
):
    accelerates(_full_name)(_maker(_name, from_result=_from_result))


@accelerates("typedgrad.ops.activation.gelu")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    (x,) = avals
    name = {"tanh": "gelu_tanh", "none": "gelu"}.get(statics["approximate"])
    return _kernel(name, x, from_result=False) if serves(x) and name is not None else None


# Of fewer numbers numpy's own function takes no longer.
_WORTH_SHARING = 1 << 15


def _of_two(name: str) -> Maker:
    def make(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
        x, y = avals
        count = math.prod(x.shape)
        if not serves(x, y) or x.shape != y.shape or count < _WORTH_SHARING:
            return None
        return Kernel(plan(name, (x, y), (making(x),), work=count, unit=1, any_order=True))

    return make


for _name in ("add", "subtract", "multiply"):
    accelerates(f"typedgrad.ops.arithmetic.{_name}")(_of_two(_name))


@accelerates("typedgrad.ops.selection.where")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    which, x, y = avals
    out = outs[0]
    count = math.prod(out.shape)
    floats = x.dtype == y.dtype == out.dtype and serves(out)
    if not floats or count < _WORTH_SHARING or which.shape != out.shape:
        return None
    if any(v.shape not in {out.shape, ()} for v in (x, y)) or out.shape not in {x.shape, y.shape}:
        return None

    def choose(value: Any, other: Any, *, turned: bool) -> Plan:
        sizes = (int(other.shape != ()), int(turned))
        inputs = (value, other, which)
        return plan("where", inputs, (making(value),), work=count, unit=1, sizes=sizes, any_order=True)

    turned = x.shape != out.shape
    run = choose(y if turned else x, x if turned else y, turned=turned)
    nothing, zero = Like((), out.dtype), np.zeros((), out.dtype)
    of_x, of_y = choose(out, nothing, turned=False), choose(out, nothing, turned=True)

    def call(which: Any, x: Any, y: Any) -> Any:
        return run(y, x, which) if turned else run(x, y, which)

    def pull(g: Any, node: Node, saved: object) -> Any:
        condition, *values = node[1]
        found = (
            None if v.node is None else back(g, zero, condition.data)
            for v, back in zip(values, (of_x, of_y), strict=True)
        )
        return (None, *(c if c is None or v.shape else c.sum() for c, v in zip(found, values, strict=True)))

    return Kernel(call, pull)


@sums
def _(x: Any, y: Any) -> Any:
    """The sum of two arrays, if it is worth sharing."""
    if x.size < _WORTH_SHARING or x.shape != y.shape or not serves(x, y):
        return x + y
    key = (x.shape, x.dtype)
    add = _SUMS.get(key)
    if add is None:
        if len(_SUMS) >= _MOST_SUMS:
            _SUMS.clear()
        like = Like(*key)
        add = _SUMS[key] = plan("add", (like, like), (making(like),), work=x.size, unit=1, any_order=True)
    return add(x, y)


_SUMS: dict[Any, Plan] = {}
_MOST_SUMS = 4096
