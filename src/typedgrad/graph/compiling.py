"""`compile`: a function that runs as a planned graph, made anew for each signature it is called with."""

from __future__ import annotations

import functools
import importlib
import time
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from typedgrad.core.leaves import refuse_uncallable
from typedgrad.core.pytree import Structure, flatten
from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.graph import trees
from typedgrad.graph.closures import Closure
from typedgrad.graph.donated import give_away
from typedgrad.graph.explaining import explanation
from typedgrad.graph.parameters import places_of
from typedgrad.graph.results import builder
from typedgrad.graph.rewrites import simplified
from typedgrad.graph.tracing import Traced, trace_call

if TYPE_CHECKING:
    from typedgrad.graph.ir import Graph

P = ParamSpec("P")
R = TypeVar("R")

_GENERATOR = "typedgrad.codegen"
_MANY = 8  # compilations after which something must be wrong


@functools.cache
def _generator() -> Any:
    """The package that compiles groups of steps, if it is there."""
    try:
        return importlib.import_module(_GENERATOR)
    except ModuleNotFoundError as error:
        if error.name != _GENERATOR:
            raise
        return None


class Specialised:
    """A function as it was compiled for one signature."""

    def __init__(self, traced: Traced[Any, Any], seconds: float) -> None:
        self.traced = traced
        self.places = traced.places
        self.rules: dict[str, int] = {}
        start = time.perf_counter()
        graph = simplified(traced.graph, self.rules)
        generator = _generator()
        if generator is not None and generator.is_on():
            graph = generator.planned(graph)
        self.graph: Graph = graph
        self.run = graph.function
        self.build = builder(traced.result, graph.outputs)
        self.seconds = seconds + time.perf_counter() - start

    def call(self, leaves: list[Any], donated: frozenset[int], whom: str) -> Any:
        """The result for the leaves of the arguments."""
        if donated:
            given = [
                give_away(trees.tensor_in(leaves[i]), whom) if i in donated and trees.is_array(leaves[i])
                else trees.given(leaves[i])
                for i in self.places
            ]  # fmt: skip
        else:
            given = [trees.given(leaves[i]) for i in self.places]
        return self.build(self.run(given), leaves)


class Compiled(Generic[P, R]):
    """A compiled function: call it as the function itself. Made by `compile`."""

    __name__: str

    def __init__(self, function: Callable[P, R], *, donate: Iterable[str] = (), limit: int = 32) -> None:
        self.function = function
        self.name = trees.name_of(function)
        self.limit = limit
        self._donated = places_of(function, donate)
        self._known: dict[Any, Specialised] = {}  # in the order of their last use
        self._flat: dict[Any, Specialised] = {}  # for calls with plain tensors alone
        self._fixed: dict[Structure, frozenset[int]] = {}
        self._closure = Closure(function)
        self._made = 0
        self._last: tuple[Structure, tuple[Any, ...]] | None = None
        self._warned = False
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns."""
        if not kwargs and not self._donated:
            key: list[Any] = []
            data: list[Any] = []
            for x in args:
                if x.__class__ is not Tensor or x.node is not None:
                    break
                key.append(x.aval)
                data.append(x.data)
            else:
                entry = self._flat.get(tuple(key))
                if entry is not None and self._closure.is_same() and current_run() is None:
                    made: R = entry.build(entry.run(data), args)
                    return made
        return self._general(args, kwargs)

    def _general(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        leaves, structure = flatten((args, kwargs))
        if not all(map(trees.plain, leaves)):
            return self.function(*args, **kwargs)
        if current_run() is not None:
            self._say(
                f"{self.name}: compiled functions do not see a training run that is open outside of them, so this one "
                "runs as it was written; open the run inside: with tg.training(key) as run: ..."
            )
            return self.function(*args, **kwargs)
        if not self._closure.is_same():
            self.clear()
            self._closure = Closure(self.function)
        key = self._key(args, kwargs, leaves, structure)
        entry = self._known.get(key)
        if entry is None:
            entry = self._specialise(args, kwargs, leaves, structure)
        elif len(self._known) == self.limit:
            self._known[key] = self._known.pop(key)
        donated = self._donated.leaves(args, kwargs) if self._donated else frozenset()
        made: R = entry.call(leaves, donated, self.name)
        return made

    def _key(self, args: Any, kwargs: Any, leaves: list[Any], structure: Structure) -> Any:
        fixed = self._fixed.get(structure, frozenset())
        key = (structure, tuple([trees.seen_as(leaf, fixed=i in fixed) for i, leaf in enumerate(leaves)]))
        try:
            hash(key)
        except TypeError:
            self._refuse_unhashable(args, kwargs, leaves)
            raise
        return key

    def _refuse_unhashable(self, args: Any, kwargs: Any, leaves: list[Any]) -> None:
        names = trees.names_of(self.function, (args, kwargs))
        for name, leaf in zip(names, leaves, strict=True):
            if trees.is_array(leaf):
                continue
            try:
                hash(leaf)
            except TypeError:
                what = type(leaf)
                advice = "wrap it with tg.asarray" if hasattr(leaf, "__array__") else "use what can be hashed"
                raise TypeError(
                    f"{self.name}: `{name}` is a {what.__module__}.{what.__qualname__}, neither a tensor nor something "
                    f"that can be hashed, so nobody could tell whether it is what was compiled for; {advice}"
                ) from None

    def _specialise(self, args: Any, kwargs: Any, leaves: list[Any], structure: Structure) -> Specialised:
        fixed = self._fixed.get(structure, frozenset())
        start = time.perf_counter()
        traced = trace_call(self.function, (args, kwargs), fixed)
        entry = Specialised(traced, time.perf_counter() - start)
        if traced.fixed != fixed:
            self._fixed[structure] = traced.fixed
        key = self._key(args, kwargs, leaves, structure)
        self._watch(args, kwargs, key)
        while len(self._known) >= self.limit:
            gone = self._known.pop(next(iter(self._known)))
            self._flat = {k: e for k, e in self._flat.items() if e is not gone}
        self._known[key] = entry
        if not kwargs and all(type(x) is Tensor for x in args):
            self._flat[tuple(x.aval for x in args)] = entry
        return entry

    def _watch(self, args: Any, kwargs: Any, key: Any) -> None:
        """Warn if the function is compiled again and again, and say because of which argument."""
        self._made += 1
        last, self._last = self._last, key
        if self._made < _MANY or last is None or self._warned:
            return
        self._warned = True
        if last[0] != key[0]:
            self._say(
                f"{self.name} was compiled {self._made} times: the structure of its arguments changes from call to call"
            )
            return
        names = trees.names_of(self.function, (args, kwargs))
        for name, before, now in zip(names, last[1], key[1], strict=True):
            if before is not now and before != now:
                self._say(
                    f"{self.name} was compiled {self._made} times: `{name}` was {_shown(before)} and now is "
                    f"{_shown(now)}. Pad it to a few sizes, or call the function without tg.compile"
                )
                return

    @staticmethod
    def _say(text: str) -> None:
        warnings.warn(text, RuntimeWarning, stacklevel=4)

    @property
    def signatures(self) -> list[tuple[Any, ...]]:
        """What it was compiled for: avals of tensors, classes of numbers, values of the rest; the last used last."""
        return [key[1] for key in self._known]

    def clear(self) -> None:
        """Forget everything that was compiled."""
        self._known.clear()
        self._flat.clear()
        self._fixed.clear()

    def specialised(self, *args: P.args, **kwargs: P.kwargs) -> Specialised:
        """What runs for these arguments, compiled if need be."""
        leaves, structure = flatten((args, kwargs))
        key = self._key(args, kwargs, leaves, structure)
        return self._known.get(key) or self._specialise(args, kwargs, leaves, structure)

    def _latest(self) -> Specialised:
        if not self._known:
            raise ValueError(f"{self.name} was not called yet, so nothing was compiled")
        return next(reversed(self._known.values()))

    @property
    def graph(self) -> Graph:
        """The planned graph for the signature that was compiled last. Raises ValueError if there is none."""
        return self._latest().graph

    def explain(self) -> str:
        """What was made of the function for the signature that was compiled last; ValueError if there is none."""
        return explanation(self.name, self._latest())

    def source(self) -> str:
        """The generated code: the plan in Python, then C. Raises ValueError if nothing was compiled yet."""
        from typedgrad.graph.explaining import source

        return source(self._latest())


def _shown(seen: Any) -> str:
    if isinstance(seen, tuple):
        return repr(seen[1])
    return seen.__name__ if isinstance(seen, type) else repr(seen)


@overload
def compile(f: Callable[P, R]) -> Compiled[P, R]: ...
@overload
def compile(
    f: None = None, *, donate: Iterable[str] = (), limit: int = 32
) -> Callable[[Callable[P, R]], Compiled[P, R]]: ...
def compile(f: Callable[..., Any] | None = None, *, donate: Iterable[str] = (), limit: int = 32) -> Any:
    """A function that computes what the pure function `f` does, faster: as one planned program.

    The first call with a new signature (the structure of the arguments, shapes and dtypes of tensors, values of what
    is no tensor) traces `f` (see `typedgrad.trace`), rewrites the graph, and compiles what can be fused; calls with a
    known signature run the result. Numbers in the arguments may change, unless Python has to know them. Where the
    arguments are being differentiated, traced or mapped, `f` itself runs.

    Args:
        f: a pure function of trees of tensors: no effects, and nothing that it reads changes.
        donate: names of parameters whose tensors are given away: their memory is used again, and they are of no use
            afterwards.
        limit: how many signatures are remembered.

    Raises:
        TypeError: for an unknown name in `donate`; from the result, for arguments that are neither tensors nor can be
            hashed, for a donated tensor that is used again, and what `typedgrad.trace` raises.

    >>> @tg.compile
    ... def f(x: tg.Tensor) -> tg.Tensor:
    ...     return tg.sum(tg.tanh(x) * 2.0)
    >>> f(tg.asarray([0.0, 0.0]))
    Tensor(0., dtype=float32)
    """
    if isinstance(donate, str):
        donate = (donate,)
    if not isinstance(limit, int) or limit < 1:
        raise ValueError(f"compile: `limit` must be a positive int, got {limit!r}")
    if f is None:
        return lambda function: compile_with(function, donate, limit)
    return compile_with(f, donate, limit)


def compile_with(f: Callable[P, R], donate: Iterable[str], limit: int) -> Compiled[P, R]:
    """`compile` with all options given."""
    refuse_uncallable("compile", f)
    return Compiled(f, donate=donate, limit=limit)
