"""Writing a result's shape out, once every name has its meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from typedgrad.shapes.axes import Axis, parse_axes
from typedgrad.shapes.dim import Dim, Shape, names_of, substitute
from typedgrad.shapes.env import Meaning, Series
from typedgrad.shapes.errors import ShapeError, SignatureError
from typedgrad.shapes.rules import static_value
from typedgrad.shapes.unknown import ANY_AXES, UNKNOWN, Star


class Speller:
    """Spells the shapes of one call's results.

    `stretched` are the names that arguments mention with `#`: unbound, they have met nothing but 1. With `lenient`,
    other names without a meaning are unknown; else they are an error.
    """

    __slots__ = ("env", "lenient", "static", "stretched", "title")

    def __init__(
        self,
        title: str,
        env: Mapping[str, Meaning],
        static: Mapping[str, object],
        stretched: Collection[str],
        *,
        lenient: bool,
    ) -> None:
        self.title, self.env, self.static = title, env, static
        self.stretched, self.lenient = stretched, lenient

    def spell(self, text: str) -> Shape:
        """The shape that `text` stands for. `*#b` is the broadcast that matching has collected under `*b`."""
        out: list[Dim | Star] = []
        for axis in parse_axes(text):
            if axis.kind == "anonymous":
                out.append(ANY_AXES if axis.star else UNKNOWN)
            elif axis.star:
                out.extend(self._run(axis))
            else:
                dim = axis.dim if axis.kind == "size" else self._dim(axis)
                if isinstance(dim, int) and dim < 0:
                    raise ShapeError(f"`{axis.text}` would be {dim}", where=self.title)
                out.append(dim)
        return tuple(out)

    def series(self, text: str) -> tuple[Shape, ...]:
        """The shapes of a result that is a sequence: the rule has returned one meaning per item for some name."""
        env = self.env
        counts = {len(value) for value in env.values() if isinstance(value, Series)}
        if len(counts) != 1:
            raise SignatureError(f"{self.title}: `where` must return one size, or one shape, for each result")
        items = [
            {key: value.items[i] if isinstance(value, Series) else value for key, value in env.items()}
            for i in range(counts.pop())
        ]
        spellers = (Speller(self.title, item, self.static, self.stretched, lenient=self.lenient) for item in items)
        return tuple(speller.spell(text) for speller in spellers)

    def _run(self, axis: Axis) -> Shape:
        run = self.env.get(axis.key)
        if isinstance(run, tuple):
            return run
        if axis.key in self.stretched:
            return ()
        if self.lenient:
            return (ANY_AXES,)
        raise self._unbound(axis.key)

    def _dim(self, axis: Axis) -> Dim:
        scope: dict[str, object] = {}
        for name in names_of(axis.dim):
            value = self.env.get(name)
            if "{" in name or "." in name:
                value = static_value(name, self.static, self.env)
            elif value is None and name in self.stretched:
                value = 1
            if value is None and not self.lenient:
                raise self._unbound(name)
            scope[name] = UNKNOWN if value is None else value
        try:
            return substitute(axis.dim, scope)
        except ZeroDivisionError:
            raise ShapeError(f"the result needs {axis.text}, a division by zero", where=self.title) from None

    def _unbound(self, name: str) -> SignatureError:
        title = f"{self.title}: " if self.title else ""
        return SignatureError(f"{title}`{name}` of the result is neither bound by an argument nor returned by `where`")
