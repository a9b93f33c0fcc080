"""Features that a normaliser leaves alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def elsewhere(title: str, only: tuple[int, ...] | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where not to change features: True at all positions of the last axis but `only`.

    Raises:
        ValueError: if there is no feature at such a position, or the last axis is averaged over.

    >>> elsewhere("MinMax", (1,), (1, 3)).tolist()
    [[True, False, True]]
    """
    left = np.zeros(shape, bool)
    if only is None:
        return left
    n = shape[-1]
    for i in only:
        if isinstance(i, bool) or not isinstance(i, int) or not -n <= i < n:
            raise ValueError(
                f"{title}: `only` names the feature {i!r}, but the last axis has the features 0 to {n - 1}"
            )
    left[...] = True
    left[..., list(only)] = False
    return left
