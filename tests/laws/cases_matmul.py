"""What the laws must be told of `typedgrad.ops.matmul` and `typedgrad.ops.matrices`."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from typedgrad.testing.laws import Case


def _factors(rng: Random) -> dict[str, Any]:
    """Vectors, matrices, and stacks of them that broadcast; sometimes with axes of size 0."""
    pool = (0, 1, 2, 3) if rng.random() < 0.25 else (1, 2, 3, 4)
    m, k, n = (rng.choice(pool) for _ in range(3))
    batch = tuple(rng.choice((1, 2, 3)) for _ in range(rng.randint(0, 2)))
    left = tuple(1 if rng.random() < 0.3 else b for b in batch)
    right = tuple(1 if rng.random() < 0.3 else b for b in batch)[rng.randint(0, len(batch)) :]
    form = rng.choice(("matrices", "matrices", "weight", "row", "column", "vectors"))
    x1 = {"row": (k,), "vectors": (k,)}.get(form, (*left, m, k))
    x2 = {"column": (k,), "vectors": (k,), "weight": (k, n)}.get(form, (*right, k, n))
    return {"x1": x1, "x2": x2}


CASES = {
    "matmul": Case(np.matmul, shapes=_factors),
    "contract_rows": Case(lambda x1, x2: np.tensordot(x1, x2, axes=(range(x1.ndim - 1),) * 2)),
    "matrix_transpose": Case(np.matrix_transpose, view=True),
}
