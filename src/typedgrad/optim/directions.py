"""Where to go: the directions of the solvers, each a function of the gradients and of what it remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from typedgrad.backends import namespace
from typedgrad.optim.flat import Point, dot
from typedgrad.optim.line_search import backtracking, strong_wolfe

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.line_search import Phi, Trial

# What a method remembers from one iteration to the next, as raw arrays.
Memory: TypeAlias = tuple["Tensor", ...]
# From the memory, the point before and the point now: the direction, and the memory to go on with.
Direction: TypeAlias = Callable[[Memory, Point, Point, int], "tuple[Tensor, Memory]"]
Search: TypeAlias = "Callable[[Phi, Trial, float, float, int], Trial | None]"


class Method(NamedTuple):
    """A solver: its directions after the first one, its line search, and how flat that must make the slope."""

    direction: Direction
    search: Search
    curvature: float
    # Whether the directions come with their length, so that the first step to try is 1.
    scaled: bool


def _steepest(memory: Memory, before: Point, now: Point, history: int) -> tuple[Tensor, Memory]:
    return -now.gradient, ()


def _conjugate(beta: Callable[[Tensor, Tensor, Tensor], float]) -> Direction:
    """Directions of conjugate gradients; the memory is the last direction."""

    def direction(memory: Memory, before: Point, now: Point, history: int) -> tuple[Tensor, Memory]:
        last = memory[0] if memory else -before.gradient
        new = beta(now.gradient, before.gradient, last) * last - now.gradient
        return new, (new,)

    return direction


def _fletcher_reeves(g: Tensor, old: Tensor, d: Tensor) -> float:
    return _ratio(dot(g, g), dot(old, old))


def _polak_ribiere(g: Tensor, old: Tensor, d: Tensor) -> float:
    return max(0.0, _ratio(dot(g, g - old), dot(old, old)))


def _hestenes_stiefel(g: Tensor, old: Tensor, d: Tensor) -> float:
    change = g - old
    return _ratio(dot(g, change), dot(d, change))


def _bfgs(memory: Memory, before: Point, now: Point, history: int) -> tuple[Tensor, Memory]:
    """Nocedal and Wright, algorithm 6.1, equations 6.17 and 6.20; the memory is the inverse of the Hessian."""
    s, y = now.x - before.x, now.gradient - before.gradient
    xp, size = namespace(s), s.shape[0]
    product = dot(s, y)
    if product <= 0:
        inverse = memory[0] if memory else xp.eye(size, dtype=s.dtype, device=s.device)
    else:
        inverse = memory[0] if memory else xp.eye(size, dtype=s.dtype, device=s.device) * (product / dot(y, y))
        moved = inverse @ y
        crossed = xp.reshape(s, (-1, 1)) * moved
        outer = xp.reshape(s, (-1, 1)) * s
        inverse = inverse - (crossed + crossed.mT) / product + outer * ((dot(y, moved) / product + 1) / product)
    return -(inverse @ now.gradient), (inverse,)


def _lbfgs(memory: Memory, before: Point, now: Point, history: int) -> tuple[Tensor, Memory]:
    """Nocedal and Wright, algorithm 7.4 in 7.5; the memory is the last changes of the point and of the gradient."""
    s, y = now.x - before.x, now.gradient - before.gradient
    if dot(s, y) > 0:
        memory = (*memory, s, y)[-2 * history :]
    pairs = list(zip(memory[::2], memory[1::2], strict=True))
    q, alphas = now.gradient, []
    for s, y in reversed(pairs):
        alphas.append(dot(s, q) / dot(s, y))
        q = q - alphas[-1] * y
    if pairs:
        s, y = pairs[-1]
        q = q * (dot(s, y) / dot(y, y))
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q = q + s * (alpha - dot(y, q) / dot(s, y))
    return -q, memory


def _ratio(above: float, below: float) -> float:
    return above / below if below != 0 else 0.0


METHODS = {
    "gradient": Method(_steepest, backtracking, 0.9, scaled=False),
    "cg-fr": Method(_conjugate(_fletcher_reeves), strong_wolfe, 0.1, scaled=False),
    "cg-pr": Method(_conjugate(_polak_ribiere), strong_wolfe, 0.1, scaled=False),
    "cg-hs": Method(_conjugate(_hestenes_stiefel), strong_wolfe, 0.1, scaled=False),
    "bfgs": Method(_bfgs, strong_wolfe, 0.9, scaled=True),
    "lbfgs": Method(_lbfgs, strong_wolfe, 0.9, scaled=True),
}
