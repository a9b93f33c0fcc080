"""What the laws must be told of `typedgrad.ops.reversal`."""

from __future__ import annotations

from typedgrad.testing.laws import Case

CASES = {
    "gradient_reversal": Case(
        lambda x, *, factor: x,
        statics=lambda shapes, rng: {"factor": rng.choice((1.0, 0.5, 2))},
        skip={
            "gradient": "the derivative is not that of the values",
            "second": "the derivative is not that of the values",
        },
        view=True,
    ),
}
