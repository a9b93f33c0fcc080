"""Fourier transforms along several axes, the frequencies that belong to them, and their order."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Complex, Float, Inexact

from typedgrad.core.dtypes import DTypeLike
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.create import arange
from typedgrad.ops.fourier import Norm, fft, ifft, irfft, rfft
from typedgrad.ops.move import concat
from typedgrad.ops.rearrange import roll
from typedgrad.shapes import ShapeError, axis_index


def fftn(
    x: Inexact[Tensor, "..."],
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: Norm = "backward",
) -> Complex[Tensor, "..."]:
    """`fft` along several axes, all of them if neither `axes` nor `s` is given; `s` has their numbers of elements.

    Raises:
        ShapeError: for axes that are not there, sizes below 1, and as many sizes as there are axes not.

    >>> tg.fft.fftn(tg.ones((2, 2)))
    Tensor([[4.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    for axis, n in _pairs("fftn", x, s, axes):
        x = fft(x, n=n, axis=axis, norm=norm)
    return x


def ifftn(
    x: Inexact[Tensor, "..."],
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: Norm = "backward",
) -> Complex[Tensor, "..."]:
    """The inverse of `fftn`, whose arguments it has.

    Raises:
        ShapeError: for axes that are not there, sizes below 1, and as many sizes as there are axes not.

    >>> tg.fft.ifftn(tg.fft.fftn(tg.ones((2, 1))))
    Tensor([[1.+0.j],
            [1.+0.j]], dtype=complex64)
    """
    for axis, n in _pairs("ifftn", x, s, axes):
        x = ifft(x, n=n, axis=axis, norm=norm)
    return x


def rfftn(
    x: Float[Tensor, "..."],
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: Norm = "backward",
) -> Complex[Tensor, "..."]:
    """`rfft` along the last of several axes and `fft` along the others.

    Raises:
        ShapeError: for axes that are not there, sizes below 1, and as many sizes as there are axes not.

    >>> tg.fft.rfftn(tg.ones((2, 2)))
    Tensor([[4.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    *others, (axis, n) = _pairs("rfftn", x, s, axes)
    out = rfft(x, n=n, axis=axis, norm=norm)
    for axis, n in others:
        out = fft(out, n=n, axis=axis, norm=norm)
    return out


def irfftn(
    x: Inexact[Tensor, "..."],
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: Norm = "backward",
) -> Float[Tensor, "..."]:
    """The inverse of `rfftn`; the last of `s` is the number of elements of the result along that axis.

    Raises:
        ShapeError: for axes that are not there, sizes below 1, and as many sizes as there are axes not.

    >>> tg.fft.irfftn(tg.fft.rfftn(tg.ones((2, 2))))
    Tensor([[1., 1.],
            [1., 1.]], dtype=float32)
    """
    *others, (last, size) = _pairs("irfftn", x, s, axes)
    for axis, n in others:
        x = ifft(x, n=n, axis=axis, norm=norm)
    return irfft(x, n=size, axis=last, norm=norm)


def _pairs(name: str, x: Tensor, s: Sequence[int] | None, axes: Sequence[int] | None) -> list[tuple[int, int | None]]:
    """The axes, with the number of elements that is asked for along each."""
    if axes is None:
        axes = range(-(x.ndim if s is None else len(s)), 0)
    sizes = (None,) * len(axes) if s is None else s
    if len(sizes) != len(axes) or not axes:
        raise ShapeError(f"`s` has {len(sizes)} sizes for {len(axes)} axes", where=name)
    return list(zip(axes, sizes, strict=True))


def fftfreq(n: int, /, *, d: Number = 1.0, dtype: DTypeLike | None = None, device: str | None = None) -> Tensor:
    """The frequencies of the results of `fft` of `n` samples at distances `d`; from the middle on they are negative.

    Raises ValueError for an `n` below 1.

    >>> tg.fft.fftfreq(4)
    Tensor([ 0.  ,  0.25, -0.5 , -0.25], dtype=float32)
    """
    _refuse_none("fftfreq", n)
    middle = (n - 1) // 2 + 1
    wanted = "float32" if dtype is None else dtype
    whole = concat((arange(middle, device=device), arange(-(n // 2), 0, device=device)))
    return (whole.astype("float64") / (n * float(d))).astype(wanted)


def rfftfreq(n: int, /, *, d: Number = 1.0, dtype: DTypeLike | None = None, device: str | None = None) -> Tensor:
    """The frequencies of the results of `rfft` of `n` samples at distances `d`.

    Raises ValueError for an `n` below 1.

    >>> tg.fft.rfftfreq(4)
    Tensor([0.  , 0.25, 0.5 ], dtype=float32)
    """
    _refuse_none("rfftfreq", n)
    wanted = "float32" if dtype is None else dtype
    return (arange(n // 2 + 1, device=device).astype("float64") / (n * float(d))).astype(wanted)


def _refuse_none(name: str, n: int) -> None:
    if n < 1:
        raise ValueError(f"{name}: `n` must be at least 1, got {n}")


def fftshift(x: Inexact[Tensor, "*s"], /, *, axes: int | Sequence[int] | None = None) -> Inexact[Tensor, "*s"]:
    """`x` with the frequency 0 in the middle of some axes, of all if they are not given.

    Raises ShapeError for an axis that is not there.

    >>> tg.fft.fftshift(tg.fft.fftfreq(4))
    Tensor([-0.5 , -0.25,  0.  ,  0.25], dtype=float32)
    """
    places = _places(x, axes)
    return roll(x, tuple(x.shape[i] // 2 for i in places), axis=places)


def ifftshift(x: Inexact[Tensor, "*s"], /, *, axes: int | Sequence[int] | None = None) -> Inexact[Tensor, "*s"]:
    """The inverse of `fftshift`.

    Raises ShapeError for an axis that is not there.

    >>> tg.fft.ifftshift(tg.fft.fftshift(tg.fft.fftfreq(3)))
    Tensor([ 0.        ,  0.33333334, -0.33333334], dtype=float32)
    """
    places = _places(x, axes)
    return roll(x, tuple(-(x.shape[i] // 2) for i in places), axis=places)


def _places(x: Tensor, axes: int | Sequence[int] | None) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(x.ndim))
    return tuple(axis_index(x.shape, i) for i in ((axes,) if isinstance(axes, int) else axes))
