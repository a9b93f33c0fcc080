"""Losses of predicted distributions over classes, which stand on the last axis.

What is predicted differs, and so do the names: `softmax_cross_entropy` and `soft_label_cross_entropy` take logits,
`nll` and `kl_divergence` logarithms of probabilities. Labels are integers, targets are probabilities.
"""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.backends import namespace
from typedgrad.core.dtypes import dtype_name
from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.primitive import where as where_rule
from typedgrad.core.tensor import Tensor
from typedgrad.ops.elementwise import log
from typedgrad.ops.move import reshape
from typedgrad.ops.one_hot import one_hot
from typedgrad.ops.reduce import sum
from typedgrad.ops.reduction import Reduction, reduce_losses, reduced_losses, spread
from typedgrad.ops.selection import where
from typedgrad.ops.softmax import log_softmax, softmax, top
from typedgrad.shapes import Shape


@primitive
def label_loss(
    logits: Float[Tensor, "*batch classes"], labels: Int[Tensor, "*batch"], *, reduction: Reduction = "mean"
) -> Float[Tensor, "*reduced"]:
    """`-log(softmax(logits))` at each example's label. Labels are integers, counted from 0.

    Raises:
        ShapeError: if there is not one label per row of logits.
        ValueError: for a label that is no class, or the mean over an empty batch.

    >>> label_loss(tg.asarray([[0.0, 200.0], [200.0, 0.0]]), tg.asarray([1, 1]), reduction="none")
    Tensor([  0., 200.], dtype=float32)
    """
    xp = namespace(logits)
    if 0 in logits.shape:
        values = xp.zeros_like(labels, dtype=logits.dtype)
    else:
        shifted = logits - top(xp, logits, -1)
        values = xp.log(xp.sum(xp.exp(shifted), axis=-1)) - _chosen(shifted, labels)
    return reduce_losses("softmax_cross_entropy", xp, values, reduction)


@vjp(label_loss, "logits")
def _(g: Tensor, out: Tensor, logits: Tensor, labels: Tensor, *, reduction: Reduction) -> Tensor:
    wanted = one_hot(labels, classes=logits.shape[-1], dtype=dtype_name(logits.dtype))
    return _rows(g, labels.shape, reduction) * (softmax(logits) - wanted)


@primitive
def label_nll(
    log_probabilities: Float[Tensor, "*batch classes"], labels: Int[Tensor, "*batch"], *, reduction: Reduction = "mean"
) -> Float[Tensor, "*reduced"]:
    """The negative log-likelihood: `-log_probabilities` at each example's label. Labels are counted from 0.

    Raises:
        ShapeError: if there is not one label per row.
        ValueError: for a label that is no class, or the mean over an empty batch.

    >>> label_nll(tg.log_softmax(tg.asarray([[0.0, 200.0]])), tg.asarray([0]))
    Tensor(200., dtype=float32)
    """
    xp = namespace(log_probabilities)
    if 0 in log_probabilities.shape:
        values = xp.zeros_like(labels, dtype=log_probabilities.dtype)
    else:
        values = -_chosen(log_probabilities, labels)
    return reduce_losses("nll", xp, values, reduction)


@vjp(label_nll, "log_probabilities")
def _(g: Tensor, out: Tensor, log_probabilities: Tensor, labels: Tensor, *, reduction: Reduction) -> Tensor:
    wanted = one_hot(labels, classes=log_probabilities.shape[-1], dtype=dtype_name(log_probabilities.dtype))
    return -_rows(g, labels.shape, reduction) * wanted


@primitive
def distribution_loss(
    logits: Float[Tensor, "*batch classes"], target: Float[Tensor, "*batch classes"], *, reduction: Reduction = "mean"
) -> Float[Tensor, "*reduced"]:
    """`-sum(target * log(softmax(logits)))` over the classes, for one-hot rows or other probabilities.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for targets not in [0, 1], or the mean over an empty batch.

    >>> distribution_loss(tg.asarray([[0.0, 200.0]]), tg.asarray([[0.5, 0.5]]))
    Tensor(100., dtype=float32)
    """
    xp = namespace(logits)
    if 0 in logits.shape:
        return reduce_losses("soft_label_cross_entropy", xp, xp.sum(logits, axis=-1), reduction)
    shifted = logits - top(xp, logits, -1)
    logs = shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))
    terms = target * xp.where(target == 0.0, xp.asarray(0.0, dtype=logits.dtype), logs)
    return reduce_losses("soft_label_cross_entropy", xp, -xp.sum(terms, axis=-1), reduction)


@vjp(distribution_loss, "logits")
def _(g: Tensor, out: Tensor, logits: Tensor, target: Tensor, *, reduction: Reduction) -> Tensor:
    total = sum(target, -1, keepdims=True)
    return _rows(g, logits.shape[:-1], reduction) * (softmax(logits) * total - target)


@vjp(distribution_loss, "target")
def _(g: Tensor, out: Tensor, logits: Tensor, target: Tensor, *, reduction: Reduction) -> Tensor:
    return -_rows(g, logits.shape[:-1], reduction) * log_softmax(logits)


@primitive
def relative_entropy(
    log_prediction: Float[Tensor, "*batch classes"],
    target: Float[Tensor, "*batch classes"],
    *,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`sum(target * (log(target) - log_prediction))` over the classes: what it costs to predict wrong probabilities.

    The mean is that over examples, not over examples and classes.

    Raises:
        ShapeError: for unequal shapes.
        ValueError: for targets not in [0, 1], or the mean over an empty batch.

    >>> relative_entropy(tg.log(tg.asarray([[0.5, 0.5]])), tg.asarray([[0.5, 0.5]]))
    Tensor(0., dtype=float32)
    """
    xp = namespace(log_prediction)
    zero, one = (xp.asarray(value, dtype=target.dtype) for value in (0.0, 1.0))
    nothing = target == 0.0
    terms = target * (xp.log(xp.where(nothing, one, target)) - xp.where(nothing, zero, log_prediction))
    return reduce_losses("kl_divergence", xp, xp.sum(terms, axis=-1), reduction)


@vjp(relative_entropy, "log_prediction")
def _(g: Tensor, out: Tensor, log_prediction: Tensor, target: Tensor, *, reduction: Reduction) -> Tensor:
    return -_rows(g, target.shape[:-1], reduction) * target


# The slope of t log(t) at 0 is infinite; it is taken to be 0, like the term itself.
@vjp(relative_entropy, "target")
def _(g: Tensor, out: Tensor, log_prediction: Tensor, target: Tensor, *, reduction: Reduction) -> Tensor:
    nothing = target == 0.0
    slope = log(where(nothing, 1.0, target)) + 1.0 - log_prediction
    return _rows(g, target.shape[:-1], reduction) * where(nothing, 0.0, slope)


def _reduced(batch: Shape, reduction: Reduction) -> dict[str, Shape]:
    return reduced_losses(batch, reduction)


for _op in (label_loss, label_nll, distribution_loss, relative_entropy):
    where_rule(_op)(_reduced)


def _chosen(rows: Tensor, labels: Tensor) -> Tensor:
    """The element of each row that its label names."""
    xp = namespace(rows)
    return xp.take_along_axis(rows, labels[..., None], axis=-1)[..., 0]


def _rows(g: Tensor, batch: tuple[int, ...], reduction: Reduction) -> Tensor:
    """The cotangent of each example's loss, as a column beside its row of classes."""
    each = spread(g, batch, reduction)
    return reshape(each, (*each.shape, 1))
