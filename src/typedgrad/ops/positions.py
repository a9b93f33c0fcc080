"""Where in a sequence something stands, told by sines and cosines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.dtypes import DTypeLike
from typedgrad.core.primitive import linear, nondifferentiable, primitive, vjp, where
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.create import empty
from typedgrad.shapes import Dim, ShapeError, divides

if TYPE_CHECKING:
    from typedgrad.backends import Namespace


@nondifferentiable
@primitive
def sinusoidal_like(x: Float[Tensor, "*batch t features"], /, *, base: Number = 10000.0) -> Float[Tensor, "t features"]:
    """The `sinusoidal_positions` that may be added to `x`: as many, as wide, and of its dtype.

    Raises ShapeError for an odd number of features.

    >>> tg.sinusoidal_like(tg.ones((5, 2, 4)))
    Tensor([[0.       , 1.       , 0.       , 1.       ],
            [0.8414711, 0.5403023, 0.0099998, 0.99995  ]], dtype=float32)
    """
    xp = namespace(x)
    t, features = x.shape[-2:]
    angles = _angles("sinusoidal_like", xp, t, features, float(base), 0)
    pairs = xp.stack((xp.sin(angles), xp.cos(angles)), axis=-1)
    return xp.astype(xp.reshape(pairs, (t, features)), x.dtype)


@where(sinusoidal_like)
def _(features: Dim) -> dict[str, Dim]:
    divides(2, features, "the features must come in pairs")
    return {}


def sinusoidal_positions(
    length: int,
    features: int,
    *,
    base: Number = 10000.0,
    dtype: DTypeLike = "float32",
    device: str | None = None,
) -> Tensor:
    """A row for each of `length` positions p: `sin(p w), cos(p w)` for the `features / 2` w from 1 down to 1 / `base`.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.5.

    Raises ShapeError for an odd number of features, or without any, and for no positions.

    >>> tg.sinusoidal_positions(2, 4)
    Tensor([[0.       , 1.       , 0.       , 1.       ],
            [0.8414711, 0.5403023, 0.0099998, 0.99995  ]], dtype=float32)
    """
    for name, size in (("length", length), ("features", features)):
        if size < 1:
            raise ShapeError(f"`{name}` must be at least 1, not {size}", where="sinusoidal_positions")
    return sinusoidal_like(empty((length, features), dtype=dtype, device=device), base=base)


@linear
@primitive
def rotary(
    x: Float[Tensor, "*batch t features"],
    /,
    *,
    base: Number = 10000.0,
    offset: int = 0,
    interleaved: bool = False,
    inverse: bool = False,
) -> Float[Tensor, "*batch t features"]:
    """`x` with each pair of features turned by `p w` at position p, so that products tell how far apart two are.

    Args:
        x: queries or keys, in order of their positions.
        base: the w go from 1 down to about 1 / `base`.
        offset: the first position.
        interleaved: whether the pairs stand side by side; otherwise the first half is paired with the second.
        inverse: turn backwards.

    Source: Su et al., "RoFormer: enhanced transformer with rotary position embedding", 2021.

    Raises ShapeError for an odd number of features.

    >>> tg.rotary(tg.asarray([[1.0, 0.0], [1.0, 0.0]]))
    Tensor([[1.       , 0.       ],
            [0.5403023, 0.8414711]], dtype=float32)
    """
    xp = namespace(x)
    t, features = x.shape[-2:]
    if features == 0:
        return xp.zeros_like(x)
    angles = _angles("rotary", xp, t, features, float(base), offset)
    cos = xp.astype(xp.cos(angles), x.dtype)
    sin = xp.astype(xp.sin(-angles if inverse else angles), x.dtype)
    if interleaved:
        first, second = x[..., 0::2], x[..., 1::2]
        turned = xp.stack((first * cos - second * sin, first * sin + second * cos), axis=-1)
        return xp.reshape(turned, x.shape)
    first, second = x[..., : features // 2], x[..., features // 2 :]
    return xp.concat((first * cos - second * sin, first * sin + second * cos), axis=-1)


@where(rotary)
def _(features: Dim) -> dict[str, Dim]:
    divides(2, features, "the features must come in pairs")
    return {}


# A rotation's transpose is its inverse.
@vjp(rotary)
def _(
    g: Tensor, out: Tensor, x: Tensor, *, base: Number, offset: int, interleaved: bool, inverse: bool
) -> tuple[Tensor]:
    return (rotary(g, base=base, offset=offset, interleaved=interleaved, inverse=not inverse),)


def _angles(title: str, xp: Namespace[Tensor], length: int, features: int, base: float, offset: int) -> Tensor:
    """The angles of each position, a column for each pair of features; in float64, as positions may be large."""
    places = xp.arange(offset, offset + length, dtype=xp.float64)
    pairs = xp.arange(0, features, 2, dtype=xp.float64)
    if not 0 < base < math.inf:
        raise ValueError(f"{title}: `base` must be positive and finite, got {base}")
    return places[:, None] * xp.exp(pairs * (-math.log(base) / max(features, 1)))[None, :]
