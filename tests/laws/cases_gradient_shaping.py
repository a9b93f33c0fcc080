"""What the laws must be told of `typedgrad.ops.gradient_shaping`."""

from __future__ import annotations

from typedgrad.testing.laws import Case

_ON_PURPOSE = {
    "gradient": "it changes the gradient on purpose",
    "second": "as for the first order",
    "agreement": "its gradient is compared with differences as well",
}

CASES = {
    "clip_gradient": Case(
        lambda x, limit: x, statics=lambda shapes, rng: {"limit": rng.choice([1.0, 0.5])}, skip=_ON_PURPOSE, view=True
    ),
    "penalize_activity": Case(
        lambda x, l1, l2: x,
        statics=lambda shapes, rng: {"l1": rng.choice([0.5, 0]), "l2": 0.25},
        skip=_ON_PURPOSE,
        view=True,
    ),
}
