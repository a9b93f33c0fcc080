"""What the mypy plugin puts where mypy itself has no type: the text of a shape, the name of a dtype.

Both are subclasses of `Any` in the eyes of mypy, and the plugin writes them as `Size[Literal['b 784']] | Any`:
agreeable to everything, so that only the plugin, which can compare polynomials, ever complains. Nothing imports this
at run time.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

Text_co = TypeVar("Text_co", covariant=True)
T = TypeVar("T")


class Size(Any, Generic[Text_co]):  # type: ignore[misc]  # gradual on purpose
    """The shape of a tensor, as text: `Size[Literal['b 2*n']]`."""


class Kind(Any, Generic[Text_co]):  # type: ignore[misc]  # gradual on purpose
    """The dtype of a tensor, or a family of dtypes, by its jaxtyping name: `Kind[Literal['Float32']]`."""


def promised(value: T, name: str) -> T:
    """Where a value meets an annotation: the plugin wraps what is returned or assigned, to compare the two."""
    return value
