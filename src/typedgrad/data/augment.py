"""Random changes of pictures, each decided by a key: for `Loader.map_with_key`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.backends import backend_of
from typedgrad.core import random
from typedgrad.core.tensor import Tensor
from typedgrad.data.order import checked_int
from typedgrad.ops.pad import pad

if TYPE_CHECKING:
    from jaxtyping import Shaped

    from typedgrad.core.random import Key


def random_flip(
    key: Key, x: Shaped[Tensor, "n c h w"], /, *, p: float = 0.5, vertical: bool = False
) -> Shaped[Tensor, "n c h w"]:
    """Pictures `[n, channels, height, width]`, each mirrored with the probability `p`: left to right, or top to bottom.

    Raises:
        TypeError: if `x` has no four axes.
        ValueError: if `p` is no probability.

    >>> x = tg.asarray([[[[1.0, 2.0]]]])
    >>> tg.data.random_flip(tg.random.key(0), x, p=1.0).tolist()
    [[[[2.0, 1.0]]]]
    """
    _check_pictures("random_flip", x)
    if not 0 <= p <= 1:
        raise ValueError(f"random_flip: `p` must be from 0 to 1, got {p}")
    xp = backend_of(x.data).xp
    chosen = random.bernoulli(key, p, (x.shape[0], 1, 1, 1), device=x.device)
    return Tensor(xp.where(chosen.data, xp.flip(x.data, axis=2 if vertical else 3), x.data))


def random_crop(
    key: Key, x: Shaped[Tensor, "n c h w"], /, *, height: int, width: int, padding: int = 0
) -> Shaped[Tensor, "n c _ _"]:
    """A part of each picture at a random place, after `padding` zeros were put around it.

    Raises:
        TypeError: if `x` has no four axes, or a size is not an int.
        ValueError: if the part is larger than the padded picture.

    >>> x = tg.ones((2, 3, 32, 32))
    >>> tg.data.random_crop(tg.random.key(0), x, height=28, width=30).shape
    (2, 3, 28, 30)
    """
    _check_pictures("random_crop", x)
    checked_int("random_crop", "padding", padding, 0)
    n, _, h, w = x.shape
    room = []
    for name, part, whole in (("height", height, h), ("width", width, w)):
        room.append(whole + 2 * padding - checked_int("random_crop", name, part, 1))
        if room[-1] < 0:
            raise ValueError(
                f"random_crop: `{name}` is {part}, but the padded pictures have {whole + 2 * padding} pixels"
            )
    if n == 0:
        return x[:, :, :height, :width]
    down, across = random.split(key)
    tops = random.randint(down, (n,), low=0, high=room[0] + 1).tolist()
    lefts = random.randint(across, (n,), low=0, high=room[1] + 1).tolist()
    padded = pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    pieces = [
        padded[i, :, t : t + height, s : s + width].data for i, (t, s) in enumerate(zip(tops, lefts, strict=True))
    ]
    return Tensor(backend_of(x.data).xp.stack(pieces))


def random_shift(key: Key, x: Shaped[Tensor, "n c h w"], /, *, most: int) -> Shaped[Tensor, "n c h w"]:
    """Each picture moved by up to `most` pixels up or down and left or right; zeros come in at the edges.

    >>> x = tg.ones((2, 1, 4, 4))
    >>> tg.data.random_shift(tg.random.key(0), x, most=1).shape
    (2, 1, 4, 4)
    """
    _check_pictures("random_shift", x)
    checked_int("random_shift", "most", most, 0)
    return random_crop(key, x, height=x.shape[2], width=x.shape[3], padding=most)


def _check_pictures(title: str, x: Tensor) -> None:
    if not isinstance(x, Tensor) or x.ndim != 4:
        found = f"the shape {list(x.shape)}" if isinstance(x, Tensor) else f"the type {type(x).__name__}"
        raise TypeError(f"{title}: `x` must be pictures [n, channels, height, width], but has {found}")
