"""Finds a C compiler, and the flags for it."""

from __future__ import annotations

import functools
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

# Never -ffast-math: NaN and infinities behave as in numpy. Products and sums are not contracted, so that x * x - x * x
# is 0; integers wrap around as numpy's do.
FLAGS = (
    *("-O3", "-std=gnu11", "-shared", "-fPIC", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math"),
    *("-ffp-contract=off", "-fwrapv", "-w"),
)
_SECONDS = 300


class CompilerError(RuntimeError):
    """There is no compiler, or it refused the code."""


class Compiler(NamedTuple):
    """How to call a compiler, and what tells it, on this machine, from others."""

    command: tuple[str, ...]
    identity: str

    def compile(self, source: Path, target: Path) -> None:
        """Make a shared object of a file. Raises CompilerError with what the compiler said."""
        command = [*self.command, *flags(), str(source), "-o", str(target), "-lm"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CompilerError(f"{self.command[0]}: {error}") from None
        if done.returncode:
            said = "\n".join(done.stderr.strip().splitlines()[-8:])
            raise CompilerError(f"{self.command[0]} ended with status {done.returncode} for {source}:\n{said}")


def flags() -> tuple[str, ...]:
    """The flags for this machine."""
    return (*FLAGS, *_machine_flags())


def _machine_flags() -> tuple[str, ...]:
    if platform.machine() in {"x86_64", "AMD64"}:
        return ("-march=native", *(("-mprefer-vector-width=512",) if "avx512f" in _processor() else ()))
    return ("-mcpu=native",) if platform.machine() in {"aarch64", "arm64"} else ()


@functools.cache
def _processor() -> str:
    """What the processor can do, as far as the system says."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8", "replace").splitlines() if info.exists() else []
    found = [line for line in lines if line.startswith(("flags", "Features", "model name"))][:2]
    return "\n".join(found) or platform.processor()


def find() -> Compiler | None:
    """The compiler that `CC` names, or cc, gcc, clang, or the one of the package ziglang, whichever is there first."""
    return _find(os.environ.get("CC"), os.environ.get("PATH"))


@functools.lru_cache(maxsize=8)
def _find(wanted: str | None, path: str | None) -> Compiler | None:
    candidates = [tuple(shlex.split(wanted))] if wanted and wanted.strip() else []
    candidates += [("cc",), ("gcc",), ("clang",)]
    for command in candidates:
        program = shutil.which(command[0], path=path)
        if program is not None:
            return Compiler((program, *command[1:]), _identity(program, command[1:]))
    if importlib.util.find_spec("ziglang") is not None:
        return Compiler((sys.executable, "-m", "ziglang", "cc"), f"ziglang {_processor()}")
    return None


def _identity(program: str, options: tuple[str, ...]) -> str:
    """A compiler that is replaced by another version is another file."""
    real = Path(program).resolve()
    about = real.stat()
    return "\n".join(
        (str(real), str(about.st_size), str(about.st_mtime_ns), *options, platform.machine(), _processor())
    )
