"""One mypy run for all the programs of this folder."""

from __future__ import annotations

import pytest

from tests.typing.checking import FOLDER, Report, check


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What mypy says about every program in accept, reject and twins."""
    files = sorted(path for folder in ("accept", "reject", "twins") for path in (FOLDER / folder).glob("*.py"))
    return check(files, tmp_path_factory.mktemp("mypy"))
