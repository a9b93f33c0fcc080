"""The course in examples/ runs, learns what it promises, and its planted bug is found before it runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

EXAMPLES = ROOT / "examples"
NEEDS_FILES = {"mnist_mlp.py"}  # the four files of MNIST, which do not ship
WRONG = "planted_bug.py"
RUNNABLE = sorted(path for path in EXAMPLES.glob("*.py") if path.name not in {*NEEDS_FILES, WRONG})


def output(*command: str, status: int = 0) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: path.stem)
def test_the_example_runs(path: Path) -> None:
    printed = output("-W", "error", str(path))
    assert printed
    if path.stem == "digits":
        accuracy = re.search(r"359 examples, accuracy ([\d.]+) %", printed)
        assert accuracy is not None
        assert float(accuracy[1]) >= 97.0


def test_mypy_finds_the_planted_bug_and_nothing_else() -> None:
    report = output("-m", "mypy", str(EXAMPLES / WRONG), status=1)
    errors = [line for line in report.splitlines() if ": error: " in line]
    assert len(errors) == 1
    assert errors[0].endswith("[shape]")
    assert "note:   hint: " in report or "^^^" in report, "it shows the culprits"
