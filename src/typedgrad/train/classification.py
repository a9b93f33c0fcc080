"""`Classification`: what a classifier got right and wrong, as one frozen table of counts."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.shapes import ShapeError
from typedgrad.shapes.errors import Operand
from typedgrad.train.report import report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.core.tensor import Tensor

    Counts = NDArray[np.int64]


class Classification:
    """Counts of examples by their label and by what was predicted, and the measures that follow from them.

    A class's precision or recall that would be 0 / 0 is 0; if the class occurs neither as a label nor as a prediction,
    its measures are NaN and the macro averages leave it out. Every other class has the same weight in those.

    Args:
        confusion: `confusion[label][predicted]`, how many examples.
        names: of the classes; their numbers unless given.

    Raises ValueError if `confusion` is not a square table of counts, or there is not one name per class.

    >>> result = tg.train.Classification([[8, 2], [1, 9]], names=("cat", "dog"))
    >>> result.accuracy, result.recall
    (0.85, (0.8, 0.9))
    """

    __slots__ = ("_confusion", "_names")

    def __init__(self, confusion: Counts | Sequence[Sequence[int]], names: Sequence[str] | None = None) -> None:
        table = np.array(confusion)
        if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
            raise ValueError(f"Classification: `confusion` must be a square table, got shape {list(table.shape)}")
        if table.dtype.kind not in "iu" or (table < 0).any():
            raise ValueError("Classification: `confusion` must hold counts, integers of at least 0")
        if names is not None and len(names) != len(table):
            raise ValueError(f"Classification: there are {len(table)} classes but {len(names)} `names`")
        self._confusion = table.astype(np.int64)
        self._confusion.flags.writeable = False
        self._names = None if names is None else tuple(names)

    @classmethod
    def empty(cls, classes: int, names: Sequence[str] | None = None) -> Classification:
        """No examples yet: the neutral element of `merge`.

        >>> tg.train.Classification.empty(2).merge(tg.train.Classification([[8, 2], [1, 9]])).examples
        20
        """
        return cls(np.zeros((classes, classes), np.int64), names)

    def update(self, scores: Tensor, labels: Tensor) -> Classification:
        """With the examples of one more batch. Takes and raises what `evaluate` does of a model's scores.

        >>> result = tg.train.Classification.empty(2)
        >>> result.update(tg.asarray([[0.9, 0.1], [0.2, 0.8]]), tg.asarray([0, 0])).confusion.tolist()
        [[1, 1], [0, 0]]
        """
        return self.merge(Classification(confusion_of("Classification.update", scores, labels), self._names))

    def merge(self, other: Classification) -> Classification:
        """Both together, as if all examples had been in one.

        Raises ValueError if the classes differ.

        >>> half = tg.train.Classification([[8, 2], [1, 9]])
        >>> half.merge(half).confusion.tolist()
        [[16, 4], [2, 18]]
        """
        if self.classes != other.classes:
            raise ValueError(f"Classification.merge: one has {self.classes} classes, the other {other.classes}")
        if self._names != other._names and None not in (self._names, other._names):
            raise ValueError(f"Classification.merge: the names differ: {self.names} and {other.names}")
        return Classification(self._confusion + other._confusion, self._names or other._names)

    @property
    def confusion(self) -> Counts:
        """`confusion[label, predicted]`: how many examples. Read-only."""
        return self._confusion

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, or their numbers."""
        return self._names or tuple(map(str, range(self.classes)))

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self._confusion)

    @property
    def examples(self) -> int:
        """How many examples were counted."""
        return int(self._confusion.sum())

    @property
    def support(self) -> tuple[int, ...]:
        """How many examples have each label."""
        return tuple(self._confusion.sum(axis=1).tolist())

    @property
    def accuracy(self) -> float:
        """The share of examples whose prediction is their label. Raises ValueError if there are no examples."""
        if not self.examples:
            raise ValueError("Classification: there are no examples to be accurate about")
        return int(self._confusion.trace()) / self.examples

    @property
    def precision(self) -> tuple[float, ...]:
        """Of the examples predicted to be of a class, the share that are."""
        return self._shares(self._confusion.sum(axis=0))

    @property
    def recall(self) -> tuple[float, ...]:
        """Of the examples of a class, the share that were predicted to be."""
        return self._shares(self._confusion.sum(axis=1))

    @property
    def f1(self) -> tuple[float, ...]:
        """The harmonic mean of precision and recall, per class."""
        both = self._confusion.sum(axis=0) + self._confusion.sum(axis=1)
        return self._shares(both, times=2)

    @property
    def macro_precision(self) -> float:
        """The mean of the classes' precisions."""
        return _mean(self.precision)

    @property
    def macro_recall(self) -> float:
        """The mean of the classes' recalls."""
        return _mean(self.recall)

    @property
    def macro_f1(self) -> float:
        """The mean of the classes' F1: not the F1 of the means."""
        return _mean(self.f1)

    def _shares(self, of: Counts, times: int = 1) -> tuple[float, ...]:
        """Right predictions over `of`, class by class."""
        occurs = self._confusion.sum(axis=0) + self._confusion.sum(axis=1)
        right = times * self._confusion.diagonal()
        triples = zip(right.tolist(), of.tolist(), occurs.tolist(), strict=True)
        return tuple(r / n if n else (0.0 if seen else math.nan) for r, n, seen in triples)

    def report(self) -> str:
        r"""All of it as aligned text.

        >>> print(tg.train.Classification([[8, 2], [1, 9]], names=("cat", "dog")).report())
        20 examples, accuracy 85.00 %
        <BLANKLINE>
                    precision    recall        f1  examples
        cat            0.8889    0.8000    0.8421        10
        dog            0.8182    0.9000    0.8571        10
        macro mean     0.8535    0.8500    0.8496        20
        <BLANKLINE>
        label \ predicted  cat  dog
        cat                  8    2
        dog                  1    9
        """
        return report(self)

    def to_json(self) -> str:
        """The counts, and the measures for whoever reads them elsewhere; NaN is written as null.

        >>> print(tg.train.Classification([[1, 0], [0, 1]]).to_json())  # doctest: +ELLIPSIS
        {"confusion": [[1, 0], [0, 1]], "names": null, "examples": 2, "accuracy": 1.0, ...}
        """
        written: dict[str, object] = {
            "confusion": self._confusion.tolist(),
            "names": None if self._names is None else list(self._names),
            "examples": self.examples,
            "accuracy": self.accuracy if self.examples else None,
        }
        for name in ("macro_precision", "macro_recall", "macro_f1"):
            written[name] = _or_none(getattr(self, name))
        for name in ("precision", "recall", "f1"):
            written[name] = [_or_none(x) for x in getattr(self, name)]
        return json.dumps(written)

    @classmethod
    def from_json(cls, text: str) -> Classification:
        """What `to_json` wrote. Raises ValueError for anything else.

        >>> result = tg.train.Classification([[8, 2], [1, 9]])
        >>> tg.train.Classification.from_json(result.to_json()) == result
        True
        """
        read = json.loads(text)
        if not isinstance(read, dict) or "confusion" not in read:
            raise ValueError("Classification.from_json: this is not the JSON of a Classification")
        return cls(read["confusion"], read.get("names"))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Classification):
            return NotImplemented
        return self._names == other._names and np.array_equal(self._confusion, other._confusion)

    def __hash__(self) -> int:
        return hash((self._names, self._confusion.tobytes()))

    def __repr__(self) -> str:
        share = f", accuracy={self.accuracy:.4f}" if self.examples else ""
        return f"Classification(classes={self.classes}, examples={self.examples}{share})"


def confusion_of(title: str, scores: Tensor, labels: Tensor, where: str = "the batch") -> Counts:
    """`confusion[label, predicted]` of one batch, where the prediction is the class with the highest score.

    Raises:
        TypeError: if scores are not floats or labels not integers.
        ShapeError: if scores are not `[n classes]` and labels `[n]`.
        ValueError: if a label is out of range or a score is NaN.
    """
    if scores.dtype.kind != "f":
        raise TypeError(f"{title}: scores must be floats, one per class, but the model gave {scores.dtype.name}")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{title}: labels must be integers, one per row, not {labels.dtype.name}")
    if scores.ndim != 2 or labels.ndim != 1 or scores.shape[0] != labels.shape[0]:
        shown = [Operand(n, [*map(str, t.shape)]) for n, t in (("scores", scores), ("labels", labels))]
        raise ShapeError("scores must be [n classes] and labels [n]", where=title, operands=shown)
    values, wanted = (backend_of(t.data).to_numpy(t.data) for t in (scores, labels))
    classes = values.shape[1]
    if classes == 0:
        raise ValueError(f"{title}: the model gave no scores: there are 0 classes")
    wrong = (wanted < 0) | (wanted >= classes)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{title}: row {row} of {where} has the label {wanted[row]}, but {classes} scores allow 0 to {classes - 1}"
        )
    nan = np.isnan(values).any(axis=1)
    if nan.any():
        raise ValueError(f"{title}: row {int(np.flatnonzero(nan)[0])} of {where} has a NaN score")
    pairs = wanted.astype(np.int64) * classes + values.argmax(axis=1)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def _mean(values: tuple[float, ...]) -> float:
    known = [x for x in values if not math.isnan(x)]
    return sum(known) / len(known) if known else math.nan


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
