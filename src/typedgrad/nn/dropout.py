"""Dropout: in training, some of what passes is left out. Elsewhere all of these layers do nothing.

How much is left out is told by name, as the probability to `drop` or to `keep`: libraries disagree on which a bare
number means.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.core.random import bernoulli, normal
from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops.selection import where

if TYPE_CHECKING:
    from typedgrad.core.random import Key


class Dropping(Layer):
    """What layers that drop have in common: a probability, given as that to drop or that to keep.

    Each of them says again what its constructor takes: type checkers would think of fields otherwise.
    """

    drop: float

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        self.drop = probability(type(self).__name__, drop, keep)  # type: ignore[misc]  # set once, before it is sealed


def probability(name: str, drop: float | None, keep: float | None) -> float:
    """The probability to drop.

    Raises TypeError unless one of the two is given as a number, ValueError unless something may be kept.
    """
    if (drop is None) == (keep is None):
        raise TypeError(f"{name}: give either `drop` or `keep`, as in {name}(drop=0.5)")
    given, value = ("drop", drop) if keep is None else ("keep", keep)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name}: `{given}` must be a number, not {value!r}")
    if given == "drop" and not 0.0 <= value < 1.0:
        raise ValueError(f"{name}: `drop` must be at least 0 and less than 1, got {value}")
    if given == "keep" and not 0.0 < value <= 1.0:
        raise ValueError(f"{name}: `keep` must be greater than 0 and at most 1, got {value}")
    # 1 - 0.8 is not 0.2 in floats; what was meant is.
    return value if given == "drop" else round(1.0 - value, 15)


def training_key(x: Tensor) -> Key | None:
    """A key of the open run; None outside of training, and where there are no values."""
    run = current_run()
    return None if run is None or x.device == "abstract" else run.next_key()


def scaled(x: Tensor, kept: Tensor, drop: float) -> Tensor:
    """`x` where it is kept, so much larger that the mean stays, and 0 elsewhere."""
    return where(kept, x * (1.0 / (1.0 - drop)), 0.0)


class Dropout(Dropping):
    """In training, sets each element to zero with probability `drop` and scales the others by 1 / (1 - drop).

    `keep` may be given instead, which is 1 - drop.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014 (inverted).

    Raises TypeError unless one of the two is given, ValueError unless 0 <= drop < 1.

    >>> layer = tg.nn.Dropout(drop=0.5)
    >>> layer(tg.ones(3))
    Tensor([1., 1., 1.], dtype=float32)
    >>> tg.nn.Dropout(keep=0.8)
    Dropout(drop=0.2)
    """

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        super().__init__(drop=drop, keep=keep)

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        key = training_key(x) if self.drop else None
        if key is None:
            return x
        return scaled(x, bernoulli(key, 1.0 - self.drop, x.shape, device=x.device), self.drop)


class SpatialDropping(Dropping):
    """What drops whole channels."""

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        super().__init__(drop=drop, keep=keep)

    def dropped(self, x: Tensor) -> Tensor:
        """`x` with channels dropped, in training."""
        key = training_key(x) if self.drop else None
        if key is None:
            return x
        channels = (*x.shape[:2], *(1,) * (x.ndim - 2))
        return scaled(x, bernoulli(key, 1.0 - self.drop, channels, device=x.device), self.drop)


class SpatialDropout1d(SpatialDropping):
    """As `Dropout`, but drops whole channels of sequences `n c w`.

    Source: Tompson et al., "Efficient object localization using convolutional networks", 2015.

    >>> with tg.training(tg.random.key(6)):
    ...     tg.nn.SpatialDropout1d(drop=0.5)(tg.ones((1, 2, 3)))
    Tensor([[[0., 0., 0.],
             [2., 2., 2.]]], dtype=float32)
    """

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        super().__init__(drop=drop, keep=keep)

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c w"]:
        return self.dropped(x)


class SpatialDropout2d(SpatialDropping):
    """As `Dropout`, but drops whole channels of images `n c h w`.

    >>> tg.nn.SpatialDropout2d(drop=0.5)(tg.ones((1, 2, 3, 3))).shape
    (1, 2, 3, 3)
    """

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        super().__init__(drop=drop, keep=keep)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        return self.dropped(x)


class SpatialDropout3d(SpatialDropping):
    """As `Dropout`, but drops whole channels of volumes `n c d h w`.

    >>> tg.nn.SpatialDropout3d(drop=0.5)(tg.ones((1, 2, 3, 3, 3))).shape
    (1, 2, 3, 3, 3)
    """

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        super().__init__(drop=drop, keep=keep)

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c d h w"]:
        return self.dropped(x)


# The limit of SELU far to the left, -scale * alpha, and what the activation itself is scaled by.
_LOWEST = -1.7580993408473766


class AlphaDropout(Dropping):
    """In training, sets elements to the lowest value of SELU with probability `drop`; scales and shifts the result.

    What has mean 0 and variance 1 keeps both.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", 2017, section 3.

    Raises TypeError unless `drop` or `keep` is given, ValueError unless 0 <= drop < 1.

    >>> tg.nn.AlphaDropout(drop=0.1)(tg.ones(2))
    Tensor([1., 1.], dtype=float32)
    """

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        super().__init__(drop=drop, keep=keep)

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        key = training_key(x) if self.drop else None
        if key is None:
            return x
        # With x of mean 0 and variance 1, the mean is drop * low, and the variance keep * (1 + drop * low ** 2).
        keep = 1.0 - self.drop
        scale = 1.0 / math.sqrt(keep * (1.0 + self.drop * _LOWEST**2))
        kept = bernoulli(key, keep, x.shape, device=x.device)
        return where(kept, x, _LOWEST) * scale - scale * self.drop * _LOWEST


class GaussianDropout(Dropping):
    """In training, multiplies each element by a normal number of mean 1 and variance drop / (1 - drop).

    Source: Srivastava et al., "Dropout", 2014, section 10.

    Raises TypeError unless `drop` or `keep` is given, ValueError unless 0 <= drop < 1.

    >>> tg.nn.GaussianDropout(drop=0.1)(tg.ones(2))
    Tensor([1., 1.], dtype=float32)
    """

    def __init__(self, *, drop: float | None = None, keep: float | None = None) -> None:
        super().__init__(drop=drop, keep=keep)

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        key = training_key(x) if self.drop else None
        if key is None:
            return x
        std = math.sqrt(self.drop / (1.0 - self.drop))
        return x * normal(key, x.shape, mean=1.0, std=std, dtype=x.dtype, device=x.device)


class GaussianNoise(Layer):
    """In training, adds to each element a normal number of mean 0 and standard deviation `std`.

    Raises ValueError if `std` is negative.

    >>> tg.nn.GaussianNoise(std=0.1)(tg.ones(2))
    Tensor([1., 1.], dtype=float32)
    """

    std: float

    def __check__(self) -> None:
        if not self.std >= 0.0 or math.isinf(self.std):
            raise ValueError(f"GaussianNoise: `std` must be a number of at least 0, got {self.std}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        key = training_key(x) if self.std else None
        if key is None:
            return x
        return x + normal(key, x.shape, std=self.std, dtype=x.dtype, device=x.device)
