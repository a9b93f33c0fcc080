"""Single convolutions with the compiled kernels beside PyTorch with channels last, forward and backward.

python benchmarks/single_convolutions.py [--threads 2] [--rounds 40]

Both sides get images whose channels lie last in memory, as they are within a network of theirs, and run in turns in one
process; the threads of PyTorch do not spin, so that those of the other side find the processors free. The best of all
rounds is shown. The last lines are the geometric means of the ratios, and the worst.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Layer(NamedTuple):
    """Images of some channels and sides, and square kernels."""

    images: int
    inputs: int
    side: int
    outputs: int
    window: int
    stride: int = 1
    padding: int = 0

    def __str__(self) -> str:
        by = "" if self.stride == 1 else f" by {self.stride}"
        return f"{self.images}x{self.inputs}x{self.side}x{self.side}, {self.window}x{self.window}{by} to {self.outputs}"


LAYERS = [
    Layer(64, 1, 28, 6, 5),
    Layer(64, 6, 12, 16, 5),
    Layer(64, 1, 28, 20, 5),
    Layer(64, 20, 12, 50, 5),
    Layer(32, 3, 32, 16, 3, 1, 1),
    Layer(32, 16, 32, 16, 3, 1, 1),
    Layer(32, 16, 32, 32, 3, 2, 1),
    Layer(32, 32, 16, 32, 3, 1, 1),
    Layer(32, 32, 16, 64, 3, 2, 1),
    Layer(32, 64, 8, 64, 3, 1, 1),
    Layer(32, 16, 32, 32, 1, 2),
    Layer(8, 64, 56, 64, 3, 1, 1),
    Layer(8, 64, 56, 256, 1),
    Layer(8, 256, 28, 64, 1),
    Layer(8, 128, 28, 128, 3, 1, 1),
    Layer(4, 256, 14, 256, 3, 1, 1),
    Layer(8, 128, 28, 256, 1, 2),
    Layer(4, 3, 112, 64, 7, 2, 3),
    Layer(8, 48, 28, 72, 5, 1, 2),
    Layer(8, 24, 56, 24, 3, 1, 1),
    Layer(8, 17, 29, 33, 3, 1, 1),
    Layer(8, 7, 31, 5, 5, 2, 2),
    Layer(8, 100, 15, 10, 1),
    Layer(4, 96, 27, 128, 5, 1, 2),
]


def _best(turns: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least milliseconds of each, in turns."""
    found = dict.fromkeys(turns, math.inf)
    for _ in range(rounds):
        for name, work in turns.items():
            work()  # what the other left in the caches is not ours to pay for
            start = time.perf_counter()
            work()
            found[name] = min(found[name], (time.perf_counter() - start) * 1e3)
    return found


def _ours(layer: Layer, x: Any, kernel: Any) -> tuple[Callable[[], object], Callable[[], object]]:
    import typedgrad as tg

    last = np.ascontiguousarray(np.moveaxis(x, 1, -1))
    images, weight = tg.asarray(last), tg.asarray(kernel)

    def forward(images: tg.Tensor, weight: tg.Tensor) -> tg.Tensor:
        given = tg.moveaxis(images, -1, 1)
        return tg.conv2d(given, weight, stride=layer.stride, padding=layer.padding)

    out, pull = tg.vjp(forward, images, weight)
    g = tg.ones_like(out)
    return (lambda: forward(images, weight)), (lambda: pull(g))


def _theirs(layer: Layer, x: Any, kernel: Any) -> tuple[Callable[[], object], Callable[[], object]]:
    import torch

    def last(array: Any) -> Any:
        return torch.tensor(array).contiguous(memory_format=torch.channels_last)

    images, weight = last(x).requires_grad_(), last(kernel).requires_grad_()

    def forward() -> Any:
        return torch.nn.functional.conv2d(images, weight, stride=layer.stride, padding=layer.padding)

    out = forward()
    g = torch.ones_like(out)

    def only_forward() -> Any:
        with torch.no_grad():
            return forward()

    return only_forward, (lambda: torch.autograd.grad(out, (images, weight), g, retain_graph=True))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=40)
    options = arguments.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TYPEDGRAD_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    import torch

    import typedgrad as tg

    torch.set_num_threads(options.threads)
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {options.threads} threads, numpy {np.__version__}, "
        f"torch {torch.__version__}, typedgrad {tg.__version__}; milliseconds, least of {options.rounds}\n"
    )
    print("| layer | forward | torch | ratio | backward | torch | ratio |\n| --- | --- | --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(7)
    ratios: dict[str, list[float]] = {"forward": [], "backward": []}
    for layer in LAYERS:
        x = rng.standard_normal((layer.images, layer.inputs, layer.side, layer.side)).astype("f")
        kernel = rng.standard_normal((layer.outputs, layer.inputs, layer.window, layer.window)).astype("f")
        ours, theirs = _ours(layer, x, kernel), _theirs(layer, x, kernel)
        cells = [str(layer)]
        for i, way in enumerate(ratios):
            best = _best({"ours": ours[i], "theirs": theirs[i]}, options.rounds)
            ratios[way].append(best["ours"] / best["theirs"])
            cells += [f"{best['ours']:.3f}", f"{best['theirs']:.3f}", f"{ratios[way][-1]:.2f}"]
        print(f"| {' | '.join(cells)} |", flush=True)
    for way, found in ratios.items():
        print(f"{way}: geometric mean {math.exp(sum(map(math.log, found)) / len(found)):.2f}, worst {max(found):.2f}")


if __name__ == "__main__":
    main()
