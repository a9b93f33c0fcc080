"""The steps in JAX: one jitted function of parameters, state and batch, with donated buffers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from steps.workloads import Workload, batches, parameters

VARIANTS = ("jax",)


def make(workload: Workload, variant: str) -> Callable[[], float]:
    """A function that makes one step and returns the loss before it."""
    p = {name: jnp.asarray(array) for name, array in parameters(workload).items()}
    data = [(jnp.asarray(x), jnp.asarray(y)) for x, y in batches(workload)]
    model, rate = _MODELS[workload.model], workload.learning_rate

    def zeros() -> dict[str, Any]:
        return {name: jnp.zeros_like(x) for name, x in p.items()}

    def update(p: Any, g: Any, state: Any) -> Any:
        if workload.updater == "momentum":
            state = {k: 0.9 * state[k] + g[k] for k in p}
            return {k: p[k] - rate * state[k] for k in p}, state
        t, first, second = state
        t = t + 1
        first = {k: 0.9 * first[k] + 0.1 * g[k] for k in p}
        second = {k: 0.999 * second[k] + 0.001 * g[k] ** 2 for k in p}
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        decay = 1 - rate * 0.01 if workload.updater == "adamw" else 1.0
        made = {k: decay * p[k] - rate * (first[k] / c1) / (jnp.sqrt(second[k] / c2) + 1e-8) for k in p}
        return made, (t, first, second)

    def whole(p: Any, state: Any, x: Any, y: Any) -> Any:
        loss, g = jax.value_and_grad(lambda p: model(workload, p, x, y))(p)
        return *update(p, g, state), loss

    run = jax.jit(whole)
    state: Any = zeros() if workload.updater == "momentum" else (jnp.zeros(()), zeros(), zeros())
    count = 0

    def step() -> float:
        nonlocal p, state, count
        x, y = data[count % len(data)]
        count += 1
        p, state, loss = run(p, state, x, y)
        return float(loss)

    return step


def _dense(p: dict[str, Any], name: str, x: Any) -> Any:
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def _cross_entropy(logits: Any, y: Any) -> Any:
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1)
    return -jnp.mean(chosen)


def _mlp(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    x = jax.nn.relu(_dense(p, "a", x))
    x = jax.nn.relu(_dense(p, "b", x))
    return _cross_entropy(_dense(p, "c", x), y)


def _conv(x: Any, kernel: Any, stride: int = 1, padding: int = 0) -> Any:
    numbers = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(
        x, kernel.transpose(2, 3, 1, 0), (stride, stride), [(padding, padding)] * 2, dimension_numbers=numbers
    )


def _pool(x: Any) -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def _lenet(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    x = x.transpose(0, 2, 3, 1)
    for name in "ab":
        x = _pool(jax.nn.relu(_conv(x, p[f"{name}.weight"]) + p[f"{name}.bias"]))
    x = x.transpose(0, 3, 1, 2).reshape(x.shape[0], -1)
    return _cross_entropy(_dense(p, "d", jax.nn.relu(_dense(p, "c", x))), y)


def _resnet(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    def normed(name: str, x: Any) -> Any:
        mean, var = jnp.mean(x, (0, 1, 2)), jnp.var(x, (0, 1, 2))
        return (x - mean) * (p[f"{name}.scale"] * lax.rsqrt(var + 1e-5)) + p[f"{name}.shift"]

    x = x.transpose(0, 2, 3, 1)
    x = jax.nn.relu(normed("stem", _conv(x, p["stem.weight"], padding=1)))
    for i in range(3):
        stride = 1 if i == 0 else 2
        z = jax.nn.relu(normed(f"block{i}.a", _conv(x, p[f"block{i}.a.weight"], stride, 1)))
        z = normed(f"block{i}.b", _conv(z, p[f"block{i}.b.weight"], 1, 1))
        if stride == 2:
            x = normed(f"block{i}.skip", _conv(x, p[f"block{i}.skip.weight"], 2))
        x = jax.nn.relu(x + z)
    return _cross_entropy(_dense(p, "head", x.mean((1, 2))), y)


def _gpt(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    # Activations are kept as matrices, which is what runs fastest.
    s = w.sizes
    n, t, d, heads = s["batch"], s["time"], s["width"], s["heads"]

    def normed(name: str, x: Any) -> Any:
        mean = x.mean(-1, keepdims=True)
        var = x.var(-1, keepdims=True)
        return (x - mean) * lax.rsqrt(var + 1e-5) * p[f"{name}.scale"] + p[f"{name}.shift"]

    mask = jnp.tril(jnp.ones((t, t), bool))
    x = (p["token"][x] + p["position"]).reshape(n * t, d)
    for i in range(s["layers"]):
        z = _dense(p, f"layer{i}.qkv", normed(f"layer{i}.norm1", x))
        q, k, v = (u.reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3) for u in jnp.split(z, 3, axis=-1))
        scores = q @ k.transpose(0, 1, 3, 2) / (d // heads) ** 0.5
        z = jax.nn.softmax(jnp.where(mask, scores, -jnp.inf)) @ v
        x = x + _dense(p, f"layer{i}.out", z.transpose(0, 2, 1, 3).reshape(n * t, d))
        z = jax.nn.gelu(_dense(p, f"layer{i}.up", normed(f"layer{i}.norm2", x)), approximate=True)
        x = x + _dense(p, f"layer{i}.down", z)
    return _cross_entropy(_dense(p, "head", normed("norm", x)), y.reshape(-1))


def _lstm(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    h, n, t = w.sizes["hidden"], w.sizes["batch"], w.sizes["time"]
    given = (p["token"][x.T].reshape(t * n, h) @ p["input.weight"] + p["gates.bias"]).reshape(t, n, 4 * h)

    def cell(carry: Any, g: Any) -> Any:
        hidden, c = carry
        i, f, a, o = jnp.split(g + hidden @ p["recurrent.weight"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(a)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (hidden, c), hidden

    zero = jnp.zeros((n, h))
    _, out = lax.scan(cell, (zero, zero), given)
    return _cross_entropy(_dense(p, "head", out.reshape(t * n, h)), y.T.reshape(-1))


_MODELS = {"mlp": _mlp, "lenet": _lenet, "resnet": _resnet, "gpt": _gpt, "lstm": _lstm}
