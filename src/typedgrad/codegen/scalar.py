"""The one printer of scalar expressions: from a call of an elementwise op to C for one element."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from typedgrad.graph.operations import PrimitiveCall
from typedgrad.ops import special

if TYPE_CHECKING:
    from typedgrad.graph.ir import Step, Value

# C's names of dtypes, and the letters by which functions for them end.
TYPES: Final = {
    "float32": "float",
    "float64": "double",
    "bool": "uint8_t",
    "int64": "int64_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "uint8": "uint8_t",
}
SUFFIX: Final = {"float32": "f32", "float64": "f64"}
# From the arguments as text, the letters of the precision, and the static arguments, to an expression.
Printer = Callable[[list[str], str, dict[str, Any]], str]


def _infix(sign: str) -> Printer:
    return lambda a, s, _: f"({a[0]} {sign} {a[1]})"


def _function(name: str) -> Printer:
    return lambda a, s, _: f"{name}_{s}({', '.join(a)})"


def _builtin(name: str) -> Printer:
    return lambda a, s, _: f"__builtin_{name}{'f' if s == 'f32' else ''}({', '.join(a)})"


def _library(name: str) -> Printer:
    return lambda a, s, _: f"{name}{'f' if s == 'f32' else ''}({', '.join(a)})"


def _compare(sign: str) -> Printer:
    return lambda a, s, _: f"(uint8_t)({a[0]} {sign} {a[1]})"


def _logical(sign: str) -> Printer:
    return lambda a, s, _: f"(uint8_t)(({a[0]} != 0) {sign} ({a[1]} != 0))"


def number(value: complex, dtype: np.dtype[Any]) -> str:
    """A constant of a dtype, exactly."""
    if dtype.kind == "f":
        x = float(np.asarray(value, dtype))
        if math.isnan(x):
            text = "NAN"
        elif math.isinf(x):
            text = "INFINITY" if x > 0 else "-INFINITY"
        else:
            text = x.hex() + ("f" if dtype.itemsize == 4 else "")
        return f"(({TYPES[dtype.name]})({text}))"
    return f"(({TYPES[dtype.name]})({int(np.asarray(value, dtype))}))"


def _real(x: float, s: str) -> str:
    return number(x, np.dtype("float32" if s == "f32" else "float64"))


def _clipped_slope(a: list[str], s: str, statics: dict[str, Any]) -> str:
    low, high = f"minimum_{s}({a[0]}, 0)", f"maximum_{s}({a[0]}, 0)"
    return f"({high} + {_real(statics['slope'], s)} * {low})"


def _elu(a: list[str], s: str, statics: dict[str, Any]) -> str:
    return f"(maximum_{s}({a[0]}, 0) + {_real(statics['alpha'], s)} * expm1_{s}(minimum_{s}({a[0]}, 0)))"


def _gelu(a: list[str], s: str, statics: dict[str, Any]) -> str:
    (x,), kind = a, statics["approximate"]
    if kind == "none":
        return f"({_real(0.5, s)} * {x} * erfc_{s}({_real(-math.sqrt(0.5), s)} * {x}))"
    if kind == "sigmoid":
        return f"({x} * sigmoid_{s}({_real(1.702, s)} * {x}))"
    inner = f"{_real(2 * math.sqrt(2 / math.pi), s)} * ({x} + {_real(0.044715, s)} * {x} * {x} * {x})"
    return f"({x} * sigmoid_{s}({inner}))"


def _power(a: list[str], s: str, statics: dict[str, Any]) -> str:
    (x,), exponent = a, statics["exponent"]
    if exponent in {2, 3}:
        return f"({' * '.join([x] * int(exponent))})"
    if exponent in {0.5, -1, 1}:
        return {0.5: f"sqrt_{s}({x})", -1: f"(1 / {x})", 1: x}[exponent]
    return f"pow{'f' if s == 'f32' else ''}({x}, {_real(exponent, s)})"


PRINTERS: Final[dict[str, Printer]] = {
    "ops.arithmetic.add": _infix("+"),
    "ops.arithmetic.subtract": _infix("-"),
    "ops.arithmetic.multiply": _infix("*"),
    "ops.arithmetic.divide": _infix("/"),
    "ops.arithmetic.negative": lambda a, s, _: f"(-{a[0]})",
    "ops.arithmetic.reciprocal": lambda a, s, _: f"(1 / {a[0]})",
    "ops.arithmetic.square": lambda a, s, _: f"({a[0]} * {a[0]})",
    "ops.arithmetic.abs": _builtin("fabs"),
    "ops.arithmetic.sign": _function("sign"),
    "ops.elementwise.exp": _function("exp"),
    "ops.elementwise.expm1": _function("expm1"),
    "ops.elementwise.log": _function("log"),
    "ops.elementwise.log1p": _function("log1p"),
    "ops.elementwise.sqrt": _builtin("sqrt"),
    "ops.selection.where": lambda a, s, _: f"({a[0]} ? {a[1]} : {a[2]})",
    "ops.selection.maximum": _function("maximum"),
    "ops.selection.minimum": _function("minimum"),
    "ops.special.erf": _function("erf"),
    "ops.special.erfc": _function("erfc"),
    "ops.trigonometry.tanh": _function("tanh"),
    "ops.activation.sigmoid": _function("sigmoid"),
    "ops.activation.log_sigmoid": _function("log_sigmoid"),
    "ops.activation.softplus": _function("softplus"),
    "ops.activation.relu": _function("relu"),
    "ops.activation.leaky_relu": _clipped_slope,
    "ops.activation.elu": _elu,
    "ops.activation.silu": lambda a, s, _: f"({a[0]} * sigmoid_{s}({a[0]}))",
    "ops.activation.gelu": _gelu,
    "ops.activation.softsign": lambda a, s, _: f"({a[0]} / (1 + __builtin_fabs{'f' * (s == 'f32')}({a[0]})))",
    "ops.power.power": _power,
    "ops.rounding.floor": _builtin("floor"),
    "ops.rounding.ceil": _builtin("ceil"),
    "ops.rounding.trunc": _builtin("trunc"),
    "ops.rounding.round": _builtin("rint"),
    "ops.floating.isnan": lambda a, s, _: f"(uint8_t)({a[0]} != {a[0]})",
    "ops.floating.isfinite": lambda a, s, _: f"(uint8_t)({a[0]} - {a[0]} == 0)",
    "ops.comparison.equal": _compare("=="),
    "ops.comparison.not_equal": _compare("!="),
    "ops.comparison.less": _compare("<"),
    "ops.comparison.less_equal": _compare("<="),
    "ops.comparison.greater": _compare(">"),
    "ops.comparison.greater_equal": _compare(">="),
    "ops.logic.logical_and": _logical("&&"),
    "ops.logic.logical_or": _logical("||"),
    "ops.logic.logical_xor": _logical("!="),
    "ops.logic.logical_not": lambda a, s, _: f"(uint8_t)({a[0]} == 0)",
    "ops.logic.bitwise_and": _infix("&"),
    "ops.logic.bitwise_or": _infix("|"),
    "ops.logic.bitwise_xor": _infix("^"),
    # By as many bits as there are, or more, C says nothing.
    "ops.logic.bitwise_right_shift": lambda a, s, _: f"({a[1]} < 8 * sizeof({a[0]}) ? {a[0]} >> {a[1]} : 0)",
    "core.casting.astype": lambda a, s, _: a[0],
    "core.broadcasting.broadcast_to": lambda a, s, _: a[0],
}
# Those that the C library computes one by one: numpy is faster on large arrays.
LIBRARY: Final[dict[str, Printer]] = {
    **{
        f"ops.trigonometry.{name}": _library(name)
        for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "asinh", "acosh", "atanh")
    },
    "ops.power.pow": _library("pow"),
}
_INTEGER: Final = frozenset(
    f"ops.{name}"
    for name in (
        *("arithmetic.add", "arithmetic.subtract", "arithmetic.multiply", "selection.where", "logic.bitwise_and"),
        *("logic.bitwise_or", "logic.bitwise_xor", "logic.bitwise_right_shift"),
        *(f"comparison.{c}" for c in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")),
        *(f"logic.logical_{c}" for c in ("and", "or", "xor", "not")),
    )
)
_FEW = 4_096


def printer_of(step: Step) -> Printer | None:
    """How to print a step, if it works element by element on dtypes that C has."""
    operation = step.operation
    if not isinstance(operation, PrimitiveCall) or operation.layout is not None:
        return None
    name = operation.op.full_name.removeprefix("typedgrad.")
    found = PRINTERS.get(name)
    if found is None and step.outputs[0].size <= _FEW:
        found = LIBRARY.get(name)
    if found is None or len(step.outputs) != 1 or not _printable(name, step):
        return None
    return found


def _printable(name: str, step: Step) -> bool:
    kinds = [value.dtype for value in (*step.inputs, *step.outputs)]
    if any(dtype is None or dtype.name not in TYPES for dtype in kinds):
        return False
    first, out = step.inputs[0].dtype, step.outputs[0].dtype
    assert first is not None
    assert out is not None
    if name == "core.casting.astype":
        device = step.operation.statics.get("device")
        # From floats to integers C says nothing of what does not fit; numpy has its ways.
        return device is None and (out.kind == "f" or (first.kind in "biu" and out.kind in "iu"))
    if name == "core.broadcasting.broadcast_to":
        return True
    floats = all(d is not None and d.kind == "f" for d in (first if name != "ops.selection.where" else out, out))
    if name.startswith(("ops.comparison", "ops.floating")):
        floats = first.kind == "f"
    if floats:
        return True
    if name not in _INTEGER:
        return False
    if name == "ops.logic.bitwise_right_shift":
        return first.kind == "u" and step.outputs[0].size > 0
    # Small unsigned numbers are computed with as ints in C; bools are only combined.
    arithmetic = name.startswith("ops.arithmetic")
    return not arithmetic or out.name in {"int64", "int32"}


def expression(step: Step, arguments: list[str]) -> str:
    """C for one element of the step's result."""
    found = printer_of(step)
    assert found is not None
    dtype = _precision(step)
    return found(arguments, SUFFIX.get(dtype.name, ""), dict(step.operation.statics))


def _precision(step: Step) -> np.dtype[Any]:
    """The dtype that a step computes in: that of its floats."""
    floats = [v.dtype for v in (*step.outputs, *step.inputs) if v.dtype is not None and v.dtype.kind == "f"]
    found = floats[0] if floats else step.outputs[0].dtype
    assert found is not None
    return found


def type_name(value: Value) -> str:
    """C's type of an element."""
    assert value.dtype is not None
    return TYPES[value.dtype.name]


def error_functions() -> str:
    """C of `erf` and `erfc`, from the same polynomials as the ops."""
    return "\n".join(_errors(bits) for bits in (32, 64))


def _errors(bits: int) -> str:
    s, real, f = f"f{bits}", "float" if bits == 32 else "double", "f" if bits == 32 else ""
    horner = {}
    for name, table, x in (("near", special.NEAR, "z"), ("tail", special.TAIL, "t")):
        lines = [f"    {real} {name} = {_real(table[bits][0], s)};"]
        lines += [f"    {name} = FMA_F{bits}({name}, {x}, {_real(c, s)});" for c in table[bits][1:]]
        horner[name] = "\n".join(lines)
    most = _real(27.5, s)  # beyond this erfc is 0
    head = f"    {real} a = __builtin_fabs{f}(x), z;\n    a = a > {most} ? {most} : a;\n    z = a * a;\n"
    tail = f"    {real} t = (a - 3) / (a + 3);\n{horner['tail']}\n    tail = tail / (1 + a);\n"
    return f"""INLINE {real} erf_{s}({real} x) {{
{head}{horner["near"]}
{tail}    {real} far = 1 - exp_{s}(-z) * tail;
    {real} value = __builtin_copysign{f}(a < {_real(0.5, s)} ? a * near : far, x);
    return x != x ? x : value;
}}
INLINE {real} erfc_{s}({real} x) {{
{head}{horner["near"]}
{tail}    {real} c = __builtin_floor{f}(a * 16) / 16;
    {real} far = exp_{s}(-c * c) * exp_{s}((c - a) * (c + a)) * tail;
    {real} value = a < {_real(0.5, s)} ? 1 - __builtin_copysign{f}(a * near, x) : (x < 0 ? 2 - far : far);
    return x != x ? x : value;
}}
"""
