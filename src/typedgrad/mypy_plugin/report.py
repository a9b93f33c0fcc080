"""Saying what is wrong, in mypy's words: one error with a code of ours, and notes for operands, carets and hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mypy.errorcodes import ErrorCode

if TYPE_CHECKING:
    from mypy.nodes import Context

    from typedgrad.shapes import Complaint

SHAPE: Final = ErrorCode("shape", "Shapes that must agree do not", "Tensor")
DTYPE: Final = ErrorCode("dtype", "Elements of a kind that is not accepted", "Tensor")


def report(api: Any, complaint: Complaint, context: Context) -> None:
    """Report a complaint at `context`. `api` is mypy's type checker or type analyser."""
    code = DTYPE if complaint.code == "dtype" else SHAPE
    api.fail(complaint.first, context, code=code)
    for line in complaint.lines:
        if line.strip():
            api.note(line, context, code=code)
