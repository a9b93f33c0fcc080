"""What the laws must be told of the primitives behind the losses."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from scipy import special

from typedgrad.testing.laws import Case, uniform

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
REDUCTIONS = ("mean", "sum", "none", "batch_mean")


def _reduction(shapes: object, rng: Random) -> dict[str, object]:
    return {"reduction": rng.choice(REDUCTIONS)}


def _of(values: Callable[..., Any]) -> Callable[..., Any]:
    """The reference of a loss, from that of its values."""

    def reference(x: Array, y: Array, *, reduction: str, **statics: object) -> Any:
        losses = values(x, y, **statics)
        if reduction == "none":
            return losses
        if reduction == "batch_mean":
            return losses.sum() / (losses.shape[0] if losses.ndim else 1)
        return losses.sum() if reduction == "sum" else losses.mean()

    return reference


def _sizes(rng: Random) -> tuple[int, ...]:
    return tuple(rng.randint(1, 4) for _ in range(rng.randint(0, 3)))


def _pair(low: float, high: float) -> Callable[[Random], dict[str, Any]]:
    """Predictions, and targets in a range. No empty batches: they have no mean."""

    def arrays(rng: Random) -> dict[str, Any]:
        sizes = _sizes(rng)
        return {"prediction": uniform(rng, sizes), "target": uniform(rng, sizes, low, high)}

    return arrays


def _signs(rng: Random) -> dict[str, Any]:
    sizes = _sizes(rng)
    return {"prediction": uniform(rng, sizes), "target": np.asarray(np.sign(uniform(rng, sizes)))}


def _labelled(name: str) -> Callable[[Random], dict[str, Any]]:
    def arrays(rng: Random) -> dict[str, Any]:
        sizes, classes = _sizes(rng), rng.randint(1, 5)
        labels = np.array([rng.randrange(classes) for _ in range(int(np.prod(sizes)))], dtype="int64").reshape(sizes)
        return {name: uniform(rng, (*sizes, classes)), "labels": labels}

    return arrays


def _distributions(name: str) -> Callable[[Random], dict[str, Any]]:
    def arrays(rng: Random) -> dict[str, Any]:
        sizes = (*_sizes(rng), rng.randint(1, 5))
        target = uniform(rng, sizes, 0.1, 0.9)
        return {name: uniform(rng, sizes), "target": target / (1.1 * target.sum(axis=-1, keepdims=True))}

    return arrays


def _huber(p: Array, t: Array, delta: float) -> Any:
    error = np.abs(p - t)
    return np.where(error <= delta, 0.5 * error**2, delta * (error - 0.5 * delta))


def _at(rows: Array, labels: Array) -> Any:
    return np.take_along_axis(rows, labels[..., None], axis=-1)[..., 0]


CASES = {
    "squared_error": Case(_of(lambda p, t: (p - t) ** 2), statics=_reduction, arrays=_pair(-2, 2)),
    "absolute_error": Case(_of(lambda p, t: np.abs(p - t)), statics=_reduction, arrays=_pair(-2, 2)),
    "huber_error": Case(
        _of(_huber),
        statics=lambda shapes, rng: {"reduction": rng.choice(REDUCTIONS), "delta": rng.choice([1.0, 0.5, 2])},
        arrays=_pair(-2, 2),
    ),
    "hinge_error": Case(
        _of(lambda p, t: np.maximum(0, 1 - t * p)),
        statics=_reduction,
        arrays=_signs,
    ),
    "logistic_error": Case(
        _of(lambda p, t: -t * special.log_expit(p) - (1 - t) * special.log_expit(-p)),
        statics=_reduction,
        arrays=_pair(0.1, 0.9),
    ),
    "label_loss": Case(
        _of(lambda x, labels: -_at(special.log_softmax(x, axis=-1), labels)),
        statics=_reduction,
        arrays=_labelled("logits"),
    ),
    "label_nll": Case(
        _of(lambda x, labels: -_at(x, labels)), statics=_reduction, arrays=_labelled("log_probabilities")
    ),
    "distribution_loss": Case(
        _of(lambda x, t: -(t * special.log_softmax(x, axis=-1)).sum(axis=-1)),
        statics=_reduction,
        arrays=_distributions("logits"),
    ),
    "relative_entropy": Case(
        _of(lambda q, t: (t * (np.log(t) - q)).sum(axis=-1)),
        statics=_reduction,
        arrays=_distributions("log_prediction"),
    ),
}
