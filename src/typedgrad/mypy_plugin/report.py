"""Saying what is wrong, in mypy's words: one error with a code of ours, and notes for operands, carets and hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from mypy.errorcodes import ErrorCode
from mypy.nodes import ComparisonExpr, OpExpr

if TYPE_CHECKING:
    from mypy.nodes import Context

    from typedgrad.shapes import Complaint

SHAPE: Final = ErrorCode("shape", "Shapes that must agree do not", "Tensor")
DTYPE: Final = ErrorCode("dtype", "Elements of a kind that is not accepted", "Tensor")


def report(api: Any, complaint: Complaint, context: Context, *, call: Context | None = None) -> None:
    """Report a complaint at `context`, about `call`. `api` is mypy's type checker or type analyser."""
    if call is not None and _is_reported(api, call):
        return
    if isinstance(call, (OpExpr, ComparisonExpr)):
        with _past_the_operator(api):
            report(api, complaint, context)
        return
    code = DTYPE if complaint.code == "dtype" else SHAPE
    api.fail(complaint.first, context, code=code)
    for line in complaint.lines:
        if line.strip():
            api.note(line, context, code=code)


def _is_reported(api: Any, call: Context) -> bool:
    """Whether something in this expression has been reported: mypy looks at loops until nothing changes any more."""
    errors: Any = getattr(getattr(api, "msg", None), "errors", None)
    known = list(getattr(errors, "error_info_map", {}).get(getattr(errors, "file", ""), ()))
    for watcher in getattr(errors, "_watchers", ()):  # attempts of mypy's, whose errors come out at their end
        known.extend(getattr(watcher, "_filtered", None) or ())
    first = (call.line, call.column)
    last = (call.end_line or call.line, call.end_column or call.column)
    return any(info.code in (SHAPE, DTYPE) and first <= (info.line, info.column) <= last for info in known)


@contextmanager
def _past_the_operator(api: Any) -> Iterator[None]:
    """Hide an error from the attempt that mypy makes at `x + y`, which else is `Any`, a second error for one mistake.

    mypy collects what `__add__` says before it tries `__radd__`. The collector on top of its stack is that one.
    """
    watchers: Any = getattr(getattr(getattr(api, "msg", None), "errors", None), "_watchers", None)
    top = watchers.pop() if watchers and getattr(watchers[-1], "_filtered", None) is not None else None
    try:
        yield
    finally:
        if top is not None:
            watchers.append(top)
