"""What a program claims in the middle of a body: `assert_shape(x, "b t d")`. One matcher for run time and mypy."""

from __future__ import annotations

from collections.abc import Mapping

from typedgrad.shapes.alignment import Subject
from typedgrad.shapes.axes import parse_axes
from typedgrad.shapes.dim import Shape
from typedgrad.shapes.env import Env, Meaning
from typedgrad.shapes.errors import ShapeError
from typedgrad.shapes.matching import Matcher
from typedgrad.shapes.rules import static_value


def claim(
    axes: str, shape: Shape, known: Mapping[str, Meaning], static: Mapping[str, object] = {}, where: str = ""
) -> Env:
    """Match a shape against what is claimed of it; `known` has the names that mean something already.

    Raises ShapeError for a claim that is certainly false, ShapeStringError for one that is no shape.

    >>> claim("b t d", (2, 3, 4), {"d": 4})
    {'d': 4, 'b': 2, 't': 3}
    """
    # What may be stretched leaves open what is there.
    pattern = parse_axes(" ".join(loosened(token) for token in axes.split()))
    env = Env(known)
    matcher = Matcher(env, lambda name: static_value(name, static, env))
    try:
        matcher.match(Subject("x", axes, pattern, shape, True))
        matcher.settle()
    except ShapeError as error:
        error.where = where
        raise
    return env


def loosened(token: str) -> str:
    """An axis without what may be stretched: `#n` is an unknown axis, `*#b` any axes.

    >>> [loosened(token) for token in "*#b n #m".split()]
    ['...', 'n', '_']
    """
    return token if "#" not in token else "..." if "*" in token[:2] else "_"
