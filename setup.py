"""The native code, which is optional: without a C compiler the package installs and runs on numpy alone."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from setuptools import Extension, setup

KERNELS = Path("src/typedgrad/kernels/native")
CODEGEN = Path("src/typedgrad/codegen/native")
# Never -ffast-math: linking with it changes how the whole process rounds.
FLAGS = (
    [] if sys.platform == "win32" else ["-O3", "-std=gnu11", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math"]
)


def extension(name: str, folder: Path) -> list[Extension]:
    """The extension module whose sources lie in a folder; nothing if the folder is gone, and its speed with it."""
    if not folder.is_dir():
        return []
    return [
        Extension(
            name,
            sources=sorted(str(path) for path in folder.glob("*.c")),
            depends=sorted(str(path) for path in folder.glob("*.h")),
            include_dirs=[np.get_include()],
            extra_compile_args=FLAGS,
            optional=True,
        )
    ]


setup(
    ext_modules=[
        *extension("typedgrad.kernels._native", KERNELS),
        *extension("typedgrad.codegen._launch", CODEGEN),
    ]
)
