"""Layers: frozen records of sizes that are trees of their parameters."""

from __future__ import annotations

from typedgrad.nn.activation import Elu as Elu
from typedgrad.nn.activation import Gelu as Gelu
from typedgrad.nn.activation import LeakyRelu as LeakyRelu
from typedgrad.nn.activation import Relu as Relu
from typedgrad.nn.activation import Sigmoid as Sigmoid
from typedgrad.nn.activation import Silu as Silu
from typedgrad.nn.activation import Softmax as Softmax
from typedgrad.nn.activation import Softplus as Softplus
from typedgrad.nn.activation import Tanh as Tanh
from typedgrad.nn.attention import MultiHeadAttention as MultiHeadAttention
from typedgrad.nn.dense import Dense as Dense
from typedgrad.nn.dense import Flatten as Flatten
from typedgrad.nn.dropout import Dropout as Dropout
from typedgrad.nn.embedding import Embedding as Embedding
from typedgrad.nn.fields import Initializer as Initializer
from typedgrad.nn.fields import inferred as inferred
from typedgrad.nn.fields import param as param
from typedgrad.nn.fields import state as state
from typedgrad.nn.fields import sub as sub
from typedgrad.nn.initialisers import constant as constant
from typedgrad.nn.initialisers import glorot_normal as glorot_normal
from typedgrad.nn.initialisers import glorot_uniform as glorot_uniform
from typedgrad.nn.initialisers import he_normal as he_normal
from typedgrad.nn.initialisers import he_uniform as he_uniform
from typedgrad.nn.initialisers import lecun_normal as lecun_normal
from typedgrad.nn.initialisers import normal as normal
from typedgrad.nn.initialisers import ones as ones
from typedgrad.nn.initialisers import zeros as zeros
from typedgrad.nn.layer import Layer as Layer
from typedgrad.nn.norm import BatchNorm as BatchNorm
from typedgrad.nn.norm import LayerNorm as LayerNorm
from typedgrad.nn.sequential import Sequential as Sequential
from typedgrad.nn.transformer import FeedForward as FeedForward
from typedgrad.nn.transformer import SinusoidalPositions as SinusoidalPositions
from typedgrad.nn.transformer import TransformerDecoderBlock as TransformerDecoderBlock
from typedgrad.nn.transformer import TransformerEncoderBlock as TransformerEncoderBlock
