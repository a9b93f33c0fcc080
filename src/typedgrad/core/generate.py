"""Writes the fast path of an op from its parameters.

The text is made of the op's own parameter names and nothing else; it is compiled once, at the op's first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedgrad.core.call import general, other, unknown
from typedgrad.core.signatures import is_required
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import SignatureError

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.core.primitive import Primitive
    from typedgrad.core.signatures import Argument


def fast_path(op: Primitive) -> Callable[..., Any]:
    """A function with the parameters of `op` that looks the call up and runs it."""
    arguments = op.reading.arguments
    tensors = [a for a in arguments if a.slot is not None]
    statics = [a for a in arguments if a.slot is None]
    if tuple(tensors) != arguments[: len(tensors)]:
        raise SignatureError(f"{op.name}: tensor arguments must come before static ones")
    scope: dict[str, Any] = {
        "op": op,
        "get": op.cache.get,
        "Tensor": Tensor,
        "new": object.__new__,
        "other": other,
        "unknown": unknown,
        "general": general,
        **{f"default_{a.name}": a.default for a in arguments},
    }
    several = any(a.optional or (a.slot and a.slot.many) for a in tensors)
    source = _source(op.name, tensors, statics, simple=not several)
    exec(compile(source, f"<fast path of {op.full_name}>", "exec"), scope)  # see the module's docstring
    made: Callable[..., Any] = scope[op.name]
    return made


def _source(name: str, tensors: list[Argument], statics: list[Argument], *, simple: bool) -> str:
    given = "".join(f"{a.name}, " for a in tensors)
    odd = " or ".join(map(_is_odd, tensors))
    parts = [*map(_key, tensors), *(f"{a.name}, {a.name}.__class__" for a in statics)]
    keywords = ", ".join(f"{a.name!r}: {a.name}" for a in statics)
    lines = [
        f"def {name}({_parameters(tensors + statics)}):",
        f"    if {odd}:",
        f"        return other(op, ({given}), {{{keywords}}})",
        f"    key = ({', '.join(parts)},)",
        "    try:",
        "        entry = get(key)",
        "    except TypeError:  # an unhashable static argument; examined below",
        "        entry = key = None",
        "    if entry is None:",
        f"        return unknown(op, ({given}), {{{keywords}}}, key)",
    ]
    if not simple:
        return "\n".join([*lines, f"    return general(entry, ({given}))"])
    taped = " or ".join(f"{a.name}.node is not None" for a in tensors)
    lines += [
        "    aval = entry.aval",
        "    if aval is None:",
        f"        return general(entry, ({given}))",
        f"    data = entry.run({', '.join(f'{a.name}.data' for a in tensors)})",
        "    out = new(Tensor)",
        "    out.data = data",
        "    out.aval = aval",
        "    out.shape = aval.shape",
        "    out.dtype = aval.dtype",
        f"    out.node = (entry, ({given}), data) if ({taped}) and entry.tapes else None",
        "    return out",
    ]
    return "\n".join(lines)


def _is_odd(a: Argument) -> str:
    if a.slot is not None and a.slot.many:
        return f"not ({a.name}.__class__ is tuple and all(t.__class__ is Tensor for t in {a.name}))"
    if a.optional:
        return f"({a.name}.__class__ is not Tensor and {a.name} is not None)"
    return f"{a.name}.__class__ is not Tensor"


def _key(a: Argument) -> str:
    if a.slot is not None and a.slot.many:
        return f"tuple([t.aval for t in {a.name}])"
    if a.optional:
        return f"None if {a.name} is None else {a.name}.aval"
    return f"{a.name}.aval"


def _parameters(arguments: list[Argument]) -> str:
    """The parameter list, with markers for positional-only and keyword-only ones."""
    texts: list[str] = []
    kinds = [a.kind for a in arguments]
    for i, a in enumerate(arguments):
        if a.kind is a.kind.KEYWORD_ONLY and (i == 0 or kinds[i - 1] is not a.kind):
            texts.append("*")
        texts.append(a.name if is_required(a) else f"{a.name}=default_{a.name}")
        if a.kind is a.kind.POSITIONAL_ONLY and (i + 1 == len(arguments) or kinds[i + 1] is not a.kind):
            texts.append("/")
    return ", ".join(texts)
