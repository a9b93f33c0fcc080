"""Connectionist temporal classification: the loss of sequences that are labelled, but not at which time."""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.backends import AbstractArray, namespace
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import dtype_name
from typedgrad.core.tensor import Tensor
from typedgrad.ops.alignment import IMPOSSIBLE, alignment_loss
from typedgrad.ops.gather import take_along_axis
from typedgrad.ops.like import full_like
from typedgrad.ops.logic import logical_and, logical_or
from typedgrad.ops.move import concat, reshape, stack
from typedgrad.ops.reduction import Reduction
from typedgrad.ops.selection import maximum, where
from typedgrad.ops.softmax import log_softmax
from typedgrad.ops.targets import check_labels, check_lengths, check_logarithms, raw
from typedgrad.ops.weighting import Mask, Weights, loss, reduced


@loss
def ctc(
    log_probabilities: Float[Tensor, "n time classes"],
    labels: Int[Tensor, "n length"],
    *,
    steps: Int[Tensor, "n"] | None = None,
    lengths: Int[Tensor, "n"] | None = None,
    blank: int = 0,
    zero_infinity: bool = False,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """Minus the logarithm of the probability that the labels come in their order, at whatever times.

    At each time one class is read; the same class again and again counts once, and the blank counts for nothing.

    Args:
        log_probabilities: of the classes at each time, as `log_softmax` makes them.
        labels: of each example, from the first on; what is behind its length may be anything.
        steps: how many times of each example count; all unless given.
        lengths: how many labels each example has; all unless given.
        blank: the class that says nothing.
        zero_infinity: whether labels for which there is not enough time cost nothing; they cost infinity otherwise.
            Their gradient is 0 either way.
        weights: how much each example counts.
        mask: which examples count.
        reduction: the mean is that over examples; their losses are not divided by their lengths.

    Raises:
        ShapeError: if the shapes do not belong together.
        ValueError: for a label that is no class or the blank, a length that is none, logarithms above 0, or the mean
            over an empty batch.

    Source: Graves, Fernández, Gomez and Schmidhuber, "Connectionist temporal classification", 2006.

    >>> logs = tg.log(tg.full((1, 2, 2), 0.5, dtype="float64"))
    >>> tg.exp(-tg.ctc(logs, tg.asarray([[1]])))
    Tensor(0.75, dtype=float64)
    """
    values = _values("ctc", log_probabilities, labels, steps, lengths, blank, zero_infinity=zero_infinity)
    return reduced("ctc", values, weights, mask, reduction)


@loss
def ctc_with_logits(
    logits: Float[Tensor, "n time classes"],
    labels: Int[Tensor, "n length"],
    *,
    steps: Int[Tensor, "n"] | None = None,
    lengths: Int[Tensor, "n"] | None = None,
    blank: int = 0,
    zero_infinity: bool = False,
    weights: Weights = None,
    mask: Mask = None,
    reduction: Reduction = "mean",
) -> Float[Tensor, "*reduced"]:
    """`ctc(log_softmax(logits), ...)`.

    Raises what `ctc` does.

    >>> tg.exp(-tg.ctc_with_logits(tg.zeros((1, 2, 2), dtype="float64"), tg.asarray([[1]])))
    Tensor(0.75, dtype=float64)
    """
    logs, name = log_softmax(logits), "ctc_with_logits"
    values = _values(name, logs, labels, steps, lengths, blank, zero_infinity=zero_infinity)
    return reduced(name, values, weights, mask, reduction)


def _values(
    name: str,
    logs: Tensor,
    labels: Tensor,
    steps: Tensor | None,
    lengths: Tensor | None,
    blank: int,
    *,
    zero_infinity: bool,
) -> Tensor:
    """The loss of each example."""
    if logs.device == "abstract":  # whose sizes may be symbols, which cannot be counted
        return logs[:, 0, 0]
    _, time, classes = logs.shape
    length = labels.shape[1]
    like = labels[:, 0] if length else astype(logs[:, 0, 0] * 0.0, "int64")
    steps = full_like(like, time) if steps is None else steps
    lengths = full_like(like, length) if lengths is None else lengths
    if not 0 <= blank < classes:
        raise ValueError(f"{name}: `blank` must be a class, 0 to {classes - 1}, got {blank}")
    check_lengths(name, "steps", steps, 1, time)
    check_lengths(name, "lengths", lengths, 0, length)
    labels = _labels_of(name, labels, lengths, blank, classes)
    check_logarithms(name, "log_probabilities", logs)
    # A blank before, between and behind the labels.
    blanks = full_like(labels, blank)
    pairs = reshape(stack((blanks, labels), axis=2), (labels.shape[0], 2 * length))
    between = full_like(lengths, blank)[:, None]
    places = concat((pairs, between), axis=1)
    before = concat((between, between, places), axis=1)[:, :-2]
    skips = logical_and(places != blank, places != before)
    last = 2 * lengths[:, None]
    place = _places(places)
    ends = logical_or(place == last, place == last - 1)
    at = take_along_axis(logs, places[:, None, :], axis=2)
    exact = dtype_name(logs.dtype) if logs.dtype.itemsize >= 4 else "float32"
    found = alignment_loss(maximum(astype(at, exact), IMPOSSIBLE), skips, ends, steps)
    if zero_infinity:
        found = where(found == float("inf"), 0.0, found)
    return astype(found, logs.dtype)


def _labels_of(name: str, labels: Tensor, lengths: Tensor, blank: int, classes: int) -> Tensor:
    """The labels with blanks behind each example's length.

    Raises ValueError for a label that is no class, or the blank.
    """
    shown = _places(labels) < lengths[:, None]
    check_labels(name, where(shown, labels, blank), classes)
    values = raw(labels)
    if not isinstance(values, AbstractArray):
        wrong = (values == blank) & raw(shown)
        if bool(namespace(wrong).any(wrong)):
            raise ValueError(f"{name}: a label is {blank}, which is the blank; it stands for no label")
    return where(shown, labels, blank)


def _places(x: Tensor) -> Tensor:
    """0, 1, 2, ... along each row."""
    from typedgrad.ops.cumulative import cumulative_sum

    return cumulative_sum(full_like(x, 1), axis=1) - 1
