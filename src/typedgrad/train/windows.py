"""Truncated back-propagation through time: batches of sequences in windows of some steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError
from typedgrad.shapes.errors import Operand
from typedgrad.train.objective import masks_labels

if TYPE_CHECKING:
    from typedgrad.train.batches import Example


class Window(NamedTuple):
    """Some steps of a batch of sequences, and how much the mean loss of each example counts."""

    example: Example
    factor: float


def windows(example: Example, steps: int) -> list[Window]:
    """The batch cut along its second axis, which is time; the last window may be shorter.

    Raises ShapeError unless inputs and labels have the same number of steps.
    """
    labels = example.y if isinstance(example.y, tuple) else (example.y,)
    time = _time(example.x, labels)
    factor_per_step = 0.0 if masks_labels(example) else 1.0
    found = []
    for start in range(0, time, steps):
        which = slice(start, min(start + steps, time))
        y = tuple(tensor[:, which] for tensor in labels)
        weights = example.weights
        part = example._replace(
            x=tuple(tensor[:, which] for tensor in example.x),
            y=y if isinstance(example.y, tuple) else y[0],
            mask=None if example.mask is None else example.mask[:, which],
            weights=weights if weights is None or weights.ndim < 2 else weights[:, which],
        )
        length = which.stop - start
        found.append(Window(part, length * factor_per_step or 1.0))
    return found


def _time(inputs: tuple[Tensor, ...], labels: tuple[Tensor, ...]) -> int:
    """How many steps the sequences have."""
    for tensor in (*inputs, *labels):
        if tensor.ndim < 2 or tensor.shape[1] != inputs[0].shape[1]:
            operands = [Operand(name, [*map(str, t[0].shape)]) for name, t in (("x", inputs), ("y", labels))]
            raise ShapeError(
                "truncated back-propagation needs as many labels as steps, x [n time ...] and y [n time ...]",
                where="fit",
                operands=operands,
            )
    time = inputs[0].shape[1]
    if time == 0:
        raise ValueError("fit: the sequences of a batch have no steps")
    return int(time)
