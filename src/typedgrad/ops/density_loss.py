"""Losses of regions and densities: how well sets overlap, and how likely numbers are under a predicted distribution."""

from __future__ import annotations

import math
from typing import Final

from jaxtyping import Float

from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.arithmetic import square
from typedgrad.ops.binary_loss import times_log
from typedgrad.ops.elementwise import exp, log
from typedgrad.ops.like import ones_like
from typedgrad.ops.move import expand_dims
from typedgrad.ops.reduce import sum
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import clip, where
from typedgrad.ops.softmax import log_softmax, logsumexp
from typedgrad.ops.targets import check_positive, check_probabilities
from typedgrad.ops.weighting import Mask, Weights, loss, reduced, shown

_LOG_2_PI: Final = math.log(2.0 * math.pi)


@loss
def dice(
    probabilities: Float[Tensor, "n *s"],
    target: Float[Tensor, "n *s"],
    *,
    smooth: Number = 1e-7,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`1 - 2 |P T| / (|P| + |T|)` of what is predicted and what is there, one loss for each example.

    `smooth` is added above and below, so that nothing predicted where nothing is costs nothing.

    Raises ShapeError for unequal shapes, ValueError for probabilities or targets not in [0, 1], a negative `smooth` or
    the mean over an empty batch.

    Source: Milletari, Navab and Ahmadi, "V-Net", 2016, with sums of sizes in place of their squares.

    >>> tg.dice(tg.asarray([[1.0, 1.0, 0.0]]), tg.asarray([[1.0, 0.0, 0.0]]))
    Tensor(0.3333333, dtype=float32)
    """
    return reduced(
        "dice", _tversky("dice", mask, probabilities, target, 0.5, 0.5, 0.5 * smooth), weights, mask, reduction
    )


@loss
def tversky(
    probabilities: Float[Tensor, "n *s"],
    target: Float[Tensor, "n *s"],
    *,
    alpha: Number = 0.5,
    beta: Number = 0.5,
    smooth: Number = 1e-7,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`1 - |P T| / (|P T| + alpha * false alarms + beta * misses)`, one loss for each example; `dice` with 1/2 each.

    Raises ShapeError for unequal shapes, ValueError for probabilities or targets not in [0, 1], negative numbers or
    the mean over an empty batch.

    Source: Salehi, Erdogmus and Gholipour, "Tversky loss function for image segmentation", 2017.

    >>> tg.tversky(tg.asarray([[1.0, 1.0, 0.0]]), tg.asarray([[1.0, 0.0, 0.0]]), alpha=1.0)
    Tensor(0.5, dtype=float32)
    """
    values = _tversky("tversky", mask, probabilities, target, alpha, beta, smooth)
    return reduced("tversky", values, weights, mask, reduction)


@loss
def f_measure_loss(
    probabilities: Float[Tensor, "n *s"],
    target: Float[Tensor, "n *s"],
    *,
    beta: Number = 1.0,
    smooth: Number = 1e-7,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`1 - F`, the F-measure of probabilities in place of decisions: recall counts `beta` times as much as precision.

    One loss for each example; for that of a whole batch let the batch be one: `expand_dims(x, 0)`.

    Raises ShapeError for unequal shapes, ValueError for probabilities or targets not in [0, 1], negative numbers or
    the mean over an empty batch.

    Source: Pastor-Pellicer et al., "F-measure as the error function to train neural networks", 2013.

    >>> tg.f_measure_loss(tg.asarray([[1.0, 1.0, 0.0]]), tg.asarray([[1.0, 0.0, 0.0]]), beta=2.0)
    Tensor(0.1666667, dtype=float32)
    """
    if not 0.0 < beta < math.inf:
        raise ValueError(f"f_measure_loss: `beta` must be positive and finite, got {beta}")
    share = 1.0 / (1.0 + beta * beta)
    values = _tversky("f_measure_loss", mask, probabilities, target, share, 1.0 - share, smooth)
    return reduced("f_measure_loss", values, weights, mask, reduction)


@loss
def poisson_nll(
    log_rates: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    full: bool = False,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`exp(log_rates) - target * log_rates`: minus the log-likelihood of counts, up to a constant of the target.

    With `full` Stirling's approximation of that constant is added for targets above 1.

    Raises ShapeError for unequal shapes, ValueError for a negative target or the mean over an empty batch.

    >>> tg.poisson_nll(tg.asarray([0.0, 0.0]), tg.asarray([0.0, 3.0]), reduction="none")
    Tensor([1., 1.], dtype=float32)
    """
    log_rates, target = shown("poisson_nll", mask, log_rates, target)
    values = exp(log_rates) - target * log_rates + _stirling("poisson_nll", target, full=full)
    return reduced("poisson_nll", values, weights, mask, reduction)


@loss
def poisson_nll_of_rates(
    rates: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    eps: Number = 1e-8,
    full: bool = False,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`poisson_nll` of rates instead of their logarithms: `rates - target * log(rates + eps)`.

    Raises what that does, and ValueError for negative rates.

    >>> tg.poisson_nll_of_rates(tg.asarray([1.0]), tg.asarray([3.0]))
    Tensor(1., dtype=float32)
    """
    rates, target = shown("poisson_nll_of_rates", mask, rates, target)
    check_positive("poisson_nll_of_rates", "rates", rates, or_zero=True)
    values = rates - times_log(target, rates + eps) + _stirling("poisson_nll_of_rates", target, full=full)
    return reduced("poisson_nll_of_rates", values, weights, mask, reduction)


@loss
def gaussian_nll(
    mean: Float[Tensor, "*s"],
    variance: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    eps: Number = 1e-6,
    full: bool = False,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`(log(v) + (mean - target)² / v) / 2` with `v = max(variance, eps)`; with `full`, and `log(2π) / 2`.

    Raises ShapeError for unequal shapes, ValueError for a negative variance, an `eps` that is not positive or the mean
    over an empty batch.

    Source: Nix and Weigend, "Estimating the mean and variance of the target probability distribution", 1994.

    >>> tg.gaussian_nll(tg.asarray([1.0]), tg.asarray([1.0]), tg.asarray([3.0]))
    Tensor(2., dtype=float32)
    """
    if not eps > 0:
        raise ValueError(f"gaussian_nll: `eps` must be positive, got {eps}")
    mean, variance, target = shown("gaussian_nll", mask, mean, variance, target)
    check_positive("gaussian_nll", "variance", variance, or_zero=True)
    v = clip(variance, min=eps)
    values = 0.5 * (log(v) + square(mean - target) / v)
    return reduced("gaussian_nll", values + 0.5 * _LOG_2_PI if full else values, weights, mask, reduction)


@loss
def mixture_density(
    logits: Float[Tensor, "*batch k"],
    means: Float[Tensor, "*batch k d"],
    log_scales: Float[Tensor, "*batch k"],
    target: Float[Tensor, "*batch d"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Minus the log-likelihood under a mixture of round normal distributions, of which the network gives all numbers.

    The mixture's weights are `softmax(logits)`, the standard deviations `exp(log_scales)`.

    Raises ShapeError if the shapes do not belong together, ValueError for the mean over an empty batch.

    Source: Bishop, "Mixture density networks", 1994.

    >>> logits, means = tg.asarray([[0.0, 0.0]]), tg.asarray([[[1.0], [1.0]]])
    >>> tg.mixture_density(logits, means, tg.zeros((1, 2)), tg.asarray([[1.0]]))
    Tensor(0.91893853, dtype=float32)
    """
    logits, means, log_scales, target = shown("mixture_density", mask, logits, means, log_scales, target)
    distance = sum(square(means - expand_dims(target, -2)), axis=-1)
    d = sum(ones_like(target), axis=-1, keepdims=True)
    each = -0.5 * distance * exp(-2.0 * log_scales) - d * (log_scales + 0.5 * _LOG_2_PI)
    values = -logsumexp(log_softmax(logits, axis=-1) + each, axis=-1)
    return reduced("mixture_density", values, weights, mask, reduction)


def _tversky(
    name: str, mask: Tensor | None, p: Tensor, target: Tensor, alpha: float, beta: float, smooth: float
) -> Tensor:
    p, target = shown(name, mask, p, target)
    for option, value in (("alpha", alpha), ("beta", beta), ("smooth", smooth)):
        if not value >= 0:
            raise ValueError(f"{name}: `{option}` must not be negative, got {value}")
    check_probabilities(name, "probabilities", p)
    check_probabilities(name, "target", target)
    axes = tuple(range(1, p.ndim))
    hit = sum(p * target, axis=axes)
    false, missed = sum(p * (1.0 - target), axis=axes), sum((1.0 - p) * target, axis=axes)
    return 1.0 - (hit + smooth) / (hit + alpha * false + beta * missed + smooth)


def _stirling(name: str, target: Tensor, *, full: bool) -> Tensor | float:
    """Stirling's approximation of log(target!), where it is above 1."""
    check_positive(name, "target", target, or_zero=True)
    if not full:
        return 0.0
    large = where(target > 1.0, target, 1.0)
    constant = large * log(large) - large + 0.5 * (log(large) + _LOG_2_PI)
    return where(target > 1.0, constant, 0.0)
