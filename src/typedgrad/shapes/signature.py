"""Signatures: shape strings in, the shape of the result out.

    Signature({"x": Slot("*#b m k"), "y": Slot("*#b k n")}, Slot("*#b m n"), name="matmul")

`bind` learns what the names mean, the rule attached by `where` adds what the strings cannot say, `spell` writes the
result. All of it runs unchanged on ints and on symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from typedgrad.shapes import dtypes
from typedgrad.shapes.alignment import Subject
from typedgrad.shapes.axes import Axis, parse_axes
from typedgrad.shapes.dim import Dim, Shape
from typedgrad.shapes.env import Env, Meaning
from typedgrad.shapes.errors import ShapeError, SignatureError
from typedgrad.shapes.matching import Matcher
from typedgrad.shapes.rules import rule_parameters, run_rule, static_value
from typedgrad.shapes.scope import keys_of_items, names_in, stretched
from typedgrad.shapes.spelling import Speller


class Slot(NamedTuple):
    """The annotation of one tensor: `Float[Tensor, "n k"]` is `Slot("n k", "Float")`."""

    axes: str
    dtype: str = "Shaped"
    many: bool = False  # a sequence of tensors, each matched on its own


Where = Callable[..., Mapping[str, object]]
Shapes = Mapping[str, "Shape | Sequence[Shape] | None"]


class Signature:
    """The shape contract of a function.

    >>> matmul = Signature({"x": Slot("*#b m k"), "y": Slot("*#b k n")}, Slot("*#b m n"), name="matmul")
    >>> matmul.infer({"x": (8, 32, 784), "y": (784, 10)})
    (8, 32, 10)
    """

    __slots__ = ("_own", "_patterns", "args", "name", "out", "where")

    def __init__(
        self,
        args: Mapping[str, Slot],
        out: Slot | tuple[Slot, ...] | None,
        where: Where | None = None,
        name: str = "",
    ) -> None:
        self.args = dict(args)
        self.out = out
        self.where = where
        self.name = name
        self._patterns: dict[str, tuple[Axis, ...]] | None = None
        self._own: dict[str, set[str]] | None = None

    @property
    def outs(self) -> tuple[Slot, ...]:
        """The slots of the results; none for a function that returns no tensor."""
        out = self.out
        return () if out is None else (out,) if isinstance(out, Slot) else tuple(out)

    @property
    def patterns(self) -> dict[str, tuple[Axis, ...]]:
        """The axes of every argument; parsed on first use, which raises `ShapeStringError` on a malformed string."""
        if self._patterns is None:
            self._patterns = {name: parse_axes(slot.axes) for name, slot in self.args.items()}
        return self._patterns

    @property
    def names(self) -> set[str]:
        """Every name the arguments mention; a starred one without its star, as a rule asks for it."""
        return names_in(axis for axes in self.patterns.values() for axis in axes)

    def attach(self, where: Where, statics: Iterable[str] | None = None) -> None:
        """Make `where` the rule. With the names of the static arguments, also check that it mentions no other name."""
        self.where = where
        self._own = None
        if statics is not None:
            known = {*self.names, *self.args, *statics}
            for name in rule_parameters(where):
                if name not in known:
                    raise SignatureError(
                        f"{self.name or 'a rule'}: `where` asks for `{name}`, which is neither a dimension, "
                        f"a tensor nor a static argument; there are {', '.join(sorted(known))}"
                    )

    def bind(self, shapes: Shapes, known: Mapping[str, Dim] = {}, static: Mapping[str, object] = {}) -> Env:
        """What the names mean for these argument shapes; raises `ShapeError` on the first clash.

        `n` is bound to a dimension, `*batch` to a run. `known` holds names fixed beforehand. Arguments that are
        None or missing are left out.

        >>> Signature({"x": Slot("*batch n")}, None).bind({"x": (2, 3, 4)})
        {'n': 4, '*batch': (2, 3)}
        """
        env = Env(known)
        matcher = Matcher(env, lambda name: static_value(name, static, env))
        for name, subject in self.subjects(shapes):
            matcher.match(subject)
            if self.args[name].many:
                matcher.settle()
                for key in self._keys_of_items().get(name, set()) - known.keys():
                    env.forget(key)
        matcher.settle()
        return env

    def infer(
        self, shapes: Shapes, static: Mapping[str, object] = {}, known: Mapping[str, Dim] = {}
    ) -> Shape | tuple[Shape, ...]:
        """The shape of the result, or a tuple of them.

        Raises `ShapeError` with a hint if a small repair would do, `SignatureError` if the definition is at fault,
        and `Inconclusive` if a rule cannot decide for unknown sizes.
        """
        try:
            results = self.infer_all(shapes, static, known)
        except ShapeError as error:
            from typedgrad.shapes import hints

            error.hint = error.hint or hints.find(self.infer_all, error, shapes, static, known)
            raise
        return results[0] if isinstance(self.out, Slot) and not self.out.many else results

    def infer_all(
        self, shapes: Shapes, static: Mapping[str, object] = {}, known: Mapping[str, Dim] = {}
    ) -> tuple[Shape, ...]:
        """The shapes of all results, without hints in the errors."""
        try:
            env = self.bind(shapes, known, static)
            if self.where is not None:
                self.run_where(env, shapes, static)
            return self.spell(env, static)
        except ShapeError as error:
            error.where = error.where or self.name
            raise

    def spell(
        self, env: Mapping[str, Meaning], static: Mapping[str, object] = {}, *, lenient: bool = False
    ) -> tuple[Shape, ...]:
        """The shapes of the results, once every name has its meaning; `lenient` takes the others for unknown."""
        speller = Speller(self.name, env, static, stretched(self.patterns), lenient=lenient)
        if isinstance(self.out, Slot) and self.out.many:
            return speller.series(self.out.axes)
        return tuple(speller.spell(slot.axes) for slot in self.outs)

    def run_where(self, env: Env, shapes: Shapes, static: Mapping[str, object] = {}) -> None:
        """Add to `env` what the rule says of the new names."""
        assert self.where is not None
        try:
            tensors = {name: shapes.get(name) for name in self.args}
            series = {axis.key for axis in self._out_axes() if axis.kind == "name"} if self._yields_series() else ()
            env |= run_rule(self.where, env, self.names, tensors, static, series)
        except SignatureError as error:
            raise SignatureError(f"{self.name}: {error}" if self.name else str(error)) from None
        except ShapeError as error:
            error.operands = error.operands or tuple(subject.operand() for _, subject in self.subjects(shapes))
            raise

    def subjects(self, shapes: Shapes) -> Iterator[tuple[str, Subject]]:
        """Every tensor of a call, with the argument that it comes from."""
        for name, slot in self.args.items():
            shape = shapes.get(name)
            if shape is None:
                continue
            items = [(f"{name}[{i}]", item) for i, item in enumerate(shape)] if slot.many else [(name, shape)]
            for label, item in items:
                pattern = self.patterns[name]
                yield name, Subject(label, slot.axes, pattern, item)  # type: ignore[arg-type]  # one shape

    def check_result(
        self, env: Mapping[str, Meaning], shapes: Shape | tuple[Shape, ...], static: Mapping[str, object] = {}
    ) -> Env:
        """Match what was returned against the return annotation; raises `ShapeError` that names the result.

        `*#b` and `#n` in a return stand for the broadcast of the arguments that have them.

        >>> f = Signature({"x": Slot("n m")}, Slot("n"), name="f")
        >>> f.check_result(f.bind({"x": (2, 3)}), (3,))
        Traceback (most recent call last):
        typedgrad.shapes.errors.ShapeError: f: the result must have n=2 on axis 0 (n), not 3
        <BLANKLINE>
            x       [n=2 m=3]
                     ^^^
            return  [n=3]
                     ^^^
        """
        bound = Env(env)
        for axis in self._out_axes():
            if axis.stretch and axis.key in stretched(self.patterns) and axis.key not in bound:
                bound[axis.key] = () if axis.star else 1
        matcher = Matcher(bound, lambda name: static_value(name, static, bound))
        single = isinstance(self.out, Slot) and not self.out.many
        try:
            for i, shape in enumerate([shapes] if single else shapes):
                slot = self.outs[0 if self._yields_series() else i]
                name = "return" if single else f"return[{i}]"
                matcher.match(Subject(name, slot.axes, parse_axes(slot.axes), shape, True))  # type: ignore[arg-type]  # one
            matcher.settle()
        except ShapeError as error:
            error.where = error.where or self.name
            raise
        return bound

    def check_dtypes(self, given: Mapping[str, str | Sequence[str | None] | None]) -> None:
        """Raise `DTypeError` if an argument certainly holds elements of a kind that its slot refuses.

        >>> Signature({"x": Slot("n", "Float")}, None, name="relu").check_dtypes({"x": "int64"})
        Traceback (most recent call last):
        typedgrad.shapes.errors.DTypeError: relu: `x` must be Float, not int64
        <BLANKLINE>
          hint: convert it first: astype(x, float32)
        """
        for name, slot in self.args.items():
            dtype = given.get(name)
            items = [(name, dtype)]
            if slot.many and dtype is not None:
                items = [(f"{name}[{i}]", one) for i, one in enumerate(dtype)]
            for label, item in items:
                if isinstance(item, str) and dtypes.compare(slot.dtype, item) == "refuted":
                    raise dtypes.clash(label, slot.dtype, item, self.name)

    def _yields_series(self) -> bool:
        return isinstance(self.out, Slot) and self.out.many

    def _out_axes(self) -> list[Axis]:
        return [axis for slot in self.outs for axis in parse_axes(slot.axes)]

    def _keys_of_items(self) -> dict[str, set[str]]:
        if self._own is None:
            asked = set(rule_parameters(self.where)) - set(self.args) if self.where else set()
            sequences = [name for name, slot in self.args.items() if slot.many]
            self._own = keys_of_items(self.patterns, sequences, names_in(self._out_axes()) | asked)
        return self._own
