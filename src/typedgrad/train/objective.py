"""What a training makes small: the loss of a model on a batch, as a function of the model; and its gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from typedgrad.core.run import training
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import value_and_grad
from typedgrad.nn.carrying import carrying
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.core.run import Run
    from typedgrad.train.batches import Example
    from typedgrad.train.precision import Precision


class Piece(NamedTuple):
    """What one gradient is made of: a batch, its key, what recurrent layers carry, and the factor of the loss."""

    example: Example
    key: Key
    # None: nothing is carried. Empty: it is from here on.
    carried: tuple[Any, ...] | None = None
    scale: float = 1.0


class Descent(NamedTuple):
    """A gradient: the loss, the run that knows the new states, and what recurrent layers carry on."""

    loss: float
    gradients: Any
    run: Run
    carried: tuple[Any, ...]


class Objective:
    """The loss of models on batches."""

    def __init__(self, model: object, loss: Callable[..., Tensor], precision: Precision | None) -> None:
        self.loss = loss
        self.precision = precision
        self.model_takes_mask = takes(getattr(type(model), "__call__", model), "mask")  # noqa: B004  # its signature is what matters
        self.loss_takes = {name: takes(loss, name) for name in ("mask", "weights")}
        self._descend = value_and_grad(self._scaled, has_aux=True)

    def gradient(self, model: object, piece: Piece) -> Descent:
        """The loss and its gradient; layers are in training."""
        # Numbers that are too large for a narrow dtype are expected, and dealt with later.
        quietly = nullcontext() if self.precision is None else np.errstate(over="ignore", invalid="ignore")
        with training(piece.key) as run, quietly:
            (_, (value, carried)), gradients = self._descend(model, piece)
        return Descent(float(value), gradients, run, carried)

    def _scaled(self, model: Any, piece: Piece) -> tuple[Tensor, tuple[Tensor, tuple[Any, ...]]]:
        value, carried = self.value(model, piece)
        return (value if piece.scale == 1.0 else value * piece.scale), (value, carried)

    def value(
        self, model: Any, piece: Piece, look: Callable[[Any], Any] | None = None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """The loss, and what recurrent layers carry on. `look` changes the model as it is called, to look at it."""
        example = piece.example
        if self.precision is not None:
            model, example = self.precision.lowered(model, example)
        if look is not None:
            model = look(model)
        if piece.carried is None:
            return self.of(self.outputs(model, example), example), ()
        with carrying(piece.carried or None) as carry:
            output = self.outputs(model, example)
        return self.of(output, example), carry.states

    def outputs(self, model: Any, example: Example) -> Any:
        """What the model makes of a batch, as wide as it was before numbers were made narrow."""
        if example.mask is not None and self.model_takes_mask:
            output = model(*example.x, mask=example.mask)
        else:
            output = model(*example.x)
        return output if self.precision is None else self.precision.raised(output)

    def of(self, output: Any, example: Example) -> Tensor:
        """The loss of outputs."""
        options: dict[str, Tensor] = {}
        if example.mask is not None or example.weights is not None:
            options = self._options(example)
        value = self.loss(output, example.y, **options)
        if not isinstance(value, Tensor):
            raise TypeError(f"fit: `loss` must return a Tensor, not {type(value).__name__}")
        if value.shape != ():
            found = f"[{' '.join(map(str, value.shape))}]"
            raise ShapeError(f"`loss` must return a scalar, but it returned {found}; take its mean", where="fit")
        return value

    def _options(self, example: Example) -> dict[str, Tensor]:
        options: dict[str, Tensor] = {}
        if example.weights is not None:
            if not self.loss_takes["weights"]:
                raise TypeError("fit: the batches have weights, but `loss` has no parameter `weights`")
            options["weights"] = example.weights
        if example.mask is not None and masks_labels(example):
            if not self.loss_takes["mask"]:
                raise TypeError("fit: the batches have a mask, but `loss` has no parameter `mask`")
            options["mask"] = example.mask
        elif example.mask is not None and not self.model_takes_mask:
            raise TypeError("fit: the batches have a mask, but neither the model nor the labels have a use for it")
        return options


def masks_labels(example: Example) -> bool:
    """Whether the mask of a batch is one of its labels, rather than of its inputs alone."""
    mask, y = example.mask, example.y
    return mask is not None and isinstance(y, Tensor) and y.shape[: mask.ndim] == mask.shape


def counts_for(example: Example) -> float:
    """How much the mean loss of a batch counts beside those of others: its rows, or the weights of what is not masked.

    So many batches have the mean loss of one large batch.
    """
    if example.weights is None and example.mask is None:
        return float(example.rows)
    shown = example.mask if masks_labels(example) else None
    if example.weights is None:
        return float(example.rows) if shown is None else float(shown.astype("float64").sum())
    weights = example.weights.astype("float64")
    if shown is None:
        return float(weights.sum())
    wide = weights.reshape(weights.shape + (1,) * (shown.ndim - weights.ndim))
    return float((wide * shown.astype("float64")).sum())


def takes(function: object, name: str) -> bool:
    """Whether a function has a parameter with this name. What has no signature is taken to have none."""
    try:
        found = inspect.signature(function).parameters.get(name)  # type: ignore[arg-type]  # refused below if it cannot be called
    except (TypeError, ValueError):
        return False
    return found is not None and found.kind in (found.POSITIONAL_OR_KEYWORD, found.KEYWORD_ONLY)
