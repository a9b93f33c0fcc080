"""Linear algebra: the standard's names, and `norm`."""

from __future__ import annotations

from typedgrad.ops.determinants import det as det
from typedgrad.ops.determinants import slogdet as slogdet
from typedgrad.ops.diagonals import diagonal as diagonal
from typedgrad.ops.diagonals import trace as trace
from typedgrad.ops.eigen import cholesky as cholesky
from typedgrad.ops.eigen import eigh as eigh
from typedgrad.ops.eigen import eigvalsh as eigvalsh
from typedgrad.ops.matmul import matmul as matmul
from typedgrad.ops.matrices import matrix_transpose as matrix_transpose
from typedgrad.ops.norms import matrix_norm as matrix_norm
from typedgrad.ops.norms import norm as norm
from typedgrad.ops.norms import vector_norm as vector_norm
from typedgrad.ops.outer import outer as outer
from typedgrad.ops.pseudoinverse import matrix_rank as matrix_rank
from typedgrad.ops.pseudoinverse import pinv as pinv
from typedgrad.ops.qr import qr as qr
from typedgrad.ops.solving import inv as inv
from typedgrad.ops.solving import matrix_power as matrix_power
from typedgrad.ops.solving import solve as solve
from typedgrad.ops.svd import svd as svd
from typedgrad.ops.svd import svdvals as svdvals
from typedgrad.ops.tensordot import tensordot as tensordot
from typedgrad.ops.vectors import cross as cross
from typedgrad.ops.vectors import vecdot as vecdot
