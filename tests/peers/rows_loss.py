"""Losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def _rows_and_labels(d: Draw) -> tuple[Array, ...]:
    return 3.0 * d.normal(4, 5), d.integers(0, 4, 4)


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


EXAMPLES = 'the mean is that over examples, theirs "batchmean"'

ROWS = [
    loss("mse", "torch.nn.functional.mse_loss", lambda *xs, **how: functional.mse_loss(*xs, **how), pairs,
         note="the mean over all elements, without a factor 1/2"),
    loss("mae", "torch.nn.functional.l1_loss", lambda *xs, **how: functional.l1_loss(*xs, **how), pairs),
    loss("huber", "torch.nn.functional.huber_loss", lambda *xs, **how: functional.huber_loss(*xs, delta=0.7, **how),
         pairs, delta=0.7),
    loss("hinge", "formula in PyTorch", _hinge, signs, note="theirs has one of another meaning (hinge_embedding)"),
    loss("binary_cross_entropy_with_logits", "torch.nn.functional.binary_cross_entropy_with_logits",
         lambda *xs, **how: functional.binary_cross_entropy_with_logits(*xs, **how), _bits),
    loss("softmax_cross_entropy", "torch.nn.functional.cross_entropy", _cross_entropy, logits_and_labels,
         note="classes stand on the last axis, theirs on the second"),
    loss("nll", "torch.nn.functional.nll_loss", lambda *xs, **how: functional.nll_loss(*xs, **how), _rows_and_labels),
    loss("soft_label_cross_entropy", "torch.nn.functional.cross_entropy, probabilities", _soft_cross_entropy, _soft),
    loss("kl_divergence", "torch.nn.functional.kl_div", _divergence, _soft, note=EXAMPLES),
]  # fmt: skip
