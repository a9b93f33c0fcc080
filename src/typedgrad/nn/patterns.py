"""Initial values with a structure: orthogonal rows, one connection for each unit, few connections, interpolation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.random import fold_in
from typedgrad.core.random import normal as draw_normal
from typedgrad.core.random import uniform as draw_uniform
from typedgrad.core.tensor import Tensor
from typedgrad.nn.initialisers import check_at_least_zero, check_finite
from typedgrad.nn.made import made
from typedgrad.ops import create
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.nn.fields import Initializer
    from typedgrad.nn.initialisers import Fans, Shape


@made
def orthogonal(gain: float = 1.0) -> Initializer:
    """A matrix whose rows, or columns if there are fewer of them, are orthogonal and have length `gain`.

    All axes but the first count as one: of a kernel `(out, in, *window)` it is the outputs that are orthogonal.

    Raises ValueError if `gain` is negative or not finite, ShapeError from the initialiser for fewer than two axes.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2014.

    >>> w = tg.nn.orthogonal()(tg.random.key(0), (2, 3), "float64", (2, 3))
    >>> tg.all(tg.abs(w @ w.mT - tg.eye(2, dtype="float64")) < 1e-12)
    Tensor(True, dtype=bool)
    """
    check_finite("orthogonal", gain=gain)
    check_at_least_zero("orthogonal", gain=gain)

    def drawn(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
        _check_rank("orthogonal", shape, 2)
        rows, columns = shape[0], math.prod(shape[1:])
        exact = dtype if dtype != "float16" else "float32"
        tall = (max(rows, columns), min(rows, columns))
        data: Any = draw_normal(key, tall, dtype=exact).data
        xp: Any = namespace(data)
        q, r = xp.linalg.qr(data)
        # With the signs of the diagonal every orthogonal matrix is as likely as any other.
        q = q * xp.where(xp.linalg.diagonal(r) < 0, -1.0, 1.0)
        q = q if rows >= columns else xp.matrix_transpose(q)
        return astype(Tensor(xp.reshape(gain * xp.astype(q, data.dtype), shape)), dtype)

    return drawn


@made
def identity(gain: float = 1.0) -> Initializer:
    """A matrix with `gain` on its diagonal and zeros elsewhere. For kernels see `dirac`.

    Raises ValueError if `gain` is not finite, ShapeError from the initialiser unless there are two axes.

    >>> tg.nn.identity()(tg.random.key(0), (2, 3), "float32", (2, 3))
    Tensor([[1., 0., 0.],
            [0., 1., 0.]], dtype=float32)
    """
    check_finite("identity", gain=gain)

    def made(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
        if len(shape) != 2:
            raise ShapeError(f"a matrix is needed, not [{' '.join(map(str, shape))}]", where="identity")
        return gain * create.eye(shape[0], shape[1], dtype=dtype)

    return made


@made
def dirac(*, groups: int = 1) -> Initializer:
    """A kernel `(out, in, *window)` that passes each channel on as it is: 1 in the middle where out is in.

    In each of `groups` the channels are counted anew.

    Raises ValueError if `groups` is below 1, ShapeError from the initialiser for fewer than three axes or groups that
    do not divide the outputs.

    >>> tg.nn.dirac()(tg.random.key(0), (2, 2, 3), "float32", (6, 6))
    Tensor([[[0., 1., 0.],
             [0., 0., 0.]],
    <BLANKLINE>
            [[0., 0., 0.],
             [0., 1., 0.]]], dtype=float32)
    """
    if groups < 1:
        raise ValueError(f"dirac: `groups` must be at least 1, got {groups}")

    def made(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
        _check_rank("dirac", shape, 3)
        if shape[0] % groups:
            raise ShapeError(f"{groups} groups do not divide {shape[0]} outputs", where="dirac")
        data: Any = create.zeros(shape, dtype=dtype).numpy().copy()
        middle = tuple(n // 2 for n in shape[2:])
        each = shape[0] // groups
        for out in range(shape[0]):
            if out % each < shape[1]:
                data[(out, out % each, *middle)] = 1.0
        return create.asarray(data)

    return made


def bilinear(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Kernels `(channels, channels or 1, *window)` of a transposed convolution that interpolates linearly.

    With a stride of s, a window of `2 s - s % 2` and a padding of `(window - s) // 2` rounded up, images grow by s.

    Raises ShapeError for fewer than three axes.

    Source: Long, Shelhamer and Darrell, "Fully convolutional networks for semantic segmentation", 2015.

    >>> tg.nn.bilinear(tg.random.key(0), (1, 1, 4), "float32", (4, 4))
    Tensor([[[0.25, 0.75, 0.75, 0.25]]], dtype=float32)
    """
    _check_rank("bilinear", shape, 3)
    window: Any = 1.0
    for n in shape[2:]:
        half = (n + 1) // 2
        line = [1.0 - abs(i - (n - 1) / 2) / half for i in range(n)]
        window = [[a * b for b in line] for a in window] if isinstance(window, list) else line
        window = [c for row in window for c in row] if isinstance(window[0], list) else window
    one = create.asarray(window, dtype=dtype).reshape((1, 1, *shape[2:]))
    if shape[1] == 1:
        return one + create.zeros(shape, dtype=dtype)
    channels = create.eye(shape[0], shape[1], dtype=dtype).reshape((shape[0], shape[1], *(1,) * (len(shape) - 2)))
    return channels * one


def positive_unitball(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Uniform, and scaled so that the weights into each unit add up to 1.

    These lie along the first axis of a matrix `(in, out)`, and along all axes but the first of a kernel.

    >>> w = tg.nn.positive_unitball(tg.random.key(0), (5, 2), "float64", (5, 2))
    >>> tg.sum(w, axis=0)
    Tensor([1., 1.], dtype=float64)
    """
    drawn = draw_uniform(key, shape, dtype=dtype)
    axes = (0,) if len(shape) < 3 else tuple(range(1, len(shape)))
    return drawn / drawn.sum(axis=axes, keepdims=True)


@made
def sparse(share: float = 0.1, *, std: float = 0.01) -> Initializer:
    """Normal for `share` of the inputs of each unit, chosen at random (at least one), and 0 for the others.

    The inputs of a unit lie along the first axis of a matrix `(in, out)`, and along all axes but the first of a kernel.

    Raises ValueError unless `share` is above 0 and at most 1, and `std` not negative; ShapeError from the initialiser
    for fewer than two axes.

    Source: Martens, "Deep learning via Hessian-free optimization", 2010.

    >>> w = tg.nn.sparse(0.5)(tg.random.key(0), (4, 3), "float32", (4, 3))
    >>> tg.sum(tg.astype(w != 0, "int64"), axis=0)
    Tensor([2, 2, 2], dtype=int64)
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"sparse: `share` must be above 0 and at most 1, got {share}")
    check_finite("sparse", std=std)
    check_at_least_zero("sparse", std=std)

    def drawn(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
        _check_rank("sparse", shape, 2)
        matrix = len(shape) == 2
        units, inputs = (shape[1], shape[0]) if matrix else (shape[0], math.prod(shape[1:]))
        values: Any = draw_normal(fold_in(key, 0), (units, inputs), std=std, dtype=dtype).data
        lots: Any = draw_uniform(fold_in(key, 1), (units, inputs)).data
        xp: Any = namespace(values)
        place = xp.argsort(xp.argsort(lots, axis=1), axis=1)
        values = xp.where(place < max(1, round(share * inputs)), values, xp.zeros_like(values))
        return Tensor(xp.matrix_transpose(values) if matrix else xp.reshape(values, shape))

    return drawn


def _check_rank(name: str, shape: Shape, least: int) -> None:
    if len(shape) < least:
        raise ShapeError(f"at least {least} axes are needed, not [{' '.join(map(str, shape))}]", where=name)
