"""`ShapeError`: what disagreed, where, and how to put it right. Raised at run time, reported by mypy, with one text."""

from __future__ import annotations

from collections.abc import Collection, Sequence


class Operand:
    """One argument as a message shows it: its axes, and which of them are to blame."""

    __slots__ = ("axes", "blamed", "name")

    def __init__(self, name: str, axes: Sequence[str], blamed: Collection[int] = ()) -> None:
        self.name = name
        self.axes = tuple(axes)
        self.blamed = frozenset(blamed)

    def lines(self, width: int) -> list[str]:
        """The operand, and the line of carets under it if any axis is to blame."""
        text = f"    {self.name:<{width}}  ["
        carets = " " * len(text)
        for i, axis in enumerate(self.axes):
            gap = " " if i else ""
            text += gap + axis
            carets += gap + ("^" if i in self.blamed else " ") * len(axis)
        return [text + "]", carets.rstrip()] if self.blamed else [text + "]"]


class ShapeError(TypeError):
    """Shapes that must agree do not.

    `where` is the op or layer, `summary` one clause, `operands` the arguments with their axes, `hint` the code to type.

    >>> print(ShapeError("`n` is 2 in `x` but 3 in `y`", where="add"))
    add: `n` is 2 in `x` but 3 in `y`
    """

    def __init__(
        self,
        summary: str,
        *,
        where: str = "",
        operands: Sequence[Operand] = (),
        hint: str = "",
        argument: str | None = None,
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.where = where
        self.operands = tuple(operands)
        self.hint = hint
        self._argument = argument

    @property
    def first_line(self) -> str:
        """The message in one line."""
        return f"{self.where}: {self.summary}" if self.where else self.summary

    @property
    def argument(self) -> str | None:
        """The argument to point at: the last one that is blamed, or the only one."""
        if self._argument is not None:
            return self._argument
        blamed = [operand.name for operand in self.operands if operand.blamed]
        if not blamed and len(self.operands) == 1:
            return self.operands[0].name
        return blamed[-1] if blamed else None

    def details(self) -> list[str]:
        """The lines below the first: operands with carets, then the hint."""
        width = max((len(operand.name) for operand in self.operands), default=0)
        lines = [line for operand in self.operands for line in operand.lines(width)]
        if lines:
            lines.insert(0, "")
        return [*lines, "", f"  hint: {self.hint}"] if self.hint else lines

    def __str__(self) -> str:
        return "\n".join([self.first_line, *self.details()])


class AxisError(ShapeError, IndexError, ValueError):
    """An axis, or a position along one, that is not there, or not of the size it must have.

    It is an `IndexError` and a `ValueError` as well, which is what the Array API standard lets other libraries raise.
    """


class DTypeError(ShapeError):
    """An argument holds elements of a kind that is not accepted."""


class SignatureError(TypeError):
    """A signature and its rule do not fit together: a mistake in the definition, not in the call."""


class ShapeStringError(ValueError):
    """A shape string that is not in the grammar. `column` counts from 0 within `text`; `where` says whose it is."""

    def __init__(self, text: str, token: str, column: int, reason: str, where: str = "") -> None:
        self.text, self.token, self.column, self.reason, self.where = text, token, column, reason, where
        super().__init__(text, token, column, reason, where)

    @property
    def first_line(self) -> str:
        """The message in one line."""
        return f"{self.where}: " * bool(self.where) + f'"{self.text}" is not a shape: {self.reason}'

    def details(self) -> list[str]:
        """The string, with carets under the token that is wrong."""
        return ["", f"    {self.text}", f"    {' ' * self.column}{'^' * max(1, len(self.token))}"]

    def __str__(self) -> str:
        return "\n".join([self.first_line, *self.details()])


def show(value: object) -> str:
    """A dimension or a shape as messages spell it: `784`, `n+1`, `[2 n]`."""
    return f"[{' '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)
