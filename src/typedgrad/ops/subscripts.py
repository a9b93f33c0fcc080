"""What an einsum string says: "ij,jk->ik" names the axes of every operand and of the result.

`...` stands for axes without names, the same for all operands, which broadcast. Without `->` the result has `...` and
then every letter that occurs once, in alphabetical order. Blanks mean nothing.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from typedgrad.shapes import ShapeError, Signature, Slot, broadcast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.shapes import Shape

# Stands for `...` inside a parsed term, so that a term is a string of labels, one for each axis.
DOTS = "…"


class Subscripts(NamedTuple):
    """The labels of each operand's axes, and of the result's."""

    inputs: tuple[str, ...]
    output: str


@functools.lru_cache(maxsize=1024)
def read(text: str, operands: int) -> Subscripts:
    """Read an einsum string for a number of operands. Raises ShapeError if it is malformed, or for another number."""
    head, arrow, tail = text.replace(" ", "").partition("->")
    inputs = tuple(_term(text, term) for term in head.split(","))
    if len(inputs) != operands:
        raise _error(text, f"there are letters for {_count(len(inputs))}, but got {_count(operands)}")
    if arrow:
        return Subscripts(inputs, _term(text, tail))
    seen = Counter("".join(inputs))
    once = sorted(label for label, times in seen.items() if times == 1 and label != DOTS)
    return Subscripts(inputs, (DOTS if DOTS in seen else "") + "".join(once))


@functools.lru_cache(maxsize=1024)
def parse(text: str, operands: int) -> Subscripts:
    """The same for strings that users write, whose result has each letter once and no new ones."""
    subscripts = read(text, operands)
    seen = "".join(subscripts.inputs)
    for label in subscripts.output:
        if label not in seen and label != DOTS:
            raise _error(text, f"`{label}` of the result is in no operand")
        if subscripts.output.count(label) > 1:
            raise _error(text, f"`{label}` is twice in the result")
    if DOTS in seen and DOTS not in subscripts.output:
        raise _error(text, "`...` is in an operand but not in the result; give the axes to sum a letter")
    return subscripts


def _error(text: str, reason: str) -> ShapeError:
    return ShapeError(f'"{text}": {reason}', where="einsum")


def _term(text: str, term: str) -> str:
    labels = term.replace("...", DOTS)
    if labels.count(DOTS) > 1:
        raise _error(text, f'more than one `...` in "{term}"')
    for label in labels:
        if label != DOTS and not label.isalpha():
            raise _error(text, f"`{label}` is no letter")
    return labels


def _count(operands: int) -> str:
    return f"{operands} operand{'' if operands == 1 else 's'}"


@functools.lru_cache(maxsize=1024)
def signature_of(subscripts: Subscripts) -> Signature:
    """The same as a shape signature, which knows how to match, to infer, and to complain."""
    inputs = {f"operands[{i}]": Slot(_spelled(term)) for i, term in enumerate(subscripts.inputs)}
    return Signature(inputs, Slot(_spelled(subscripts.output)), name="einsum")


def _spelled(term: str) -> str:
    return " ".join("*#dots" if label == DOTS else label for label in term)


@functools.lru_cache(maxsize=4096)
def explicit(subscripts: Subscripts, shapes: tuple[Shape, ...]) -> Subscripts:
    """The same for operands of these shapes, with letters in place of `...`.

    An axis of size 1 that broadcasts gets a letter of its own. That letter is summed away, which drops the axis.
    """
    runs = [_unnamed(term, shape) for term, shape in zip(subscripts.inputs, shapes, strict=True)]
    whole: Shape = ()
    for run in runs:
        whole = broadcast(whole, run)
    fresh = _other_letters("".join(subscripts.inputs) + subscripts.output)
    shared = [next(fresh) for _ in whole]
    inputs = []
    for term, run in zip(subscripts.inputs, runs, strict=True):
        lead = len(whole) - len(run)
        labels = [shared[i] if n == whole[i] else next(fresh) for i, n in enumerate(run, start=lead)]
        inputs.append(term.replace(DOTS, "".join(labels)))
    return Subscripts(tuple(inputs), subscripts.output.replace(DOTS, "".join(shared)))


def _unnamed(term: str, shape: Shape) -> Shape:
    """The sizes of the axes under `...`."""
    if DOTS not in term:
        return ()
    first = term.index(DOTS)
    return shape[first : len(shape) - (len(term) - 1 - first)]


def _other_letters(used: str) -> Iterator[str]:
    """Letters that are not in `used`; there are more than an array can have axes."""
    return (letter for letter in map(chr, range(0x3B1, 0x4E00)) if letter.isalpha() and letter not in used)
