"""Whole networks: the loss and all its gradients, and what ten updates make of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.layers import Params, of_layer
from tests.peers.peer import functional, torch
from tests.peers.row import Array, Draw, Row, Setting
from tests.peers.rows_attention import exact
from tests.peers.rows_recurrent import lengths_of, named, run_theirs
from typedgrad import nn


def convolutional() -> Any:
    """Convolutions with batch normalisation and pooling, then a dense layer."""
    return nn.Sequential(
        nn.Conv2d(in_channels=3, out_channels=4, kernel=3, padding=1, use_bias=False),
        nn.BatchNorm(features=4),
        nn.Relu(),
        nn.MaxPool2d(kernel=2),
        nn.Conv2d(in_channels=4, out_channels=6, kernel=3, stride=2),
        nn.BatchNorm(features=6),
        nn.Gelu(),
        nn.GlobalPool(),
        nn.Dense(in_features=6, out_features=5),
    )


def _convolutional(p: Params, x: Any) -> Any:
    """The same with PyTorch's functions; statistics are those of the batch."""
    w1, g1, b1, w2, c2, g2, b2, w3, c3 = p.values()
    x = functional.relu(functional.batch_norm(functional.conv2d(x, w1, padding=1), None, None, g1, b1, True))
    x = functional.conv2d(functional.max_pool2d(x, 2), w2, c2, stride=2)
    x = functional.gelu(functional.batch_norm(x, None, None, g2, b2, True))
    return functional.linear(x.mean((2, 3)), w3.T, c3)


def images(d: Draw) -> tuple[Array, Array]:
    """A batch, and labels."""
    return d.normal(4, 3, 8, 8), d.integers(0, 4, 4)


def in_training(model: Any, x: Any, labels: Any) -> Any:
    """The loss of a batch in training."""
    with tg.training(tg.random.key(0)):
        return tg.softmax_cross_entropy(model(x), labels)


def _cnn(d: Draw) -> Setting:
    def theirs(p: Params, x: Any, labels: Any) -> Any:
        return functional.cross_entropy(_convolutional(p, x), labels)

    return of_layer(d, convolutional(), images(d), theirs, in_training, scale=0.1)


def _lstm(d: Draw) -> Setting:
    """Both directions, sequences of several lengths, the mean of the outputs."""
    batch, time = 4, 6
    lengths = lengths_of(d, batch, time)
    layer = nn.Bidirectional(forward=nn.Lstm(in_features=3, features=4))

    def ours(model: Any, x: Any, lengths: Any) -> Any:
        return tg.mean(model(x, lengths=lengths) ** 2) + tg.sum(
            tg.last_step(model(x, lengths=lengths), lengths=lengths)
        )

    def theirs(p: Params, x: Any, lengths: Any) -> Any:
        ways = [
            {k.split(".", 1)[1]: v for k, v in p.items() if k.startswith(f"{way}.")} for way in ("forward", "backward")
        ]
        params = named(ways[0], "_l0") | named(ways[1], "_l0_reverse")
        y = run_theirs("Lstm", (3, 4), params, x, lengths, bidirectional=True)[0]
        return (y**2).mean() + y[torch.arange(batch), lengths - 1].sum()

    return of_layer(d, layer, (d.normal(batch, time, 3), lengths), theirs, ours)


def language_model() -> Any:
    """Embedding, positions, two causal blocks, logits."""
    blocks = [nn.TransformerEncoderBlock(features=8, heads=2, hidden=12, causal=True) for _ in range(2)]
    return nn.Sequential(
        nn.Embedding(vocabulary=11, features=8),
        nn.LearnedPositions(length=6, features=8),
        *blocks,
        nn.LayerNorm(features=8),
        nn.Dense(in_features=8, out_features=11),
    )


def _attended(x: Any, values: Callable[[], Any]) -> Any:
    """Causal self-attention with two heads."""
    made = [functional.linear(x, values().T, values()) for _ in range(3)]
    q, k, v = (y.reshape(*y.shape[:-1], 2, 4).transpose(-2, -3) for y in made)
    found = exact(q, k, v, is_causal=True).transpose(-2, -3).reshape(x.shape)
    return functional.linear(found, values().T, values())


def _language(p: Params, tokens: Any) -> Any:
    """Our parameters in the order in which they stand in the tree."""
    waiting = iter(p.values())

    def values() -> Any:
        return next(waiting)

    def normed(x: Any) -> Any:
        return functional.layer_norm(x, (8,), values(), values())

    x = functional.embedding(tokens, values()) + values()
    for _ in range(2):
        x = x + _attended(normed(x), values)
        y = functional.gelu(functional.linear(normed(x), values().T, values()))
        x = x + functional.linear(y, values().T, values())
    return functional.linear(normed(x), values().T, values())


def _transformer(d: Draw) -> Setting:
    tokens = d.integers(0, 10, 3, 7)

    def ours(model: Any, tokens: Any) -> Any:
        return tg.softmax_cross_entropy(model(tokens[:, :-1]), tokens[:, 1:])

    def theirs(p: Params, tokens: Any) -> Any:
        return functional.cross_entropy(_language(p, tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())

    return of_layer(d, language_model(), (tokens,), theirs, ours, scale=0.2)


def _fit(d: Draw) -> Setting:
    """The losses before each of ten updates by Adam."""
    steps = 10
    start = of_layer(
        d, convolutional(), images(d), lambda p, *xs: list(p.values()), lambda model, *xs: model, scale=0.1
    )
    updater = tg.optim.adam(0.01)

    def ours(*arrays: Any) -> Any:
        model, (x, labels), losses = start.ours(*arrays), arrays[-2:], []
        state = updater.init(model)
        for _ in range(steps):
            loss, grads = tg.value_and_grad(in_training)(model, x, labels)
            model, state = updater.update(model, grads, state)
            losses.append(loss)
        return tg.stack(losses)

    def theirs(*arrays: Any) -> Any:
        x, labels = arrays[-2:]
        params = {str(i): p.detach().clone().requires_grad_() for i, p in enumerate(start.theirs(*arrays))}
        optimiser = torch.optim.Adam(params.values(), lr=0.01)
        losses = []
        for _ in range(steps):
            optimiser.zero_grad()
            loss = functional.cross_entropy(_convolutional(params, x), labels)
            loss.backward()
            optimiser.step()
            losses.append(loss.detach())
        return torch.stack(losses)

    return Setting(start.inputs, ours, theirs)


ROWS = [
    Row("nn.Sequential", "composition in PyTorch: convolutions with batch normalisation", _cnn),
    Row("nn.Bidirectional", "composition in PyTorch: LSTMs of both directions, lengths", _lstm),
    Row("nn.Sequential", "composition in PyTorch: a causal transformer", _transformer),
    Row("nn.Sequential optim.adam", "training in PyTorch: losses of ten updates", _fit, 0, single=False,
        note="each update makes differences of rounding larger, so float32 is left out"),
]  # fmt: skip
