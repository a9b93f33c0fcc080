"""Reading a dimension from text: names, numbers, `+ - * // % **`, brackets, `min`, `max` and `{values}`.

Nothing is ever evaluated as Python. `str` of a dimension reads back as the same dimension.
"""

from __future__ import annotations

from collections.abc import Callable

from typedgrad.shapes.calls import extremum
from typedgrad.shapes.dim import Dim, Sym, names_of, substitute
from typedgrad.shapes.errors import ShapeStringError
from typedgrad.shapes.unknown import UNKNOWN, Unknown

_OPERATORS = ("//", "**", "+", "-", "*", "%", "(", ")", ",")
_ENDS = "it ends where a size is expected; expressions are written without spaces"
_DIGITS = 18  # what fits into 64 bits


def parse_dim(text: str) -> Dim:
    """The dimension that `text` spells; raises `ShapeStringError` where it spells none.

    >>> parse_dim("(h+2*p-k)//s+1") == parse_dim("1+(h-k+p*2)//s")
    True
    """
    return _Reader(text).read()


class _Reader:
    """Recursive descent over the tokens of one expression."""

    __slots__ = ("at", "end", "text", "token")

    text: str
    token: str
    at: int
    end: int

    def __init__(self, text: str) -> None:
        self.text, self.token, self.at, self.end = text, "", 0, 0
        self._advance()

    def read(self) -> Dim:
        dim = self._guard(self._sum)
        if self.token:
            reason = "sizes are divided by `//`" if self.token == "/" else f"`{self.token}` is not expected here"
            raise self._error(reason)
        return dim

    def _guard(self, rule: Callable[[], Dim]) -> Dim:
        try:
            return rule()
        except ZeroDivisionError:
            raise self._error("a size is divided by zero") from None
        except RecursionError:
            raise self._error("it is nested too deeply") from None

    def _advance(self) -> str:
        """Go to the next token, and return the one just left."""
        left, text, n = self.token, self.text, len(self.text)
        while self.end < n and text[self.end].isspace():
            self.end += 1
        self.at = start = self.end
        if start == n:
            self.token = ""
            return left
        symbol = next((op for op in _OPERATORS if text.startswith(op, start)), "")
        if symbol:
            self.end += len(symbol)
        elif text[start] == "{":
            self.end = self._closing_brace(start) + 1
        else:
            while self.end < n and (text[self.end].isalnum() or text[self.end] in "_."):
                self.end += 1
            self.end = max(self.end, start + 1)
        self.token = text[start : self.end]
        return left

    def _closing_brace(self, start: int) -> int:
        end = self.text.find("}", start)
        if end < 0:
            self.token = self.text[start:]
            raise self._error("the brace `{` is never closed")
        return end

    def _sum(self) -> Dim:
        total = self._product()
        while self.token in ("+", "-"):
            total = total + self._product() if self._advance() == "+" else total - self._product()
        return total

    def _product(self) -> Dim:
        total = self._signed()
        while self.token in ("*", "//", "%"):
            operator, factor = self._advance(), self._signed()
            total = total * factor if operator == "*" else total // factor if operator == "//" else total % factor
        return total

    def _signed(self) -> Dim:
        if self.token in ("-", "+"):
            return -self._signed() if self._advance() == "-" else self._signed()
        base = self._atom()
        if self.token != "**":
            return base
        self._advance()
        exponent = self._signed()
        if not isinstance(exponent, int) or not 0 <= exponent <= 16:
            raise self._error("an exponent must be a number from 0 to 16")
        return base**exponent

    def _atom(self) -> Dim:
        token, at = self.token, self.at
        if token == "(":
            self._advance()
            inner = self._sum()
            self._expect(")")
            return inner
        if not token or not (token[0].isalnum() or token[0] in "_{"):
            raise self._error(
                f"`{token}` is no size"
                if token
                else "it ends where a size is expected; expressions are written without spaces"
            )
        self._advance()
        if token[0] == "{":
            return _value(token[1:-1])
        if token == "_":
            return UNKNOWN
        if token[0].isdigit():
            return self._number(token, at)
        if self.token == "(":
            return self._call(token, at)
        if not all(part.isidentifier() for part in token.split(".")):
            raise ShapeStringError(self.text, token, at, f"`{token}` is neither a name nor a number")
        return Sym.named(token)

    def _number(self, token: str, at: int) -> int:
        if not all(map(str.isdecimal, token.split("_"))):
            raise ShapeStringError(self.text, token, at, f"`{token}` is neither a name nor a number")
        if len(token) > _DIGITS:
            raise ShapeStringError(self.text, token, at, "the number is too large for a size")
        return int(token)

    def _call(self, name: str, at: int) -> Dim:
        if name not in ("min", "max"):
            raise ShapeStringError(self.text, name, at, f"`{name}` is no function of sizes; there are min and max")
        self._advance()
        args = [self._sum()]
        while self.token == ",":
            self._advance()
            args.append(self._sum())
        self._expect(")")
        return extremum(name, args)

    def _expect(self, token: str) -> None:
        if self.token != token:
            raise self._error(f"`{token}` is missing")
        self._advance()

    def _error(self, reason: str) -> ShapeStringError:
        return ShapeStringError(self.text, self.token, self.at, reason)


def _value(text: str) -> Dim:
    """`{n}`: a value from outside the shapes. What is not arithmetic stays one opaque name."""
    try:
        inner = parse_dim(text)
    except ShapeStringError:
        return Sym.named(f"{{{text}}}")
    if isinstance(inner, Unknown):
        return UNKNOWN
    return substitute(inner, {name: Sym.named(f"{{{name}}}") for name in names_of(inner)})
