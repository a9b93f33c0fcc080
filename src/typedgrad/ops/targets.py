"""Are the labels and targets of a loss what they must be? Looks at values, so only where there are some.

Nothing is checked while a rule runs on raw arrays: the loss did it already.
"""

from __future__ import annotations

import numpy as np

from typedgrad.backends import backend_of, namespace
from typedgrad.core.mode import mode
from typedgrad.core.tensor import Tensor


def check_labels(name: str, labels: Tensor, classes: int) -> None:
    """Raise ValueError unless every label is a class, counted from 0."""
    if not mode.raw:
        wrong = (labels < 0) | (labels >= classes)
        there_are = f"there are {classes} classes, 0 to {classes - 1}" if classes else "there are no classes"
        _refuse(f"{name}: labels", labels, wrong, there_are)


def check_probabilities(name: str, argument: str, target: Tensor) -> None:
    """Raise ValueError unless every target is between 0 and 1."""
    if not mode.raw:
        _refuse(f"{name}: {argument}", target, ~((target >= 0.0) & (target <= 1.0)), "it must be between 0 and 1")


def check_signs(name: str, target: Tensor) -> None:
    """Raise ValueError unless every target is -1 or 1."""
    if not mode.raw:
        xp = namespace(target)
        _refuse(f"{name}: target", target, xp.abs(target) != 1.0, "it must be -1 or 1")


def _refuse(what: str, values: Tensor, wrong: Tensor, range_: str) -> None:
    xp = namespace(wrong)
    if bool(xp.any(wrong)):
        first = tuple(int(i) for i in np.argwhere(_on_host(wrong))[0])
        where = f"[{', '.join(map(str, first))}]" if first else ""
        raise ValueError(f"{what}{where} is {_on_host(values)[first]}, but {range_}")


def _on_host(x: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    return np.asarray(backend_of(x).to_numpy(x))
