"""What losses of classes share: labels and rows that are masked, checked and smoothed."""

from __future__ import annotations

from typedgrad.core.tensor import Tensor
from typedgrad.ops.gather import take
from typedgrad.ops.logic import logical_and
from typedgrad.ops.reduce import mean
from typedgrad.ops.selection import clip, where
from typedgrad.ops.targets import check_distributions, check_labels, check_weights
from typedgrad.ops.weighting import leading, shown


def labels_left(
    name: str, labels: Tensor, ignore_label: int | None, mask: Tensor | None, rows: Tensor
) -> tuple[Tensor, Tensor | None]:
    """The labels, with class 0 for those that are masked or ignored, and the mask of what is neither."""
    if ignore_label is not None:
        kept = labels != ignore_label
        mask = kept if mask is None else logical_and(leading(name, "mask", mask, labels.shape), kept)
    if mask is not None:
        labels = where(leading(name, "mask", mask, labels.shape), labels, 0)
    check_labels(name, labels, rows.shape[-1])
    return labels, mask


def of_labels(name: str, class_weights: Tensor, labels: Tensor) -> Tensor:
    """The weight of each example's label."""
    check_weights(name, class_weights, "class_weights")
    return take(class_weights, labels, axis=0)


def rows_shown(name: str, argument: str, mask: Tensor | None, rows: Tensor) -> Tensor:
    """Distributions, with an even one where they are masked."""
    classes = rows.shape[-1]
    (rows,) = shown(name, mask, rows, fill=1.0 / classes if isinstance(classes, int) and classes else 1.0)
    check_distributions(name, argument, rows)
    return rows


def evened(target: Tensor, smoothing: float) -> Tensor:
    """Targets that give a share to all classes evenly."""
    return target if smoothing == 0 else target * (1.0 - smoothing) + mean(target, axis=-1, keepdims=True) * smoothing


def at_least(probabilities: Tensor, eps: float) -> Tensor:
    """The probabilities, of which none is less than `eps`. Raises ValueError unless `eps` may be one."""
    check_eps(eps)
    return clip(probabilities, min=eps) if eps else probabilities


def check_eps(eps: float) -> None:
    """Raise ValueError unless no probability would be above 1 if it were at least `eps`."""
    if not 0.0 <= eps < 1.0:
        raise ValueError(f"`eps` must be at least 0 and less than 1, got {eps}")


def plain(*options: object) -> bool:
    """Whether nothing is wanted but the loss itself."""
    return all(option is None for option in options)
