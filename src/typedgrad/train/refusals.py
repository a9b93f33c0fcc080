"""What `fit` refuses before the first step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.core.random import Key
from typedgrad.train.precision import Precision
from typedgrad.train.solvers import Solver

if TYPE_CHECKING:
    from typedgrad.train.listener import Position


def checked_counts(epochs: object, accumulate: object, truncate: object) -> None:
    """Raises ValueError for numbers of epochs, batches or steps that make no sense."""
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 0:
        raise ValueError(f"fit: `epochs` must be an int of at least 0, got {epochs!r}")
    if isinstance(accumulate, bool) or not isinstance(accumulate, int) or accumulate < 1:
        raise ValueError(f"fit: `accumulate` must be an int of at least 1, got {accumulate!r}")
    if truncate is not None and (isinstance(truncate, bool) or not isinstance(truncate, int) or truncate < 1):
        raise ValueError(f"fit: `truncate` must be an int of at least 1, got {truncate!r}")


def checked_precision(precision: object) -> None:
    """Raises TypeError for what is no precision."""
    if precision is not None and not isinstance(precision, Precision):
        raise TypeError(f"fit: `precision` must be made by tg.train.mixed(...), not {precision!r}")


def refuse_what_is_none_of_them(
    model: object,
    loss: object,
    updater: object,
    key: object,
    accumulate: int,
    truncate: int | None,
    precision: Precision | None,
) -> None:
    """Say so now, not in the first step."""
    if not isinstance(key, Key):
        raise TypeError(f"fit: `key` must be a random key, made by tg.random.key(seed), not {type(key).__name__}")
    if isinstance(model, type):
        raise TypeError(f"fit: `model` must be a model, not the class {model.__name__}")
    if not callable(model):
        raise TypeError(f"fit: `model` must be a layer or another tree that can be called, not {type(model).__name__}")
    if not callable(loss):
        raise TypeError(f"fit: `loss` must be a function of the output and the labels, not {loss!r}")
    if isinstance(updater, Solver):
        for name, given in (("accumulate", accumulate != 1), ("truncate", truncate), ("precision", precision)):
            if given:
                raise ValueError(f"fit: `{name}` does not go with a solver, which looks at one batch several times")
    elif isinstance(updater, type) or not hasattr(updater, "init") or not hasattr(updater, "update"):
        raise TypeError(f"fit: `updater` must be an updater such as tg.optim.adam(1e-3), not {updater!r}")
    if truncate is not None and accumulate != 1:
        raise ValueError("fit: `accumulate` does not go with `truncate`, which updates after every window")


def refuse_other_data(position: Position | None, batches: int | None) -> None:
    """Raises ValueError if an epoch has fewer batches than were done of it when the training stopped."""
    if position is not None and batches is not None and position.batch > batches:
        raise ValueError(
            f"fit: `resume` is after batch {position.batch} of an epoch, but `data` has only {batches}: other data?"
        )
