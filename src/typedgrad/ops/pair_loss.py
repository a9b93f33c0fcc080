"""Losses of pairs and triplets: what is alike should be near, or the first before the second, by a margin."""

from __future__ import annotations

from jaxtyping import Bool, Float

from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.activation import relu, softplus
from typedgrad.ops.arithmetic import abs, square
from typedgrad.ops.distance import cosine_similarity, pairwise_distance
from typedgrad.ops.reduce import sum
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import minimum, where
from typedgrad.ops.targets import check_signs
from typedgrad.ops.weighting import Mask, Weights, loss, reduced, shown


@loss
def margin_ranking(
    x1: Float[Tensor, "*s"],
    x2: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    margin: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, margin - target * (x1 - x2))`: `x1` should be larger where the target is 1, `x2` where it is -1.

    Raises ShapeError for unequal shapes, ValueError for other targets or the mean over an empty batch.

    >>> tg.margin_ranking(tg.asarray([1.0, 1.0]), tg.asarray([3.0, 3.0]), tg.asarray([1.0, -1.0]))
    Tensor(1., dtype=float32)
    """
    x1, x2, target = shown("margin_ranking", mask, x1, x2, target)
    check_signs("margin_ranking", target)
    return reduced("margin_ranking", relu(margin - target * (x1 - x2)), weights, mask, reduction)


@loss
def hinge_embedding(
    distance: Float[Tensor, "*s"],
    target: Float[Tensor, "*s"],
    *,
    margin: Number = 1.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """The distance where the target is 1, and `max(0, margin - distance)` where it is -1.

    Raises ShapeError for unequal shapes, ValueError for other targets or the mean over an empty batch.

    >>> tg.hinge_embedding(tg.asarray([0.25, 0.25]), tg.asarray([1.0, -1.0]), reduction="none")
    Tensor([0.25, 0.75], dtype=float32)
    """
    distance, target = shown("hinge_embedding", mask, distance, target)
    check_signs("hinge_embedding", target)
    return reduced("hinge_embedding", _drawn(distance, target, margin), weights, mask, reduction)


@loss
def l1_hinge_embedding(
    x1: Float[Tensor, "*batch n"],
    x2: Float[Tensor, "*batch n"],
    target: Float[Tensor, "*batch"],
    *,
    margin: Number = 1.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`hinge_embedding` of the sum of the absolute differences of two vectors.

    Raises ShapeError for unequal shapes, ValueError for targets other than -1 and 1 or the mean over an empty batch.

    >>> tg.l1_hinge_embedding(tg.asarray([[1.0, 2.0]]), tg.asarray([[1.5, 2.0]]), tg.asarray([1.0]))
    Tensor(0.5, dtype=float32)
    """
    x1, x2, target = shown("l1_hinge_embedding", mask, x1, x2, target)
    check_signs("l1_hinge_embedding", target)
    values = _drawn(sum(abs(x1 - x2), axis=-1), target, margin)
    return reduced("l1_hinge_embedding", values, weights, mask, reduction)


@loss
def cosine_embedding(
    x1: Float[Tensor, "*batch n"],
    x2: Float[Tensor, "*batch n"],
    target: Float[Tensor, "*batch"],
    *,
    margin: Number = 0.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """One minus the cosine between two vectors where the target is 1, and `max(0, cosine - margin)` where it is -1.

    Raises ShapeError for unequal shapes, ValueError for other targets, a margin not in [-1, 1] or the mean over an
    empty batch.

    >>> tg.cosine_embedding(tg.asarray([[3.0, 4.0]]), tg.asarray([[4.0, 3.0]]), tg.asarray([-1.0]), margin=0.5)
    Tensor(0.46, dtype=float32)
    """
    if not -1 <= margin <= 1:
        raise ValueError(f"cosine_embedding: `margin` must be between -1 and 1, got {margin}")
    x1, x2, target = shown("cosine_embedding", mask, x1, x2, target)
    check_signs("cosine_embedding", target)
    cosine = cosine_similarity(x1, x2)
    values = where(target > 0.0, 1.0 - cosine, relu(cosine - margin))
    return reduced("cosine_embedding", values, weights, mask, reduction)


@loss
def distance_ratio(
    near: Float[Tensor, "*s"],
    far: Float[Tensor, "*s"],
    *,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`-log(exp(-near) / (exp(-near) + exp(-far)))` of the distance to what is alike and to what is not.

    Raises ShapeError for unequal shapes, ValueError for the mean over an empty batch.

    Source: Hoffer and Ailon, "Deep metric learning using triplet network", 2014.

    >>> tg.distance_ratio(tg.asarray([200.0, 0.0]), tg.asarray([0.0, 200.0]), reduction="none")
    Tensor([200.,   0.], dtype=float32)
    """
    near, far = shown("distance_ratio", mask, near, far)
    return reduced("distance_ratio", softplus(near - far), weights, mask, reduction)


@loss
def contrastive(
    x1: Float[Tensor, "*batch n"],
    x2: Float[Tensor, "*batch n"],
    alike: Bool[Tensor, "*batch"],
    *,
    margin: Number = 1.0,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Half the squared distance of two vectors that are alike, and of others half the square of what `margin` lacks.

    Raises ShapeError for unequal shapes, ValueError for a margin that is not positive or the mean over an empty batch.

    Source: Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping", 2006.

    >>> x1, x2 = tg.asarray([[0.0, 0.0], [0.0, 0.0]]), tg.asarray([[3.0, 4.0], [3.0, 4.0]])
    >>> tg.contrastive(x1, x2, tg.asarray([True, False]), margin=6.0, reduction="none")
    Tensor([12.5,  0.5], dtype=float32)
    """
    if not margin > 0:
        raise ValueError(f"contrastive: `margin` must be positive, got {margin}")
    x1, x2 = shown("contrastive", mask, x1, x2)
    apart = square(relu(margin - pairwise_distance(x1, x2)))
    values = 0.5 * where(alike, sum(square(x1 - x2), axis=-1), apart)
    return reduced("contrastive", values, weights, mask, reduction)


@loss
def triplet(
    anchor: Float[Tensor, "*batch n"],
    positive: Float[Tensor, "*batch n"],
    negative: Float[Tensor, "*batch n"],
    *,
    margin: Number = 1.0,
    p: Number = 2,
    swap: bool = False,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`max(0, margin + d(anchor, positive) - d(anchor, negative))`, where d is the p-norm of the difference.

    With `swap` the negative is measured from the positive where it is nearer to that.

    Raises ShapeError for unequal shapes, ValueError for a margin that is not positive or the mean over an empty batch.

    Source: Balntas, Riba, Ponsa and Mikolajczyk, "Learning local feature descriptors with triplets", 2016.

    >>> zero = tg.asarray([[0.0, 0.0]])
    >>> tg.triplet(zero, tg.asarray([[3.0, 4.0]]), tg.asarray([[0.0, 5.5]]))
    Tensor(0.5, dtype=float32)
    """
    if not margin > 0:
        raise ValueError(f"triplet: `margin` must be positive, got {margin}")
    if not p > 0:
        raise ValueError(f"triplet: `p` must be positive, got {p}")
    anchor, positive, negative = shown("triplet", mask, anchor, positive, negative)
    near, far = pairwise_distance(anchor, positive, ord=p), pairwise_distance(anchor, negative, ord=p)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, ord=p))
    return reduced("triplet", relu(near - far + margin), weights, mask, reduction)


def _drawn(distance: Tensor, target: Tensor, margin: float) -> Tensor:
    return where(target > 0.0, distance, relu(margin - distance))
