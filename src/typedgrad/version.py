"""The version, as the installed distribution says it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

__version__: Final = version("typedgrad")
