"""What the laws must be told of `typedgrad.ops.elementwise` and `typedgrad.ops.special`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from typedgrad.testing.laws import Case

POSITIVE = (0.3, 3.0)


def in_dtype(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, computed in float64, with results of the argument's dtype."""
    return lambda x: np.asarray(function(x.astype("float64"))).astype(x.dtype)


CASES = {
    "exp": Case(np.exp),
    "expm1": Case(np.expm1),
    "log": Case(np.log, domain=POSITIVE),
    "log1p": Case(np.log1p, domain=(-0.7, 2.0)),
    "log2": Case(np.log2, domain=POSITIVE),
    "log10": Case(np.log10, domain=POSITIVE),
    "sqrt": Case(np.sqrt, domain=POSITIVE),
    "erf": Case(in_dtype(special.erf), domain=(-4.0, 4.0)),
    "erfc": Case(in_dtype(special.erfc), domain=(-4.0, 4.0)),
}
