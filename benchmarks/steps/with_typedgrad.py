"""The steps in typedgrad, eager or compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from steps.workloads import Workload, batches, parameters

import typedgrad as tg
from typedgrad import Tensor

VARIANTS = ("typedgrad", "typedgrad compiled", "typedgrad numpy")
Parameters = dict[str, Tensor]


def make(workload: Workload, variant: str) -> Callable[[], float]:
    """A function that makes one step and returns the loss before it."""
    p = {name: tg.asarray(array) for name, array in parameters(workload).items()}
    data = [(tg.asarray(x), tg.asarray(y)) for x, y in batches(workload)]
    model, rate = _MODELS[workload.model], workload.learning_rate
    updater: Any
    if workload.updater == "momentum":
        updater = tg.optim.momentum(rate, momentum=0.9)
    elif workload.updater == "adam":
        updater = tg.optim.adam(rate)
    else:
        updater = tg.optim.adamw(rate, weight_decay=0.01)
    state = updater.init(p)
    gradient = tg.value_and_grad(lambda p, x, y: model(workload, p, x, y))
    count = 0

    def after(p: Any, state: Any, x: Tensor, y: Tensor) -> tuple[Tensor, Any, Any]:
        loss, g = gradient(p, x, y)
        return (loss, *updater.update(p, g, state))

    one = tg.compile(after) if variant == "typedgrad compiled" else after

    def step() -> float:
        nonlocal p, state, count
        x, y = data[count % len(data)]
        count += 1
        loss, p, state = one(p, state, x, y)
        return float(loss)

    return step


def _dense(p: Parameters, name: str, x: Tensor) -> Tensor:
    return tg.linear(x, p[f"{name}.weight"], p[f"{name}.bias"])


def _mlp(w: Workload, p: Parameters, x: Tensor, y: Tensor) -> Tensor:
    x = tg.linear(x, p["a.weight"], p["a.bias"], activation="relu")
    x = tg.linear(x, p["b.weight"], p["b.bias"], activation="relu")
    return tg.softmax_cross_entropy(_dense(p, "c", x), y)


def _lenet(w: Workload, p: Parameters, x: Tensor, y: Tensor) -> Tensor:
    x = tg.max_pool2d(tg.relu(tg.conv2d(x, p["a.weight"], p["a.bias"])), 2)
    x = tg.max_pool2d(tg.relu(tg.conv2d(x, p["b.weight"], p["b.bias"])), 2)
    x = tg.linear(tg.flatten(x, start=1), p["c.weight"], p["c.bias"], activation="relu")
    return tg.softmax_cross_entropy(_dense(p, "d", x), y)


def _resnet(w: Workload, p: Parameters, x: Tensor, y: Tensor) -> Tensor:
    def normed(name: str, x: Tensor, activation: Literal["none", "relu"] = "none") -> Tensor:
        return tg.batch_norm(x, p[f"{name}.scale"], p[f"{name}.shift"], activation=activation)[0]

    x = normed("stem", tg.conv2d(x, p["stem.weight"], padding=1), "relu")
    for i in range(3):
        stride = 1 if i == 0 else 2
        z = normed(f"block{i}.a", tg.conv2d(x, p[f"block{i}.a.weight"], stride=stride, padding=1), "relu")
        z = normed(f"block{i}.b", tg.conv2d(z, p[f"block{i}.b.weight"], padding=1))
        if stride == 2:
            x = normed(f"block{i}.skip", tg.conv2d(x, p[f"block{i}.skip.weight"], stride=2))
        x = tg.relu(x + z)
    return tg.softmax_cross_entropy(_dense(p, "head", tg.mean(x, axis=(2, 3))), y)


def _gpt(w: Workload, p: Parameters, x: Tensor, y: Tensor) -> Tensor:
    s = w.sizes
    n, t, d, heads = s["batch"], s["time"], s["width"], s["heads"]

    def normed(name: str, x: Tensor) -> Tensor:
        return tg.layer_norm(x, p[f"{name}.scale"], p[f"{name}.shift"])

    x = tg.take(p["token"], x, axis=0) + p["position"]
    for i in range(s["layers"]):
        z = _dense(p, f"layer{i}.qkv", normed(f"layer{i}.norm1", x))
        q, k, v = (
            tg.permute_dims(tg.reshape(u, (n, t, heads, d // heads)), (0, 2, 1, 3)) for u in tg.split(z, 3, axis=-1)
        )
        z = tg.scaled_dot_product_attention(q, k, v, causal=True)
        x = x + _dense(p, f"layer{i}.out", tg.reshape(tg.permute_dims(z, (0, 2, 1, 3)), (n, t, d)))
        z = tg.gelu(_dense(p, f"layer{i}.up", normed(f"layer{i}.norm2", x)), approximate="tanh")
        x = x + _dense(p, f"layer{i}.down", z)
    return tg.softmax_cross_entropy(_dense(p, "head", normed("norm", x)), y)


def _lstm(w: Workload, p: Parameters, x: Tensor, y: Tensor) -> Tensor:
    n, h = w.sizes["batch"], w.sizes["hidden"]
    words = tg.take(p["token"], tg.permute_dims(x, (1, 0)), axis=0)  # the time first
    given = tg.linear(words, p["input.weight"], p["gates.bias"])
    nothing = tg.zeros((n, h))
    hiddens, _, _ = tg.lstm_sequence(given, nothing, nothing, p["recurrent.weight"])
    return tg.softmax_cross_entropy(_dense(p, "head", hiddens), tg.permute_dims(y, (1, 0)))


_MODELS = {"mlp": _mlp, "lenet": _lenet, "resnet": _resnet, "gpt": _gpt, "lstm": _lstm}
