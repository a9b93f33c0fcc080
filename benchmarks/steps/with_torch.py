"""The steps in PyTorch: eager or compiled, default layout or channels-last, with its fused updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (as everybody calls it)
from steps.workloads import Workload, batches, parameters

VARIANTS = ("torch", "torch channels_last", "torch compile")


def make(workload: Workload, variant: str) -> Callable[[], float]:
    """A function that makes one step and returns the loss before it."""
    torch.set_num_threads(2)
    last = "channels_last" in variant
    p: dict[str, Any] = {}
    for name, array in parameters(workload).items():
        value = torch.tensor(array)
        if last and value.ndim == 4:
            value = value.contiguous(memory_format=torch.channels_last)
        p[name] = value.requires_grad_()
    data = []
    for x, y in batches(workload):
        tx = torch.tensor(x)
        if last and tx.ndim == 4:
            tx = tx.contiguous(memory_format=torch.channels_last)
        data.append((tx, torch.tensor(y)))
    model = _MODELS[workload.model]

    def loss_of(x: Any, y: Any) -> Any:
        return model(workload, p, x, y)

    if "compile" in variant:
        loss_of = torch.compile(loss_of)
    rate, values = workload.learning_rate, list(p.values())
    if workload.updater == "momentum":
        updater: Any = torch.optim.SGD(values, lr=rate, momentum=0.9, fused=True)
    elif workload.updater == "adam":
        updater = torch.optim.Adam(values, lr=rate, fused=True)
    else:
        updater = torch.optim.AdamW(values, lr=rate, weight_decay=0.01, fused=True)
    count = 0

    def step() -> float:
        nonlocal count
        x, y = data[count % len(data)]
        count += 1
        updater.zero_grad(set_to_none=True)
        loss = loss_of(x, y)
        loss.backward()
        updater.step()
        return float(loss.detach())

    return step


def _dense(p: dict[str, Any], name: str, x: Any) -> Any:
    return (
        torch.addmm(p[f"{name}.bias"], x, p[f"{name}.weight"])
        if x.ndim == 2
        else x @ p[f"{name}.weight"] + p[f"{name}.bias"]
    )


def _mlp(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    x = torch.relu(_dense(p, "a", x))
    x = torch.relu(_dense(p, "b", x))
    return F.cross_entropy(_dense(p, "c", x), y)


def _lenet(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    x = F.max_pool2d(torch.relu(F.conv2d(x, p["a.weight"], p["a.bias"])), 2)
    x = F.max_pool2d(torch.relu(F.conv2d(x, p["b.weight"], p["b.bias"])), 2)
    x = torch.relu(_dense(p, "c", x.flatten(1)))
    return F.cross_entropy(_dense(p, "d", x), y)


def _resnet(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    def normed(name: str, x: Any) -> Any:
        return F.batch_norm(x, None, None, p[f"{name}.scale"], p[f"{name}.shift"], training=True, eps=1e-5)

    x = torch.relu(normed("stem", F.conv2d(x, p["stem.weight"], padding=1)))
    for i in range(3):
        stride = 1 if i == 0 else 2
        z = torch.relu(normed(f"block{i}.a", F.conv2d(x, p[f"block{i}.a.weight"], stride=stride, padding=1)))
        z = normed(f"block{i}.b", F.conv2d(z, p[f"block{i}.b.weight"], padding=1))
        if stride == 2:
            x = normed(f"block{i}.skip", F.conv2d(x, p[f"block{i}.skip.weight"], stride=2))
        x = torch.relu(x + z)
    return F.cross_entropy(_dense(p, "head", x.mean((2, 3))), y)


def _gpt(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    s = w.sizes
    n, t, d, heads = s["batch"], s["time"], s["width"], s["heads"]

    def normed(name: str, x: Any) -> Any:
        return F.layer_norm(x, (d,), p[f"{name}.scale"], p[f"{name}.shift"])

    x = F.embedding(x, p["token"]) + p["position"]
    for i in range(s["layers"]):
        z = _dense(p, f"layer{i}.qkv", normed(f"layer{i}.norm1", x))
        q, k, v = (u.view(n, t, heads, d // heads).transpose(1, 2) for u in z.split(d, dim=-1))
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(n, t, d)
        x = x + _dense(p, f"layer{i}.out", z)
        z = F.gelu(_dense(p, f"layer{i}.up", normed(f"layer{i}.norm2", x)), approximate="tanh")
        x = x + _dense(p, f"layer{i}.down", z)
    logits = _dense(p, "head", normed("norm", x))
    return F.cross_entropy(logits.reshape(n * t, -1), y.reshape(-1))


def _lstm(w: Workload, p: dict[str, Any], x: Any, y: Any) -> Any:
    h, n = w.sizes["hidden"], w.sizes["batch"]
    zeros = torch.zeros(1, n, h)
    weights = (p["input.weight"].t(), p["recurrent.weight"].t(), p["gates.bias"], torch.zeros_like(p["gates.bias"]))
    out = torch._VF.lstm(F.embedding(x, p["token"]), (zeros, zeros), weights, True, 1, 0.0, True, False, True)[0]
    return F.cross_entropy(_dense(p, "head", out.reshape(-1, h)), y.reshape(-1))


_MODELS = {"mlp": _mlp, "lenet": _lenet, "resnet": _resnet, "gpt": _gpt, "lstm": _lstm}
