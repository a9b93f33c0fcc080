"""Sizes that a program compares: in one of its branches they are equal, and what is right there is no mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from typedgrad.shapes.axes import format_shape, parse_shape
from typedgrad.shapes.dim import Dim, Sym, substitute
from typedgrad.shapes.dim_text import parse_dim
from typedgrad.shapes.questions import Argument, Request, Spelled
from typedgrad.shapes.unknown import Star


def alternatives(pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, Dim]]:
    """What names mean if two sizes are equal: for each pair by itself, then for all of them together.

    >>> list(alternatives([("features", "heads*size"), ("n", "m")]))
    [{'features': heads*size}, {'n': m}, {'features': heads*size, 'n': m}]
    """
    single = [env for a, b in pairs if (env := _solved(parse_dim(a), parse_dim(b)))]
    yield from single
    if len(single) > 1:
        joint: dict[str, Dim] = {}
        for env in single:
            joint |= {name: substitute(dim, joint) for name, dim in env.items()}
        yield joint


def _solved(a: Dim, b: Dim) -> dict[str, Dim]:
    for left, right in ((a, b), (b, a)):
        if isinstance(left, Sym) and len(left.terms) == 1:
            ((monomial, n),) = left.terms
            if n == 1 and len(monomial) == 1 and isinstance(monomial[0], str):
                return {monomial[0]: right}
    return {}


def assuming(request: Request, env: Mapping[str, Dim]) -> Request:
    """A question, with other sizes for some of the names of the body that it is about."""

    def shape(text: str | None) -> str | None:
        return None if text is None else format_shape(tuple(_put(dim, env) for dim in parse_shape(text)))

    def argument(given: Argument) -> Argument:
        many = given.many and tuple((shape(text), dtype) for text, dtype in given.many)
        # The pattern of a call has names of its own.
        axes = given.axes if request.kind in ("call", "claim") else shape(given.axes)
        return given._replace(axes=axes, shape=shape(given.shape), many=many)

    def static(value: object) -> object:
        if isinstance(value, Spelled):
            return Spelled(str(substitute(parse_dim(value.text), env)))
        return tuple(map(static, value)) if isinstance(value, tuple) else value

    return request._replace(
        arguments=tuple(map(argument, request.arguments)),
        known={n: shape(t) or t for n, t in request.known.items()},
        statics={name: static(value) for name, value in request.statics.items()},
        related=(),
    )


def _put(dim: Dim | Star, env: Mapping[str, Dim]) -> Dim | Star:
    return dim if isinstance(dim, Star) else substitute(dim, env)
