"""Kernels for the updates of parameters: one pass over a parameter, its gradient and what is kept of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad.core.accelerate import updates
from typedgrad.kernels.plans import making, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.accelerate import Update
    from typedgrad.core.aval import Aval


@updates("momentum")
def _(aval: Aval) -> Update | None:
    if not serves(aval):
        return None
    return plan("momentum", (aval,) * 3, (making(aval),) * 2, work=math.prod(aval.shape), unit=1, any_order=True)


@updates("adam")
def _(aval: Aval) -> Update | None:
    if not serves(aval):
        return None
    return plan("adam", (aval,) * 4, (making(aval),) * 3, work=math.prod(aval.shape), unit=1, any_order=True)
