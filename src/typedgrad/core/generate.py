"""Writes the fast path of an op from its parameters.

The text is made of the op's own parameter names and nothing else; it is compiled once, at the op's first call.
"""

from __future__ import annotations

from math import copysign
from typing import TYPE_CHECKING, Any, get_args

from typedgrad.core.call import general, other, unknown
from typedgrad.core.signatures import parameter_list
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import SignatureError

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive
    from typedgrad.core.selfwriting import Written
    from typedgrad.core.signatures import Argument


def fast_path(op: Primitive) -> Written:
    """The text of a function with the parameters of `op` that looks the call up and runs it, and what it mentions."""
    arguments = op.reading.arguments
    tensors = [a for a in arguments if a.slot is not None]
    statics = [a for a in arguments if a.slot is None]
    if tuple(tensors) != arguments[: len(tensors)]:
        raise SignatureError(f"{op.name}: tensor arguments must come before static ones")
    scope: dict[str, Any] = {
        "_op_": op,
        "_get_": op.cache.get,
        "_Tensor_": Tensor,
        "_new_": object.__new__,
        "_other_": other,
        "_unknown_": unknown,
        "_general_": general,
        "_sign_": _sign,
        "_tensors_only_": frozenset((Tensor,)).issuperset,
        **{f"_default_{a.name}_": a.default for a in arguments},
    }
    simple = not any(a.optional or _is_many(a) for a in tensors)
    return _source(tensors, statics, simple=simple), scope


def _source(tensors: list[Argument], statics: list[Argument], *, simple: bool) -> str:
    """Names that are not parameters begin and end with an underscore, so that no parameter is hidden."""
    given = "".join(f"{a.name}, " for a in tensors)
    odd = " or ".join(map(_is_odd, tensors)) or "False"
    parts = [*map(_key, tensors), *map(_static_key, statics)]
    keywords = ", ".join(f"{a.name!r}: {a.name}" for a in statics)
    lines = [
        f"def written({parameter_list((*tensors, *statics))}):",
        *(f"    if {a.name}.__class__ is list:\n        {a.name} = tuple({a.name})" for a in tensors if _is_many(a)),
        f"    if {odd}:",
        f"        return _other_(_op_, ({given}), {{{keywords}}})",
        f"    _key_ = ({', '.join(parts)},)",
        "    try:",
        "        _entry_ = _get_(_key_)",
        "    except TypeError:  # an unhashable static argument; examined below",
        "        _entry_ = _key_ = None",
        "    if _entry_ is None:",
        f"        return _unknown_(_op_, ({given}), {{{keywords}}}, _key_)",
    ]
    if not simple:
        return "\n".join([*lines, f"    return _general_(_entry_, ({given}))"])
    taped = " or ".join(f"{a.name}.node is not None" for a in tensors) or "False"
    lines += [
        "    _aval_ = _entry_.aval",
        "    if _aval_ is None:",
        f"        return _general_(_entry_, ({given}))",
        f"    _data_ = _entry_.run({', '.join(f'{a.name}.data' for a in tensors)})",
        "    _out_ = _new_(_Tensor_)",
        "    _out_.data = _data_",
        "    _out_.aval = _aval_",
        "    _out_.shape = _aval_.shape",
        "    _out_.dtype = _aval_.dtype",
        f"    _out_.node = (_entry_, ({given}), _data_) if ({taped}) and _entry_.tapes else None",
        "    return _out_",
    ]
    return "\n".join(lines)


def _is_odd(a: Argument) -> str:
    if _is_many(a):
        return f"not ({a.name}.__class__ is tuple and _tensors_only_(map(type, {a.name})))"
    if a.optional:
        return f"({a.name}.__class__ is not _Tensor_ and {a.name} is not None)"
    return f"{a.name}.__class__ is not _Tensor_"


def _is_many(a: Argument) -> bool:
    return a.slot is not None and a.slot.many


def _static_key(a: Argument) -> str:
    """Equal values of different classes are different arguments, and so are the two zeros of a float."""
    zero = f", _sign_({a.name})" if _may_be_float(a.hint) else ""
    return f"{a.name}, {a.name}.__class__{zero}"


def _may_be_float(hint: object) -> bool:
    return hint is float or float in get_args(hint)


def _sign(value: object) -> float:
    return copysign(1.0, value) if isinstance(value, float) else 0.0


def _key(a: Argument) -> str:
    if _is_many(a):
        return f"tuple([t.aval for t in {a.name}])"
    if a.optional:
        return f"None if {a.name} is None else {a.name}.aval"
    return f"{a.name}.aval"
