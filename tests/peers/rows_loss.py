"""Losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.peer import functional, torch
from tests.peers.row import Array, Draw, Row, Setting

REDUCTIONS = ("mean", "sum", "none")


def loss(
    name: str,
    peer: str,
    theirs: Callable[..., Any],
    inputs: Callable[[Draw], tuple[Array, ...]],
    *,
    orders: int = 2,
    note: str = "",
    **options: Any,
) -> Row:
    """A loss with each of the reductions; `theirs` takes the reduction as a keyword."""

    def draw(d: Draw) -> Setting:
        how = d.one_of(*REDUCTIONS)
        return Setting(
            inputs(d),
            lambda *xs: getattr(tg, name)(*xs, reduction=how, **options),
            lambda *xs: theirs(*xs, reduction=how),
        )

    return Row(name, peer, draw, orders, note)


def reduce(values: Any, reduction: str) -> Any:
    """What a reduction makes of the losses of examples, in PyTorch."""
    return values.mean() if reduction == "mean" else values.sum() if reduction == "sum" else values


def pairs(d: Draw) -> tuple[Array, ...]:
    """Prediction and target."""
    shape = d.shape(1, 3)
    return d.normal(*shape), d.normal(*shape)


def signs(d: Draw) -> tuple[Array, ...]:
    """Predictions, and targets -1 and 1."""
    shape = d.shape(1, 3)
    return d.normal(*shape), d.mask(*shape) * 2.0 - 1.0


def logits_and_labels(d: Draw) -> tuple[Array, ...]:
    """Rows of five logits, and labels."""
    shape = d.shape(1, 2)
    return 3.0 * d.normal(*shape, 5), d.integers(0, 4, *shape)


def logarithms(d: Draw, *shape: int) -> Array:
    """Rows of logarithms of probabilities; rounding must not make one positive."""
    x = d.normal(*shape)
    return x - np.log(np.exp(x).sum(-1, keepdims=True)) - 1e-6


def _log_rows(d: Draw) -> tuple[Array, ...]:
    return logarithms(d, 4, 5), d.integers(0, 4, 4)


def _log_soft(d: Draw) -> tuple[Array, ...]:
    return logarithms(d, 4, 5), d.probabilities(4, 5)


def _soft(d: Draw) -> tuple[Array, ...]:
    return 3.0 * d.normal(4, 5), d.probabilities(4, 5)


def _bits(d: Draw) -> tuple[Array, ...]:
    shape = d.shape(1, 3)
    return 3.0 * d.normal(*shape), d.uniform(0.0, 1.0, *shape)


def _cross_entropy(x: Any, labels: Any, *, reduction: str) -> Any:
    found = functional.cross_entropy(x.reshape(-1, x.shape[-1]), labels.reshape(-1), reduction=reduction)
    return found.reshape(labels.shape) if reduction == "none" else found


def _soft_cross_entropy(x: Any, target: Any, *, reduction: str) -> Any:
    return functional.cross_entropy(x, target, reduction=reduction)


def _divergence(x: Any, target: Any, *, reduction: str) -> Any:
    return reduce(functional.kl_div(x, target, reduction="none").sum(-1), reduction)


def _hinge(x: Any, target: Any, *, reduction: str) -> Any:
    return reduce(torch.clamp(1 - x * target, min=0), reduction)


def labelled(name: str, peer: str, theirs: Callable[..., Any], *options: tuple[dict[str, Any], dict[str, Any]]) -> Row:
    """A loss of labels with options of ours and of theirs, and a weight for each class."""

    def draw(d: Draw) -> Setting:
        how = d.one_of("mean", "sum", "none")
        (mine, other) = d.one_of(*options)
        weighted = "class_weights" in mine
        mine = {k: v for k, v in mine.items() if k != "class_weights"}
        x = logarithms(d, 6, 5) if name == "nll" else 3.0 * d.normal(6, 5)
        inputs = (x, d.integers(0, 4, 6), d.uniform(0.2, 2.0, 5))

        def ours(x: Any, labels: Any, classes: Any) -> Any:
            # The weights of classes are data, with no gradient of theirs.
            more = {**mine, "class_weights": tg.stop_gradient(classes)} if weighted else mine
            return getattr(tg, name)(x, labels, reduction=how, **more)

        def wanted(x: Any, labels: Any, classes: Any) -> Any:
            more = {**other, "weight": classes.detach()} if weighted else other
            return theirs(x, labels, reduction=how, **more)

        return Setting(inputs, ours, wanted)

    return Row(name, peer, draw, draws=max(3, len(options)))


def _smoothed(x: Any, target: Any, *, reduction: str) -> Any:
    """Their loss has no smoothing of its own; `pos_weight` weighs what is wanted."""
    return functional.binary_cross_entropy_with_logits(
        x, target + 0.2 * (0.5 - target), pos_weight=torch.tensor(3.0, dtype=x.dtype), reduction=reduction
    )


def _weighted(d: Draw) -> Setting:
    """Weights and a mask: the mean divides by the weights that are left."""
    how, mask = d.one_of(*REDUCTIONS), d.mask(4, 3)
    mask[0] = True

    def ours(x: Any, y: Any, w: Any, m: Any) -> Any:
        return tg.mse(x, y, weights=w, mask=m, reduction=how)

    def theirs(x: Any, y: Any, w: Any, m: Any) -> Any:
        values = torch.where(m, w * (x - y) ** 2, 0.0)
        return values.sum() / (w * m).sum() if how == "mean" else reduce(values, how)

    return Setting((d.normal(4, 3), d.normal(4, 3), d.uniform(0.1, 2.0, 4, 3), mask), ours, theirs)


def _ctc_inputs(d: Draw) -> tuple[Any, ...]:
    """Logits, labels, how many times and how many labels count."""
    n, time, length = d.size(1, 3), d.size(7, 9), d.size(1, 3)
    return (
        d.normal(n, time, 4),
        d.integers(1, 3, n, length),
        d.integers(2 * length + 1, time, n),
        d.integers(1, length, n),
    )


def _ctc_loss(x: Any, labels: Any, steps: Any, lengths: Any, *, reduction: str) -> Any:
    logs = torch.log_softmax(x, -1).transpose(0, 1)
    return reduce(functional.ctc_loss(logs, labels, steps, lengths, reduction="none"), reduction)


def _ctc_recursion(logs: Any, labels: Any, steps: Any, lengths: Any, *, reduction: str) -> Any:
    """The forward variables of Graves et al., in logarithms, one example after the other."""
    found = []
    for log, row, time, length in zip(logs, labels, steps, lengths, strict=True):
        states = torch.zeros(2 * int(length) + 1, dtype=torch.int64)
        states[1::2] = row[: int(length)]
        never = torch.full((), -1e30, dtype=log.dtype)
        alphas = [log[0, 0], log[0, states[1]], *[never] * (len(states) - 2)]
        for t in range(1, int(time)):
            ways = [
                [alphas[i], *alphas[max(0, i - 1) : i]]
                + ([alphas[i - 2]] if i > 1 and states[i] not in (0, states[i - 2]) else [])
                for i in range(len(states))
            ]
            alphas = [torch.logsumexp(torch.stack(w), 0) + log[t, states[i]] for i, w in enumerate(ways)]
        found.append(-torch.logsumexp(torch.stack(alphas[-2:]), 0))
    return reduce(torch.stack(found), reduction)


def ctc(name: str, peer: str, theirs: Callable[..., Any], orders: int, note: str) -> Row:
    """Sequences of several lengths."""

    def draw(d: Draw) -> Setting:
        how = d.one_of(*REDUCTIONS)
        x, *rest = _ctc_inputs(d)
        if name == "ctc":
            x = x - np.log(np.exp(x).sum(-1, keepdims=True)) - 1e-6  # rounding must not make a logarithm positive

        def ours(x: Any, labels: Any, steps: Any, lengths: Any) -> Any:
            return getattr(tg, name)(x, labels, steps=steps, lengths=lengths, reduction=how)

        return Setting((x, *rest), ours, lambda *xs: theirs(*xs, reduction=how))

    return Row(name, peer, draw, orders, note)


EXAMPLES = 'the mean is that over examples, theirs "batchmean"'
IGNORED: tuple[dict[str, Any], dict[str, Any]] = ({"ignore_label": 2}, {"ignore_index": 2})
CLASSES: tuple[dict[str, Any], dict[str, Any]] = ({"class_weights": True}, {})
SMOOTHED: tuple[dict[str, Any], dict[str, Any]] = ({"label_smoothing": 0.3}, {"label_smoothing": 0.3})

ROWS = [
    loss("mse", "torch.nn.functional.mse_loss", lambda *xs, **how: functional.mse_loss(*xs, **how), pairs,
         note="the mean over all elements, without a factor 1/2"),
    Row("mse", "formula in PyTorch, weights and mask", _weighted),
    loss("mae", "torch.nn.functional.l1_loss", lambda *xs, **how: functional.l1_loss(*xs, **how), pairs),
    loss("huber", "torch.nn.functional.huber_loss", lambda *xs, **how: functional.huber_loss(*xs, delta=0.7, **how),
         pairs, delta=0.7),
    loss("hinge", "formula in PyTorch", _hinge, signs, note="theirs has one of another meaning (hinge_embedding)"),
    loss("binary_cross_entropy_with_logits", "torch.nn.functional.binary_cross_entropy_with_logits",
         lambda *xs, **how: functional.binary_cross_entropy_with_logits(*xs, **how), _bits),
    loss("binary_cross_entropy_with_logits", "torch.nn.functional.binary_cross_entropy_with_logits, weighted, smoothed",
         _smoothed, _bits, positive_weight=3.0, label_smoothing=0.2),
    loss("softmax_cross_entropy", "torch.nn.functional.cross_entropy", _cross_entropy, logits_and_labels,
         note="of logits; labels count from 0; classes stand on the last axis, theirs on the second"),
    labelled("softmax_cross_entropy", "torch.nn.functional.cross_entropy, options",
             lambda *xs, **more: functional.cross_entropy(*xs, **more), CLASSES, SMOOTHED, IGNORED),
    loss("nll", "torch.nn.functional.nll_loss", lambda *xs, **how: functional.nll_loss(*xs, **how), _log_rows),
    labelled("nll", "torch.nn.functional.nll_loss, options",
             lambda x, *rest, **more: functional.nll_loss(x, *rest, **more), CLASSES, IGNORED),
    loss("soft_label_cross_entropy", "torch.nn.functional.cross_entropy, probabilities", _soft_cross_entropy, _soft),
    loss("kl_divergence", "torch.nn.functional.kl_div", _divergence, _log_soft, note=EXAMPLES),
    ctc("ctc_with_logits", "torch.nn.functional.ctc_loss", _ctc_loss, 1,
        "the mean is that over examples, theirs over those divided by their lengths; theirs has no second gradient"),
    ctc("ctc", "formula in PyTorch", _ctc_recursion, 2,
        "theirs gives gradients that hold behind log_softmax alone; ours are those of the logarithms themselves"),
    ctc("ctc_with_logits", "formula in PyTorch",
        lambda x, *rest, **how: _ctc_recursion(torch.log_softmax(x, -1), *rest, **how), 2, ""),
]  # fmt: skip
