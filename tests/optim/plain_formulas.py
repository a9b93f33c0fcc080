"""More formulas written out on numpy arrays in float64, as their papers have them: one step after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.optim.plain import Values

Grads = Sequence[Values]


def adagrad(w: Values, grads: Grads, *, rate: float, initial: float, eps: float) -> Values:
    for n in range(len(grads)):
        total = initial + np.sum(np.square(grads[: n + 1]), axis=0)
        w = w - rate * grads[n] / (np.sqrt(total) + eps)
    return w


def running(values: Grads, kept: float) -> Values:
    """The mean of values with weights that fade, not corrected for starting at 0."""
    weights = (1 - kept) * kept ** np.arange(len(values) - 1, -1, -1.0)
    return np.tensordot(weights, np.stack(values), axes=1)


def rmsprop(w: Values, grads: Grads, *, rate: float, rho: float, eps: float, momentum: float, centred: bool) -> Values:
    v = np.zeros_like(w)
    squares = [g**2 for g in grads]
    for t in range(1, len(grads) + 1):
        spread = running(squares[:t], rho) - (running(grads[:t], rho) ** 2 if centred else 0)
        v = momentum * v + grads[t - 1] / (np.sqrt(spread) + eps)
        w = w - rate * v
    return w


def adadelta(w: Values, grads: Grads, *, rate: float, rho: float, eps: float) -> Values:
    squares: list[Values] = []
    steps: list[Values] = [np.zeros_like(w)]
    for g in grads:
        squares.append(g**2)
        step = np.sqrt(running([s**2 for s in steps], rho) + eps) / np.sqrt(running(squares, rho) + eps) * g
        steps.append(step)
        w = w - rate * step
    return w


def amsgrad(w: Values, grads: Grads, *, rate: float, beta1: float, beta2: float, eps: float) -> Values:
    seconds = [running([g**2 for g in grads[: t + 1]], beta2) for t in range(len(grads))]
    for t in range(1, len(grads) + 1):
        largest = np.max(seconds[:t], axis=0) / (1 - beta2**t)
        w = w - rate * running(grads[:t], beta1) / (1 - beta1**t) / (np.sqrt(largest) + eps)
    return w


def adamax(w: Values, grads: Grads, *, rate: float, beta1: float, beta2: float, eps: float) -> Values:
    for t in range(1, len(grads) + 1):
        largest = np.max([beta2 ** (t - 1 - i) * (np.abs(grads[i]) + eps) for i in range(t)], axis=0)
        w = w - rate / (1 - beta1**t) * running(grads[:t], beta1) / largest
    return w


def nadam(
    w: Values, grads: Grads, *, rate: float, beta1: float, beta2: float, eps: float, momentum_decay: float
) -> Values:
    mu = beta1 * (1 - 0.5 * 0.96 ** (momentum_decay * np.arange(1, len(grads) + 2)))
    for t in range(1, len(grads) + 1):
        first = running(grads[:t], beta1)
        mixed = (1 - mu[t - 1]) * grads[t - 1] / (1 - np.prod(mu[:t])) + mu[t] * first / (1 - np.prod(mu[: t + 1]))
        second = running([g**2 for g in grads[:t]], beta2) / (1 - beta2**t)
        w = w - rate * mixed / (np.sqrt(second) + eps)
    return w


def radam(w: Values, grads: Grads, *, rate: float, beta1: float, beta2: float, eps: float) -> Values:
    longest = 2 / (1 - beta2) - 1
    for t in range(1, len(grads) + 1):
        first = running(grads[:t], beta1) / (1 - beta1**t)
        length = longest - 2 * t * beta2**t / (1 - beta2**t)
        if length > 5:
            unbiased = np.sqrt(1 - beta2**t) / (np.sqrt(running([g**2 for g in grads[:t]], beta2)) + eps)
            up, down = (length - 4) * (length - 2) * longest, (longest - 4) * (longest - 2) * length
            w = w - rate * np.sqrt(up / down) * first * unbiased
        else:
            w = w - rate * first
    return w


def rprop(
    w: Values, grads: Grads, *, rate: float, shrink: float, grow: float, smallest: float, largest: float
) -> Values:
    w = w.copy()
    for place in np.ndindex(w.shape):
        last, size = 0.0, rate
        for slope in grads:
            g = float(slope[place])
            if g * last > 0:
                size *= grow
            elif g * last < 0:
                size, g = size * shrink, 0.0
            size = min(max(size, smallest), largest)
            w[place] -= np.sign(g) * size
            last = g
    return w


def lion(w: Values, grads: Grads, *, rate: float, beta1: float, beta2: float, weight_decay: float) -> Values:
    m = np.zeros_like(w)
    for g in grads:
        w = w - rate * (np.sign(beta1 * m + (1 - beta1) * g) + weight_decay * w)
        m = beta2 * m + (1 - beta2) * g
    return w


def asgd(w: Values, grads: Grads, *, rate: float, decay: float, power: float) -> Values:
    for t, g in enumerate(grads):
        w = w - rate / (1 + decay * rate * t) ** power * (g + decay * w)
    return w


def fista(y: Values, grads: Grads, *, rate: float, l1: float) -> Values:
    """The point ahead, from which the next gradient is taken."""
    t, x = 1.0, y
    for g in grads:
        moved = y - rate * g
        shrunk = np.where(moved > rate * l1, moved - rate * l1, np.where(moved < -rate * l1, moved + rate * l1, 0.0))
        following = (1 + np.sqrt(1 + 4 * t**2)) / 2
        y = shrunk + (t - 1) / following * (shrunk - x)
        t, x = following, shrunk
    return y


def adafactor(w: Values, grads: Grads, *, rate: float, clip: float, smallest: float, weight_decay: float) -> Values:
    row, column = np.zeros(w.shape[0]), np.zeros(w.shape[1])
    for t, g in enumerate(grads, 1):
        share = t**-0.8
        row = (1 - share) * row + share * np.mean(g**2, axis=1)
        column = (1 - share) * column + share * np.mean(g**2, axis=0)
        step = g / np.sqrt(np.outer(row, column) / np.mean(row))
        step /= max(1.0, np.sqrt(np.mean(step**2)) / clip)
        alpha = max(smallest, np.sqrt(np.mean(w**2))) * min(rate, t**-0.5)
        w = w - rate * weight_decay * w - alpha * step
    return w


def muon(w: Values, grads: Grads, *, rate: float, momentum: float, weight_decay: float) -> Values:
    """By the singular values themselves: each goes five times through the quintic, the singular vectors stay."""
    for t in range(1, len(grads) + 1):
        mean = running(grads[:t], momentum)
        u, s, vt = np.linalg.svd(momentum * mean + (1 - momentum) * grads[t - 1], full_matrices=False)
        s = s / np.linalg.norm(s)
        for _ in range(5):
            s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
        scale = np.sqrt(max(1.0, w.shape[1] / w.shape[0]))
        w = w - rate * weight_decay * w - rate * scale * (u * s) @ vt
    return w


def lamb(
    w: Values, grads: Grads, *, rate: float, beta1: float, beta2: float, eps: float, weight_decay: float
) -> Values:
    for t in range(1, len(grads) + 1):
        first = running(grads[:t], beta1) / (1 - beta1**t)
        second = running([g**2 for g in grads[:t]], beta2) / (1 - beta2**t)
        step = first / (np.sqrt(second) + eps) + weight_decay * w
        w = w - rate * np.linalg.norm(w) / np.linalg.norm(step) * step
    return w


def ftrl(w: Values, grads: Grads, *, rate: float, beta: float, l1: float, l2: float, initial: float) -> Values:
    """Each weight by itself, with the sums of all gradients and of all pulls so far."""
    path = [w]
    for t in range(1, len(grads) + 1):
        roots = [np.sqrt(initial + np.sum(np.square(grads[:i]), axis=0)) for i in range(t + 1)]
        pulls = sum((roots[i + 1] - roots[i]) / rate * path[i] for i in range(t))
        z = np.sum(grads[:t], axis=0) - pulls
        solved = -(z - np.sign(z) * l1) / ((beta + roots[t]) / rate + l2)
        path.append(np.where(np.abs(z) <= l1, 0.0, solved))
    return path[-1]
