"""Matching shapes against patterns: gives every name its meaning, or says which axes disagree.

Ints, symbols and unknown axes take the same path; only what is certainly wrong is an error.
"""

from __future__ import annotations

from collections.abc import Callable

from typedgrad.shapes.alignment import Subject, align, is_unknown, rank_clashes, rank_error
from typedgrad.shapes.axes import Axis
from typedgrad.shapes.blame import Source, broadcast_error, name_clash, run_clash, size_clash, sources_of
from typedgrad.shapes.calls import floor_divide
from typedgrad.shapes.compare import compare, compare_runs
from typedgrad.shapes.dim import Dim, Shape, Sym, collect, names_of, substitute
from typedgrad.shapes.env import Env, Series
from typedgrad.shapes.errors import ShapeError
from typedgrad.shapes.relations import broadcast, broadcast_clash, merge_runs, stretch
from typedgrad.shapes.unknown import Star, Unknown


class Matcher:
    """Matches one tensor after another, collecting what the names mean in `env`.

    `value` looks up `{expressions}`: names from outside the shapes.
    """

    __slots__ = ("deferred", "env", "value")

    def __init__(self, env: Env, value: Callable[[str], Dim]) -> None:
        self.env = env
        self.value = value
        self.deferred: list[tuple[Subject, Axis, Dim, int]] = []

    def match(self, subject: Subject) -> None:
        """Match one tensor; raises `ShapeError` on the first clash."""
        if rank_clashes(subject):
            raise rank_error(subject)
        self._count(subject)
        for axis, got, start, stop in align(subject):
            if axis.kind == "anonymous":
                continue
            if isinstance(got, tuple):
                self._run(subject, axis, got, (start, stop))
            elif axis.stretch and isinstance(got, int) and got == 1 and not subject.is_result:
                continue
            elif axis.kind == "name":
                self._name(subject, axis, got, (start, stop))
            elif axis.kind == "size":
                if compare(got, axis.dim) == "refuted":
                    raise size_clash(subject, axis, start, axis.dim, got, [])
            elif not self._expression(subject, axis, got, start):
                self.deferred.append((subject, axis, got, start))

    def _count(self, subject: Subject) -> None:
        """`*batch n` is not `*batch`: how many axes stand beside a run of unknown length is certain all the same."""
        runs = [axis for axis in subject.shape if isinstance(axis, Star)]
        run = next((axis for axis in subject.pattern if axis.star), None)
        bound = None if run is None or run.stretch or run.kind != "name" else self.env.get(run.key)
        if len(runs) != 1 or runs[0].name in ("", "...") or not isinstance(bound, tuple) or run is None:
            return
        if [axis for axis in bound if isinstance(axis, Star)] != runs:
            return
        wanted, got = len(bound) + len(subject.pattern) - 2, len(subject.shape) - 1
        if wanted != got:
            axes = f"{wanted} {'axis' if wanted == 1 else 'axes'} beside {runs[0]} ({subject.text})"
            raise ShapeError(f"{subject.title} must have {axes}, not {got}", operands=[subject.operand()])

    def settle(self) -> None:
        """Check the expressions that had to wait for a name; those that still do say nothing."""
        before = -1
        while self.deferred and len(self.deferred) != before:
            before = len(self.deferred)
            self.deferred = [waiting for waiting in self.deferred if not self._expression(*waiting)]
        self.deferred = []

    def _bind(self, key: str, value: Dim | Shape, subject: Subject, span: tuple[int, int]) -> None:
        self.env[key] = value
        self.env.sources[key] = (subject, *span)

    def _name(self, subject: Subject, axis: Axis, got: Dim, span: tuple[int, int]) -> None:
        env, key = self.env, axis.text
        bound = env.get(key)
        may_grow = axis.stretch and not subject.is_result
        if bound is None or isinstance(bound, tuple | Series):
            self._bind(key, got, subject, span)
            if may_grow:
                env.stretched.add(key)
            return
        if compare(bound, got) == "refuted":
            raise name_clash(subject, axis, span, bound, got, env.sources.get(key))
        if may_grow and key in env.stretched:
            env[key] = stretch(bound, got)
        elif isinstance(bound, Unknown) and not isinstance(got, Unknown):
            self._bind(key, got, subject, span)
        if not may_grow:
            env.stretched.discard(key)

    def _run(self, subject: Subject, axis: Axis, got: Shape, span: tuple[int, int]) -> None:
        env, key = self.env, axis.key
        bound = env.get(key)
        may_grow = axis.stretch and not subject.is_result
        grows = may_grow and key in env.stretched
        # Of a broadcast an unknown run stays unknown, whatever it meets; elsewhere the known one is what it was.
        if bound is None or not isinstance(bound, tuple) or (is_unknown(bound) and not grows):
            self._bind(key, got, subject, span)
            if may_grow:
                env.stretched.add(key)
        elif grows:
            self._check_broadcast(subject, key, got, span)
            env[key] = broadcast(bound, got)
        elif may_grow:
            if _never_stretches(got, bound):
                raise run_clash(subject, axis, span, bound, got, self._givers(key))
        elif key in env.stretched and not subject.is_result:
            if _never_stretches(bound, got):
                raise run_clash(subject, axis, span, bound, got, self._givers(key))
            env.stretched.discard(key)
            self._bind(key, got, subject, span)
        else:
            if compare_runs(bound, got) == "refuted":
                raise run_clash(subject, axis, span, bound, got, self._givers(key))
            env[key] = merge_runs(bound, got)
        if may_grow:
            env.runs.setdefault(key, []).append(((subject, *span), got))

    def _givers(self, key: str) -> list[Source]:
        """The tensors that gave a run its meaning: several, if it is their broadcast."""
        if key in self.env.stretched and self.env.runs.get(key):
            return [source for source, _ in self.env.runs[key]]
        return [self.env.sources[key]] if key in self.env.sources else []

    def _check_broadcast(self, subject: Subject, key: str, got: Shape, span: tuple[int, int]) -> None:
        for source, seen in self.env.runs.get(key, ()):
            clash = broadcast_clash(seen, got)
            if clash is not None:
                raise broadcast_error(subject, span, got, source, seen, clash)

    def _expression(self, subject: Subject, axis: Axis, got: Dim, start: int) -> bool:
        """Check an expression against what it meets; False if a name it needs is not bound yet."""
        names = names_of(axis.dim)
        scope = {name: self.value(name) if "{" in name or "." in name else self.env.get(name) for name in names}
        missing = [name for name, value in scope.items() if value is None]
        try:
            wanted = substitute(axis.dim, scope)
        except ZeroDivisionError:
            raise ShapeError(f"{subject.title} needs {axis.text} on axis {start}, a division by zero") from None
        if missing:
            if len(missing) > 1 or isinstance(got, Unknown) or not isinstance(wanted, Sym):
                return False
            return self._solve(subject, axis, got, start, wanted, missing[0])
        if compare(got, wanted) == "refuted":
            raise size_clash(subject, axis, start, wanted, got, sources_of(axis.dim, self.env.sources))
        return True

    def _solve(self, subject: Subject, axis: Axis, got: Dim, start: int, wanted: Sym, name: str) -> bool:
        """Bind the one unknown name of a linear expression: `2*n+1` against 9 makes n 4."""
        parts = _linear(wanted, name)
        if parts is None:
            return False
        factor, rest = parts
        value = floor_divide(got - rest, factor)
        if compare(value * factor + rest, got) == "refuted" or (isinstance(value, int) and value < 0):
            raise size_clash(subject, axis, start, wanted, got, sources_of(axis.dim, self.env.sources))
        if value * factor + rest != got:
            return False
        self._bind(name, value, subject, (start, start + 1))
        return True


def _linear(dim: Sym, name: str) -> tuple[int, Dim] | None:
    """`(c, r)` with `dim == c*name + r`, `c` a number and `r` without the name; None if there is no such form."""
    factor, rest = 0, list(dim.terms)
    for monomial, n in dim.terms:
        if monomial == (name,):
            factor = n
            rest.remove((monomial, n))
    remainder = collect(rest)
    return None if factor == 0 or name in names_of(remainder) else (factor, remainder)


def _never_stretches(small: Shape, big: Shape) -> bool:
    """Whether `small` certainly does not broadcast to exactly `big`."""
    stars = [axis for axis in (*small, *big) if isinstance(axis, Star)]
    if len(small) > len(big) and not stars:
        return True
    if broadcast_clash(small, big) is not None:
        return True
    for x, y in zip(reversed(small), reversed(big), strict=False):
        if isinstance(x, Star) or isinstance(y, Star):
            return False
        if isinstance(y, int) and y == 1 and compare(x, 1) == "refuted":
            return True
    return False
