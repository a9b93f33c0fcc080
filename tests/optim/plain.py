"""The formulas of the updaters, written out on numpy arrays in float64: what the tests compare with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def sgd(
    w: Values, grads: Sequence[Values], *, rate: float, momentum: float, nesterov: bool, weight_decay: float
) -> Values:
    """v = momentum v + g; the step is v, or g + momentum v."""
    v = np.zeros_like(w)
    for slope in grads:
        g = slope + weight_decay * w
        v = momentum * v + g
        w = w - rate * (g + momentum * v if nesterov else v)
    return w


def adam(
    w: Values, grads: Sequence[Values], *, rate: float, beta1: float, beta2: float, eps: float, weight_decay: float
) -> Values:
    """Kingma and Ba's algorithm 1 with the corrected means spelt out, and Loshchilov and Hutter's decay beside it."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w = w - rate * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w)
    return w
