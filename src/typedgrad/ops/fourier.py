"""Discrete Fourier transforms along one axis. Gradients are not defined for complex tensors yet, so none flow here.

`norm` says which direction divides: `"backward"` the inverse one, by the number of elements, `"forward"` the other one,
`"ortho"` both, by its square root.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from jaxtyping import Complex, Float, Inexact

from typedgrad.backends import namespace
from typedgrad.core.dtypes import real_part
from typedgrad.core.primitive import dtype, nondifferentiable, primitive, where
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Dim, Shape, ShapeError, axis_index

Norm: TypeAlias = Literal["backward", "ortho", "forward"]


@nondifferentiable
@primitive
def fft(
    x: Inexact[Tensor, "*s"], /, *, n: int | None = None, axis: int = -1, norm: Norm = "backward"
) -> Complex[Tensor, "*same"]:
    """How much there is of each frequency: `out[k]` is the sum of `x[j] * exp(-2 pi i j k / n)`.

    `n` is the number of elements: further ones are left out, missing ones are zeros.

    Raises:
        ShapeError: for an `n` below 1, and an axis without elements.

    >>> tg.fft.fft(tg.asarray([1.0, 0.0, 0.0]))
    Tensor([1.+0.j, 1.+0.j, 1.+0.j], dtype=complex64)
    """
    return namespace(x).fft.fft(_as_complex(x), n=n, axis=axis, norm=norm)


@nondifferentiable
@primitive
def ifft(
    x: Inexact[Tensor, "*s"], /, *, n: int | None = None, axis: int = -1, norm: Norm = "backward"
) -> Complex[Tensor, "*same"]:
    """The inverse of `fft`.

    Raises:
        ShapeError: for an `n` below 1, and an axis without elements.

    >>> tg.fft.ifft(tg.fft.fft(tg.asarray([4.0, 0.0])))
    Tensor([4.+0.j, 0.+0.j], dtype=complex64)
    """
    return namespace(x).fft.ifft(_as_complex(x), n=n, axis=axis, norm=norm)


@nondifferentiable
@primitive
def rfft(
    x: Float[Tensor, "*s"], /, *, n: int | None = None, axis: int = -1, norm: Norm = "backward"
) -> Complex[Tensor, "*half"]:
    """The first half of `fft` of real numbers; the other half is its mirror image, conjugated.

    Raises:
        ShapeError: for an `n` below 1, and an axis without elements.

    >>> tg.fft.rfft(tg.asarray([1.0, 0.0, 0.0, 0.0]))
    Tensor([1.+0.j, 1.+0.j, 1.+0.j], dtype=complex64)
    """
    return namespace(x).fft.rfft(x, n=n, axis=axis, norm=norm)


@nondifferentiable
@primitive
def irfft(
    x: Inexact[Tensor, "*s"], /, *, n: int | None = None, axis: int = -1, norm: Norm = "backward"
) -> Float[Tensor, "*whole"]:
    """The inverse of `rfft`. `n` is the number of elements of the result; without it, an even number.

    Raises:
        ShapeError: for an `n` below 1, and an axis of fewer than two elements if `n` is not given.

    >>> tg.fft.irfft(tg.fft.rfft(tg.asarray([4.0, 0.0])))
    Tensor([4., 0.], dtype=float32)
    """
    return namespace(x).fft.irfft(_as_complex(x), n=n, axis=axis, norm=norm)


@nondifferentiable
@primitive
def hfft(
    x: Inexact[Tensor, "*s"], /, *, n: int | None = None, axis: int = -1, norm: Norm = "backward"
) -> Float[Tensor, "*whole"]:
    """`fft` of what is its own mirror image, conjugated, of which `x` is the first half; the result is real.

    Raises:
        ShapeError: for an `n` below 1, and an axis of fewer than two elements if `n` is not given.

    >>> tg.fft.hfft(tg.asarray([1.0, 0.0]))
    Tensor([1., 1.], dtype=float32)
    """
    return namespace(x).fft.hfft(_as_complex(x), n=n, axis=axis, norm=norm)


@nondifferentiable
@primitive
def ihfft(
    x: Float[Tensor, "*s"], /, *, n: int | None = None, axis: int = -1, norm: Norm = "backward"
) -> Complex[Tensor, "*half"]:
    """The inverse of `hfft`.

    Raises:
        ShapeError: for an `n` below 1, and an axis without elements.

    >>> tg.fft.ihfft(tg.asarray([1.0, 1.0]))
    Tensor([1.-0.j, 0.-0.j], dtype=complex64)
    """
    return namespace(x).fft.ihfft(x, n=n, axis=axis, norm=norm)


def _as_complex(x: Tensor) -> Tensor:
    """Complex numbers, which alone the standard's transforms take."""
    xp = namespace(x)
    if xp.isdtype(x.dtype, "complex floating"):
        return x
    return xp.astype(x, xp.complex128 if x.dtype == xp.float64 else xp.complex64)


def _complex_dtype(x: str) -> str:
    return "complex128" if x in ("float64", "complex128") else "complex64"


def _real_dtype(x: str) -> str:
    return real_part(_complex_dtype(x))


def _size(s: Shape, n: int | None, axis: int) -> tuple[int, Dim]:
    """Which axis it is, and how many elements are transformed."""
    i = axis_index(s, axis)
    size: Dim = s[i] if n is None else n  # type: ignore[assignment]  # `axis_index` found an axis, not a run
    if isinstance(size, int) and size < 1:
        raise ShapeError(f"at least one element must be transformed, not {size}")
    return i, size


def _same(s: Shape, n: int | None, axis: int) -> dict[str, Shape]:
    i, size = _size(s, n, axis)
    return {"same": (*s[:i], size, *s[i + 1 :])}


def _half(s: Shape, n: int | None, axis: int) -> dict[str, Shape]:
    i, size = _size(s, n, axis)
    return {"half": (*s[:i], size // 2 + 1, *s[i + 1 :])}


def _whole(s: Shape, n: int | None, axis: int) -> dict[str, Shape]:
    i, size = _size(s, n, axis)
    if n is None:
        size = 2 * (size - 1)
        if isinstance(size, int) and size < 1:
            raise ShapeError(f"axis {i} has only one element; say with `n` how many the result is to have")
    return {"whole": (*s[:i], size, *s[i + 1 :])}


for _op, _rule, _dtype in (
    (fft, _same, _complex_dtype),
    (ifft, _same, _complex_dtype),
    (rfft, _half, _complex_dtype),
    (ihfft, _half, _complex_dtype),
    (irfft, _whole, _real_dtype),
    (hfft, _whole, _real_dtype),
):
    where(_op)(_rule)
    dtype(_op)(_dtype)
