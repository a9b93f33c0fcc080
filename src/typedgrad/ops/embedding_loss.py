"""Losses of vectors: of their direction, their distance from the centre of their class, or from one another."""

from __future__ import annotations

import math

from jaxtyping import Float, Int

from typedgrad.core.dtypes import dtype_name
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.activation import relu, softplus
from typedgrad.ops.arithmetic import square
from typedgrad.ops.class_targets import labels_left
from typedgrad.ops.create import asarray
from typedgrad.ops.distance import cosine_similarity, l2_normalize
from typedgrad.ops.gather import take
from typedgrad.ops.logic import logical_and, logical_not
from typedgrad.ops.loss_primitives import squared_error
from typedgrad.ops.matmul import matmul
from typedgrad.ops.move import expand_dims
from typedgrad.ops.reduce import mean, sum
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import where
from typedgrad.ops.softmax import logsumexp
from typedgrad.ops.weighting import Mask, Weights, loss, reduced, shown


@loss
def cosine_proximity(
    prediction: Float[Tensor, "*batch n"],
    target: Float[Tensor, "*batch n"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Minus the cosine of the angle between prediction and target: -1 where they point the same way.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    >>> tg.cosine_proximity(tg.asarray([[3.0, 4.0]]), tg.asarray([[4.0, 3.0]]))
    Tensor(-0.96, dtype=float32)
    """
    prediction, target = shown("cosine_proximity", mask, prediction, target)
    return reduced("cosine_proximity", -cosine_similarity(prediction, target), weights, mask, reduction)


@loss
def wasserstein(
    prediction: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`target * prediction`: a critic's scores, with targets 1 for what is made up and -1 for what is real.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    Source: Arjovsky, Chintala and Bottou, "Wasserstein generative adversarial networks", 2017.

    >>> tg.wasserstein(tg.asarray([3.0, 1.0]), tg.asarray([1.0, -1.0]))
    Tensor(1., dtype=float32)
    """
    prediction, target = shown("wasserstein", mask, prediction, target)
    return reduced("wasserstein", target * prediction, weights, mask, reduction)


@loss
def center_loss(
    prediction: Float[Tensor, "*batch features"],
    labels: Int[Tensor, "*batch"],
    centers: Float[Tensor, "classes features"],
    *,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Half the squared distance of each vector from the centre of its class. The centres get gradients as well.

    Raises ShapeError if there is not one label per vector, ValueError for a label that is no class or the mean over an
    empty batch.

    Source: Wen, Zhang, Li and Qiao, "A discriminative feature learning approach for deep face recognition", 2016.

    >>> tg.center_loss(tg.asarray([[3.0, 4.0]]), tg.asarray([1]), tg.asarray([[1.0, 1.0], [0.0, 0.0]]))
    Tensor(12.5, dtype=float32)
    """
    labels, mask = labels_left("center_loss", labels, ignore_label, mask, centers.mT)
    (prediction,) = shown("center_loss", mask, prediction)
    values = 0.5 * sum(square(prediction - take(centers, labels, axis=0)), axis=-1)
    return reduced("center_loss", values, weights, mask, reduction)


@loss
def class_simplex(
    prediction: Float[Tensor, "*batch classes"],
    labels: Int[Tensor, "*batch"],
    *,
    ignore_label: int | None = None,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The mean squared error to the label's corner of a regular simplex: as many unit vectors, equally far apart.

    The corners lie in the first `classes - 1` coordinates; the last one is 0 for all.

    Raises ShapeError if there is not one label per row, ValueError for a label that is no class or the mean over an
    empty batch.

    >>> tg.class_simplex(tg.asarray([[1.0, 0.0], [1.0, 0.0]]), tg.asarray([0, 1]), reduction="none")
    Tensor([0., 2.], dtype=float32)
    """
    labels, mask = labels_left("class_simplex", labels, ignore_label, mask, prediction)
    (prediction,) = shown("class_simplex", mask, prediction)
    if not isinstance(prediction.shape[-1], int) or prediction.device == "abstract":
        corner = prediction
    else:
        corners = asarray(_simplex(prediction.shape[-1]), dtype=dtype_name(prediction.dtype), device=prediction.device)
        corner = take(corners, labels, axis=0)
    values = mean(squared_error(prediction, corner, reduction="none"), axis=-1)
    return reduced("class_simplex", values, weights, mask, reduction)


@loss
def circle_loss(
    prediction: Float[Tensor, "n features"],
    labels: Int[Tensor, "n"],
    *,
    gamma: Number = 80.0,
    margin: Number = 0.4,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`log(1 + sum(exp(wrong)) * sum(exp(right)))` over the other examples, whose vectors should be near if alike.

    With s the cosine and m the margin: `wrong = gamma max(0, s + m) (s - m)` for examples with other labels,
    `right = gamma max(0, 1 + m - s) (1 - m - s)` for those with the same. Without either kind the loss is 0.

    Raises ShapeError if there is not one label per vector, ValueError for a `gamma` that is not positive or the mean
    over an empty batch.

    Source: Sun et al., "Circle loss: a unified perspective of pair similarity optimization", 2020.

    >>> vectors = tg.asarray([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    >>> tg.circle_loss(vectors, tg.asarray([0, 0, 1])) < 1e-5
    Tensor(True, dtype=bool)
    """
    if not gamma > 0:
        raise ValueError(f"circle_loss: `gamma` must be positive, got {gamma}")
    (prediction,) = shown("circle_loss", mask, prediction)
    unit = l2_normalize(prediction)
    s = matmul(unit, unit.mT)
    same = expand_dims(labels, 0) == expand_dims(labels, 1)
    others = _off_diagonal(s)
    if mask is not None:
        others = logical_and(others, expand_dims(mask, 0))
    wrong = where(logical_and(others, logical_not(same)), gamma * relu(s + margin) * (s - margin), -math.inf)
    right = where(logical_and(others, same), gamma * relu(1.0 + margin - s) * (1.0 - margin - s), -math.inf)
    return reduced(
        "circle_loss", softplus(logsumexp(wrong, axis=1) + logsumexp(right, axis=1)), weights, mask, reduction
    )


def _off_diagonal(s: Tensor) -> Tensor:
    """True but for the diagonal of a square."""
    from typedgrad.ops.cumulative import cumulative_sum
    from typedgrad.ops.like import ones_like

    place = cumulative_sum(ones_like(s), axis=0)
    return place != place.mT


def _simplex(classes: int) -> list[list[float]]:
    """The corners of a regular simplex with so many corners, all at distance 1 from its middle at the origin.

    Any two have the same product -1 / (classes - 1), which gives one coordinate after the other.
    """
    corners = [[0.0] * classes for _ in range(classes)]
    for k in range(classes - 1):
        used = math.fsum(c * c for c in corners[k][:k])
        corners[k][k] = math.sqrt(1.0 - used)
        for j in range(k + 1, classes):
            product = math.fsum(a * b for a, b in zip(corners[k][:k], corners[j][:k], strict=True))
            corners[j][k] = (-1.0 / (classes - 1) - product) / corners[k][k]
    return corners
