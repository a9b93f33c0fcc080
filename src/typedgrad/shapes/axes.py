"""Shape strings: the grammar of jaxtyping, read into axes; and shapes as text."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from typedgrad.shapes.dim import Dim, Shape, Sym
from typedgrad.shapes.dim_text import parse_dim
from typedgrad.shapes.errors import ShapeStringError
from typedgrad.shapes.unknown import ANY_AXES, UNKNOWN, Star, Unknown


class Axis:
    """One token of a shape string.

    `text` is how messages spell it, without `#` and label; `dim` what a size, a name or an expression stands for;
    `star` marks a run of axes, `stretch` (`#`) that a 1 in its place is accepted, `label` is that of `rows=4`.
    `key` is the name under which it is bound: `n`, or `*batch` for a run.
    """

    __slots__ = ("dim", "key", "kind", "label", "star", "stretch", "text")

    def __init__(
        self,
        kind: Literal["size", "name", "expression", "anonymous"],
        text: str,
        dim: Dim = UNKNOWN,
        *,
        star: bool = False,
        stretch: bool = False,
        label: str = "",
    ) -> None:
        self.kind, self.text, self.dim = kind, text, dim
        self.star, self.stretch, self.label = star, stretch, label
        self.key = f"*{text}" if star else text


def parse_axes(text: str) -> tuple[Axis, ...]:
    """Read a shape string; raises `ShapeStringError` (a `ValueError`) that points at the malformed axis.

    >>> [axis.text for axis in parse_axes("*batch rows=4 2*n")]
    ['batch', '4', '2*n']
    """
    return _parsed(text)


@lru_cache(maxsize=8192)
def _parsed(text: str) -> tuple[Axis, ...]:
    axes: list[Axis] = []
    end = 0
    for token in text.split():
        start = text.index(token, end)
        end = start + len(token)
        try:
            axis = _parse_axis(token)
        except ShapeStringError as error:
            raise ShapeStringError(text, error.token, start + error.column, error.reason) from None
        if axis.star and any(other.star for other in axes):
            raise ShapeStringError(text, token, start, "only one axis may stand for a run (`*name` or `...`)")
        axes.append(axis)
    return tuple(axes)


def _parse_axis(token: str) -> Axis:
    if "," in token and "(" not in token:
        raise ShapeStringError(token, token, 0, "axes are separated by spaces, not commas")
    if token.endswith("#"):
        raise ShapeStringError(token, token, 0, "`#` stands in front of an axis")
    if "..." in token:
        if token != "...":
            raise ShapeStringError(token, token, 0, "`...` stands by itself")
        return Axis("anonymous", "", star=True)
    marks, rest = _split_marks(token)
    label, equals, body = rest.rpartition("=") if "{" not in rest else ("", "", rest)
    if equals:
        if not label.isidentifier():
            raise ShapeStringError(token, token, 0, "a size is labelled as in `rows=4`")
        more, body = _split_marks(body)
        marks = _joined(token, marks, more)
    return _make_axis(token, marks, label, body)


def _split_marks(text: str) -> tuple[str, str]:
    """The prefix of `#`, `*`, `_` and `?`, and what follows it; of several `_` only the first is a mark."""
    marks = ""
    for char in text:
        if char not in "#*_?":
            break
        marks = _joined(text, marks, char)
    return marks, text[len(marks) :]


def _joined(token: str, marks: str, more: str) -> str:
    for mark in more:
        if mark in marks:
            raise ShapeStringError(token, token, 0, f"`{mark}` may stand only once in front of an axis")
        marks += mark
    return marks


def _make_axis(token: str, marks: str, label: str, body: str) -> Axis:
    star, stretch, anonymous, tree = ("*" in marks, "#" in marks, "_" in marks, "?" in marks)
    if not body or body.isidentifier():
        if anonymous and stretch:
            raise ShapeStringError(token, token, 0, "an anonymous axis cannot be broadcast (`#`)")
        if not body and not anonymous:
            raise ShapeStringError(token, token, 0, f"`{token}` needs a name; expressions are written without spaces")
        if anonymous or tree:
            # `?n` differs from leaf to leaf of a pytree, so that by itself it says nothing.
            return Axis("anonymous", "" if star or anonymous else body, star=star)
        return Axis("name", body, Sym.named(body), star=star, stretch=stretch, label=label)
    dim = _parse_size(token, body)
    what = "a size" if isinstance(dim, int) else "an expression"
    for mark, refused in (("*", "stand for a run of axes"), ("_", "be anonymous"), ("?", "depend on a pytree")):
        if mark in marks:
            raise ShapeStringError(token, token, 0, f"{what} cannot {refused} (`{mark}`)")
    if isinstance(dim, int):
        if dim < 0:
            raise ShapeStringError(token, token, 0, f"a size cannot be negative, and `{body}` is {dim}")
        return Axis("size", str(dim), dim, stretch=stretch, label=label)
    return Axis("expression", body, dim, stretch=stretch, label=label)


def _parse_size(token: str, body: str) -> Dim:
    try:
        return parse_dim(body)
    except ShapeStringError as error:
        if 0 <= body.find("{") < body.rfind("}"):
            return UNKNOWN  # put together by an f-string, such as `size_{i}`: only known when run
        column = len(token) - len(body) + error.column
        raise ShapeStringError(token, error.token, column, error.reason) from None


def parse_shape(text: str) -> Shape:
    """Read a shape back from `format_shape`: dimensions, `_` for an unknown one, `*name` and `...` for runs.

    >>> parse_shape("batch 784 _ *rest")
    (batch, 784, _, *rest)
    """
    found: list[Dim | Star] = []
    start = 0
    for token in text.split():
        start = text.index(token, start)
        try:
            found.append(_parse_item(token))
        except ShapeStringError as error:
            raise ShapeStringError(text, error.token, start + error.column, error.reason) from None
        start += len(token)
    return tuple(found)


def _parse_item(token: str) -> Dim | Star:
    if token == "...":
        return ANY_AXES
    if token[0] == "*":
        return Star(token[1:])
    return int(token) if token.isdecimal() else parse_dim(token)


def format_shape(shape: Shape) -> str:
    """The shape as text that `parse_shape` reads back.

    >>> format_shape((2, Sym.named("n") + 1, UNKNOWN, Star("rest")))
    '2 n+1 _ *rest'
    """
    return " ".join(map(str, shape))


def is_known(shape: Shape) -> bool:
    """Whether every axis of the shape is known, if only as a symbol."""
    return not any(isinstance(axis, Unknown) or axis == ANY_AXES for axis in shape)
