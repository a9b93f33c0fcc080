"""Before an op first runs on some arguments: scalars become tensors, dtypes are promoted, the rest is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from typedgrad.backends import backend_for_device
from typedgrad.core.call import NUMBERS, WEAK
from typedgrad.core.casting import astype
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import DTypeError, dtypes

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive
    from typedgrad.core.signatures import Argument

_NUMBERS = (bool, int, float, complex)
_SCALARS: dict[tuple[object, str, str], Tensor] = {}
# Per op, avals and numbers: the tensors that took the numbers' places, where nothing else had to change.
_FILLED: dict[tuple[object, ...], list[Tensor | None]] = {}
_SCALAR_LIMIT = 1_024


def converted(op: Primitive, tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tensor arguments as tensors of one dtype per annotation; the very same tuple if they were so already.

    Python scalars are weak: they take the dtype of the tensors beside them, unless they are of a higher kind.

    Raises:
        TypeError: for what is neither a tensor nor a permitted scalar.
        DTypeError: for elements of a kind that the annotation refuses.
    """
    if len(tensors) == 1 and tensors[0].__class__ is Tensor and not op.reading.tensors[0].many:
        return tensors
    key = (op, *map(_known_by, tensors))
    filled = _FILLED.get(key)
    if filled is not None:
        return tuple([x if number is None else number for x, number in zip(tensors, filled, strict=True)])
    arguments = op.reading.tensors
    values = [_checked(op, a, v) for a, v in zip(arguments, tensors, strict=True)]
    for group in {a.slot.dtype for a in arguments if a.slot is not None}:
        members = [i for i, a in enumerate(arguments) if a.slot is not None and a.slot.dtype == group]
        _promote(op, values, members)
    if all(a is b for a, b in zip(values, tensors, strict=True)):
        return tensors
    _remember(tensors, values)
    changed = [None if a is b else b for a, b in zip(tensors, values, strict=True)]
    if all(b is None or a.__class__ in _NUMBERS for a, b in zip(tensors, changed, strict=True)):
        if len(_FILLED) >= _SCALAR_LIMIT:
            _FILLED.clear()
        _FILLED[key] = changed
    return tuple(values)


def _known_by(value: Any) -> object:
    """What stands for an argument in a key: the aval of a tensor, class and value of a number, nothing for the rest."""
    if value.__class__ is Tensor:
        return value.aval
    if value.__class__ in _NUMBERS:
        return _exact(value)
    return None if value is None else object()


def _exact(number: complex) -> tuple[object, ...]:
    """A key for a number: 1, 1.0 and True are equal but not the same, nor are 0.0 and -0.0."""
    return number.__class__, number, number == 0 and str(number)


def _remember(tensors: tuple[Any, ...], values: list[Any]) -> None:
    """Let the next `x * 2.0` with such an `x` find its 2.0 at once."""
    if len(tensors) != 2 or tensors[0] is not values[0] or type(tensors[1]) not in NUMBERS:
        return
    x, number = tensors
    if number.__class__ is bool or number != number or (number == 0 and number.__class__ is not int):  # noqa: PLR0124  # the test for NaN
        return
    if len(WEAK) >= _SCALAR_LIMIT:
        WEAK.clear()
    WEAK[(x.aval, type(number), number)] = values[1]


def _checked(op: Primitive, a: Argument, value: Any) -> Any:
    if value is None and a.optional:
        return value
    if isinstance(value, Tensor) and not a.many:
        # Before promotion, which would make an argument of a refused kind acceptable, or blame the one beside it.
        if a.slot is not None and not dtypes.accepts(a.slot.dtype, value.dtype.name):
            raise dtypes.clash(a.name, a.slot.dtype, value.dtype.name, op.name)
        return value
    if a.many and isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            if not isinstance(item, Tensor):
                raise TypeError(f"{op.name}: `{a.name}[{i}]` must be a Tensor, not {_describe(item)}")
        return value if isinstance(value, tuple) else tuple(value)
    if a.scalar and isinstance(value, _NUMBERS):
        return value
    if a.scalar and hasattr(value, "item") and getattr(value, "shape", None) == () and not hasattr(value, "data_ptr"):
        return value.item() if isinstance(value.item(), _NUMBERS) else value
    wanted = "a sequence of Tensors" if a.many else "a Tensor"
    raise TypeError(f"{op.name}: `{a.name}` must be {wanted}, not {_describe(value)}")


def _describe(value: object) -> str:
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    name = kind.__qualname__ if package == "builtins" else f"{package}.{kind.__qualname__}"
    if isinstance(value, (int, float, complex, list, tuple)) or hasattr(value, "__array__"):
        return f"{name}; convert it with tg.asarray"
    return "None" if value is None else name


def _promote(op: Primitive, values: list[Any], members: list[int]) -> None:
    """Bring the members of one group to their common dtype, in place."""
    present = [values[i] for i in members if values[i] is not None]
    tensors = [t for v in present for t in (v if isinstance(v, tuple) else (v,)) if isinstance(t, Tensor)]
    if not tensors:
        if any(isinstance(v, _NUMBERS) for v in present):
            raise TypeError(f"{op.name}: at least one argument must be a Tensor; all are Python numbers")
        return
    names = {t.dtype.name for t in tensors}
    wanted = names.pop() if len(names) == 1 else _common(op, sorted(names | {t.dtype.name for t in tensors}))
    for i in members:
        value, a = values[i], op.reading.tensors[i]
        if isinstance(value, _NUMBERS):
            wanted = dtypes.with_scalar(wanted, _kind(value))
            if a.slot is not None and not dtypes.accepts(a.slot.dtype, wanted):
                raise DTypeError(f"`{a.name}` must be {a.slot.dtype}, not {value!r}", where=op.name, argument=a.name)
    for i in members:
        try:
            values[i] = _as(values[i], wanted, tensors[0].device)
        except ValueError as error:
            name = op.reading.tensors[i].name
            raise ValueError(f"{op.name}: `{name}` is {values[i]!r}, which {wanted} cannot hold") from error


def _common(op: Primitive, names: list[str]) -> str:
    try:
        return dtypes.promote(*names)
    except DTypeError as error:
        error.where = op.name
        raise


def _kind(number: complex) -> Literal["bool", "int", "float", "complex"]:
    """The kind of a Python number; subclasses (numpy's float64 is one of float) count as what they derive from."""
    if isinstance(number, bool):
        return "bool"
    return "int" if isinstance(number, int) else "float" if isinstance(number, float) else "complex"


def _as(value: Any, dtype: str, device: str) -> Any:
    if value is None:
        return None
    if isinstance(value, tuple):
        return value if all(t.dtype.name == dtype for t in value) else tuple(_as(t, dtype, device) for t in value)
    if isinstance(value, Tensor):
        return value if value.dtype.name == dtype else astype(value, dtype)
    return scalar(value, dtype, device)


def scalar(value: complex, dtype: str, device: str) -> Tensor:
    """A 0-d tensor for a Python number; the common ones are remembered."""
    if device == "abstract":
        from typedgrad.backends import AbstractArray

        return Tensor(AbstractArray((), dtype))
    key = (_exact(value), dtype, device)
    found = _SCALARS.get(key)
    if found is None:
        found = Tensor(backend_for_device(device).asarray(value, dtype=dtype, device=device))
        if len(_SCALARS) >= _SCALAR_LIMIT:
            _SCALARS.clear()
        _SCALARS[key] = found
    return found
