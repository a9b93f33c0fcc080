"""Are the labels, targets, probabilities and weights of a loss what they must be? Looks at values, where it can.

Nothing is checked while a rule runs on raw arrays: the loss did it already.
"""

from __future__ import annotations

import numpy as np

from typedgrad.backends import AbstractArray, backend_of, namespace
from typedgrad.core.batching import innermost
from typedgrad.core.mode import mode
from typedgrad.core.tensor import Tensor


def check_labels(name: str, labels: Tensor, classes: int) -> None:
    """Raise ValueError unless every label is a class, counted from 0."""
    values = _values(labels)
    if values is not None:
        wrong = (values < 0) | (values >= classes)
        there_are = f"there are {classes} classes, 0 to {classes - 1}" if classes else "there are no classes"
        _refuse(f"{name}: labels", values, wrong, there_are)


def check_probabilities(name: str, argument: str, target: Tensor) -> None:
    """Raise ValueError unless every number is between 0 and 1."""
    values = _values(target)
    if values is not None:
        _refuse(f"{name}: {argument}", values, ~((values >= 0.0) & (values <= 1.0)), "it must be between 0 and 1")


def check_distributions(name: str, argument: str, rows: Tensor) -> None:
    """Raise ValueError unless every row holds probabilities, and they add up to 1."""
    check_probabilities(name, argument, rows)
    values = _values(rows)
    if values is not None and 0 not in values.shape:
        xp = namespace(values)
        # As much as rounding can add up to, and what a few digits written by hand are off.
        slack = max(1e-2, 4.0 * float(xp.finfo(values.dtype).eps) * values.shape[-1])
        total = xp.sum(values, axis=-1)
        _refuse(f"{name}: the sum of {argument}", total, xp.abs(total - 1.0) > slack, "each row must add up to 1")


def check_signs(name: str, target: Tensor, argument: str = "target") -> None:
    """Raise ValueError unless every target is -1 or 1."""
    values = _values(target)
    if values is not None:
        _refuse(f"{name}: {argument}", values, namespace(values).abs(values) != 1.0, "it must be -1 or 1")


def check_positive(name: str, argument: str, x: Tensor, *, or_zero: bool = False) -> None:
    """Raise ValueError unless every number is positive, or 0 where that is allowed as well."""
    values = _values(x)
    if values is not None:
        right = values >= 0.0 if or_zero else values > 0.0
        _refuse(f"{name}: {argument}", values, ~right, "it must not be negative" if or_zero else "it must be positive")


def check_logarithms(name: str, argument: str, x: Tensor) -> None:
    """Raise ValueError if a number is no logarithm of a probability, as logits are not."""
    values = _values(x)
    if values is not None:
        # Rounding may leave a little more than 0.
        _refuse(f"{name}: {argument}", values, ~(values <= 1e-2), "the logarithm of a probability is at most 0")


def check_lengths(name: str, argument: str, lengths: Tensor, least: int, most: int) -> None:
    """Raise ValueError unless every length is within bounds."""
    values = _values(lengths)
    if values is not None:
        _refuse(
            f"{name}: {argument}", values, (values < least) | (values > most), f"it must be between {least} and {most}"
        )


def check_weights(name: str, weights: Tensor, argument: str = "weights") -> None:
    """Raise ValueError unless every weight is at least 0 and finite."""
    values = _values(weights)
    if values is not None:
        xp = namespace(values)
        _refuse(
            f"{name}: {argument}", values, ~((values >= 0.0) & xp.isfinite(values)), "it must be at least 0 and finite"
        )


def _values(x: Tensor) -> Tensor | None:
    """The raw array to look at; None where there is nothing to see, or somebody has looked already."""
    if mode.raw:
        return None
    values = raw(x)
    return None if isinstance(values, AbstractArray) else values


def raw(x: Tensor) -> Tensor:
    """The array in a tensor, of all examples under `vmap`; typed as the arguments of primitive bodies are."""
    return innermost(x).data if isinstance(x, Tensor) else x  # type: ignore[return-value]  # see above


def _refuse(what: str, values: Tensor, wrong: Tensor, range_: str) -> None:
    xp = namespace(wrong)
    if bool(xp.any(wrong)):
        first = tuple(int(i) for i in np.argwhere(_on_host(wrong))[0])
        where = f"[{', '.join(map(str, first))}]" if first else ""
        raise ValueError(f"{what}{where} is {_on_host(values)[first]}, but {range_}")


def _on_host(x: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    return np.asarray(backend_of(x).to_numpy(x))
