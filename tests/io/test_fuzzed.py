"""Whatever is in a file, it is loaded as it was written or refused with a reason, at once and without much memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are set as Linux does")


def check(folder: Path, count: int) -> None:
    command = [sys.executable, "-m", "tests.io.fuzzing", str(folder), str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["failed"] == []
    assert report["seen"] == [], "loading did more than read"
    assert report["refused"] + report["loaded"] >= count
    assert report["refused"] > count // 2
    assert report["loaded"] > 0, "damage where it does not matter should not matter"
    assert report["megabytes"] < 300
    assert report["slowest"] < 10
    print({name: value for name, value in report.items() if name not in ("failed", "seen")})


def test_two_hundred_hostile_files_are_refused_or_harmless(tmp_path: Path) -> None:
    check(tmp_path, 200)


@pytest.mark.nightly
def test_two_thousand_hostile_files_are_refused_or_harmless(tmp_path: Path) -> None:
    check(tmp_path, 2_000)
