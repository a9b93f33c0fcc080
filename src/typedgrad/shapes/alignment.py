"""Laying a pattern over a shape: which axis of the one meets which axis of the other."""

from __future__ import annotations

from collections.abc import Iterable

from typedgrad.shapes.axes import Axis
from typedgrad.shapes.dim import Dim, Shape
from typedgrad.shapes.errors import Operand, ShapeError
from typedgrad.shapes.unknown import ANY_AXES, UNKNOWN, Star, Unknown

Place = tuple[Axis, Dim | Shape, int, int]
"""An axis of the pattern, what it meets, and from where to where that stands in the shape (0, 0: nowhere)."""


class Subject:
    """One tensor of a call: its name, the pattern it must match, and its shape."""

    __slots__ = ("is_result", "name", "pattern", "shape", "text")

    def __init__(self, name: str, text: str, pattern: tuple[Axis, ...], shape: Shape, is_result: bool = False) -> None:
        self.name, self.text, self.pattern, self.shape, self.is_result = name, text, pattern, shape, is_result

    @property
    def title(self) -> str:
        """How a sentence calls it."""
        if not self.is_result or not self.name.startswith("return"):
            return f"`{self.name}`"
        return "the result" if self.name == "return" else self.name.replace("return", "result")

    def position(self, index: int) -> int:
        """The axis number to tell the user: counted from the right behind a run of unknown length."""
        behind = any(isinstance(axis, Star) for axis in self.shape[:index])
        return index - len(self.shape) if behind else index

    def operand(self, blamed: Iterable[int] = ()) -> Operand:
        """The subject as a message shows it, each axis with the name the pattern gives it."""
        axes = list(map(str, self.shape))
        if not rank_clashes(self):
            for axis, got, start, stop in align(self):
                if not axis.star and stop > start:
                    axes[start] = labelled(axis, got)
        return Operand(self.name, axes, set(blamed))


def labelled(axis: Axis, got: Dim | Shape) -> str:
    """`k=784`; just `784` where the pattern has no name for it, just `k` where that is its size."""
    label = axis.label if axis.kind == "size" else axis.text
    return f"{label}={got}" if label and label != str(got) else str(got)


def rank_clashes(subject: Subject) -> bool:
    """Whether the shape certainly has too few or too many axes for the pattern."""
    runs = sum(isinstance(axis, Star) for axis in subject.shape)
    count = len(subject.shape) - runs
    starred = any(axis.star for axis in subject.pattern)
    wanted = len(subject.pattern) - starred
    return (count < wanted and not runs) or (count > wanted and not starred)


def align(subject: Subject) -> list[Place]:
    """Pair the axes in front, the axes at the back, and last the run between them.

    What falls into a run of unknown length meets an unknown axis. The ranks must not clash.
    """
    pattern, shape = subject.pattern, subject.shape
    n, rank = len(pattern), len(shape)
    stars = [i for i, axis in enumerate(shape) if isinstance(axis, Star)]
    front, back = (stars[0], rank - 1 - stars[-1]) if stars else (rank, rank)
    run = next((i for i, axis in enumerate(pattern) if axis.star), n)
    places: list[Place] = []
    for i, axis in enumerate(pattern):
        if i == run:
            continue
        index = -1
        if i < run and i < front:
            index = i
        elif (i > run or run == n) and n - i <= back:
            index = i - n + rank
        got = shape[index] if index >= 0 else UNKNOWN
        places.append((axis, UNKNOWN if isinstance(got, Star) else got, max(index, 0), index + 1))
    if run < n:
        stop = rank - (n - run - 1)
        certain = front >= run and back >= n - run - 1
        places.append((pattern[run], shape[run:stop] if certain else (ANY_AXES,), run, stop))
    return places


def rank_error(subject: Subject) -> ShapeError:
    """`x` needs 2 axes (n m), got 3."""
    starred = any(axis.star for axis in subject.pattern)
    wanted = len(subject.pattern) - starred
    runs = sum(isinstance(axis, Star) for axis in subject.shape)
    got = f"{'at least ' if runs else ''}{len(subject.shape) - runs}"
    axes = f"{'at least ' if starred else ''}{wanted} {'axis' if wanted == 1 else 'axes'} ({subject.text})"
    if wanted == 0:
        verb, wish = "must be", "a scalar"
        got += " axis" if got.endswith("1") else " axes"
    else:
        verb, wish = ("must have", axes) if subject.is_result else ("needs", axes)
    return ShapeError(
        f"{subject.title} {verb} {wish}, {'not' if subject.is_result else 'got'} {got}", operands=[subject.operand()]
    )


def is_unknown(value: Dim | Shape) -> bool:
    """Whether nothing at all is known about an axis or a run."""
    return isinstance(value, Unknown) or value == (ANY_AXES,)
