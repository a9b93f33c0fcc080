"""Convolutions, pooling and resizing, forward and backward, against PyTorch eager. Prints the best times and ratios.

python benchmarks/convolution.py [threads ...] [--only NAME] [--kernels]

Ours is the plain backend, numpy, unless the compiled kernels are asked for. Both sides run in turns in one process per
number of threads, in float32, with gradients of the input, the kernel and the bias. The best of many rounds is shown,
because other programs on the machine only ever make a round slower; with one thread it is the processor's time.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import torch

ROUNDS = 30
SECONDS = 3.0  # at most, for one row


class Row(NamedTuple):
    """One layer: what goes in, and how both sides are called with it."""

    name: str
    ours: str
    theirs: str
    shapes: tuple[tuple[int, ...], ...]
    options: dict[str, Any]
    theirs_too: tuple[tuple[str, Any], ...] | None = None  # the options as PyTorch calls them, where it does otherwise


def _conv(name: str, rank: int, x: tuple[int, ...], kernel: tuple[int, ...], **options: Any) -> Row:
    return Row(name, f"conv{rank}d", f"conv{rank}d", (x, kernel, kernel[:1]), options)


def _spread(name: str, rank: int, x: tuple[int, ...], kernel: tuple[int, ...], **options: Any) -> Row:
    shapes = (x, kernel, (kernel[1] * options.get("groups", 1),))
    return Row(name, f"conv_transpose{rank}d", f"conv_transpose{rank}d", shapes, options)


CONVOLUTIONS = [
    _conv("1-D, one channel, long kernel", 1, (16, 1, 4096), (32, 1, 65)),
    _conv("1-D, 64 channels", 1, (16, 64, 256), (64, 64, 3), padding=1),
    _conv("1-D, dilated by 8", 1, (8, 128, 512), (128, 128, 3), dilation=8),
    _conv("1-D, strided by 4", 1, (16, 32, 2048), (64, 32, 8), stride=4),
    _conv("1-D, depthwise", 1, (16, 256, 256), (256, 1, 7), padding=3, groups=256),
    _conv("LeNet's first", 2, (64, 1, 28, 28), (20, 1, 5, 5)),
    _conv("LeNet's second", 2, (64, 20, 12, 12), (50, 20, 5, 5)),
    _conv("ResNet's stem, 7x7 by 2", 2, (2, 3, 224, 224), (64, 3, 7, 7), stride=2, padding=3),
    _conv("3x3, 64 channels", 2, (4, 64, 56, 56), (64, 64, 3, 3), padding=1),
    _conv("3x3, 128 channels, by 2", 2, (4, 128, 56, 56), (128, 128, 3, 3), padding=1, stride=2),
    _conv("3x3, 256 channels", 2, (4, 256, 14, 14), (256, 256, 3, 3), padding=1),
    _conv("1x1, 256 to 64 channels", 2, (8, 256, 28, 28), (64, 256, 1, 1)),
    _conv("3x3, dilated by 2", 2, (4, 64, 28, 28), (64, 64, 3, 3), padding=2, dilation=2),
    _conv("3x3, 4 groups", 2, (4, 128, 28, 28), (128, 32, 3, 3), padding=1, groups=4),
    _conv("3x3, 32 groups", 2, (4, 128, 28, 28), (128, 4, 3, 3), padding=1, groups=32),
    _conv("depthwise 3x3", 2, (4, 64, 56, 56), (64, 1, 3, 3), padding=1, groups=64),
    _conv("depthwise 3x3 by 2", 2, (4, 128, 56, 56), (128, 1, 3, 3), padding=1, stride=2, groups=128),
    _conv("depthwise 3x3, small images", 2, (8, 256, 14, 14), (256, 1, 3, 3), padding=1, groups=256),
    _conv("depthwise 7x7", 2, (4, 96, 28, 28), (96, 1, 7, 7), padding=3, groups=96),
    _conv("depthwise, multiplied by 2", 2, (4, 64, 28, 28), (128, 1, 3, 3), padding=1, groups=64),
    _conv("3-D, 16 channels", 3, (2, 16, 16, 32, 32), (16, 16, 3, 3, 3), padding=1),
    _conv("3-D, one channel, by 2", 3, (2, 1, 32, 32, 32), (16, 1, 3, 3, 3), stride=2),
    _conv("3-D, depthwise", 3, (2, 32, 8, 28, 28), (32, 1, 3, 3, 3), padding=1, groups=32),
    _spread("transposed 1-D, by 4", 1, (8, 64, 256), (64, 32, 8), stride=4, padding=2),
    _spread("transposed 4x4 by 2", 2, (4, 64, 28, 28), (64, 32, 4, 4), stride=2, padding=1),
    _spread("transposed 2x2 by 2", 2, (4, 128, 28, 28), (128, 64, 2, 2), stride=2),
    _spread("transposed 3x3", 2, (4, 64, 28, 28), (64, 64, 3, 3), padding=1),
    _spread("transposed, depthwise by 2", 2, (4, 64, 28, 28), (64, 1, 4, 4), stride=2, padding=1, groups=64),
    _spread("transposed 3-D by 2", 3, (2, 32, 8, 14, 14), (32, 16, 2, 2, 2), stride=2),
]


def _pool(name: str, op: str, x: tuple[int, ...], window: int, **options: Any) -> Row:
    theirs = (("kernel_size", window), *options.items())
    return Row(name, op, op, (x,), {"window": window, **options}, theirs)


def _upsample(name: str, x: tuple[int, ...], method: str, mode: str) -> Row:
    theirs = (("scale_factor", 2), ("mode", mode))
    return Row(name, "upsample", "interpolate", (x,), {"scale": 2, "method": method}, theirs)


OTHERS = [
    _pool("max 2x2", "max_pool2d", (8, 64, 56, 56), 2),
    _pool("max 3x3 by 2", "max_pool2d", (4, 64, 112, 112), 3, stride=2, padding=1),
    _pool("max 1-D", "max_pool1d", (16, 64, 1024), 2),
    _pool("max 3-D", "max_pool3d", (2, 16, 16, 32, 32), 2),
    _pool("mean 2x2", "avg_pool2d", (8, 64, 56, 56), 2),
    _pool("mean 3x3 by 1", "avg_pool2d", (4, 64, 56, 56), 3, stride=1, padding=1),
    _pool("mean 3-D", "avg_pool3d", (2, 16, 16, 32, 32), 2),
    _upsample("repeated by 2", (4, 64, 56, 56), "nearest", "nearest"),
    _upsample("bilinear by 2", (4, 64, 56, 56), "linear", "bilinear"),
    _upsample("trilinear by 2", (2, 16, 8, 28, 28), "linear", "trilinear"),
    Row(
        "mean to 7x7",
        "adaptive_avg_pool",
        "adaptive_avg_pool2d",
        ((8, 256, 16, 16),),
        {"size": 7},
        (("output_size", 7),),
    ),
    Row(
        "max to 7x7",
        "adaptive_max_pool",
        "adaptive_max_pool2d",
        ((8, 256, 16, 16),),
        {"size": 7},
        (("output_size", 7),),
    ),
]


def _arguments(row: Row) -> list[np.ndarray[Any, Any]]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype("float32") for shape in row.shapes]


def _ours(row: Row) -> tuple[Callable[[], object], Callable[[], object], np.ndarray[Any, Any]]:
    """The step, forward and backward; the forward pass alone; its result."""
    import typedgrad as tg

    op = getattr(tg, row.ours)
    tensors = [tg.asarray(a) for a in _arguments(row)]
    out = op(*tensors, **row.options)
    g = tg.ones_like(out)

    def step() -> object:
        _, pull = tg.vjp(lambda *given: op(*given, **row.options), *tensors)
        return pull(g)

    return step, lambda: op(*tensors, **row.options), out.numpy()


def _theirs(row: Row) -> tuple[Callable[[], object], Callable[[], object], np.ndarray[Any, Any]]:
    import torch

    op = getattr(torch.nn.functional, row.theirs)
    options = row.options if row.theirs_too is None else dict(row.theirs_too)
    tensors = [torch.from_numpy(a).requires_grad_() for a in _arguments(row)]
    out: torch.Tensor = op(*tensors, **options)
    g = torch.ones_like(out)

    def step() -> object:
        return torch.autograd.grad(op(*tensors, **options), tensors, g)

    def forward() -> object:
        with torch.no_grad():
            return op(*tensors, **options)

    return step, forward, out.detach().numpy()


def _best(functions: list[Callable[[], object]], clock: Callable[[], float]) -> list[float]:
    """The least seconds of each function over rounds in which each has its turn."""
    best = [float("inf")] * len(functions)
    start = time.perf_counter()
    for done in range(ROUNDS):
        for i, function in enumerate(functions):
            before = clock()
            function()
            best[i] = min(best[i], clock() - before)
        if done > 4 and time.perf_counter() - start > SECONDS:
            break
    return best


def measure(threads: int, only: str) -> None:
    """All rows, in this process, whose libraries were told the number of threads when it started."""
    import torch

    torch.set_num_threads(threads)
    kernels = os.environ["TYPEDGRAD_KERNELS"]
    print(f"{threads} thread{'s' * (threads > 1)}, kernels {kernels}; milliseconds, and ours over theirs")
    print(f"{'':32} {'forward':>22}    {'forward and backward':>24}")
    clock = time.process_time if threads == 1 else time.perf_counter
    worst = 0.0
    for row in CONVOLUTIONS + OTHERS:
        if only not in row.name:
            continue
        (step, forward, out), (their_step, their_forward, expected) = _ours(row), _theirs(row)
        error = np.abs(out - expected).max() / np.abs(expected).max()
        assert error < 1e-4, f"{row.name}: {error}"
        f, tf, s, ts = (1e3 * t for t in _best([forward, their_forward, step, their_step], clock))
        print(f"{row.name:32} {f:8.2f} {tf:8.2f} {f / tf:5.2f}    {s:8.2f} {ts:8.2f} {s / ts:5.2f}", flush=True)
        worst = max(worst, s / ts) if row in CONVOLUTIONS else worst
    if worst:
        print(f"worst convolution, forward and backward: {worst:.2f} times PyTorch eager (at most 3)")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--only", default="")
    parser.add_argument("--here", action="store_true", help="measure in this process")
    parser.add_argument("--kernels", action="store_true", help="with the compiled kernels, if they are there")
    given = parser.parse_args()
    if given.here:
        measure(given.threads[0], given.only)
        return
    import torch

    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, torch {torch.__version__}, {platform.machine()}"
    )
    for threads in given.threads:
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        kernels = "on" if given.kernels else "off"
        environment = {**os.environ, **dict.fromkeys(names, str(threads)), "TYPEDGRAD_KERNELS": kernels}
        command = [sys.executable, __file__, str(threads), "--only", given.only, "--here"]
        subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
