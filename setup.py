"""The native kernels, which are optional: without a C compiler the package installs and runs on numpy alone."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from setuptools import Extension, setup

NATIVE = Path("src/typedgrad/kernels/native")
# Never -ffast-math: linking with it changes how the whole process rounds.
FLAGS = (
    [] if sys.platform == "win32" else ["-O3", "-std=gnu11", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math"]
)

setup(
    ext_modules=[
        Extension(
            "typedgrad.kernels._native",
            sources=sorted(str(path) for path in NATIVE.glob("*.c")),
            depends=sorted(str(path) for path in NATIVE.glob("*.h")),
            include_dirs=[np.get_include()],
            extra_compile_args=FLAGS,
            optional=True,
        )
    ]
    if NATIVE.is_dir()
    else []
)
