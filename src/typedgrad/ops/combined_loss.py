"""Losses made of losses: a weighted sum of several of one prediction, or of one for each of several predictions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor

Loss: TypeAlias = "Callable[..., Tensor]"


def combined_loss(*terms: tuple[float, Loss]) -> Loss:
    """A loss that is a sum of others, each times its weight. All get the same arguments, weights and masks included.

    Raises TypeError if a term is no pair of a number and a function, ValueError if there is none, or a weight is not
    finite.

    >>> loss = tg.combined_loss((1.0, tg.mse), (0.5, tg.mae))
    >>> loss(tg.asarray([1.0, 3.0]), tg.asarray([1.0, 1.0]))
    Tensor(2.5, dtype=float32)
    """
    _check("combined_loss", terms)

    def combined(*args: object, **options: object) -> Tensor:
        return _total([weight * loss(*args, **options) for weight, loss in terms])

    return combined


def parallel_loss(*terms: tuple[float, Loss]) -> Loss:
    """A loss of several predictions with a target for each: the sum of their losses, each times its weight.

    Raises what `combined_loss` does; ValueError from the loss for another number of predictions or targets.

    >>> loss = tg.parallel_loss((1.0, tg.mse), (0.5, tg.softmax_cross_entropy))
    >>> of_place, of_class = tg.asarray([1.0, 3.0]), tg.asarray([[0.0, 200.0]])
    >>> loss((of_place, of_class), (tg.asarray([1.0, 1.0]), tg.asarray([0])))
    Tensor(102., dtype=float32)
    """
    _check("parallel_loss", terms)

    def parallel(predictions: Sequence[object], targets: Sequence[object], **options: object) -> Tensor:
        for name, given in (("predictions", predictions), ("targets", targets)):
            if len(given) != len(terms):
                raise ValueError(f"parallel_loss: there are {len(terms)} losses, but {len(given)} {name}")
        pairs = zip(terms, predictions, targets, strict=True)
        return _total([weight * loss(p, t, **options) for (weight, loss), p, t in pairs])

    return parallel


def _check(name: str, terms: Sequence[object]) -> None:
    if not terms:
        raise ValueError(f"{name}: there must be at least one loss")
    for i, term in enumerate(terms):
        match term:
            case (int() | float() as weight, loss) if callable(loss):
                if not math.isfinite(weight):
                    raise ValueError(f"{name}: the weight of loss {i} must be finite, got {weight}")
            case _:
                raise TypeError(f"{name}: term {i} must be a number and a loss, as in (0.5, tg.mse), not {term!r}")


def _total(values: list[Tensor]) -> Tensor:
    whole = values[0]
    for value in values[1:]:
        whole = whole + value
    return whole
