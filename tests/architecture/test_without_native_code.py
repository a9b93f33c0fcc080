"""The package without its native code: tests pass in a copy of the last commit that lacks it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.nightly
@pytest.mark.parametrize("what", ["kernels", "compiler"])
def test_nothing_but_time_is_lost(what: str) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("the copy is made of a commit")
    made = subprocess.run([ROOT / ".ci/without", Path(sys.executable).parent, what], check=False, cwd=ROOT)
    assert made.returncode == 0
