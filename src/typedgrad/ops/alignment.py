"""Alignments of a sequence of labels with more steps: how likely all of them are together, and where they pass.

An alignment walks through the labels with a blank before, between and behind them: at each step it stays, goes one on,
or leaves out a blank between two different labels. Sums run over all walks, in logarithms; what is impossible is a
large negative number, so that nothing is NaN. Everything is done for all examples and all places at once.

Source: Graves, Fernández, Gomez and Schmidhuber, "Connectionist temporal classification", 2006, section 4.
"""

from __future__ import annotations

from typing import Final

from jaxtyping import Bool, Float, Int

from typedgrad.backends import namespace
from typedgrad.core.mode import raw
from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.elementwise import exp, log
from typedgrad.ops.like import full_like
from typedgrad.ops.logic import logical_and
from typedgrad.ops.move import concat, reshape, stack
from typedgrad.ops.selection import maximum, where
from typedgrad.ops.softmax import logsumexp

IMPOSSIBLE: Final = -1e30


@primitive
def alignment_loss(
    logs: Float[Tensor, "n time places"],
    skips: Bool[Tensor, "n places"],
    ends: Bool[Tensor, "n places"],
    steps: Int[Tensor, "n"],
) -> Float[Tensor, "n"]:
    """Minus the logarithm of the probability of all walks through the places; infinite if there is none.

    `logs` are the logarithms of the probabilities of the places at each time, `skips` says to which a walk may come
    from the last but one, `ends` where it may end, `steps` how many steps each walk has. It starts at the first or the
    second place.

    >>> yes, no = tg.asarray([[False, True, True]]), tg.asarray([[False, False, False]])
    >>> tg.exp(-alignment_loss(tg.log(tg.full((1, 2, 3), 0.5)), no, yes, tg.asarray([2])))
    Tensor([0.75], dtype=float32)
    """
    xp = namespace(logs)
    with raw:
        total = _total(_before(logs, skips, steps)[-1], ends)
    infinite = xp.asarray(float("inf"), dtype=logs.dtype)
    return xp.where(total < 0.5 * IMPOSSIBLE, infinite, -total)


# The slope by a logarithm is minus the probability that a walk is at that place then, given that it ends well. Where
# there is no walk it is 0.
@vjp(alignment_loss, "logs")
def _(g: Tensor, out: Tensor, logs: Tensor, skips: Tensor, ends: Tensor, steps: Tensor) -> Tensor:
    before = _before(logs, skips, steps)
    total = _total(before[-1], ends)
    fine = total > 0.5 * IMPOSSIBLE
    total = where(fine, total, 0.0)[:, None]
    through = [
        where(logical_and(fine, steps > t)[:, None], exp(left + right - total), 0.0)
        for t, (left, right) in enumerate(zip(before, _after(logs, skips, ends, steps), strict=True))
    ]
    return -reshape(g, (-1, 1, 1)) * stack(through, axis=1)


def _before(logs: Tensor, skips: Tensor, steps: Tensor) -> list[Tensor]:
    """For each time the logarithm of the probability of all walks up to each place, that place included."""
    first = logs[:, 0, :]
    if first.shape[1] > 2:
        first = concat((first[:, :2], full_like(first[:, 2:], IMPOSSIBLE)), axis=1)
    found = [first]
    for t in range(1, logs.shape[1]):
        last = found[-1]
        wall = full_like(last[:, :1], IMPOSSIBLE)
        padded = concat((wall, wall, last), axis=1)
        leap = where(skips, padded[:, :-2], IMPOSSIBLE)
        found.append(where(steps[:, None] > t, logs[:, t, :] + _either(last, padded[:, 1:-1], leap), last))
    return found


def _after(logs: Tensor, skips: Tensor, ends: Tensor, steps: Tensor) -> list[Tensor]:
    """For each time the logarithm of the probability of all walks on from each place, that place not included."""
    end = where(ends, full_like(logs[:, 0, :], 0.0), IMPOSSIBLE)
    found = [end]
    for t in range(logs.shape[1] - 1, 0, -1):
        here = found[-1] + logs[:, t, :]
        wall = full_like(here[:, :1], IMPOSSIBLE)
        padded = concat((here, wall, wall), axis=1)
        leap = concat((where(skips, here, IMPOSSIBLE), wall, wall), axis=1)[:, 2:]
        found.append(where(steps[:, None] > t, _either(here, padded[:, 1:-1], leap), end))
    return found[::-1]


def _either(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """The logarithm of the sum of three numbers of which the logarithms are given."""
    top = maximum(maximum(a, b), c)
    return top + log(exp(a - top) + exp(b - top) + exp(c - top))


def _total(last: Tensor, ends: Tensor) -> Tensor:
    """The logarithm of the probability of all walks that end where they may."""
    fitting = where(ends, last, IMPOSSIBLE)
    return logsumexp(fitting, axis=1)
