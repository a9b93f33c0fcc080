"""What `Stats` measures: histograms, how far parameters move, memory, and what the training runs on."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.pytree import leaves_with_paths
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.train.listener import Update

BINS: Final = 30
# Of larger tensors every so-manieth number is enough for a histogram.
_ENOUGH: Final = 200_000


def histogram(x: NDArray[Any]) -> dict[str, object] | None:
    """Counts in equal bins from the smallest to the largest number, mean and deviation; None without finite numbers."""
    values = x.reshape(-1)
    if values.size > _ENOUGH:
        values = values[:: -(-values.size // _ENOUGH)]
    values = values.astype(np.float64, copy=False)
    finite = np.isfinite(values)
    if not finite.all():
        values = values[finite]
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    # Equal numbers fill one bin in the middle, and the narrowest range that floats can divide is wide enough.
    room = (low - 0.5, high + 0.5) if high - low < 1e-9 * max(abs(low), abs(high), 1e-300) else (low, high)
    counts = np.histogram(values, BINS, room)[0]
    told = {"mean": float(values.mean()), "deviation": float(values.std()), "nonfinite": int((~finite).sum())}
    return {"low": room[0], "high": room[1], "counts": counts.tolist(), **told}


def ratios(update: Update) -> dict[str, float | None]:
    """By path of a parameter, log10 of the mean size of its update over its own; None where it stood still."""
    found: dict[str, float | None] = {}
    for path, (before, _, after) in moved(update).items():
        size, step = _mean_size(host(before)), _mean_size(host(after) - host(before))
        found[path] = math.log10(step / size) if 0 < size < math.inf and 0 < step < math.inf else None
    return found


def moved(update: Update) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
    """By path, each parameter before, its gradient and after."""
    trees = [_floats(tree) for tree in (update.before, update.gradients, update.after)]
    return {path: (x, trees[1][path], trees[2][path]) for path, x in trees[0].items() if path in trees[1]}


def histograms(update: Update) -> dict[str, dict[str, object]]:
    """By path of a parameter: of its numbers, of its gradient, of its update."""
    found: dict[str, dict[str, object]] = {}
    for path, (before, gradient, after) in moved(update).items():
        step = host(after) - host(before)
        kinds = {"parameters": host(after), "gradients": host(gradient), "updates": step}
        found[path] = {kind: made for kind, x in kinds.items() if (made := histogram(x)) is not None}
    return found


def activation_histograms(outputs: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """By path of a layer, of what comes out of it."""
    found: dict[str, dict[str, object]] = {}
    for path, x in outputs.items():
        made = histogram(host(x)) if isinstance(x, Tensor) else None
        if made is not None:
            found[path] = {"activations": made}
    return found


def host(x: Tensor) -> NDArray[Any]:
    """The values as a numpy array."""
    found: NDArray[Any] = backend_of(x.data).to_numpy(x.data)
    return found


def _floats(tree: object) -> dict[str, Tensor]:
    return {
        path: leaf
        for path, leaf in leaves_with_paths(tree)
        if isinstance(leaf, Tensor) and not isinstance(leaf, State) and leaf.dtype.kind == "f" and leaf.size
    }


def _mean_size(x: NDArray[Any]) -> float:
    with np.errstate(over="ignore"):  # an infinite mean is passed over
        return float(np.abs(x).mean())


def memory() -> float | None:
    """The bytes that the process has in memory, where that is known."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return float(pages * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, IndexError, AttributeError):
        return _peak()


def _peak() -> float | None:
    """The most that it had so far, where that is all one is told."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def system(model: object) -> dict[str, object]:
    """What the training runs on."""
    tensors = [leaf for _, leaf in leaves_with_paths(model) if isinstance(leaf, Tensor)]
    kinds = sorted({f"{x.dtype.name} on {x.device}" for x in tensors})
    return {
        "typedgrad": __version__,
        "Python": platform.python_version(),
        "numpy": np.__version__,
        "Operating system": f"{platform.system()} {platform.release()}",
        "Machine": platform.machine(),
        "Processors": os.cpu_count() or 0,
        "Parameters": f"{sum(x.size for x in tensors):,} in {len(tensors)} tensors",
        "Numbers": ", ".join(kinds),
    }
