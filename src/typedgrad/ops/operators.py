"""The one place where `Tensor` learns to compute: Python's operators and the methods, bound to ops."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from typedgrad.core.primitive import REGISTRY
from typedgrad.core.tensor import Scalar, Tensor
from typedgrad.ops import arithmetic, comparison, interchange, logic, methods
from typedgrad.ops.power import pow, power

if TYPE_CHECKING:
    from collections.abc import Callable

# Operator or method -> op. The mypy plugin reads this table too.
METHODS: Final[dict[str, str]] = {
    "__add__": "typedgrad.ops.arithmetic.add",
    "__sub__": "typedgrad.ops.arithmetic.subtract",
    "__mul__": "typedgrad.ops.arithmetic.multiply",
    "__truediv__": "typedgrad.ops.arithmetic.divide",
    "__floordiv__": "typedgrad.ops.arithmetic.floor_divide",
    "__mod__": "typedgrad.ops.arithmetic.remainder",
    "__matmul__": "typedgrad.ops.matmul.matmul",
    "__pow__": "typedgrad.ops.power.pow",
    "__and__": "typedgrad.ops.logic.bitwise_and",
    "__or__": "typedgrad.ops.logic.bitwise_or",
    "__xor__": "typedgrad.ops.logic.bitwise_xor",
    "__lshift__": "typedgrad.ops.logic.bitwise_left_shift",
    "__rshift__": "typedgrad.ops.logic.bitwise_right_shift",
    "__eq__": "typedgrad.ops.comparison.equal",
    "__ne__": "typedgrad.ops.comparison.not_equal",
    "__lt__": "typedgrad.ops.comparison.less",
    "__le__": "typedgrad.ops.comparison.less_equal",
    "__gt__": "typedgrad.ops.comparison.greater",
    "__ge__": "typedgrad.ops.comparison.greater_equal",
    "__abs__": "typedgrad.ops.arithmetic.abs",
    "__invert__": "typedgrad.ops.logic.bitwise_invert",
    "__neg__": "typedgrad.ops.arithmetic.negative",
    "__pos__": "typedgrad.ops.arithmetic.positive",
    "__getitem__": "typedgrad.ops.index.getitem",
    "__iter__": "typedgrad.ops.join.unstack",
    "all": "typedgrad.ops.truth.all",
    "any": "typedgrad.ops.truth.any",
    "flatten": "typedgrad.ops.rearrange.flatten",
    "prod": "typedgrad.ops.product.prod",
    "to": "typedgrad.ops.interchange.to",
    "T": "typedgrad.ops.rearrange.transpose",
    "mT": "typedgrad.ops.matrices.matrix_transpose",
    "astype": "typedgrad.core.casting.astype",
    "argmax": "typedgrad.ops.search.argmax",
    "argmin": "typedgrad.ops.search.argmin",
    "expand_dims": "typedgrad.ops.move.expand_dims",
    "max": "typedgrad.ops.reduce.max",
    "mean": "typedgrad.ops.reduce.mean",
    "min": "typedgrad.ops.reduce.min",
    "permute_dims": "typedgrad.ops.move.permute_dims",
    "reshape": "typedgrad.ops.move.reshape",
    "squeeze": "typedgrad.ops.move.squeeze",
    "sum": "typedgrad.ops.reduce.sum",
}
# Operators whose reflected form swaps the operands.
REFLECTED: Final[dict[str, str]] = {
    "__radd__": "__add__",
    "__rsub__": "__sub__",
    "__rmul__": "__mul__",
    "__rtruediv__": "__truediv__",
    "__rfloordiv__": "__floordiv__",
    "__rmod__": "__mod__",
    "__rmatmul__": "__matmul__",
    "__rpow__": "__pow__",
    "__rand__": "__and__",
    "__ror__": "__or__",
    "__rxor__": "__xor__",
    "__rlshift__": "__lshift__",
    "__rrshift__": "__rshift__",
}


def _reflected(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: op(other, self)


def _to_the_power(x: Tensor, exponent: Tensor | Scalar) -> Tensor:
    """`x ** exponent`, for which a Python number of the usual kinds has quicker ways than the general one."""
    if type(exponent) is int or type(exponent) is float:
        return power(x, exponent)
    return pow(x, exponent)


def _bind() -> None:
    """Give `Tensor` its operators and methods."""
    for name, full_name in METHODS.items():
        import_module(full_name.rpartition(".")[0])
        setattr(Tensor, name, methods.ADAPTED[name] if name in methods.ADAPTED else REGISTRY[full_name].function)
    Tensor.__pow__ = _to_the_power  # type: ignore[method-assign]  # as declared
    for name, forward in REFLECTED.items():
        setattr(Tensor, name, _reflected(REGISTRY[METHODS[forward]].function))
    for name, method in (*methods.PLAIN.items(), *interchange.METHODS.items()):
        setattr(Tensor, name, method)


_bind()

__all__ = ["METHODS", "REFLECTED", "arithmetic", "comparison", "logic"]
