"""Every loss beside a plain reference: what the tests of the family of losses run over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy import special

import typedgrad as tg

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
N, C = 5, 4


class LossCase(NamedTuple):
    """A loss, its arguments, its values before any reduction, and the arguments that it is differentiable in."""

    loss: Callable[..., tg.Tensor]
    arguments: Mapping[str, Array]
    values: Callable[..., Any]
    by: tuple[str, ...]
    options: Mapping[str, Any] = {}


_rng = np.random.default_rng(7)
X = _rng.normal(size=(N, C))
Y = _rng.normal(size=(N, C))
Z = _rng.normal(size=(N, C))
P = _rng.uniform(0.1, 0.9, size=(N, C))
T = _rng.uniform(0.1, 0.9, size=(N, C))
Q = P / P.sum(axis=-1, keepdims=True)
R = T / T.sum(axis=-1, keepdims=True)
LABELS = _rng.integers(0, C, size=N)
HOT = np.eye(C)[LABELS]
MULTI = (_rng.uniform(size=(N, C)) > 0.5).astype("float64")
SIGNS = np.sign(_rng.normal(size=(N, C)))
COUNTS = _rng.integers(0, 5, size=(N, C)).astype("float64")
MATRIX = _rng.uniform(0.5, 2.0, size=(C, C))
CLASS_WEIGHTS = _rng.uniform(0.5, 2.0, size=C)


def _relu(x: Any) -> Any:
    return np.maximum(x, 0.0)


def _at(rows: Array, labels: Array) -> Any:
    return np.take_along_axis(rows, labels[:, None], axis=-1)[:, 0]


def _cosine(a: Array, b: Array) -> Any:
    return (a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1))


def _others(x: Array, labels: Array) -> Any:
    return np.where(np.eye(C)[labels] > 0, -np.inf, x)


def _pairs(x: Array, t: Array, value: Callable[[Any], Any]) -> Any:
    """The sum over wanted and unwanted classes of a function of the difference of their scores."""
    return np.array(
        [
            sum(value(row[j] - row[i]) for i in range(C) for j in range(C) if wanted[i] == 1 and wanted[j] == 0)
            for row, wanted in zip(x, t, strict=True)
        ],
        dtype="float64",
    )


def _overlap(p: Array, t: Array, alpha: float, beta: float, smooth: float) -> Any:
    hit, false, missed = (p * t).sum(-1), (p * (1 - t)).sum(-1), ((1 - p) * t).sum(-1)
    return 1 - (hit + smooth) / (hit + alpha * false + beta * missed + smooth)


def _focal(p: Array, t: Array, gamma: float, alpha: float) -> Any:
    yes = -alpha * t * (1 - p) ** gamma * np.log(p)
    return yes - (1 - alpha) * (1 - t) * p**gamma * np.log(1 - p)


def _mixture(logits: Array, means: Array, log_scales: Array, target: Array) -> Any:
    d = target.shape[-1]
    scales = np.exp(log_scales)
    distance = ((means - target[:, None, :]) ** 2).sum(-1)
    density = np.exp(-0.5 * distance / scales**2) / (np.sqrt(2 * np.pi) * scales) ** d
    return -np.log((special.softmax(logits, axis=-1) * density).sum(-1))


def _circle(x: Array, labels: Array, gamma: float, margin: float) -> Any:
    unit = x / np.linalg.norm(x, axis=-1, keepdims=True)
    found = []
    for i in range(N):
        wrong = right = 0.0
        for j in range(N):
            s = unit[i] @ unit[j]
            if j != i and labels[i] == labels[j]:
                right += np.exp(gamma * _relu(1 + margin - s) * (1 - margin - s))
            elif j != i:
                wrong += np.exp(gamma * _relu(s + margin) * (s - margin))
        found.append(np.log(1 + wrong * right))
    return np.array(found)


def _contrastive(a: Array, b: Array, alike: Array) -> Any:
    d = np.linalg.norm(a - b, axis=-1)
    return 0.5 * np.where(alike, d**2, _relu(3.0 - d) ** 2)


def _smoothed(x: Array, labels: Array) -> Any:
    logs = special.log_softmax(x, axis=-1)
    return -0.8 * CLASS_WEIGHTS[labels] * _at(logs, labels) - 0.2 * (CLASS_WEIGHTS * logs).mean(-1)


def _logits(values: Callable[..., Any]) -> Callable[..., Any]:
    """A reference for logits, from that for probabilities."""
    return lambda x, *rest: values(special.softmax(x, axis=-1), *rest)


def _case(
    loss: Callable[..., tg.Tensor], values: Callable[..., Any], by: str, *arrays: Array, **options: Any
) -> LossCase:
    names = [name for name in loss.__annotations__ if name not in ("return", "weights", "mask", "reduction")]
    return LossCase(loss, dict(zip(names, arrays, strict=False)), values, tuple(by.split()), options)


_PAIR = "prediction target"
_NUMBERS = [
    _case(tg.mse, lambda p, t: (p - t) ** 2, _PAIR, X, Y),
    _case(tg.mae, lambda p, t: np.abs(p - t), _PAIR, X, Y),
    _case(tg.huber, lambda p, t: special.huber(0.7, p - t), _PAIR, X, Y, delta=0.7),
    _case(tg.smooth_l1, lambda p, t: special.huber(0.7, p - t) / 0.7, _PAIR, X, Y, beta=0.7),
    _case(tg.log_cosh, lambda p, t: np.log(np.cosh(p - t)), _PAIR, X, Y),
    _case(tg.mape, lambda p, t: 100 * np.abs((p - t) / t), _PAIR, X, Y),
    _case(tg.msle, lambda p, t: (np.log(1 + p) - np.log(1 + t)) ** 2, _PAIR, P, T),
    _case(tg.l1_sum, lambda p, t: np.abs(p - t).sum(-1), _PAIR, X, Y),
    _case(tg.l2_sum, lambda p, t: ((p - t) ** 2).sum(-1), _PAIR, X, Y),
    _case(tg.wasserstein, lambda p, t: p * t, _PAIR, X, Y),
    _case(tg.cosine_proximity, lambda p, t: -_cosine(p, t), _PAIR, X, Y),
    _case(tg.poisson_nll, lambda x, t: np.exp(x) - t * x, "log_rates", X, COUNTS),
    _case(tg.poisson_nll_of_rates, lambda x, t: x - t * np.log(x), "rates", P, COUNTS, eps=0),
    _case(
        tg.gaussian_nll,
        lambda m, v, t: 0.5 * (np.log(v) + (m - t) ** 2 / v),
        "mean variance target",
        X,
        P,
        Y,
    ),
    _case(tg.mixture_density, _mixture, "logits means log_scales target", X, _rng.normal(size=(N, C, 2)), Y, Z[:, :2]),
]
_BINARY = [
    _case(
        tg.binary_cross_entropy_with_logits,
        lambda x, t: -t * special.log_expit(x) - (1 - t) * special.log_expit(-x),
        "logits target",
        X,
        T,
    ),
    _case(
        tg.binary_cross_entropy,
        lambda p, t: -2.0 * (0.9 * t + 0.05) * np.log(p) - (0.95 - 0.9 * t) * np.log(1 - p),
        "probabilities target",
        P,
        T,
        positive_weight=2.0,
        label_smoothing=0.1,
    ),
    _case(tg.binary_focal, lambda p, t: _focal(p, t, 2, 0.25), "probabilities", P, MULTI, alpha=0.25),
    _case(
        tg.binary_focal_with_logits,
        lambda x, t: 2 * _focal(special.expit(x), t, 1.5, 0.5),
        "logits",
        X,
        MULTI,
        gamma=1.5,
    ),
    _case(tg.hinge, lambda p, t: _relu(1 - p * t), "prediction", X, SIGNS),
    _case(tg.squared_hinge, lambda p, t: _relu(1 - p * t) ** 2, "prediction", X, SIGNS),
    _case(tg.soft_margin, lambda p, t: np.log(1 + np.exp(-p * t)), "prediction", X, SIGNS),
    _case(
        tg.multilabel_soft_margin,
        lambda x, t: (-t * special.log_expit(x) - (1 - t) * special.log_expit(-x)).mean(-1),
        "logits target",
        X,
        T,
    ),
    _case(tg.dice, lambda p, t: _overlap(p, t, 0.5, 0.5, 0.5), "probabilities target", P, T, smooth=1.0),
    _case(tg.tversky, lambda p, t: _overlap(p, t, 0.3, 0.7, 1e-7), "probabilities target", P, T, alpha=0.3, beta=0.7),
    _case(tg.f_measure_loss, lambda p, t: _overlap(p, t, 0.2, 0.8, 1e-7), "probabilities target", P, T, beta=2.0),
]
_CLASSES = [
    _case(tg.softmax_cross_entropy, _logits(lambda q, y: -np.log(_at(q, y))), "logits", X, LABELS),
    _case(
        tg.softmax_cross_entropy,
        _smoothed,
        "logits",
        X,
        LABELS,
        label_smoothing=0.2,
        class_weights=tg.asarray(CLASS_WEIGHTS),
    ),
    _case(tg.nll, lambda x, y: -_at(x, y), "log_probabilities", np.log(Q), LABELS),
    _case(tg.sparse_categorical_cross_entropy, lambda q, y: -np.log(_at(q, y)), "probabilities", Q, LABELS),
    _case(
        tg.soft_label_cross_entropy,
        _logits(lambda q, t: -((0.9 * t + 0.1 / C) * np.log(q)).sum(-1)),
        "logits",
        X,
        R,
        label_smoothing=0.1,
    ),
    _case(tg.categorical_cross_entropy, lambda q, t: -(t * np.log(q)).sum(-1), "probabilities target", Q, R),
    _case(
        tg.categorical_focal,
        lambda q, t: -0.25 * (t * (1 - q) ** 2 * np.log(q)).sum(-1),
        "probabilities target",
        Q,
        R,
        alpha=0.25,
    ),
    _case(tg.kl_divergence, lambda x, t: (t * (np.log(t) - x)).sum(-1), "log_prediction target", np.log(Q), R),
    _case(
        tg.kl_divergence_of_probabilities,
        lambda q, t: (t * np.log(t / q)).sum(-1),
        "probabilities target",
        Q,
        R,
    ),
    _case(tg.infogain, lambda q, y, h: -(h[y] * np.log(q)).sum(-1), "probabilities matrix", Q, LABELS, MATRIX),
    _case(
        tg.categorical_hinge,
        lambda x, t: _relu(1 - (t * x).sum(-1) + ((1 - t) * x).max(-1)),
        "prediction",
        X,
        HOT,
    ),
    _case(
        tg.multiclass_hinge,
        lambda x, y: _relu(0.5 - _at(x, y) + _others(x, y).max(-1)),
        "prediction",
        X,
        LABELS,
        margin=0.5,
    ),
    _case(
        tg.multi_margin,
        lambda x, y: (_relu(0.7 - _at(x, y)[:, None] + _others(x, y)) ** 2).sum(-1) / C,
        "prediction",
        X,
        LABELS,
        margin=0.7,
        p=2,
    ),
    _case(
        tg.one_vs_all_hinge,
        lambda x, y: (_relu(1 - (2 * np.eye(C)[y] - 1) * x) ** 2).sum(-1),
        "prediction",
        X,
        LABELS,
        p=2,
    ),
    _case(tg.multilabel_margin, lambda x, t: _pairs(x, t, lambda d: _relu(1 + d)) / C, "prediction", X, MULTI),
    _case(
        tg.multi_label,
        lambda x, t: _pairs(x, t, np.exp) / np.maximum(t.sum(-1) * (1 - t).sum(-1), 1),
        "prediction",
        X,
        MULTI,
    ),
    _case(
        tg.center_loss,
        lambda x, y, c: 0.5 * ((x - c[y]) ** 2).sum(-1),
        "prediction centers",
        X,
        LABELS,
        _rng.normal(size=(3, C)),
    )._replace(arguments={"prediction": X, "labels": LABELS % 3, "centers": Y[:3]}),
    _case(
        tg.circle_loss,
        lambda x, y: _circle(x, y, 2.0, 0.25),
        "prediction",
        X,
        LABELS % 2,
        gamma=2.0,
        margin=0.25,
    ),
]
_PAIRS_OF = [
    _case(tg.margin_ranking, lambda a, b, t: _relu(0.5 - t * (a - b)), "x1 x2", X, Y, SIGNS, margin=0.5),
    _case(tg.hinge_embedding, lambda d, t: np.where(t > 0, d, _relu(0.8 - d)), "distance", P, SIGNS, margin=0.8),
    _case(
        tg.l1_hinge_embedding,
        lambda a, b, t: np.where(t > 0, (d := np.abs(a - b).sum(-1)), _relu(3 - d)),
        "x1 x2",
        X,
        Y,
        SIGNS[:, 0],
        margin=3.0,
    ),
    _case(
        tg.cosine_embedding,
        lambda a, b, t: np.where(t > 0, 1 - _cosine(a, b), _relu(_cosine(a, b) + 0.5)),
        "x1 x2",
        X,
        Y,
        SIGNS[:, 0],
        margin=-0.5,
    ),
    _case(tg.distance_ratio, lambda a, b: -np.log(np.exp(-a) / (np.exp(-a) + np.exp(-b))), "near far", P, T),
    _case(tg.contrastive, _contrastive, "x1 x2", X, Y, SIGNS[:, 0] > 0, margin=3.0),
    _case(
        tg.triplet,
        lambda a, p, n: _relu(1 + np.linalg.norm(a - p, axis=-1) - np.linalg.norm(a - n, axis=-1)),
        "anchor positive negative",
        X,
        Y,
        Z,
    ),
]
LOSSES = [*_NUMBERS, *_BINARY, *_CLASSES, *_PAIRS_OF]
