"""The algebra of shapes: one reading of shape strings for run time, mypy and the compiler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.shapes import dtypes as dtypes
from typedgrad.shapes.axes import Axis as Axis
from typedgrad.shapes.axes import format_shape as format_shape
from typedgrad.shapes.axes import parse_axes as parse_axes
from typedgrad.shapes.axes import parse_shape as parse_shape
from typedgrad.shapes.compare import compare as compare
from typedgrad.shapes.compare import compare_runs as compare_runs
from typedgrad.shapes.compare import sign as sign
from typedgrad.shapes.dim import Dim as Dim
from typedgrad.shapes.dim import Shape as Shape
from typedgrad.shapes.dim import Sym as Sym
from typedgrad.shapes.dim import names_of as names_of
from typedgrad.shapes.dim import substitute as substitute
from typedgrad.shapes.dim_text import parse_dim as parse_dim
from typedgrad.shapes.env import Env as Env
from typedgrad.shapes.errors import AxisError as AxisError
from typedgrad.shapes.errors import DTypeError as DTypeError
from typedgrad.shapes.errors import Operand as Operand
from typedgrad.shapes.errors import ShapeError as ShapeError
from typedgrad.shapes.errors import ShapeStringError as ShapeStringError
from typedgrad.shapes.errors import SignatureError as SignatureError
from typedgrad.shapes.relations import Inconclusive as Inconclusive
from typedgrad.shapes.relations import at_most as at_most
from typedgrad.shapes.relations import axis_index as axis_index
from typedgrad.shapes.relations import broadcast as broadcast
from typedgrad.shapes.relations import divides as divides
from typedgrad.shapes.relations import maximum as maximum
from typedgrad.shapes.relations import minimum as minimum
from typedgrad.shapes.relations import prod as prod
from typedgrad.shapes.relations import same as same
from typedgrad.shapes.relations import without_common_runs as without_common_runs
from typedgrad.shapes.signature import Signature as Signature
from typedgrad.shapes.signature import Slot as Slot
from typedgrad.shapes.unknown import ANY_AXES as ANY_AXES
from typedgrad.shapes.unknown import UNKNOWN as UNKNOWN
from typedgrad.shapes.unknown import Star as Star
from typedgrad.shapes.unknown import Unknown as Unknown

if TYPE_CHECKING:
    from typedgrad.shapes.judging import judge as judge
    from typedgrad.shapes.questions import Answer as Answer
    from typedgrad.shapes.questions import Argument as Argument
    from typedgrad.shapes.questions import Complaint as Complaint
    from typedgrad.shapes.questions import Request as Request
    from typedgrad.shapes.questions import Spelled as Spelled

_LATE = {
    "judge": "judging",
    "Answer": "questions",
    "Argument": "questions",
    "Complaint": "questions",
    "Request": "questions",
    "Spelled": "questions",
}


def __getattr__(name: str) -> object:
    """Load the judge when it is first asked for: only the mypy plugin does."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    globals()[name] = getattr(importlib.import_module(f"typedgrad.shapes.{_LATE[name]}"), name)
    return globals()[name]
