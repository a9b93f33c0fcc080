"""Fixtures of the tests of the core."""

from __future__ import annotations

from typing import Any

import pytest

from typedgrad.core.judge import Judge


@pytest.fixture
def full_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions that went through the full check."""
    seen: list[str] = []
    original = Judge.full

    def counted(self: Judge, *args: Any, **kwargs: Any) -> Any:
        seen.append(self.function.__name__)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(Judge, "full", counted)
    return seen
