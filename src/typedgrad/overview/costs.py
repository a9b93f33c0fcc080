"""Multiply-adds of ops, from the shapes of their arguments and results: numbers, or polynomials in symbolic sizes.

Counted is what sums products: products of matrices, convolutions, attention, einsum. Element-wise work is not, as is
usual where such numbers are published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from typedgrad.ops.subscripts import explicit, read
from typedgrad.shapes import UNKNOWN, prod

if TYPE_CHECKING:
    from typedgrad.backends import AbstractArray
    from typedgrad.shapes import Dim

# Of other ops, results that are only another view of an argument, so that no new memory is taken.
VIEWS = frozenset(
    {
        "broadcast_to",
        "chunk",
        "diagonal",
        "expand_dims",
        "flatten",
        "flip",
        "getitem",
        "matrix_transpose",
        "moveaxis",
        "permute_dims",
        "reshape",
        "split",
        "squeeze",
        "swapaxes",
        "transpose",
        "unstack",
    }
)


def multiply_adds(name: str, statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    """How many an op takes; 0 for those that sum no products."""
    count = _COUNTS.get(name)
    return 0 if count is None else count(statics, inputs, out)


def size(x: Any) -> Dim:  # noqa: ANN401  # an array of any backend, or without values
    """The number of elements, unknown for a run of axes."""
    return UNKNOWN if any(type(n).__name__ == "Star" for n in x.shape) else prod(x.shape)


def bytes_of(x: AbstractArray) -> Dim:
    """What an array takes in memory."""
    return size(x) * x.dtype.itemsize


def _contracted(statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    summed: Dim = inputs[0].shape[-1]
    return size(out) * summed


def _convolution(statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    """Every element of the result sums over a kernel `[c_out, c_in / groups, *window]`."""
    return size(out) * prod(inputs[1].shape[1:])


def _transposed_convolution(statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    """Every element of the input is spread by a kernel `[c_in, c_out / groups, *window]`."""
    return size(inputs[0]) * prod(inputs[1].shape[1:])


def _local_convolution(statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    """A kernel `[*places, c_out, c_in, *window]` is used once for every image."""
    images: Any = out.shape[0]
    return size(inputs[1]) * images  # type: ignore[no-any-return]  # a product of sizes


def _attention(statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    """Every query meets every key, then every value; a causal mask is not taken off."""
    query, key, value = inputs[:3]
    met: Dim = key.shape[-2] * (query.shape[-1] + value.shape[-1])
    return prod(query.shape[:-1]) * met


def _tensordot(statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    axes = statics.get("axes", 2)
    x = inputs[0]
    summed = x.shape[len(x.shape) - axes :] if isinstance(axes, int) else [x.shape[i] for i in axes[0]]
    return size(out) * prod(tuple(summed))


def _einsum(statics: Mapping[str, Any], inputs: tuple[Any, ...], out: AbstractArray) -> Dim:
    """The product of all sizes for two operands; for more, as if they were contracted from left to right."""
    operands = inputs[0]
    if len(operands) < 2:
        return 0
    terms, output = explicit(read(statics["subscripts"], len(operands)), tuple(x.shape for x in operands))
    sizes = {label: n for term, x in zip(terms, operands, strict=True) for label, n in zip(term, x.shape, strict=True)}
    held = set(terms[0])
    total: Dim = 0
    for i, term in enumerate(terms[1:], 1):
        held |= set(term)
        total = total + prod(tuple(sizes[label] for label in sorted(held)))
        held &= set(output).union(*terms[i + 1 :])
    return total


_COUNTS: dict[str, Callable[[Mapping[str, Any], tuple[Any, ...], AbstractArray], Dim]] = {
    "attention_weights": lambda statics, inputs, out: size(out) * inputs[0].shape[-1],
    "contract_rows": _contracted,
    "conv1d": _convolution,
    "conv2d": _convolution,
    "conv3d": _convolution,
    "conv_transpose1d": _transposed_convolution,
    "conv_transpose2d": _transposed_convolution,
    "conv_transpose3d": _transposed_convolution,
    "einsum": _einsum,
    "local_conv1d": _local_convolution,
    "local_conv2d": _local_convolution,
    "lstm_sequence": lambda statics, inputs, out: size(inputs[0]) * inputs[1].shape[-1],
    "matmul": _contracted,
    "outer": lambda statics, inputs, out: size(out),
    "scaled_dot_product_attention": _attention,
    "tensordot": _tensordot,
    "vecdot": _contracted,
}
