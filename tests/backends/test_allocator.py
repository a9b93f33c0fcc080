from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these thresholds")

# Page faults of forty temporaries of 8 MiB, after a first that warms up.
PROGRAM = """
import resource
import numpy as np
import typedgrad
from typedgrad.backends import allocator

def temporary():
    np.ones(1 << 20)

temporary()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(40):
    temporary()
print(int(allocator.TUNED), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def run(mode: str | None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "TYPEDGRAD_ALLOCATOR"}
    if mode is not None:
        environment["TYPEDGRAD_ALLOCATOR"] = mode
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)


@glibc
def test_freed_memory_is_kept_for_the_next_array() -> None:
    tuned, faults = map(int, run(None).stdout.split())
    assert tuned == 1
    untuned, many = map(int, run("default").stdout.split())
    assert untuned == 0
    assert faults * 10 < many


def test_a_misspelt_choice_is_refused() -> None:
    done = run("tunde")
    assert done.returncode != 0
    assert "TYPEDGRAD_ALLOCATOR must be one of tuned, default, not 'tunde'" in done.stderr
