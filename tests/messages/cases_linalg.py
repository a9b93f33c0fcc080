"""Messages of products and linear algebra."""

from __future__ import annotations

from collections.abc import Callable

import typedgrad as tg
from typedgrad import linalg


def _tensor(*sizes: int) -> tg.Tensor:
    return tg.zeros(sizes)


CASES: dict[str, Callable[[], object]] = {
    "matmul": lambda: _tensor(32, 784) @ _tensor(10, 784),
    "matmul_swapped": lambda: _tensor(784, 10) @ _tensor(32, 784),
    "matmul_batch": lambda: _tensor(2, 4, 3) @ _tensor(5, 3, 4),
    "matmul_vector": lambda: _tensor(4) @ _tensor(3),
    "matmul_row": lambda: _tensor(4) @ _tensor(2, 3, 4),
    "matmul_scalar": lambda: _tensor(4, 3) @ tg.asarray(2.0),
    "matmul_array": lambda: tg.matmul(_tensor(4, 3), [1.0, 2.0]),  # type: ignore[arg-type]  # on purpose
    "matmul_bool": lambda: _tensor(2, 2) @ (_tensor(2, 2) > 0),
    "einsum_clash": lambda: tg.einsum("ij,jk->ik", _tensor(2, 3), _tensor(4, 5)),
    "einsum_diagonal": lambda: tg.einsum("ii->i", _tensor(2, 3)),
    "einsum_rank": lambda: tg.einsum("ij->i", _tensor(2, 3, 4)),
    "einsum_operands": lambda: tg.einsum("ij,jk->ik", _tensor(2, 3)),
    "einsum_letter": lambda: tg.einsum("i%->i", _tensor(2, 3)),
    "einsum_new_letter": lambda: tg.einsum("ij->ik", _tensor(2, 3)),
    "einsum_twice": lambda: tg.einsum("ij->ii", _tensor(2, 3)),
    "einsum_dots_twice": lambda: tg.einsum("......i->i", _tensor(2, 3)),
    "einsum_dots_lost": lambda: tg.einsum("...i->i", _tensor(2, 3)),
    "einsum_dots_clash": lambda: tg.einsum("...i,...i->...", _tensor(2, 3), _tensor(4, 3)),
    "tensordot_clash": lambda: tg.tensordot(_tensor(2, 3), _tensor(4, 5), axes=1),
    "tensordot_count": lambda: tg.tensordot(_tensor(2, 3), _tensor(4, 5), axes=3),
    "tensordot_pairs": lambda: tg.tensordot(_tensor(2, 3), _tensor(4, 5), axes=((0, 1), (0,))),
    "tensordot_twice": lambda: tg.tensordot(_tensor(2, 3), _tensor(2, 2), axes=((0, 0), (0, 1))),
    "vecdot": lambda: tg.vecdot(_tensor(2, 3), _tensor(4)),
    "vecdot_axis": lambda: tg.vecdot(_tensor(2, 3), _tensor(2), axis=0),
    "cross": lambda: tg.cross(_tensor(2, 3), _tensor(2)),
    "diag": lambda: tg.diag(_tensor(3), shape=(2, 4)),
    "inv_not_square": lambda: linalg.inv(_tensor(3, 2)),
    "inv_singular": lambda: linalg.inv(_tensor(3, 2, 2)),
    "inv_integers": lambda: linalg.inv(tg.asarray([[1, 0], [0, 1]])),
    "solve": lambda: linalg.solve(_tensor(3, 3), _tensor(4)),
    "solve_singular": lambda: linalg.solve(_tensor(3, 3), _tensor(3)),
    "cholesky": lambda: linalg.cholesky(_tensor(2, 2)),
    "svd_full": lambda: tg.grad(lambda x: tg.sum(linalg.svd(x)[1]))(_tensor(3, 2)),
    "qr_mode": lambda: linalg.qr(_tensor(3, 2), mode="full"),  # type: ignore[arg-type]  # on purpose
    "qr_complete": lambda: tg.grad(lambda x: tg.sum(linalg.qr(x, mode="complete")[1]))(_tensor(3, 2)),
    "matrix_norm_order": lambda: linalg.matrix_norm(_tensor(3, 2), ord=3),
    "matrix_norm_empty": lambda: linalg.matrix_norm(_tensor(0, 2), ord=2),
    "vector_norm_empty": lambda: linalg.vector_norm(_tensor(0), ord=float("inf")),
    "norm_order": lambda: linalg.norm(_tensor(3), ord="nuc"),
}
