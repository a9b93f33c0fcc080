"""`Metric`: a frozen value that batches are added to, and that merges with others of its kind."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    # Integers, or floats where examples have weights.
    Counts: TypeAlias = NDArray[np.int64] | NDArray[np.float64]


class Metric:
    """What all metrics share: they cannot be changed, merge, are equal if all that they hold is, and are saved as JSON.

    >>> a, b = tg.metrics.Mean.empty().update(tg.asarray([1.0, 2.0])), tg.metrics.Mean.empty().update(tg.asarray([6.0]))
    >>> a.merge(b).mean
    3.0
    >>> tg.metrics.Mean.from_json(a.to_json()) == a
    True
    """

    # What it holds: attributes, and arguments of the constructor. Those that count are added up by `merge`, the others
    # must agree; `_sizes` are properties that are compared first, since messages are clearer in their words.
    _held: ClassVar[tuple[str, ...]] = ()
    _counted: ClassVar[tuple[str, ...]] = ()
    _sizes: ClassVar[tuple[str, ...]] = ()

    def _hold(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _with(self, **changes: object) -> Self:
        return type(self)(**{name: getattr(self, name) for name in self._held} | changes)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: `update` and `merge` give a new one")

    @property
    def count(self) -> float:
        """How many examples there are; with weights, their sum."""
        raise NotImplementedError

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name. Floats, tuples of floats; NaN where something is not defined."""
        raise NotImplementedError

    def merge(self, other: Self) -> Self:
        """Both together, as if all examples had been in one.

        Raises:
            TypeError: if `other` is another kind of metric.
            ValueError: if the two do not count the same: other classes, names, thresholds.
        """
        self._agree(other)
        return self._with(**{name: getattr(self, name) + getattr(other, name) for name in self._counted})

    def _agree(self, other: Metric) -> None:
        title = type(self).__name__
        if type(self) is not type(other):
            raise TypeError(f"{title}.merge: `other` must be a {title} too, not a {type(other).__name__}")
        for name in self._sizes:
            if getattr(self, name) != getattr(other, name):
                mine, theirs = getattr(self, name), getattr(other, name)
                raise ValueError(f"{title}.merge: one has {mine} {name}, the other {theirs}")
        for name in self._held:
            mine, theirs = getattr(self, name), getattr(other, name)
            if name not in self._counted and not _same(mine, theirs):
                raise ValueError(f"{title}.merge: `{name}` is {mine!r} in one, but {theirs!r} in the other")

    def report(self) -> str:
        """The measures as text, one to a line."""
        if not self.count:
            return self._nothing()
        shown = {name: value for name, value in self.measures().items() if isinstance(value, (int, float))}
        shown.pop("examples", None)
        width = max(map(len, shown))
        return "\n".join([self._title(), "", *(f"{n:<{width}}  {_number(v)}" for n, v in shown.items())])

    def _title(self) -> str:
        return f"{type(self).__name__} of {_whole(self.count)} examples"

    def _nothing(self) -> str:
        return f"{type(self).__name__}: there are no examples yet"

    def _needs_examples(self) -> None:
        if not self.count:
            raise ValueError(self._nothing())

    def to_json(self) -> str:
        """What it holds, from which `from_json` makes an equal value, and the measures; what is not defined is null."""
        held = {name: _plain(getattr(self, name)) for name in self._held}
        measures = {name: _plain(value) for name, value in self.measures().items()} if self.count else None
        return json.dumps({"metric": type(self).__name__} | held | {"measures": measures}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote.

        Raises ValueError for anything else: no JSON, another metric, a field too few or too many, impossible values.
        """
        title = f"{cls.__name__}.from_json"
        read = json.loads(text, parse_constant=lambda word: _no_number(title, word))
        if not isinstance(read, dict) or read.get("metric") != cls.__name__:
            raise ValueError(f"{title}: this is not the JSON of a {cls.__name__}")
        for name in sorted(set(cls._held) ^ (read.keys() - {"metric", "measures"})):
            raise ValueError(f"{title}: `{name}` is {'missing' if name in cls._held else 'no field'}")
        try:
            return cls(**{name: _unplain(read[name]) for name in cls._held})
        except (TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"{title}: {error}") from error

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(getattr(self, name), getattr(other, name)) for name in self._held)

    def __hash__(self) -> int:
        return hash(tuple(_hashable(getattr(self, name)) for name in self._held))

    def __repr__(self) -> str:
        settings = [f"{name}={getattr(self, name)!r}" for name in self._held if name not in self._counted]
        return f"{type(self).__name__}({', '.join([*settings, f'examples={_whole(self.count)}'])})"


def frozen_array(title: str, value: object, kinds: str, shape: tuple[int | None, ...] | None = None) -> NDArray[Any]:
    """A read-only copy, of int64 or float64.

    Raises ValueError if it is no array of those kinds of numbers, not finite, or has not the shape; None is any size.
    """
    made = np.array(value)
    if made.dtype.kind not in kinds and made.size:
        raise ValueError(f"{title} must hold {'integers' if 'f' not in kinds else 'numbers'}, got {made.dtype.name}")
    if shape is not None and (
        made.ndim != len(shape) or any(n is not None and n != k for n, k in zip(shape, made.shape, strict=True))
    ):
        wanted = " ".join("_" if n is None else str(n) for n in shape)
        raise ValueError(f"{title} must have shape [{wanted}], got [{' '.join(map(str, made.shape))}]")
    made = made.astype(np.float64 if made.dtype.kind == "f" else np.int64)
    if not np.isfinite(made).all():
        raise ValueError(f"{title} must be finite")
    made.flags.writeable = False
    return made


def counts_array(title: str, value: object, shape: tuple[int | None, ...] | None = None) -> Counts:
    """A read-only array of counts: integers, or sums of weights, of at least 0. Raises ValueError for another."""
    made = frozen_array(title, value, "iuf", shape)
    if (made < 0).any():
        raise ValueError(f"{title} must hold counts, of at least 0")
    return made


def names_of(title: str, names: object, count: int, what: str) -> tuple[str, ...]:
    """The names, or the numbers from 0. Raises ValueError if there is not one for each or one is no string."""
    if names is None:
        return tuple(map(str, range(count)))
    if not isinstance(names, (str, tuple, list)):
        raise TypeError(f"{title}: `names` must be a sequence of strings, not {type(names).__name__}")
    if len(names) != count:
        raise ValueError(f"{title}: there are {count} {what} but {len(names)} `names`")
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"{title}: `names` must be strings")
    return tuple(names)


def positive(title: str, name: str, value: object) -> int:
    """The value, if it is a positive int. Raises ValueError for another."""
    if type(value) is not int or value < 1:
        raise ValueError(f"{title}: `{name}` must be a positive int, got {value!r}")
    return value


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    return "-" if math.isnan(value) else f"{value:.4f}" if 1e-3 <= abs(value) < 1e6 or not value else f"{value:.4e}"


def _whole(count: float) -> str:
    return f"{count:g}" if count != int(count) else str(int(count))


def _plain(value: object) -> Any:
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Metric):
        return {name: _plain(getattr(value, name)) for name in value._held}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _unplain(value: object) -> Any:
    return tuple(_unplain(item) for item in value) if isinstance(value, list) else value


def _no_number(title: str, word: str) -> NoReturn:
    raise ValueError(f"{title}: {word} is no number")


def _same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    return type(a) is type(b) and a == b


def _hashable(value: object) -> object:
    return value.astype(np.float64).tobytes() if isinstance(value, np.ndarray) else value
