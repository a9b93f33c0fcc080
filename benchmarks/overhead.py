"""What the checks and the tape cost: per call, over a chain of 1,000 ops, at import. Prints medians and ratios.

python benchmarks/overhead.py
"""

from __future__ import annotations

import importlib.util
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

ROUNDS = 15


def interleaved(functions: dict[str, Callable[[], object]], number: int) -> dict[str, float]:
    """Median seconds per call of each function, measured in turns, so that all see the same weather."""
    samples: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()
    for _ in range(ROUNDS):
        for name, function in functions.items():
            start = time.perf_counter()
            for _ in range(number):
                function()
            samples[name].append((time.perf_counter() - start) / number)
    return {name: statistics.median(times) for name, times in samples.items()}


def per_op() -> None:
    a, b = np.ones(4, "float32"), np.ones(4, "float32")
    m, n = np.ones((4, 4), "float32"), np.ones((4, 4), "float32")
    x, y, u, v = map(tg.asarray, (a, b, m, n))
    found: dict[str, float] = {}

    def measure(taped_x: Tensor) -> Tensor:
        taped_u = tg.sum(taped_x) * u
        found.update(
            interleaved(
                {
                    "numpy add": lambda: np.add(a, b),
                    "add": lambda: tg.add(x, y),
                    "add, taped": lambda: tg.add(taped_x, y),
                    "numpy matmul": lambda: np.matmul(m, n),
                    "matmul": lambda: tg.matmul(u, v),
                    "matmul, taped": lambda: tg.matmul(taped_u, v),
                    "numpy sum": lambda: np.sum(a, axis=0),
                    "sum": lambda: tg.sum(x, axis=0),
                    "sum, taped": lambda: tg.sum(taped_x, axis=0),
                },
                5_000,
            )
        )
        return tg.sum(taped_x)

    tg.grad(measure)(x)
    print("A public op with small arrays: microseconds above numpy's own time (at most 1.5; taped 3)")
    for op in ("add", "matmul", "sum"):
        base = found[f"numpy {op}"]
        plain, taped = ((found[name] - base) * 1e6 for name in (op, f"{op}, taped"))
        print(f"  {op:8} numpy {base * 1e6:5.2f}   above it {plain:5.2f}   taped {taped:5.2f}")


def typed_call() -> None:
    out = tg.ones((2, 4))

    def bare(x: Float32[Tensor, "batch n"], w: Float32[Tensor, "n k"]) -> Float32[Tensor, "batch k"]:
        return out  # type: ignore[shape]  # a body that costs nothing

    checked = tg.typed(bare)
    x, w = tg.ones((2, 3)), tg.ones((3, 4))
    found = interleaved({"bare": lambda: bare(x, w), "typed": lambda: checked(x, w)}, 20_000)
    cost = (found["typed"] - found["bare"]) * 1e6
    print(f"A call of a @tg.typed function with a known signature: {cost:.2f} microseconds more (at most 0.5)")


def chain() -> None:
    def scalars(x: Tensor) -> Tensor:
        for _ in range(500):
            x = x * 0.999
            x = x + 0.001
        return x

    ours = tg.value_and_grad(scalars)
    start = tg.asarray(1.0)
    functions: dict[str, Callable[[], object]] = {"typedgrad": lambda: ours(start)}
    if importlib.util.find_spec("torch"):
        import torch

        def theirs() -> object:
            x = torch.tensor(1.0, requires_grad=True)
            y: Any = x
            for _ in range(500):
                y = y * 0.999
                y = y + 0.001
            y.backward()
            return x.grad

        functions[f"torch {torch.__version__}"] = theirs
    found = interleaved(functions, 5)
    print("1,000 chained scalar ops, forward and backward, checks on (at most half of PyTorch eager)")
    for name, seconds in found.items():
        print(f"  {name:16} {seconds * 1e3:6.2f} ms   {found['typedgrad'] / seconds:5.2f}")


def importing() -> None:
    def run(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    pairs = [(run("import typedgrad"), run("import numpy, jaxtyping, beartype")) for _ in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"import typedgrad: {ratio:.2f} times import numpy, jaxtyping, beartype (at most 1.3)")


if __name__ == "__main__":
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    per_op()
    typed_call()
    chain()
    importing()
