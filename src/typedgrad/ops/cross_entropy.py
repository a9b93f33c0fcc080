"""Losses of predicted distributions over classes, which stand on the last axis.

What is predicted differs, and so do the names of the parameters: `logits`, `log_probabilities` or `probabilities`, of
which the last are refused unless they are some. Labels are integers, targets are probabilities, one-hot or not.
"""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.core.dtypes import dtype_name
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.binary_loss import check_smoothing, times_log
from typedgrad.ops.distribution_primitives import distribution_loss, label_loss, label_nll, relative_entropy
from typedgrad.ops.gather import take
from typedgrad.ops.logic import logical_and
from typedgrad.ops.one_hot import one_hot
from typedgrad.ops.power import power
from typedgrad.ops.reduce import mean, sum
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import clip, where
from typedgrad.ops.softmax import log_softmax
from typedgrad.ops.targets import check_distributions, check_labels, check_weights
from typedgrad.ops.weighting import Mask, Weights, leading, loss, reduced, shown


@loss
def softmax_cross_entropy(
    logits: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    class_weights: Float[Tensor, "classes"] | None = None,
    label_smoothing: Number = 0.0,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-log(softmax(logits))` at each example's label. Labels are integers, counted from 0.

    With class weights each class's term counts so much, and the mean divides by the weights of the labels. Smoothing
    gives the share `label_smoothing` of what is wanted to all classes evenly. Examples with `ignore_label` are masked.

    Raises:
        ShapeError: if there is not one label per row of logits.
        ValueError: for a label that is no class, or the mean over an empty batch.

    >>> tg.softmax_cross_entropy(tg.asarray([[0.0, 200.0], [200.0, 0.0]]), tg.asarray([1, 1]), reduction="none")
    Tensor([  0., 200.], dtype=float32)
    """
    name = "softmax_cross_entropy"
    if class_weights is None and label_smoothing == 0 and _plain(ignore_label, weights, mask):
        check_labels(name, labels, logits.shape[-1])
        return label_loss(logits, labels, reduction=reduction)
    check_smoothing(name, label_smoothing)
    labels, mask = _labels_left(name, labels, ignore_label, mask, logits)
    (logits,) = shown(name, mask, logits)
    if label_smoothing == 0:
        values, counted = label_loss(logits, labels, reduction="none"), None
        if class_weights is not None:
            counted = _of_labels(name, class_weights, labels)
            values = values * counted
        return reduced(name, values, weights, mask, reduction, counted)
    logs = log_softmax(logits)
    counted = None if class_weights is None else _of_labels(name, class_weights, labels)
    at_label = label_nll(logs, labels, reduction="none")
    each = -mean(logs if class_weights is None else logs * class_weights, axis=-1)
    values = (1.0 - label_smoothing) * (at_label if counted is None else at_label * counted) + label_smoothing * each
    return reduced(name, values, weights, mask, reduction, counted)


@loss
def nll(
    log_probabilities: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    class_weights: Float[Tensor, "classes"] | None = None,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The negative log-likelihood: `-log_probabilities` at each example's label. Labels are counted from 0.

    Weights of classes and `ignore_label` are those of `softmax_cross_entropy`.

    Raises:
        ShapeError: if there is not one label per row.
        ValueError: for a label that is no class, or the mean over an empty batch.

    >>> tg.nll(tg.log_softmax(tg.asarray([[0.0, 200.0]])), tg.asarray([0]))
    Tensor(200., dtype=float32)
    """
    if class_weights is None and _plain(ignore_label, weights, mask):
        check_labels("nll", labels, log_probabilities.shape[-1])
        return label_nll(log_probabilities, labels, reduction=reduction)
    labels, mask = _labels_left("nll", labels, ignore_label, mask, log_probabilities)
    (log_probabilities,) = shown("nll", mask, log_probabilities)
    values = label_nll(log_probabilities, labels, reduction="none")
    counted = None if class_weights is None else _of_labels("nll", class_weights, labels)
    return reduced("nll", values if counted is None else values * counted, weights, mask, reduction, counted)


@loss
def sparse_categorical_cross_entropy(
    probabilities: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    eps: Number = 0.0,
    class_weights: Float[Tensor, "classes"] | None = None,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-log(probabilities)` at each example's label, with probabilities of at least `eps`.

    It is infinite where what is wanted was impossible; `softmax_cross_entropy` is not, and is more exact.

    Raises:
        ShapeError: if there is not one label per row.
        ValueError: for a row that is no distribution, a label that is no class, or the mean over an empty batch.

    >>> tg.sparse_categorical_cross_entropy(tg.asarray([[0.5, 0.5]]), tg.asarray([0]))
    Tensor(0.6931472, dtype=float32)
    """
    name = "sparse_categorical_cross_entropy"
    labels, mask = _labels_left(name, labels, ignore_label, mask, probabilities)
    probabilities = _rows_shown(name, "probabilities", mask, probabilities)
    # The logarithm of what is not wanted is multiplied by 0, so it must not be infinite.
    wanted = one_hot(labels, classes=probabilities.shape[-1], dtype=dtype_name(probabilities.dtype))
    values = -sum(times_log(wanted, _at_least(probabilities, eps)), axis=-1)
    counted = None if class_weights is None else _of_labels(name, class_weights, labels)
    return reduced(name, values if counted is None else values * counted, weights, mask, reduction, counted)


@loss
def soft_label_cross_entropy(
    logits: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    class_weights: Float[Tensor, "classes"] | None = None,
    label_smoothing: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-sum(target * log(softmax(logits)))` over the classes, for one-hot rows or other probabilities.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for a target that is no distribution, or the mean over an empty batch.

    >>> tg.soft_label_cross_entropy(tg.asarray([[0.0, 200.0]]), tg.asarray([[0.5, 0.5]]))
    Tensor(100., dtype=float32)
    """
    name = "soft_label_cross_entropy"
    check_smoothing(name, label_smoothing)
    target = _rows_shown(name, "target", mask, target)
    (logits,) = shown(name, mask, logits)
    target = _evened(target, label_smoothing)
    if _plain(class_weights, weights, mask):
        return distribution_loss(logits, target, reduction=reduction)
    if class_weights is not None:
        check_weights(name, class_weights, "class_weights")
        target = target * class_weights
    return reduced(name, distribution_loss(logits, target, reduction="none"), weights, mask, reduction)


@loss
def categorical_cross_entropy(
    probabilities: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    eps: Number = 0.0,
    label_smoothing: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-sum(target * log(probabilities))` over the classes, with probabilities of at least `eps`.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for a row that is no distribution, or the mean over an empty batch.

    >>> tg.categorical_cross_entropy(tg.asarray([[0.5, 0.5, 0.0]]), tg.asarray([[1.0, 0.0, 0.0]]))
    Tensor(0.6931472, dtype=float32)
    """
    name = "categorical_cross_entropy"
    check_smoothing(name, label_smoothing)
    target = _evened(_rows_shown(name, "target", mask, target), label_smoothing)
    probabilities = _rows_shown(name, "probabilities", mask, probabilities)
    return reduced(name, -sum(times_log(target, _at_least(probabilities, eps)), axis=-1), weights, mask, reduction)


@loss
def categorical_focal(
    probabilities: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    gamma: Number = 2.0,
    alpha: Number = 1.0,
    eps: Number = 0.0,
    label_smoothing: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-alpha * sum(target * (1 - p)**gamma * log(p))`: cross-entropy in which easy examples count less.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for a row that is no distribution, a negative `gamma` or `alpha`, or the mean over an empty batch.

    Source: Lin, Goyal, Girshick, He and Dollár, "Focal loss for dense object detection", 2017.

    >>> tg.categorical_focal(tg.asarray([[0.5, 0.5]]), tg.asarray([[1.0, 0.0]]), gamma=1.0)
    Tensor(0.3465736, dtype=float32)
    """
    name = "categorical_focal"
    if not (gamma >= 0 and alpha >= 0):
        raise ValueError(f"{name}: `gamma` and `alpha` must not be negative, got {gamma} and {alpha}")
    check_smoothing(name, label_smoothing)
    target = _evened(_rows_shown(name, "target", mask, target), label_smoothing)
    p = _at_least(_rows_shown(name, "probabilities", mask, probabilities), eps)
    values = -alpha * sum(times_log(target, p) * power(1.0 - p, float(gamma)), axis=-1)
    return reduced(name, values, weights, mask, reduction)


@loss
def kl_divergence(
    log_prediction: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`sum(target * (log(target) - log_prediction))` over the classes: what it costs to predict wrong probabilities.

    The mean is that over examples, not over examples and classes.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for a target that is no distribution, or the mean over an empty batch.

    >>> tg.kl_divergence(tg.log(tg.asarray([[0.5, 0.5]])), tg.asarray([[0.5, 0.5]]))
    Tensor(0., dtype=float32)
    """
    target = _rows_shown("kl_divergence", "target", mask, target)
    (log_prediction,) = shown("kl_divergence", mask, log_prediction)
    if _plain(weights, mask):
        return relative_entropy(log_prediction, target, reduction=reduction)
    return reduced(
        "kl_divergence", relative_entropy(log_prediction, target, reduction="none"), weights, mask, reduction
    )


@loss
def kl_divergence_of_probabilities(
    probabilities: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    eps: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`kl_divergence` from probabilities of at least `eps` instead of their logarithms.

    Raises what that does, and ValueError for a row that is no distribution.

    >>> tg.kl_divergence_of_probabilities(tg.asarray([[0.5, 0.5]]), tg.asarray([[1.0, 0.0]]))
    Tensor(0.6931472, dtype=float32)
    """
    name = "kl_divergence_of_probabilities"
    target = _rows_shown(name, "target", mask, target)
    probabilities = _at_least(_rows_shown(name, "probabilities", mask, probabilities), eps)
    values = sum(times_log(target, target) - times_log(target, probabilities), axis=-1)
    return reduced(name, values, weights, mask, reduction)


@loss
def infogain(
    probabilities: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    matrix: Float[Tensor, "classes classes"],
    *,
    eps: Number = 0.0,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-sum(matrix[label] * log(probabilities))`: row i of the matrix says what predicting each class is worth for i.

    Raises:
        ShapeError: if there is not one label per row, or the matrix is not one row and column per class.
        ValueError: for a row that is no distribution, a label that is no class, or the mean over an empty batch.

    >>> matrix = tg.asarray([[1.0, 0.0], [0.0, 2.0]])
    >>> tg.infogain(tg.asarray([[0.5, 0.5]]), tg.asarray([1]), matrix)
    Tensor(1.3862944, dtype=float32)
    """
    labels, mask = _labels_left("infogain", labels, ignore_label, mask, probabilities)
    probabilities = _at_least(_rows_shown("infogain", "probabilities", mask, probabilities), eps)
    values = -sum(times_log(take(matrix, labels, axis=0), probabilities), axis=-1)
    return reduced("infogain", values, weights, mask, reduction)


def _plain(*options: object) -> bool:
    """Whether nothing is wanted but the loss itself."""
    return all(option is None for option in options)


def _labels_left(
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


def _of_labels(name: str, class_weights: Tensor, labels: Tensor) -> Tensor:
    """The weight of each example's label."""
    check_weights(name, class_weights, "class_weights")
    return take(class_weights, labels, axis=0)


def _rows_shown(name: str, argument: str, mask: Tensor | None, rows: Tensor) -> Tensor:
    """Distributions, with an even one where they are masked."""
    classes = rows.shape[-1]
    (rows,) = shown(name, mask, rows, fill=1.0 / classes if isinstance(classes, int) and classes else 1.0)
    check_distributions(name, argument, rows)
    return rows


def _evened(target: Tensor, smoothing: float) -> Tensor:
    """Targets that give a share to all classes evenly."""
    return target if smoothing == 0 else target * (1.0 - smoothing) + mean(target, axis=-1, keepdims=True) * smoothing


def _at_least(probabilities: Tensor, eps: float) -> Tensor:
    return clip(probabilities, min=eps) if eps else probabilities
