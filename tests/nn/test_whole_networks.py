"""Gradients of whole networks, for every parameter and every input, against differences in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients

KEY = tg.random.key(0)


def normal(*shape: int, seed: int = 3) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def made(layer: Any, input: Any = None) -> Any:
    return tg.init(layer, KEY, input=input, dtype="float64")


def accepted(report: dict[str, float], model: Any) -> None:
    """All parameters were looked at, and none is wrong."""
    parameters = [path for path, x in tg.leaves_with_paths(model) if isinstance(x, Tensor)]
    assert {path.removeprefix("0.") for path in report} >= set(parameters)
    assert max(report.values()) < 1e-6


def test_a_convolutional_network_with_batch_normalisation() -> None:
    block = nn.Sequential(nn.Conv2d(out_channels=4, kernel=3, padding=1), nn.BatchNorm(), tg.gelu)
    model = made(
        nn.Sequential(
            nn.Conv2d(out_channels=4, kernel=3, stride=2),
            nn.BatchNorm(),
            tg.tanh,
            nn.Residual(layer=block),
            nn.Branches(nn.MaxPool2d(kernel=2), nn.AvgPool2d(kernel=2), merge=nn.Concat(axis=1)),
            nn.GlobalPool(kind="mean"),
            nn.Dropout(drop=0.2),
            nn.Dense(out_features=3),
        ),
        "n 2 9 9",
    )
    labels = tg.asarray([0, 2, 1, 1])

    def trained(model: Any, x: Tensor) -> Tensor:
        with tg.training(KEY):
            return tg.softmax_cross_entropy(model(x), labels)

    def inferred(model: Any, x: Tensor) -> Tensor:
        return tg.softmax_cross_entropy(model(x), labels)

    x = normal(4, 2, 9, 9)
    accepted(assert_gradients(trained, model, x), model)
    accepted(assert_gradients(inferred, model, x), model)


def test_a_bidirectional_lstm_with_masks() -> None:
    class Tagger(nn.Layer):
        embedding: nn.Embedding
        layers: nn.Stacked
        attention: nn.AdditiveAttention
        last: nn.Dense

        def __call__(self, words: Tensor, lengths: Tensor) -> Tensor:
            x = self.layers(self.embedding(words), lengths=lengths)
            query = tg.expand_dims(tg.last_step(x, lengths=lengths), axis=1)
            seen = tg.expand_dims(tg.length_mask(lengths, words.shape[1]), axis=1)
            return self.last(tg.squeeze(self.attention(query, x, mask=seen), axis=1))

    lstm = nn.Lstm(in_features=4, features=3, peepholes=True)
    layers = nn.Stacked(
        nn.Bidirectional(forward=lstm), nn.Bidirectional(forward=nn.Gru(in_features=6, features=2), merge="add")
    )
    model = made(
        Tagger(
            embedding=nn.Embedding(vocabulary=7, features=4, padding_index=0),
            layers=layers,
            attention=nn.AdditiveAttention(features=2, memory_features=2, hidden=5),
            last=nn.Dense(in_features=2, out_features=3),
        )
    )
    words, lengths = tg.asarray([[1, 2, 3, 4, 5], [6, 1, 0, 0, 0], [2, 2, 4, 0, 0]]), tg.asarray([5, 2, 3])

    def loss(model: Any) -> Tensor:
        return tg.softmax_cross_entropy(model(words, lengths), tg.asarray([0, 1, 2]))

    accepted(assert_gradients(loss, model), model)
    assert not tg.grad(loss)(model).embedding.weight.numpy()[0].any()


def test_a_transformer_with_encoder_and_decoder() -> None:
    class Translator(nn.Layer):
        tokens: nn.Embedding
        positions: nn.LearnedPositions
        encoder: nn.TransformerEncoderBlock
        decoder: nn.TransformerDecoderBlock
        norm: nn.LayerNorm

        def __call__(self, source: Tensor, target: Tensor, lengths: Tensor) -> Tensor:
            hidden = tg.length_mask(lengths, source.shape[1])[:, None, None, :]
            memory = self.encoder(self.positions(self.tokens(source)), mask=hidden)
            y = self.decoder(self.positions(self.tokens(target)), memory, memory_mask=hidden)
            return self.norm(y) @ self.tokens.weight.mT

    options: dict[str, Any] = {
        "features": 8,
        "heads": 4,
        "kv_heads": 2,
        "hidden": 12,
        "drop": 0.1,
        "attention_drop": 0.2,
    }
    model = made(
        Translator(
            tokens=nn.Embedding(vocabulary=9, features=8),
            positions=nn.LearnedPositions(length=6, features=8),
            encoder=nn.TransformerEncoderBlock(**options, rotary=True),
            decoder=nn.TransformerDecoderBlock(**options, pre_norm=False),
            norm=nn.LayerNorm(features=8),
        )
    )
    source, target = tg.asarray([[1, 2, 3, 4], [5, 6, 0, 0]]), tg.asarray([[1, 2, 3], [4, 5, 6]])
    lengths = tg.asarray([4, 2])

    def loss(model: Any) -> Tensor:
        return tg.softmax_cross_entropy(model(source, target, lengths), target)

    def trained(model: Any) -> Tensor:
        with tg.training(KEY):
            return loss(model)

    accepted(assert_gradients(loss, model), model)
    accepted(assert_gradients(trained, model), model)
    assert not np.allclose(loss(model).numpy(), trained(model).numpy())


def test_second_derivatives_of_a_network() -> None:
    x = nn.Input(name="x", shape="n 4")
    hidden = x.then(nn.WeightNorm(layer=nn.Dense(out_features=4)), name="hidden").then(tg.tanh)
    mixed = hidden.then(nn.Highway(activation=tg.tanh), name="way").then(nn.Multiply(), x)
    model = made(nn.Dag(inputs=x, outputs=mixed.then(nn.LayerNorm()).then(nn.Dense(out_features=1), name="last")))

    def penalty(model: Any, x: Tensor) -> Tensor:
        return tg.sum(tg.grad(lambda x: tg.sum(model(x) ** 2))(x) ** 2)

    accepted(assert_gradients(penalty, model, normal(3, 4)), model)


def test_the_public_check_finds_every_element_right() -> None:
    layers = nn.Conv2d(out_channels=2, kernel=3), nn.BatchNorm(), tg.tanh, nn.Flatten()
    convolutional = made(nn.Sequential(*layers), "n 1 4 4")
    tg.check_gradients(convolutional, normal(3, 1, 4, 4), key=KEY, max_per_parameter=8).raise_if_failed()
    attending = made(nn.TransformerEncoderBlock(features=4, heads=2, hidden=6, drop=0.2, attention_drop=0.2))
    tg.check_gradients(attending, normal(2, 3, 4), key=KEY, max_per_parameter=6).raise_if_failed()
    lstm = made(nn.Bidirectional(forward=nn.Lstm(in_features=2, features=2)))
    lengths = tg.asarray([3, 1])

    def masked(model: Any, x: Tensor) -> Tensor:
        out: Tensor = model(x, lengths=lengths)
        return out

    tg.check_gradients(masked, (lstm, normal(2, 3, 2)), order=2, max_per_parameter=4).raise_if_failed()
