"""Losses of predicted probabilities of classes, which stand on the last axis. What is none is refused.

Each is infinite where what is wanted was impossible, unless `eps` says how small a probability may be.
"""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.core.dtypes import dtype_name
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.binary_loss import check_smoothing, times_log
from typedgrad.ops.class_targets import at_least, evened, labels_left, of_labels, rows_shown
from typedgrad.ops.gather import take
from typedgrad.ops.one_hot import one_hot
from typedgrad.ops.power import power
from typedgrad.ops.reduce import sum
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.weighting import Mask, Weights, loss, reduced


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
    labels, mask = labels_left(name, labels, ignore_label, mask, probabilities)
    probabilities = rows_shown(name, "probabilities", mask, probabilities)
    # The logarithm of what is not wanted is multiplied by 0, so it must not be infinite.
    wanted = one_hot(labels, classes=probabilities.shape[-1], dtype=dtype_name(probabilities.dtype))
    values = -sum(times_log(wanted, at_least(probabilities, eps)), axis=-1)
    counted = None if class_weights is None else of_labels(name, class_weights, labels)
    return reduced(name, values if counted is None else values * counted, weights, mask, reduction, counted)


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
    target = evened(rows_shown(name, "target", mask, target), label_smoothing)
    probabilities = rows_shown(name, "probabilities", mask, probabilities)
    return reduced(name, -sum(times_log(target, at_least(probabilities, eps)), axis=-1), weights, mask, reduction)


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
    target = evened(rows_shown(name, "target", mask, target), label_smoothing)
    p = at_least(rows_shown(name, "probabilities", mask, probabilities), eps)
    values = -alpha * sum(times_log(target, p) * power(1.0 - p, float(gamma)), axis=-1)
    return reduced(name, values, weights, mask, reduction)


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
    target = rows_shown(name, "target", mask, target)
    probabilities = at_least(rows_shown(name, "probabilities", mask, probabilities), eps)
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
    labels, mask = labels_left("infogain", labels, ignore_label, mask, probabilities)
    probabilities = at_least(rows_shown("infogain", "probabilities", mask, probabilities), eps)
    values = -sum(times_log(take(matrix, labels, axis=0), probabilities), axis=-1)
    return reduced("infogain", values, weights, mask, reduction)
