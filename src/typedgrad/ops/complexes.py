"""The parts of complex numbers. Gradients are not defined for complex tensors yet, so none flow here."""

from __future__ import annotations

from jaxtyping import Complex, Float, Num, Real

from typedgrad.backends import namespace
from typedgrad.core.dtypes import real_part
from typedgrad.core.primitive import direct, dtype, elementwise, nondifferentiable
from typedgrad.core.tensor import Tensor


@direct
@elementwise(lambda g, out, x: g)
def conj(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    """The complex conjugate; real numbers stay as they are.

    >>> tg.conj(tg.asarray([1 + 2j]))
    Tensor([1.-2.j], dtype=complex64)
    """
    return namespace(x).conj(x)


@nondifferentiable
@elementwise()
def real(x: Num[Tensor, "*s"], /) -> Real[Tensor, "*s"]:
    """The real part; real numbers stay as they are.

    >>> tg.real(tg.asarray([1 + 2j]))
    Tensor([1.], dtype=float32)
    """
    xp = namespace(x)
    return xp.real(x) if xp.isdtype(x.dtype, "complex floating") else xp.positive(x)


@nondifferentiable
@elementwise()
def imag(x: Complex[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """The imaginary part.

    >>> tg.imag(tg.asarray([1 + 2j]))
    Tensor([2.], dtype=float32)
    """
    return namespace(x).imag(x)


dtype(real)(real_part)
dtype(imag)(real_part)
