"""The training steps that are compared: their sizes, first parameters and data, the same numbers for every peer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
BATCHES = 4


@dataclass(frozen=True)
class Workload:
    """What is trained: the kind of model, its sizes, and how it is updated."""

    name: str
    model: str
    sizes: dict[str, int]
    updater: str
    learning_rate: float


def _mlp(name: str, batch: int) -> Workload:
    return Workload(name, "mlp", {"batch": batch, "inputs": 784, "hidden": 512, "classes": 10}, "momentum", 0.02)


def _lenet(name: str, first: int, second: int, hidden: int) -> Workload:
    sizes = {"batch": 64, "first": first, "second": second, "hidden": hidden, "classes": 10}
    return Workload(name, "lenet", sizes, "adam", 1e-3)


_GPT = {"batch": 8, "time": 128, "width": 128, "heads": 4, "layers": 4, "vocabulary": 256}

WORKLOADS = {
    w.name: w
    for w in (
        _mlp("mlp128", 128),
        _mlp("mlp16", 16),
        _lenet("lenet6", 6, 16, 120),
        _lenet("lenet20", 20, 50, 500),
        Workload("resnet", "resnet", {"batch": 32, "classes": 10}, "momentum", 0.02),
        Workload("gpt", "gpt", _GPT, "adamw", 3e-4),
        Workload("lstm", "lstm", {"batch": 32, "time": 64, "hidden": 256, "vocabulary": 96}, "adam", 1e-3),
    )
}


class _Drawing:
    """Draws parameters by name, in order."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(7)
        self.made: Arrays = {}

    def weight(self, name: str, *shape: int) -> None:
        fan_in = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
        self.made[name] = (self.rng.standard_normal(shape) * np.sqrt(1.0 / fan_in)).astype("float32")

    def dense(self, name: str, inputs: int, outputs: int) -> None:
        self.weight(f"{name}.weight", inputs, outputs)
        self.made[f"{name}.bias"] = np.zeros(outputs, "float32")

    def norm(self, name: str, size: int) -> None:
        self.made[f"{name}.scale"] = np.ones(size, "float32")
        self.made[f"{name}.shift"] = np.zeros(size, "float32")

    def table(self, name: str, *shape: int) -> None:
        self.made[name] = (self.rng.standard_normal(shape) * 0.02).astype("float32")


def parameters(workload: Workload) -> Arrays:
    """The first parameters by name, one draw for all: matrices `[inputs, outputs]`, kernels `[out, in, kh, kw]`."""
    draw = _Drawing()
    _PARAMETERS[workload.model](draw, workload.sizes)
    return draw.made


def _mlp_parameters(draw: _Drawing, s: dict[str, int]) -> None:
    draw.dense("a", s["inputs"], s["hidden"])
    draw.dense("b", s["hidden"], s["hidden"])
    draw.dense("c", s["hidden"], s["classes"])


def _lenet_parameters(draw: _Drawing, s: dict[str, int]) -> None:
    for name, inputs, outputs in (("a", 1, s["first"]), ("b", s["first"], s["second"])):
        draw.weight(f"{name}.weight", outputs, inputs, 5, 5)
        draw.made[f"{name}.bias"] = np.zeros(outputs, "float32")
    draw.dense("c", 16 * s["second"], s["hidden"])
    draw.dense("d", s["hidden"], s["classes"])


def _resnet_parameters(draw: _Drawing, s: dict[str, int]) -> None:
    draw.weight("stem.weight", 16, 3, 3, 3)
    draw.norm("stem", 16)
    for i, (inputs, outputs) in enumerate(((16, 16), (16, 32), (32, 64))):
        draw.weight(f"block{i}.a.weight", outputs, inputs, 3, 3)
        draw.norm(f"block{i}.a", outputs)
        draw.weight(f"block{i}.b.weight", outputs, outputs, 3, 3)
        draw.norm(f"block{i}.b", outputs)
        if inputs != outputs:
            draw.weight(f"block{i}.skip.weight", outputs, inputs, 1, 1)
            draw.norm(f"block{i}.skip", outputs)
    draw.dense("head", 64, s["classes"])


def _gpt_parameters(draw: _Drawing, s: dict[str, int]) -> None:
    d, v = s["width"], s["vocabulary"]
    draw.table("token", v, d)
    draw.table("position", s["time"], d)
    for i in range(s["layers"]):
        draw.norm(f"layer{i}.norm1", d)
        draw.dense(f"layer{i}.qkv", d, 3 * d)
        draw.dense(f"layer{i}.out", d, d)
        draw.norm(f"layer{i}.norm2", d)
        draw.dense(f"layer{i}.up", d, 4 * d)
        draw.dense(f"layer{i}.down", 4 * d, d)
    draw.norm("norm", d)
    draw.dense("head", d, v)


def _lstm_parameters(draw: _Drawing, s: dict[str, int]) -> None:
    h, v = s["hidden"], s["vocabulary"]
    draw.table("token", v, h)
    draw.weight("input.weight", h, 4 * h)
    draw.weight("recurrent.weight", h, 4 * h)
    draw.made["gates.bias"] = np.zeros(4 * h, "float32")
    draw.dense("head", h, v)


_PARAMETERS = {
    "mlp": _mlp_parameters,
    "lenet": _lenet_parameters,
    "resnet": _resnet_parameters,
    "gpt": _gpt_parameters,
    "lstm": _lstm_parameters,
}


def batches(workload: Workload) -> list[tuple[Any, Any]]:
    """A few batches of inputs and integer labels, used in turn."""
    rng = np.random.default_rng(11)
    s, n = workload.sizes, workload.sizes["batch"]
    made: list[tuple[Any, Any]] = []
    for _ in range(BATCHES):
        if workload.model == "mlp":
            x = rng.standard_normal((n, s["inputs"])).astype("float32")
            made.append((x, rng.integers(0, s["classes"], n)))
        elif workload.model == "lenet":
            x = rng.standard_normal((n, 1, 28, 28)).astype("float32")
            made.append((x, rng.integers(0, s["classes"], n)))
        elif workload.model == "resnet":
            x = rng.standard_normal((n, 3, 32, 32)).astype("float32")
            made.append((x, rng.integers(0, s["classes"], n)))
        else:
            text = rng.integers(0, s["vocabulary"], (n, s["time"] + 1))
            made.append((np.ascontiguousarray(text[:, :-1]), np.ascontiguousarray(text[:, 1:])))
    return made
