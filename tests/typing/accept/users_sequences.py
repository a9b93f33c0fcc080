"""Programs about sequences, as they are meant."""

from __future__ import annotations

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Bidirectional,
    Conv1d,
    Dense,
    Gru,
    GruCell,
    Lstm,
    Stacked,
    TimeDistributed,
    TransformerDecoderBlock,
)


def ok_stack(x: Float32[Tensor, "b t 40"]) -> Float32[Tensor, "b t 128"]:
    h = Lstm(in_features=40, features=256)(x)
    return Lstm(in_features=256, features=128)(h)


def ok_bi(x: Float32[Tensor, "b t 40"]) -> Float32[Tensor, "b t 9"]:
    h = Bidirectional(forward=Lstm(in_features=40, features=64))(x)
    return Dense(in_features=128, out_features=9)(h)


def ok_bi_add(x: Float32[Tensor, "b t 40"]) -> Float32[Tensor, "b t 9"]:
    h = Bidirectional(forward=Gru(in_features=40, features=64), merge="add")(x)
    return Dense(in_features=64, out_features=9)(h)


def ok_stacked(x: Float32[Tensor, "b t 8"]) -> Float32[Tensor, "b t 2"]:
    rnn = Stacked(Lstm(in_features=8, features=16), Lstm(in_features=16, features=32))
    return Dense(in_features=32, out_features=2)(rnn(x))


def ok_td(x: Float32[Tensor, "b t 12"]) -> Float32[Tensor, "b t 2"]:
    return TimeDistributed(layer=Dense(in_features=12, out_features=2))(x)


def ok_gru(x: Float32[Tensor, "b 32"], h: Float32[Tensor, "b 48"]) -> Float32[Tensor, "b 48"]:
    return GruCell(in_features=32, features=48)(x, h)


def ok_mean(x: Float32[Tensor, "b t d"], mask: Float32[Tensor, "b t"]) -> Float32[Tensor, "b d"]:
    return tg.sum(x * mask[..., None], axis=1) / tg.sum(mask, axis=1, keepdims=True)


def ok_c1(x: Float32[Tensor, "b t 300"]) -> Float32[Tensor, "b 100 t-2"]:
    return Conv1d(in_channels=300, out_channels=100, kernel=3)(x.mT)


def ok_ctx(dec: Float32[Tensor, "b d"], enc: Float32[Tensor, "b s d"]) -> Float32[Tensor, "b d"]:
    scores = tg.einsum("bd,bsd->bs", dec, enc)
    w = tg.softmax(scores, axis=1)
    return tg.sum(w[:, :, None] * enc, axis=1)


def ok_e(w: Float32[Tensor, "b s"], enc: Float32[Tensor, "b s d"]) -> Float32[Tensor, "b d"]:
    return tg.einsum("bs,bsd->bd", w, enc)


def ok_dec(x: Float32[Tensor, "b t 512"], memory: Float32[Tensor, "b s 512"]) -> Float32[Tensor, "b t 512"]:
    return TransformerDecoderBlock(features=512, heads=8)(x, memory)


def ok_rel(scores: Float32[Tensor, "b h t t"], bias: Float32[Tensor, "t t h"]) -> Float32[Tensor, "b h t t"]:
    return scores + tg.permute_dims(bias, (2, 0, 1))
