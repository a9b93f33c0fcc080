"""Short spellings for tests of the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from typedgrad import ShapeError


def is_a(value: object, annotation: Any) -> bool:
    """`isinstance`, which type checkers do not allow with annotations."""
    return isinstance(value, annotation)


def refusal(call: Callable[[], object], kind: type[TypeError] = ShapeError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)
