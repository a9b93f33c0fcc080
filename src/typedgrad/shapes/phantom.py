"""What the mypy plugin puts where mypy itself has no type: a computed size, a kind of dtype.

Both are subclasses of `Any` in the eyes of mypy, and the plugin writes them as `Size[Literal['h*w']] | Any`: agreeable to
everything, so that only the plugin, which can compare polynomials, ever complains. Nothing imports this at run time.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

Text = TypeVar("Text", covariant=True)


class Size(Any, Generic[Text]):  # type: ignore[misc]  # gradual on purpose
    """One axis, or a whole shape, that is no plain number or name: `Size[Literal['2*n']]`."""


class Kind(Any, Generic[Text]):  # type: ignore[misc]  # gradual on purpose
    """A family of dtypes, by its jaxtyping name: `Kind[Literal['Float']]`."""
