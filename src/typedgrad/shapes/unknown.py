"""What is not known: an axis, or a run of axes."""

from __future__ import annotations

from typing import Final, NoReturn

USE_INSTEAD: Final = (
    " and cannot steer an `if` or be ordered; use same, broadcast, at_most, divides, minimum or maximum instead"
)


class Unknown:
    """A dimension nothing is known about: it absorbs arithmetic and agrees with everything."""

    __slots__ = ()

    def _absorb(self, other: object = None) -> Unknown:
        return UNKNOWN

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = _absorb
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __neg__ = __pos__ = _absorb

    def _undecidable(self, other: object = None) -> NoReturn:
        raise TypeError(f"the dimension `{self}` is not known{USE_INSTEAD}")

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = _undecidable

    def __repr__(self) -> str:
        return "_"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Star:
    """A run of axes of unknown length, such as `*batch`. `Star("")` is `...`, about which nothing is known."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Star) and self.name == other.name

    def __hash__(self) -> int:
        return hash(("*", self.name))

    def __repr__(self) -> str:
        return f"*{self.name}" if self.name else "..."


ANY_AXES: Final = Star("")
