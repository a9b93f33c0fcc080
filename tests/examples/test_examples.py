"""The course in examples/ runs, learns what it promises, and its planted bug is found before it runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

EXAMPLES = ROOT / "examples"
NEEDS_FILES = {"mnist_mlp.py", "mnist_lenet.py"}  # the four files of MNIST, which do not ship
WRONG = "planted_bug.py"
RUNNABLE = sorted(path for path in EXAMPLES.glob("*.py") if path.name not in {*NEEDS_FILES, WRONG})

# What an example says that it reached, and between what that must be.
LEARNT = {
    "digits": [(r"359 examples, accuracy ([\d.]+) %", 97.0, 100.0)],
    "05_networks": [(r"accuracy ([\d.]+) %", 95.0, 100.0), (r"loss [\d.]+ -> ([\d.]+)", 0.0, 0.4)],
    "06_autoencoder": [(r"error of the mean image: +([\d.]+)", 0.07, 0.08), (r"autoencoder: +([\d.]+)", 0.0, 0.016)],
    "07_text": [(r"loss per letter: [\d.]+ -> ([\d.]+)", 0.0, 0.5)],
}
WRITTEN = {"07_text": "thee to a summer's day?\nThou art more lovely", "05_networks": "True\nTrue\n"}


def output(*command: str, status: int = 0) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: path.stem)
def test_the_example_runs(path: Path) -> None:
    printed = output("-W", "error", str(path))
    assert printed
    for pattern, least, most in LEARNT.get(path.stem, ()):
        found = re.search(pattern, printed)
        assert found is not None, printed
        assert least <= float(found[1]) <= most
    assert WRITTEN.get(path.stem, "") in printed


def test_mypy_finds_the_planted_bug_and_nothing_else() -> None:
    report = output("-m", "mypy", str(EXAMPLES / WRONG), status=1)
    errors = [line for line in report.splitlines() if ": error: " in line]
    assert len(errors) == 1
    assert errors[0].endswith("[shape]")
    assert "note:   hint: " in report or "^^^" in report, "it shows the culprits"
