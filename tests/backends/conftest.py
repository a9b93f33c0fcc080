"""Every backend a conformance test runs on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.backends import cupy_double
from tests.backends.strict import STRICT
from typedgrad.backends import Backend, backend_for_device


@pytest.fixture(params=["cpu", "strict", "cuda double", pytest.param("cuda", marks=pytest.mark.gpu)])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend[Any]]:
    """A backend that holds values."""
    device: str = request.param
    if device == "cuda double":
        cupy_double.install(monkeypatch)
    found = backend_for_device(device.removesuffix(" double"))
    assert device != "strict" or found is STRICT
    yield found
    # The module made of the double must not outlive it.
    if device == "cuda double":
        monkeypatch.undo()
        import sys

        sys.modules.pop("typedgrad.backends.cupy", None)
