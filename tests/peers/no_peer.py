"""Public names that are compared with nothing, each with the reason."""

from __future__ import annotations

NO_PEER: list[tuple[str, str]] = []
