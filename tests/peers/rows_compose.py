"""Layers that merge, part, rearrange, wrap other layers or disturb what passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.layers import Params, of_layer, under
from tests.peers.peer import functional, torch
from tests.peers.row import Draw, Row, Setting
from typedgrad import nn


def merging(name: str, layer: Any, peer: str, theirs: Callable[..., Any], *, inputs: int = 3) -> Row:
    """A layer of several inputs of one shape."""

    def draw(d: Draw) -> Setting:
        shape = (*d.shape(1, 2), 4)
        return Setting(tuple(d.normal(*shape) for _ in range(inputs)), layer, theirs)

    return Row(f"nn.{name}", peer, draw)


def plain(name: str, layer: Any, peer: str, theirs: Callable[[Any], Any], shape: tuple[int, ...] = (4, 6, 5)) -> Row:
    """A layer of one input without parameters."""
    return Row(f"nn.{name}", peer, lambda d: Setting((d.normal(*shape),), layer, theirs))


MERGES = [
    merging("Add", nn.Add(), "torch.add", lambda *xs: xs[0] + xs[1] + xs[2]),
    merging("Subtract", nn.Subtract(), "torch.sub", lambda x, y: x - y, inputs=2),
    merging("Multiply", nn.Multiply(), "torch.mul", lambda *xs: xs[0] * xs[1] * xs[2]),
    merging("Average", nn.Average(), "torch.mean", lambda *xs: torch.stack(xs).mean(0)),
    merging("Maximum", nn.Maximum(), "torch.amax", lambda *xs: torch.stack(xs).amax(0)),
    merging("Minimum", nn.Minimum(), "torch.amin", lambda *xs: torch.stack(xs).amin(0)),
    merging("Concat", nn.Concat(axis=-1), "torch.cat", lambda *xs: torch.cat(xs, -1)),
    merging("Stack", nn.Stack(axis=1), "torch.stack", lambda *xs: torch.stack(xs, 1)),
    merging("Dot", nn.Dot(), "torch.linalg.vecdot", lambda x, y: torch.linalg.vecdot(x, y), inputs=2),
    merging("Dot", nn.Dot(normalize=True), "torch.nn.functional.cosine_similarity",
            lambda x, y: functional.cosine_similarity(x, y, dim=-1), inputs=2),
    merging("PairwiseDistance", nn.PairwiseDistance(ord=3), "torch.linalg.vector_norm",
            lambda x, y: torch.linalg.vector_norm(x - y, 3, dim=-1), inputs=2),
    merging("CosineSimilarity", nn.CosineSimilarity(), "torch.nn.CosineSimilarity",
            lambda x, y: torch.nn.CosineSimilarity(dim=-1)(x, y), inputs=2),
]  # fmt: skip


def reversed_gradient(x: Any, factor: float) -> Any:
    """`x`, whose gradient is `-factor` times what it should be."""
    return (x + factor * x).detach() - factor * x


PLAIN = [
    plain("Lambda", nn.Lambda(function=tg.square), "torch.square", lambda x: torch.square(x)),
    plain("Scale", nn.Scale(factor=0.3), "torch.mul", lambda x: x * 0.3),
    plain("Shift", nn.Shift(amount=0.3), "torch.add", lambda x: x + 0.3),
    plain("GradientReversal", nn.GradientReversal(factor=0.7), "formula in PyTorch",
          lambda x: reversed_gradient(x, 0.7)),
    plain("Reshape", nn.Reshape(shape=(3, -1)), "torch.reshape", lambda x: x.reshape(4, 3, -1)),
    plain("Permute", nn.Permute(axes=(2, 1)), "torch.permute", lambda x: x.permute(0, 2, 1)),
    plain("Subset", nn.Subset(start=1, stop=4, axis=1), "torch.narrow", lambda x: torch.narrow(x, 1, 1, 3)),
    plain("Unstack", nn.Unstack(index=2, axis=1), "torch.select", lambda x: torch.select(x, 1, 2)),
    plain("Chunk", nn.Chunk(index=1, parts=3, axis=1), "torch.chunk", lambda x: torch.chunk(x, 3, 1)[1]),
    plain("L2Normalize", nn.L2Normalize(axis=1), "torch.nn.functional.normalize",
          lambda x: functional.normalize(x, dim=1)),
]  # fmt: skip


def _frozen(d: Draw) -> Setting:
    """The gradient of the input passes, and there is none for the parameters."""
    inner = tg.init(nn.Dense(in_features=3, out_features=4), tg.random.key(d.index), dtype="float64")
    weight = tg.to_numpy(inner.weight)
    passes = d.index != 1

    def ours(x: Any) -> Any:
        layer = nn.Dense(in_features=3, out_features=4)
        made: Any = tg.init(layer, tg.random.key(d.index), dtype=x.dtype)
        return nn.freeze(made, pass_gradient=passes)(x) * x.sum()

    def theirs(x: Any) -> Any:
        return ((x if passes else x.detach()) @ torch.tensor(weight)) * x.sum()

    return Setting((d.normal(5, 3),), ours, theirs)


def _clipped(ours: Any) -> Callable[[Draw], Setting]:
    def draw(d: Draw) -> Setting:
        limit = d.one_of(0.5, 1.0, 0.1)

        def theirs(x: Any) -> Any:
            y = x * 1.0
            if y.requires_grad:
                y.register_hook(lambda g: torch.clamp(g, -limit, limit))
            return y * y

        return Setting((d.normal(4, 5),), lambda x: ours(x, limit) ** 2, theirs)

    return draw


def _penalised(ours: Any) -> Callable[[Draw], Setting]:
    def draw(d: Draw) -> Setting:
        l1, l2 = d.one_of((0.3, 0.0), (0.0, 0.3), (0.1, 0.2))

        def theirs(x: Any) -> Any:
            y = x * 1.0
            if y.requires_grad:
                y.register_hook(lambda g: g + l1 * torch.sign(y) + l2 * y)
            return y * y

        return Setting((d.normal(4, 5),), lambda x: ours(x, l1, l2) ** 2, theirs)

    return draw


def _mean_variance(d: Draw) -> Setting:
    across, variance = d.one_of((False, True), (True, True), (False, False))

    def theirs(x: Any) -> Any:
        axes = tuple(range(1 if across else 2, x.ndim))
        centred = x - x.mean(axes, keepdim=True)
        return centred / (centred.std(axes, correction=0, keepdim=True) + 1e-9) if variance else centred

    return Setting(
        (d.normal(2, 3, *d.shape(1, 2), 4),), nn.MeanVarianceNorm(across_channels=across, variance=variance), theirs
    )


def _local_within(d: Draw) -> Setting:
    size = d.one_of(3, 5, 2)

    def theirs(x: Any) -> Any:
        low, high = size // 2, (size - 1) // 2
        mean = functional.avg_pool2d(functional.pad(x * x, (low, high, low, high)), size, 1)
        return x / (1 + 0.5 * mean) ** 0.75

    return Setting((d.normal(2, 3, 5, 6),), nn.LocalResponseNorm(size=size, alpha=0.5, region="within"), theirs)


def _bilinear(d: Draw) -> Setting:
    a, b, n = d.size(), d.size(), d.size()
    layer = nn.Bilinear(left_features=a, right_features=b, out_features=n, use_bias=d.index != 1)
    return of_layer(
        d,
        layer,
        (d.normal(4, a), d.normal(4, b)),
        lambda p, x, y: functional.bilinear(x, y, p["weight"].permute(2, 0, 1), p.get("bias")),
    )


def _maxout(d: Draw) -> Setting:
    n_in, n, pieces = d.size(), d.size(), d.size(1, 4)
    return of_layer(
        d,
        nn.Maxout(in_features=n_in, out_features=n, pieces=pieces),
        (d.normal(4, n_in),),
        lambda p, x: (x @ p["weight"] + p["bias"]).unflatten(-1, (pieces, n)).amax(-2),
    )


def _highway(d: Draw) -> Setting:
    def theirs(p: Params, x: Any) -> Any:
        gate = torch.sigmoid(x @ p["gate_weight"] + p["gate_bias"])
        return gate * torch.tanh(x @ p["weight"] + p["bias"]) + (1 - gate) * x

    n = d.size()
    return of_layer(d, nn.Highway(features=n, activation=tg.tanh), (d.normal(4, n),), theirs)


def _each(d: Draw) -> Setting:
    n = d.size()
    return of_layer(
        d,
        nn.ElementwiseMultiplication(features=n, use_bias=d.index != 1),
        (d.normal(4, n),),
        lambda p, x: torch.addcmul(p["bias"], x, p["weight"]) if "bias" in p else x * p["weight"],
    )


def dense(n_in: int, n_out: int) -> Any:
    """A dense layer."""
    return nn.Dense(in_features=n_in, out_features=n_out)


def _linear(p: Params, x: Any) -> Any:
    return functional.linear(x, p["weight"].T, p["bias"])


def _residual(d: Draw) -> Setting:
    projected = d.index == 1
    layer = nn.Residual(layer=dense(3, 4 if projected else 3), projection=dense(3, 4) if projected else None)

    def theirs(p: Params, x: Any) -> Any:
        return _linear(under(p, "layer"), x) + (_linear(under(p, "projection"), x) if projected else x)

    return of_layer(d, layer, (d.normal(5, 3),), theirs)


def _branches(d: Draw) -> Setting:
    layer = nn.Branches(dense(3, 4), nn.Tanh(), dense(3, 2), merge=nn.Concat(axis=-1))

    def theirs(p: Params, x: Any) -> Any:
        w1, b1, w2, b2 = p.values()
        return torch.cat([x @ w1 + b1, torch.tanh(x), x @ w2 + b2], -1)

    return of_layer(d, layer, (d.normal(d.size(), 3),), theirs)


def _parallel(d: Draw) -> Setting:
    def theirs(p: Params, x: Any, y: Any) -> Any:
        w1, b1, w2, b2 = p.values()
        return x @ w1 + b1, y @ w2 + b2

    layer = nn.Parallel(dense(3, 4), dense(2, 4))
    return of_layer(d, layer, (d.normal(d.size(), 3), d.normal(d.size(), 2)), theirs)


def _dag(d: Draw) -> Setting:
    """Two inputs, a layer that stands in two places, two outputs."""
    x, y = nn.Input(name="x"), nn.Input(name="y")
    shared = dense(3, 4)
    left, right = x.then(shared, name="left"), y.then(shared, name="right")
    both = left.then(nn.Concat(axis=-1), right).then(dense(8, 2), name="both")
    layer: Any = nn.Dag(inputs=(x, y), outputs=(both, left.then(nn.Tanh())))

    def theirs(p: Params, x: Any, y: Any) -> Any:
        w1, b1, w2, b2 = p.values()
        a, b = x @ w1 + b1, y @ w1 + b1
        return torch.cat([a, b], -1) @ w2 + b2, torch.tanh(a)

    n = d.size()
    return of_layer(d, layer, (d.normal(n, 3), d.normal(n, 3)), theirs)


def _weight_norm(d: Draw) -> Setting:
    """Units of a kernel along axis 0; the norm over the rest."""
    layer = nn.WeightNorm(layer=nn.Conv2d(in_channels=2, out_channels=3, kernel=2))

    def theirs(p: Params, x: Any) -> Any:
        scale, inner = p["scale"], under(p, "layer")
        norm = torch.linalg.vector_norm(inner["weight"], dim=(1, 2, 3), keepdim=True)
        return functional.conv2d(x, scale * inner["weight"] / norm, inner["bias"])

    return of_layer(d, layer, (d.normal(2, 2, 4, 5),), theirs)


def _spectral_norm(d: Draw) -> Setting:
    """One step of the power iteration, from the vector that the layer begins with."""
    layer = nn.SpectralNorm(layer=dense(4, 3))
    start = tg.to_numpy(tg.init(layer, tg.random.key(0), dtype="float64").left)

    def ours(model: Any, x: Any) -> Any:
        with tg.training(tg.random.key(1)):
            return model(x)

    def theirs(p: Params, x: Any) -> Any:
        inner = under(p, "layer")
        matrix = inner["weight"].T
        with torch.no_grad():
            right = functional.normalize(matrix.T @ torch.tensor(start), dim=0, eps=1e-12)
            left = functional.normalize(matrix @ right, dim=0, eps=1e-12)
        return functional.linear(x, matrix / (left @ matrix @ right), inner["bias"])

    return of_layer(d, layer, (d.normal(5, 4),), theirs, ours)


def _padded_embedding(d: Draw) -> Setting:
    layer = nn.Embedding(vocabulary=5, features=3, padding_index=2)

    def theirs(p: Params, i: Any) -> Any:
        weight = p["weight"].clone()
        weight[2] = 0.0  # theirs looks the row up, and hopes that it is 0
        return functional.embedding(i, weight, padding_idx=2)

    return of_layer(d, layer, (d.integers(0, 4, 4, 3),), theirs)


def _bag(d: Draw) -> Setting:
    how, padding = d.one_of(("mean", None), ("sum", 1), ("max", None), ("mean", 0))
    layer = nn.EmbeddingBag(vocabulary=7, features=3, reduction=how, padding_index=padding)
    return of_layer(
        d,
        layer,
        (d.integers(0, 6, 4, 5),),
        lambda p, i: functional.embedding_bag(i, p["weight"], mode=how, padding_idx=padding),
    )


def _one_hot(d: Draw) -> Setting:
    labels = d.integers(0, 4, *d.shape(1, 3))
    return Setting((labels,), nn.OneHot(classes=5), lambda i: functional.one_hot(i, 5).float())


HOOK = "torch.Tensor.register_hook"


ROWS = [
    *MERGES, *PLAIN,
    Row("nn.freeze nn.Frozen", "torch.Tensor.detach", _frozen),
    Row("clip_gradient", HOOK, _clipped(lambda x, limit: tg.clip_gradient(x, limit=limit))),
    Row("nn.ClipGradient", HOOK, _clipped(lambda x, limit: nn.ClipGradient(limit=limit)(x))),
    Row("penalize_activity", HOOK, _penalised(lambda x, l1, l2: tg.penalize_activity(x, l1=l1, l2=l2))),
    Row("nn.ActivityPenalty", HOOK, _penalised(lambda x, l1, l2: nn.ActivityPenalty(l1=l1, l2=l2)(x))),
    Row("nn.MeanVarianceNorm", "formula in PyTorch", _mean_variance,
        note="epsilon is added to the deviation, as in Caffe"),
    Row("nn.LocalResponseNorm", "torch.nn.functional.avg_pool2d, within a channel", _local_within),
    Row("nn.Bilinear", "torch.nn.functional.bilinear", _bilinear,
        note="our weight is [left, right, out], theirs [out, left, right]"),
    Row("nn.Maxout", "formula in PyTorch", _maxout), Row("nn.Highway", "formula in PyTorch", _highway),
    Row("nn.ElementwiseMultiplication", "torch.addcmul", _each),
    Row("nn.Residual", "torch.nn.functional.linear, added", _residual),
    Row("nn.Branches", "torch.cat", _branches), Row("nn.Parallel", "torch.matmul", _parallel),
    Row("nn.Dag nn.Input nn.Node nn.Vertex", "composition in PyTorch", _dag,
        note="two inputs, two outputs, one layer in two places"),
    Row("nn.WeightNorm", "formula in PyTorch", _weight_norm,
        note="the fused torch._weight_norm has a second gradient that torch.autograd.gradgradcheck calls wrong"),
    Row("nn.SpectralNorm", "formula in PyTorch, one step of the iteration", _spectral_norm,
        note="in training; the singular vectors count as constants, as in torch.nn.utils.spectral_norm"),
    Row("nn.Embedding", "torch.nn.functional.embedding, padding", _padded_embedding),
    Row("nn.EmbeddingBag", "torch.nn.functional.embedding_bag", _bag, draws=4),
    Row("nn.OneHot", "torch.nn.functional.one_hot", _one_hot, 0, single=False),
]  # fmt: skip
