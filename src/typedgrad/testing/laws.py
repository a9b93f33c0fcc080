"""The laws that every op must keep, checked on arguments drawn from its signature.

1. reference: the forward result is what numpy says.
2. shape: inference, the result, and the result on shapes alone agree.
3. homomorphism: inferring with symbols and then putting sizes in gives what inferring with the sizes gives.
4. gradient: <v, J w> = <J'v, w>, with J w by differences and by forward mode; `second`: the same for the gradient.
5. agreement: other backends give the same values and gradients.
6. purity: arguments stay as they are, and results do not share their memory unless the op is a view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from typedgrad.core.primitive import Primitive, lookup
from typedgrad.testing import forward_laws, gradient_laws
from typedgrad.testing.case import Case as Case
from typedgrad.testing.case import uniform as uniform
from typedgrad.testing.draw import Draw, draw, kinds_of
from typedgrad.testing.trial import Broken, Trial

LAWS: dict[str, Callable[[Trial], object]] = {
    "reference": forward_laws.reference,
    "shape": forward_laws.shape,
    "homomorphism": forward_laws.homomorphism,
    "gradient": gradient_laws.first_order,
    "second": gradient_laws.second_order,
    "agreement": gradient_laws.agreement,
    "purity": gradient_laws.purity,
}
# How many arguments to draw for each law. Every third draw may have axes of size 0.
_DRAWS = {"reference": 6, "shape": 6, "homomorphism": 30, "gradient": 12, "second": 8, "agreement": 6, "purity": 4}
# The laws that hold for every kind of number rather than for float64 alone.
_ALL_KINDS = ("reference", "shape", "agreement")


class LawBroken(AssertionError):
    """An op does not keep a law. The message holds the arguments and how to draw them again."""


def check_op(
    op: Callable[..., Any],
    case: Case,
    *,
    laws: Iterable[str] = tuple(LAWS),
    devices: Iterable[str] = (),
    draws: int | None = None,
    seed: str = "",
) -> None:
    """Check that a primitive keeps the laws; for authors of ops.

    Args:
        op: a function made by `primitive` or `elementwise`.
        case: its reference, and what else must be told.
        laws: which of `LAWS` to check.
        devices: other devices on which it must agree with the CPU.
        draws: how many arguments to draw per law and kind of number; a sensible number by default.
        seed: another one draws other arguments.

    Raises:
        LawBroken: naming the law, with the arguments that break it.

    >>> import numpy as np
    >>> from typedgrad.testing import Case, check_op
    >>> check_op(tg.multiply, Case(np.multiply))
    >>> check_op(tg.multiply, Case(np.add), laws=["reference"])
    Traceback (most recent call last):
    typedgrad.testing.laws.LawBroken: multiply breaks the law "reference": ...
    """
    found = lookup(op)
    for law in laws:
        if law in case.skip:
            continue
        for device in devices if law == "agreement" else ("cpu",):
            _check(found, case, law, device, draws or _DRAWS[law], seed)


def _check(op: Primitive, case: Case, law: str, device: str, draws: int, seed: str) -> None:
    kinds = kinds_of(op, case) if law in _ALL_KINDS else ["float64"]
    if law == "gradient":
        gradient_laws.has_rule(op)
    verdicts: list[object] = []
    for kind in kinds:
        rng = Random(f"{op.name} {law} {kind} {device} {seed}")
        for i in range(10 * draws):
            if i >= draws and not _still_unknown(law, verdicts):
                break
            try:
                arguments = draw(op, case, rng, kind=kind, zero=i % 3 == 2)
            except ValueError:
                if i % 3 == 2:  # there may be no accepted arguments with axes of size 0
                    continue
                raise
            trial = Trial(op, case, rng, arguments, device)
            verdicts.append(_try(law, trial, f"{kind} {i}"))
    if _still_unknown(law, verdicts):
        raise LawBroken(f'{op.name} breaks the law "{law}": no result is known for any symbolic shapes that were tried')


def _still_unknown(law: str, verdicts: list[object]) -> bool:
    """Whether symbols were tried, but nothing was ever known for them."""
    return law == "homomorphism" and False in verdicts and True not in verdicts


def _try(law: str, trial: Trial, which: str) -> object:
    try:
        return LAWS[law](trial)
    except Broken as broken:
        raise LawBroken(_message(law, trial, which, str(broken))) from None
    except Exception as error:
        raise LawBroken(_message(law, trial, which, f"{type(error).__name__}: {error}")) from error


def _message(law: str, trial: Trial, which: str, what: str) -> str:
    op = trial.op
    arguments: Draw = trial.draw
    names = [a.name for a in op.reading.tensors]
    where = f" on {trial.device}" if trial.device != "cpu" else ""
    return f'{op.name} breaks the law "{law}"{where}: {what}\n\n  draw {which}:\n{arguments.describe(names)}'
