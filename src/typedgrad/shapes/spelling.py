"""Writing a result's shape out, once every name has its meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from typedgrad.shapes.axes import Axis, parse_axes
from typedgrad.shapes.dim import ANY_AXES, UNKNOWN, Dim, Shape, Star, names_of, substitute
from typedgrad.shapes.errors import ShapeError, SignatureError
from typedgrad.shapes.rules import static_value


def spell(
    title: str, text: str, env: Mapping[str, Dim | Shape], stretched: Collection[str], static: Mapping[str, object]
) -> Shape:
    """The shape that `text` stands for. `*#b` is the broadcast that matching has collected under `*b`.

    `stretched` are the names that arguments mention with `#`: unbound, they have met nothing but 1.
    """
    out: list[Dim | Star] = []
    for axis in parse_axes(text):
        if axis.kind == "anonymous":
            out.append(ANY_AXES if axis.star else UNKNOWN)
        elif axis.star:
            out.extend(_run(title, axis, env, stretched))
        else:
            dim = axis.dim if axis.kind == "size" else _dim(title, axis, env, stretched, static)
            if isinstance(dim, int) and dim < 0:
                raise ShapeError(f"`{axis.text}` would be {dim}", where=title)
            out.append(dim)
    return tuple(out)


def _run(title: str, axis: Axis, env: Mapping[str, Dim | Shape], stretched: Collection[str]) -> Shape:
    run = env.get(axis.key)
    if isinstance(run, tuple):
        return run
    if axis.key in stretched:
        return ()
    raise _unbound(title, axis.key)


def _dim(
    title: str, axis: Axis, env: Mapping[str, Dim | Shape], stretched: Collection[str], static: Mapping[str, object]
) -> Dim:
    scope: dict[str, object] = {}
    for name in names_of(axis.dim):
        value = env.get(name)
        if "{" in name or "." in name:
            value = static_value(name, static, env)
        elif value is None and name in stretched:
            value = 1
        if value is None:
            raise _unbound(title, name)
        scope[name] = value
    try:
        return substitute(axis.dim, scope)
    except ZeroDivisionError:
        raise ShapeError(f"the result needs {axis.text}, a division by zero", where=title) from None


def _unbound(title: str, name: str) -> SignatureError:
    return SignatureError(
        f"{title + ': ' if title else ''}`{name}` of the result is neither bound by an argument nor returned by `where`"
    )
