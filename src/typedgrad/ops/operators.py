"""The one place where `Tensor` learns to compute: Python's operators and the methods, bound to ops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typedgrad.core.primitive import REGISTRY
from typedgrad.core.tensor import Tensor
from typedgrad.ops import arithmetic, interchange

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
    "__neg__": "typedgrad.ops.arithmetic.negative",
    "__pos__": "typedgrad.ops.arithmetic.positive",
}
# Operators whose reflected form swaps the operands.
REFLECTED: Final[dict[str, str]] = {
    "__radd__": "__add__",
    "__rsub__": "__sub__",
    "__rmul__": "__mul__",
    "__rtruediv__": "__truediv__",
    "__rfloordiv__": "__floordiv__",
    "__rmod__": "__mod__",
}


def _reflected(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: op(other, self)


def bind() -> None:
    """Give `Tensor` its operators and methods."""
    for name, full_name in METHODS.items():
        setattr(Tensor, name, REGISTRY[full_name].function)
    for name, forward in REFLECTED.items():
        setattr(Tensor, name, _reflected(REGISTRY[METHODS[forward]].function))
    for name, method in interchange.METHODS.items():
        setattr(Tensor, name, method)


__all__ = ["METHODS", "REFLECTED", "arithmetic", "bind"]
