"""Ten epochs are five, saved and loaded by another process, and five more: to the last bit of all that is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.train.trainings import CASES
from typedgrad.io import read_bundle


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("trainings")
    for which in ("first", "second"):
        command = [sys.executable, "-m", "tests.train.trainings", which, str(made)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.mark.parametrize("name", [*CASES, "network"])
def test_a_training_goes_on_in_another_process_as_if_nothing_had_happened(name: str, folder: Path) -> None:
    whole, half, both = (folder / f"{name} {part}.zip" for part in ("whole", "half", "both"))
    # Model, running statistics, updater's state, position, history: equal things make equal files.
    assert both.read_bytes() == whole.read_bytes()
    before, after = (read_bundle(path).tensors["model"] for path in (half, whole))
    assert any(before[name].tobytes() != after[name].tobytes() for name in before)


def test_the_halves_are_where_they_should_be(folder: Path) -> None:
    for name, case in CASES.items():
        steps = read_bundle(folder / f"{name} half.zip").tensors["training"]["history.steps"]
        assert len(steps) == (case.stop or 30), name
