"""What metrics take: tensors of any device, with masks and weights; and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError
from typedgrad.shapes.errors import Operand

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.metrics.value import Floats

# What rounding may take from the sum of a row of probabilities; float16 has three digits.
_SUMS_TO_ONE = {"float16": 1e-2, "float32": 1e-3, "float64": 1e-3}


class Examples(NamedTuple):
    """The examples that count, one to a row: the mask is applied, and the batch axes are one.

    `places` are their positions among all rows, None if all count; `batch` are the axes that became rows.
    """

    values: NDArray[Any]
    labels: NDArray[Any]
    weights: Floats | None
    places: NDArray[np.intp] | None
    batch: tuple[int, ...]

    def where(self, name: str, row: int, *column: int) -> str:
        """How messages call an element: `labels[3]`."""
        place = row if self.places is None else int(self.places[row])
        index = (*map(int, np.unravel_index(place, self.batch)), *column) if self.batch else column
        return f"{name}[{', '.join(map(str, index))}]" if index else name


def classified(
    title: str,
    scores: Tensor,
    labels: Tensor,
    mask: Tensor | None,
    weights: Tensor | None,
    *,
    classes: int,
    axis: int = -1,
    names: tuple[str, str] = ("scores", "labels"),
) -> Examples:
    """Scores `[n classes]` and the classes `[n]` that are right; labels may be integers or one-hot.

    Raises:
        TypeError: if something is no tensor, scores are no floats or labels no integers.
        ShapeError: if sizes differ.
        ValueError: if a label is out of range or not one-hot, or a score is NaN.
    """
    given, wanted = host(title, names[0], scores), host(title, names[1], labels)
    if given.dtype.kind != "f":
        raise TypeError(f"{title}: {names[0]} must be floats, one per class, not {given.dtype.name}")
    if not -given.ndim <= axis < given.ndim:
        raise ShapeError(f"{names[0]} has {given.ndim} axes, so there is no axis {axis} of classes", where=title)
    if given.shape[axis] != classes:
        shown = Operand(names[0], [*map(str, given.shape)], [axis % given.ndim])
        summary = f"{names[0]} has {given.shape[axis]} along axis {axis}, but there are {classes} classes"
        raise ShapeError(summary, where=title, operands=[shown])
    given = np.moveaxis(given, axis, -1)
    one_hot = wanted.ndim == given.ndim
    if one_hot:
        agree(title, names[1], wanted.shape, names[0], scores.shape)
        wanted = np.moveaxis(wanted, axis, -1)
    else:
        agree(title, names[1], wanted.shape, f"{names[0]} without its classes", given.shape[:-1])
        if wanted.dtype.kind not in "iu":
            raise TypeError(f"{title}: {names[1]} must be integers, or one-hot, not {wanted.dtype.name}")
    batch = given.shape[:-1]
    rows = (-1, classes) if one_hot else (-1,)
    found = chosen(title, given.reshape(-1, classes), wanted.reshape(rows), mask, weights, batch, names[1])
    if one_hot:
        found = found._replace(labels=_classes_of(title, found, names[1]))
    refuse(title, found, names[1], (found.labels < 0) | (found.labels >= classes), found.labels, _range(classes))
    refuse(title, found, names[0], np.isnan(found.values), found.values, "scores must be numbers")
    return found._replace(labels=found.labels.astype(np.int64, copy=False))


def _range(classes: int) -> str:
    return f"there are {classes} classes, 0 to {classes - 1}"


def _classes_of(title: str, found: Examples, name: str) -> NDArray[np.int64]:
    rows = found.labels
    odd = (rows != 0) & (rows != 1)
    refuse(title, found, name, odd, rows, "one-hot labels are 0 or 1")
    ones = rows.sum(axis=1)
    if (ones != 1).any():
        row = int(np.flatnonzero(ones != 1)[0])
        where = found.where(name, row)
        raise ValueError(f"{title}: {where} has {int(ones[row])} ones, but one-hot labels have exactly 1 for every row")
    classes: NDArray[np.int64] = rows.argmax(axis=1)
    return classes


def elementwise(
    title: str,
    values: Tensor,
    labels: Tensor,
    mask: Tensor | None,
    weights: Tensor | None,
    *,
    columns: int,
    names: tuple[str, str],
    what: str,
) -> tuple[Examples, NDArray[np.bool_] | None]:
    """Values and labels `[n columns]` in float64, and which of them count, where the mask says it for each.

    With one column its axis may be left out.

    Raises:
        TypeError: if something is no tensor, or values are no floats.
        ShapeError: if sizes differ.
    """
    given, wanted = host(title, names[0], values), host(title, names[1], labels)
    if given.dtype.kind != "f":
        raise TypeError(f"{title}: {names[0]} must be floats, not {given.dtype.name}")
    if wanted.dtype.kind == "c":
        raise TypeError(f"{title}: {names[1]} must be real numbers, not {wanted.dtype.name}")
    agree(title, names[1], wanted.shape, names[0], given.shape)
    last = given.shape[-1] if given.ndim else 1
    if columns > 1 and last != columns:
        shown = Operand(names[0], [*map(str, given.shape)], [given.ndim - 1] if given.ndim else [])
        summary = f"{names[0]} has {last} along axis -1, but there are {columns} {what}"
        raise ShapeError(summary, where=title, operands=[shown])
    each_has_one = given.shape in [getattr(x, "shape", None) for x in (mask, weights)]
    axis_given = columns > 1 or (given.ndim > 1 and last == 1 and not each_has_one)
    batch = given.shape[:-1] if axis_given else given.shape
    each: NDArray[np.bool_] | None = None
    p, y = (x.astype(np.float64, copy=False).reshape(-1, columns) for x in (given, wanted))
    if mask is not None and getattr(mask, "shape", None) == given.shape and batch != given.shape:
        each = zeros_and_ones(title, "mask", mask).reshape(-1, columns)
        mask = None
    return chosen(title, p, y, mask, weights, batch, names[1]), each


def chosen(
    title: str,
    values: NDArray[Any],
    labels: NDArray[Any],
    mask: Tensor | None,
    weights: Tensor | None,
    batch: tuple[int, ...],
    name: str,
) -> Examples:
    """The rows that the mask keeps, with their weights."""
    importance, places = None, None
    if weights is not None:
        given = host(title, "weights", weights)
        agree(title, "weights", given.shape, f"the examples of {name}", batch)
        importance = given.astype(np.float64).reshape(-1)
        if not (np.isfinite(importance) & (importance >= 0)).all():
            raise ValueError(f"{title}: weights must be finite and at least 0")
    if mask is not None:
        kept = zeros_and_ones(title, "mask", mask)
        agree(title, "mask", kept.shape, f"the examples of {name}", batch)
        places = np.flatnonzero(kept)
        values, labels = values[places], labels[places]
        importance = None if importance is None else importance[places]
    return Examples(values, labels, importance, places, batch)


def zeros_and_ones(title: str, name: str, x: Tensor) -> NDArray[np.bool_]:
    """A mask. Raises ValueError if something in it is neither 0 nor 1."""
    given = host(title, name, x)
    if given.dtype.kind != "b" and not ((given == 0) | (given == 1)).all():
        raise ValueError(f"{title}: `{name}` must hold 0 and 1, or bools; for other numbers there is `weights`")
    return given.astype(np.bool_)


def refuse_unless_probabilities(title: str, found: Examples, name: str, *, sums: bool = False) -> None:
    """Raise ValueError for what is outside 0 to 1, and with `sums` for rows that do not sum to 1."""
    wrong = ~((found.values >= 0) & (found.values <= 1))
    advice = "a probability is between 0 and 1; logits go through sigmoid or softmax first"
    refuse(title, found, name, wrong, found.values, advice)
    if sums:
        totals = found.values.sum(axis=1, dtype=np.float64)
        off = np.abs(totals - 1) > _SUMS_TO_ONE.get(found.values.dtype.name, 1e-3)
        if off.any():
            row = int(np.flatnonzero(off)[0])
            where = found.where(name, row)
            raise ValueError(f"{title}: {where} sums to {totals[row]:.6g}, but the probabilities of all classes to 1")


def refuse_unless_binary(title: str, found: Examples, name: str, each: NDArray[np.bool_] | None = None) -> None:
    """Raise ValueError for labels that are neither 0 nor 1."""
    wrong = (found.labels != 0) & (found.labels != 1)
    refuse(title, found, name, wrong if each is None else wrong & each, found.labels, "labels are 0 or 1")


def refuse(title: str, found: Examples, name: str, wrong: NDArray[Any], values: NDArray[Any], why: str) -> None:
    """Raise ValueError for the first element that is wrong."""
    if wrong.any():
        row, *column = (int(i) for i in np.unravel_index(int(wrong.argmax()), wrong.shape))
        value = values[(row, *column)].item()
        shown = column if values.ndim == 2 and values.shape[1] > 1 else []
        raise ValueError(f"{title}: {found.where(name, row, *shown)} is {value:.6g}, but {why}")


def agree(title: str, name: str, shape: tuple[int, ...], other: str, wanted: tuple[int, ...]) -> None:
    """Raise ShapeError unless the two shapes are one."""
    if shape == wanted:
        return
    blamed: list[int] = []
    if len(shape) != len(wanted):
        summary = f"{name} has {len(shape)} axes, but {other} {len(wanted)}"
    else:
        blamed = [i for i, (n, k) in enumerate(zip(shape, wanted, strict=True)) if n != k]
        first = blamed[0]
        summary = f"{name} has {shape[first]} along axis {first}, but {other} {wanted[first]}"
    shown = [Operand(n, [*map(str, s)], blamed) for n, s in ((other, wanted), (name, shape))]
    raise ShapeError(summary, where=title, operands=shown)


def host(title: str, name: str, x: object) -> NDArray[Any]:
    """The values as a numpy array.

    Raises TypeError if it is no tensor, or one without values.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"{title}: {name} must be a Tensor, not {type(x).__name__}")
    if x.device == "abstract":
        raise TypeError(f"{title}: {name} has a shape but no values")
    return np.asarray(backend_of(x.data).to_numpy(x.data))
