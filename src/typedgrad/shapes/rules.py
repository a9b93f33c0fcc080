"""Running a `where` rule: it is handed what it asks for by name, and says what the new names mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import index
from typing import NoReturn

from typedgrad.shapes.dim import Dim, Shape, Sym, substitute
from typedgrad.shapes.dim_text import parse_dim
from typedgrad.shapes.env import Env, Meaning, Series
from typedgrad.shapes.errors import ShapeError, ShapeStringError, SignatureError
from typedgrad.shapes.relations import Inconclusive
from typedgrad.shapes.unknown import UNKNOWN, Star, Unknown


class Undecided(Unknown):
    """The value of a static argument that is not known: whoever looks closer learns that he cannot."""

    __slots__ = ()

    def _look(self, other: object = None) -> NoReturn:
        raise Inconclusive("a static argument is not known")

    __eq__ = __ne__ = __bool__ = __iter__ = __len__ = __getitem__ = __contains__ = _look
    __lt__ = __le__ = __gt__ = __ge__ = _look
    __hash__ = None  # type: ignore[assignment]  # a table look-up needs the value too

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python itself is asking, as in `copy` or `inspect`
            raise AttributeError(name)
        raise Inconclusive("a static argument is not known")


UNDECIDED = Undecided()


def rule_parameters(rule: Callable[..., object]) -> tuple[str, ...]:
    """The names a rule asks for."""
    code = rule.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def run_rule(
    rule: Callable[..., Mapping[str, object]],
    env: Env,
    names: Collection[str],
    tensors: Mapping[str, object],
    static: Mapping[str, object],
    series: Collection[str] = (),
) -> dict[str, Meaning]:
    """What `rule` says of the new names, under their keys (`n`, or `*n` for a run of axes).

    `names` are those of the signature and `tensors` the shapes of all its arguments, None for one that is absent;
    `series` are the keys for which the rule may return one meaning for each of several results.
    """
    arguments: dict[str, object] = {}
    for name in rule_parameters(rule):
        value = _argument(name, env, names, tensors, static)
        if value is not _MISSING:
            arguments[name] = value
        elif name not in _defaults(rule):
            raise SignatureError(
                f"`where` asks for `{name}`, which is neither a dimension, a tensor nor a static argument of this call"
            )
    try:
        returned = rule(**arguments)
    except ZeroDivisionError:
        zeros = [f"`{name}`" for name, value in arguments.items() if type(value) is int and value == 0]
        reason = f", and {' and '.join(zeros)} {'is' if len(zeros) == 1 else 'are'} 0" if zeros else ""
        raise ShapeError(f"a size is divided by zero{reason}") from None
    return dict(_checked(name, value, env, series) for name, value in returned.items())


_MISSING = object()


def _argument(
    name: str, env: Env, names: Collection[str], tensors: Mapping[str, object], static: Mapping[str, object]
) -> object:
    for key in (name, f"*{name}"):
        if key in env:
            return env[key]
    if name in tensors:
        return tensors[name]
    if name in static:
        return undecided(static[name])
    return UNKNOWN if name in names else _MISSING


def _defaults(rule: Callable[..., object]) -> tuple[str, ...]:
    code = rule.__code__
    positional = code.co_varnames[: code.co_argcount]
    optional = positional[len(positional) - len(rule.__defaults__ or ()) :]
    return (*optional, *(rule.__kwdefaults__ or ()))


def undecided(value: object) -> object:
    """A static argument as a rule gets it: unknown values refuse to be looked at."""
    if isinstance(value, Unknown):
        return UNDECIDED
    return tuple(map(undecided, value)) if isinstance(value, tuple | list) else value


def _checked(name: str, value: object, env: Env, series: Collection[str]) -> tuple[str, Meaning]:
    several = isinstance(value, tuple | list)
    key = f"*{name}" if several and name not in series else name
    if key in env:
        raise SignatureError(f"`where` must not redefine `{name}`, which the arguments bind")
    if not isinstance(value, tuple | list):
        return key, _size(name, value)
    if name in series:
        return key, Series(_size(name, item) for item in value)
    if key in series and all(isinstance(item, tuple | list) for item in value):
        return key, Series(_run(name, item) for item in value)
    return key, _run(name, value)


def _run(name: str, axes: Iterable[object]) -> Shape:
    return tuple(axis if isinstance(axis, Star) else _size(name, axis) for axis in axes)


def _size(name: str, value: object) -> Dim:
    if isinstance(value, Sym):
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    try:
        size = index(value)  # type: ignore[arg-type]  # refused below
    except TypeError:
        raise SignatureError(f"`where` returned {name}={value!r}, which is no size") from None
    if size < 0:
        raise ShapeError(f"`{name}` would be {size}")
    return size


def static_value(name: str, static: Mapping[str, object], env: Mapping[str, object]) -> Dim:
    """The value of `{name}` or `{self.name}`; unknown where nobody has told."""
    path = name.strip("{}")
    for key in (path, path.removeprefix("self.")):
        if key in static or key in env:
            return _as_dim(static[key] if key in static else env[key], env)
    root, *attributes = path.split(".")
    value = static.get(root)
    if value is None or not all(attribute.isidentifier() for attribute in attributes):
        return UNKNOWN
    for attribute in attributes:
        value = getattr(value, attribute, None)
    return _as_dim(value, env)


def _as_dim(value: object, env: Mapping[str, object]) -> Dim:
    if isinstance(value, str):  # an f-string axis may insert a name
        try:
            return substitute(parse_dim(value), env)
        except ShapeStringError:
            return UNKNOWN
    return value if isinstance(value, int | Sym) else UNKNOWN
