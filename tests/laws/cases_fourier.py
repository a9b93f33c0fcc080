"""What the laws must be told of Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from tests.laws.drawn import Shapes, Statics
from typedgrad.testing.laws import Case

Array = np.ndarray[Any, Any]


def _options(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"])
    return {
        "n": rng.choice((None, rng.randint(1, 6))),
        "axis": rng.randrange(-rank, rank),
        "norm": rng.choice(("backward", "ortho", "forward")),
    }


def _samples(rng: Random) -> Shapes:
    return {"x": tuple(rng.randint(2, 4) for _ in range(rng.randint(1, 3)))}


def _case(function: Callable[..., Array]) -> Case:
    return Case(function, statics=_options, shapes=_samples)


CASES = {
    "fft": _case(np.fft.fft),
    "ifft": _case(np.fft.ifft),
    "rfft": _case(np.fft.rfft),
    "irfft": _case(np.fft.irfft),
    "hfft": _case(np.fft.hfft),
    "ihfft": _case(np.fft.ihfft),
}
