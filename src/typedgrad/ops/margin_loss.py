"""Losses with a margin: what is wanted must win by so much. Predictions are scores, any numbers."""

from __future__ import annotations

import math

from jaxtyping import Float, Int

from typedgrad.core.dtypes import dtype_name
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.activation import relu
from typedgrad.ops.class_targets import labels_left, of_labels, rows_shown
from typedgrad.ops.elementwise import exp
from typedgrad.ops.move import expand_dims
from typedgrad.ops.one_hot import one_hot
from typedgrad.ops.power import power
from typedgrad.ops.reduce import max, mean, sum
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import where
from typedgrad.ops.targets import check_probabilities
from typedgrad.ops.weighting import Mask, Weights, loss, reduced, shown


@loss
def categorical_hinge(
    prediction: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, 1 - right + wrong)`: the score of what is wanted, and the highest of what is not. Targets are one-hot.

    As usual `wrong` is at least 0, the score of the target's class times what the target leaves.

    Raises ShapeError for unequal shapes, ValueError for a target that is no distribution or the mean over an empty
    batch.

    >>> tg.categorical_hinge(tg.asarray([[2.0, 0.5, 1.5]]), tg.asarray([[1.0, 0.0, 0.0]]))
    Tensor(0.5, dtype=float32)
    """
    target = rows_shown("categorical_hinge", "target", mask, target)
    (prediction,) = shown("categorical_hinge", mask, prediction)
    right = sum(target * prediction, axis=-1)
    wrong = max((1.0 - target) * prediction, axis=-1)
    return reduced("categorical_hinge", relu(1.0 - right + wrong), weights, mask, reduction)


@loss
def multiclass_hinge(
    prediction: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    margin: Number = 1.0,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, margin - right + wrong)`: the score at the label, and the highest of all other classes.

    Raises ShapeError if there is not one label per row, ValueError for a label that is no class or the mean over an
    empty batch.

    Source: Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", 2001.

    >>> tg.multiclass_hinge(tg.asarray([[2.0, 0.5, 1.5]]), tg.asarray([0]))
    Tensor(0.5, dtype=float32)
    """
    name = "multiclass_hinge"
    labels, mask = labels_left(name, labels, ignore_label, mask, prediction)
    (prediction,) = shown(name, mask, prediction)
    right, wanted = _at_label(prediction, labels)
    wrong = max(where(wanted > 0.0, -math.inf, prediction), axis=-1)
    return reduced(name, relu(wrong - right + margin), weights, mask, reduction)


@loss
def multi_margin(
    prediction: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    margin: Number = 1.0,
    p: Number = 1,
    class_weights: Float[Tensor, "classes"] | None = None,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, margin - right + other)**p`, summed over all other classes and divided by the number of classes.

    With class weights each example counts as much as its label; the mean still divides by the number of examples.

    Raises ShapeError if there is not one label per row, ValueError for a label that is no class, a `p` below 1 or the
    mean over an empty batch.

    Source: Weston and Watkins, "Support vector machines for multi-class pattern recognition", 1999.

    >>> tg.multi_margin(tg.asarray([[2.0, 0.5, 1.5, 2.0]]), tg.asarray([0]))
    Tensor(0.375, dtype=float32)
    """
    if not p >= 1:
        raise ValueError(f"multi_margin: `p` must be at least 1, got {p}")
    labels, mask = labels_left("multi_margin", labels, ignore_label, mask, prediction)
    (prediction,) = shown("multi_margin", mask, prediction)
    right, wanted = _at_label(prediction, labels)
    over = power(relu(prediction - expand_dims(right, -1) + margin), p)
    values = mean(where(wanted > 0.0, 0.0, over), axis=-1)
    if class_weights is not None:
        values = values * of_labels("multi_margin", class_weights, labels)
    return reduced("multi_margin", values, weights, mask, reduction)


@loss
def one_vs_all_hinge(
    prediction: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    p: Number = 1,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, 1 - s * prediction)**p` with s = 1 at the label and -1 elsewhere, summed over the classes.

    Raises ShapeError if there is not one label per row, ValueError for a label that is no class, a `p` below 1 or the
    mean over an empty batch.

    >>> tg.one_vs_all_hinge(tg.asarray([[2.0, 0.5, -1.5]]), tg.asarray([0]))
    Tensor(1.5, dtype=float32)
    """
    if not p >= 1:
        raise ValueError(f"one_vs_all_hinge: `p` must be at least 1, got {p}")
    labels, mask = labels_left("one_vs_all_hinge", labels, ignore_label, mask, prediction)
    (prediction,) = shown("one_vs_all_hinge", mask, prediction)
    _, wanted = _at_label(prediction, labels)
    values = sum(power(relu(1.0 - (2.0 * wanted - 1.0) * prediction), p), axis=-1)
    return reduced("one_vs_all_hinge", values, weights, mask, reduction)


@loss
def multilabel_margin(
    prediction: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, 1 - right + wrong)`, summed over all pairs of a wanted and an unwanted class, divided by the classes.

    Targets are 1 for the classes that are wanted, of which there may be several or none, and 0 for the others.

    Raises ShapeError for unequal shapes, ValueError for targets not in [0, 1] or the mean over an empty batch.

    >>> tg.multilabel_margin(tg.asarray([[2.0, 0.5, 1.5, 0.0]]), tg.asarray([[1.0, 0.0, 0.0, 1.0]]))
    Tensor(1.125, dtype=float32)
    """
    prediction, target = shown("multilabel_margin", mask, prediction, target)
    check_probabilities("multilabel_margin", "target", target)
    over = relu(1.0 - expand_dims(prediction, -1) + expand_dims(prediction, -2))
    values = sum(mean(_of_pairs(over, target), axis=-1), axis=-1)
    return reduced("multilabel_margin", values, weights, mask, reduction)


@loss
def multi_label(
    prediction: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The mean of `exp(wrong - right)` over all pairs of a wanted and an unwanted class; 0 if there is no such pair.

    Raises ShapeError for unequal shapes, ValueError for targets not in [0, 1] or the mean over an empty batch.

    Source: Zhang and Zhou, "Multilabel neural networks with applications to functional genomics and text
    categorization", 2006.

    >>> tg.multi_label(tg.asarray([[0.5, 0.5, 0.5]]), tg.asarray([[1.0, 0.0, 0.0]]))
    Tensor(1., dtype=float32)
    """
    prediction, target = shown("multi_label", mask, prediction, target)
    check_probabilities("multi_label", "target", target)
    pairs = sum(target, axis=-1) * sum(1.0 - target, axis=-1)
    each = _of_pairs(exp(expand_dims(prediction, -2) - expand_dims(prediction, -1)), target)
    total = sum(each, axis=(-2, -1))
    return reduced("multi_label", total / where(pairs > 0.0, pairs, 1.0), weights, mask, reduction)


def _at_label(prediction: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The score of each example's label, and the labels as one-hot rows."""
    wanted = one_hot(labels, classes=prediction.shape[-1], dtype=dtype_name(prediction.dtype))
    return sum(wanted * prediction, axis=-1), wanted


def _of_pairs(values: Tensor, target: Tensor) -> Tensor:
    """What is there for each pair of a wanted class, along the rows, and an unwanted one; 0 for other pairs."""
    return values * expand_dims(target, -1) * expand_dims(1.0 - target, -2)
