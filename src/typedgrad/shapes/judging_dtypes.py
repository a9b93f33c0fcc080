"""The judge's other half: kinds of elements. Which argument has the wrong one, and which the result has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from typedgrad.shapes import dtypes
from typedgrad.shapes.errors import DTypeError
from typedgrad.shapes.questions import Spelled
from typedgrad.shapes.relations import Inconclusive
from typedgrad.shapes.rules import rule_parameters, undecided

if TYPE_CHECKING:
    from typedgrad.shapes.questions import Argument
    from typedgrad.shapes.registry import DTypeRule, Entry

_WEAK = "weak "


def dtype_clash(title: str, wanted: Mapping[str, str], arguments: Sequence[Argument]) -> DTypeError | None:
    """The error for the first argument whose elements are certainly of a kind that is refused."""
    for argument in arguments:
        kind = wanted.get(argument.name, argument.dtype)
        for label, given in _items(argument):
            if given is not None and not given.startswith(_WEAK) and dtypes.compare(kind, given) == "refuted":
                return dtypes.clash(label, kind, given, title)
    return None


def _items(argument: Argument) -> list[tuple[str, str | None]]:
    if argument.many is None:
        return [(argument.name, argument.actual_dtype)]
    return [(f"{argument.name}[{i}]", dtype) for i, (_, dtype) in enumerate(argument.many)]


def result_dtypes(
    entry: Entry | None, arguments: Sequence[Argument], static: Mapping[str, object], declared: Sequence[str]
) -> tuple[str | None, ...]:
    """The dtype of each result, or as narrow a class as is known.

    A class that holds one dtype settles it. For an op the rule attached by `dtype` comes next, then the promotion of
    the arguments annotated with the same class as the result, or of all if there is none.
    """
    if entry is not None and entry.dtype_rule is not None:
        made = _by_rule(entry.dtype_rule, entry.static_defaults, arguments, static, len(declared))
        if made is not None:
            return made
    return tuple(_result_dtype(entry, arguments, kind) for kind in declared)


def _result_dtype(entry: Entry | None, arguments: Sequence[Argument], declared: str) -> str | None:
    exact = dtypes.concrete(declared)
    if exact is not None:
        return exact
    if entry is not None and entry.dtype_rule is None:
        slots = entry.signature.args
        alike = [a for a in arguments if a.name in slots and slots[a.name].dtype == declared]
        given = _given(alike or arguments)
        if given and None not in given:
            try:
                return promoted([dtype for dtype in given if dtype is not None])
            except TypeError:
                return None
    return None if declared == "Shaped" else declared


def _given(arguments: Sequence[Argument]) -> list[str | None]:
    return [dtype for argument in arguments for _, dtype in _items(argument)]


def promoted(given: Sequence[str]) -> str | None:
    """The common dtype of tensors and weak scalars; a class if only their kinds are known; None if not even those."""
    weak = [dtype.removeprefix(_WEAK) for dtype in given if dtype.startswith(_WEAK)]
    strong = [dtypes.concrete(dtype) or dtype for dtype in given if not dtype.startswith(_WEAK)]
    if len(set(strong)) == 1 and not weak:
        return strong[0]
    if not strong or not all(dtypes.is_dtype(dtype) for dtype in strong):
        return _common_kind([*strong, *(_SCALARS[scalar] for scalar in weak)]) if strong else None
    common = dtypes.promote(*strong)
    for scalar in weak:
        common = dtypes.with_scalar(common, scalar)  # type: ignore[arg-type]  # "weak float" holds one of the four
    return common


_LADDER = ("Bool", "Integer", "Float", "Complex")  # each kind wins over those before it
_SCALARS = {"bool": "Bool", "int": "Integer", "float": "Float", "complex": "Complex"}


def _common_kind(given: Sequence[str]) -> str | None:
    rungs = [next((i for i, kind in enumerate(_LADDER) if dtypes.compare(kind, one) == "equal"), -1) for one in given]
    return None if -1 in rungs else _LADDER[max(rungs)]


def _by_rule(
    rule: DTypeRule,
    defaults: Mapping[str, object],
    arguments: Sequence[Argument],
    static: Mapping[str, object],
    count: int,
) -> tuple[str | None, ...] | None:
    if any(given == "Float" for given in _given(arguments)):
        return _for_any_float(rule, defaults, arguments, static, count)
    scope: dict[str, object] = {**defaults, **static}
    tensors = {a.name: a for a in arguments}
    common = _common_strong(arguments)
    asked: dict[str, object] = {}
    for name in rule_parameters(rule):
        if name in tensors:
            given = next((dtype for _, dtype in _items(tensors[name])), None)
            if given is not None and given.startswith(_WEAK):
                given = promoted([common, given]) if common else None
            dtype = given and (dtypes.concrete(given) or given)
            if dtype is None or not dtypes.is_dtype(dtype):
                return None
            asked[name] = dtype
        else:
            value = scope.get(name)
            asked[name] = value.text if isinstance(value, Spelled) else undecided(value)
    try:
        made = rule(**asked)
        names = tuple(map(_dtype_name, made)) if isinstance(made, tuple) else (_dtype_name(made),) * max(count, 1)
    except (Inconclusive, TypeError, ValueError, LookupError, AttributeError):
        return None
    return None if None in names else names


def _for_any_float(
    rule: DTypeRule,
    defaults: Mapping[str, object],
    arguments: Sequence[Argument],
    static: Mapping[str, object],
    count: int,
) -> tuple[str | None, ...] | None:
    """What the rule says of floats of whichever width: what it says of each, or that the result is a float too."""
    answers = []
    for width in ("float32", "float64"):
        given = [a._replace(actual_dtype=width) if a.actual_dtype == "Float" else a for a in arguments]
        if any(dtype == "Float" for dtype in _given(given)):
            return None
        answers.append(_by_rule(rule, defaults, given, static, count))
    first, second = answers
    if first is None or second is None or first == second:
        return first if first == second else None
    floats = {"float16", "float32", "float64"}
    return tuple(
        a if a == b else "Float" if a in floats and b in floats else None for a, b in zip(first, second, strict=True)
    )


def _common_strong(arguments: Sequence[Argument]) -> str | None:
    strong = [dtype for dtype in _given(arguments) if dtype is not None and not dtype.startswith(_WEAK)]
    try:
        return promoted(strong) if strong else None
    except TypeError:
        return None


def _dtype_name(dtype: object) -> str | None:
    """A rule may answer with a name, or with an array library's dtype object."""
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or getattr(dtype, "__name__", None)
    return name if isinstance(name, str) and dtypes.is_dtype(name) else None
