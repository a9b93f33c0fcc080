"""The sentences of the clashes that matching finds, in the words of the signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from typedgrad.shapes.alignment import Subject
from typedgrad.shapes.axes import Axis
from typedgrad.shapes.compare import compare
from typedgrad.shapes.dim import Dim, Shape, names_of
from typedgrad.shapes.errors import Operand, ShapeError, show
from typedgrad.shapes.unknown import Star

Source = tuple[Subject, int, int]
"""The tensor that gave a name its meaning, and from where to where in its shape."""


def size_clash(
    subject: Subject, axis: Axis, index: int, wanted: Dim, got: Dim, sources: Iterable[Source]
) -> ShapeError:
    """`x` must have rows=3 on axis 1 (n rows=3), not 4; also for `n+1`, and for every axis of a result."""
    spelled = show(wanted)
    name = axis.label if axis.kind == "size" else axis.text
    wish = f"{name}={spelled}" if name and name != spelled else spelled
    choice = " or 1" if axis.stretch and not subject.is_result and spelled != "1" else ""
    where = f"on axis {subject.position(index)} ({subject.text})"
    return ShapeError(
        f"{subject.title} must have {wish}{choice} {where}, not {show(got)}",
        operands=_operands([*sources, (subject, index, index + 1)]),
    )


def name_clash(
    subject: Subject, axis: Axis, span: tuple[int, int], wanted: Dim, got: Dim, source: Source | None
) -> ShapeError:
    """`k` is 784 in `x` but 10 in `y`."""
    name, here = axis.text, (subject, *span)
    if subject.is_result:
        return size_clash(subject, axis, span[0], wanted, got, [source] if source else [])
    if source is None:
        summary = f"{subject.title} has {name}={show(got)}, but {name} is {show(wanted)}"
        return ShapeError(summary, operands=_operands([here]))
    other, start, _ = source
    if other is subject:
        first, second = subject.position(start), subject.position(span[0])
        summary = f"`{name}` is {show(wanted)} on axis {first} of {subject.title} but {show(got)} on axis {second}"
    else:
        summary = f"`{name}` is {show(wanted)} in {other.title} but {show(got)} in {subject.title}"
    return ShapeError(summary, operands=_operands([source, here]))


def run_clash(
    subject: Subject, axis: Axis, span: tuple[int, int], wanted: Shape, got: Shape, sources: Sequence[Source]
) -> ShapeError:
    """`*batch` is [2 3] in `x` but [2 4] in `y`; the carets point at the axes that differ.

    Where several tensors were broadcast to what is wanted, none of them is to blame by itself.
    """
    source = sources[0] if sources else None
    key = axis.key
    here = (subject, *span)
    if subject.is_result:
        summary = f"{subject.title} must have {key}={show(wanted)} ({subject.text}), not {show(got)}"
    elif source is None:
        summary = f"{subject.title} has {key}={show(got)}, but {key} is {show(wanted)}"
    else:
        summary = f"`{key}` is {show(wanted)} in {source[0].title} but {show(got)} in {subject.title}"
    differing = _differing(wanted, got)
    if len(sources) > 1:
        others = [other.operand() for other, _, _ in sources]
    else:
        others = [_narrowed(one, differing) for one in sources]
    return ShapeError(summary, operands=[*others, _narrowed(here, differing)])


def broadcast_error(
    subject: Subject, span: tuple[int, int], got: Shape, source: Source, seen: Shape, back: int
) -> ShapeError:
    """`x` and `y` do not broadcast: axis -1 is 3 in `x` but 4 in `y`. `back` counts that axis from the run's right."""
    other, _, stop = source
    left, right = stop + back, span[1] + back
    axis, axis_there = right - len(subject.shape), left - len(other.shape)
    there, here = show(seen[back]), show(got[back])
    if axis == axis_there:
        reason = f"axis {axis} is {there} in {other.title} but {here} in {subject.title}"
    else:
        reason = f"axis {axis_there} of {other.title} is {there} but axis {axis} of {subject.title} is {here}"
    return ShapeError(
        f"{other.title} and {subject.title} do not broadcast: {reason}",
        operands=_operands([(other, left, left + 1), (subject, right, right + 1)]),
    )


def sources_of(dim: Dim, places: Mapping[str, Source]) -> list[Source]:
    """Where the names of an expression got their meaning."""
    names = names_of(dim)
    return [source for name, source in places.items() if name in names]


def _operands(sources: Iterable[Source]) -> list[Operand]:
    """One operand per tensor, in the order given, with all its blamed axes."""
    blamed: dict[int, tuple[Subject, set[int]]] = {}
    for subject, start, stop in sources:
        blamed.setdefault(id(subject), (subject, set()))[1].update(range(start, stop))
    return [subject.operand(indices) for subject, indices in blamed.values()]


def _differing(a: Shape, b: Shape) -> set[int] | None:
    """The positions at which two runs differ, or None if they are not comparable axis by axis."""
    if len(a) != len(b) or any(isinstance(axis, Star) for axis in (*a, *b)):
        return None
    return {i for i, (x, y) in enumerate(zip(a, b, strict=True)) if compare(x, y) == "refuted"}


def _narrowed(source: Source, positions: set[int] | None) -> Operand:
    subject, start, stop = source
    return subject.operand(range(start, stop) if positions is None else (start + i for i in positions))
