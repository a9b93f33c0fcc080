"""BERT: a transformer that sees a text as a whole."""

from __future__ import annotations

from jaxtyping import Bool, Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dense, Dropout, Embedding, Layer, LayerNorm, TransformerEncoderBlock, normal, param, sub
from typedgrad.ops.move import expand_dims
from typedgrad.ops.trigonometry import tanh
from typedgrad.zoo.sequences import with_places


def _block(net: Bert) -> TransformerEncoderBlock:
    return TransformerEncoderBlock(
        features=net.features, heads=net.heads, drop=net.drop, attention_drop=net.drop, pre_norm=False, epsilon=1e-12
    )


class Bert(Layer):
    """A vector for each word in its context, and one for the whole text, made from that of the first word.

    `segments` are the numbers of the parts of the text (0 where none are given), and where `mask` is false there is no
    word. Source: Devlin, Chang, Lee and Toutanova, "BERT: pre-training of deep bidirectional transformers for language
    understanding", 2018.

    Raises:
        ValueError: for texts longer than `context`.
        IndexError: for a word outside of the vocabulary, or a segment that there is not.
        ShapeError: for segments or a mask of another shape.

    >>> model = tg.zoo.Bert(vocabulary=100, context=16, features=32, heads=4, depth=2)
    >>> words, whole = tg.eval_shape(model, tg.abstract("n 16", "int64"))
    >>> words, whole
    (Tensor(float32[n 16 32], abstract), Tensor(float32[n 32], abstract))
    """

    vocabulary: int = 30522
    context: int = 512
    segments: int = 2
    features: int = 768
    heads: int = 12
    depth: int = 12
    drop: float = 0.1
    words: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.features, std=0.02))
    places: Float[Tensor, "context features"] = param(normal(0.02))
    parts: Embedding = sub(lambda self: Embedding(vocabulary=self.segments, features=self.features, std=0.02))
    norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features, epsilon=1e-12))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    blocks: tuple[TransformerEncoderBlock, ...] = sub(lambda self: tuple(_block(self) for _ in range(self.depth)))
    pooler: Dense = sub(lambda self: Dense(in_features=self.features, out_features=self.features))

    def __call__(
        self,
        text: Int[Tensor, "n time"],
        segments: Int[Tensor, "n time"] | None = None,
        *,
        mask: Bool[Tensor, "n time"] | None = None,
    ) -> tuple[Float[Tensor, "n time features"], Float[Tensor, "n features"]]:
        part = self.parts.weight[0] if segments is None else self.parts(segments)
        x = self.dropout(self.norm(with_places(self, self.words(text), self.places) + part))
        seen = None if mask is None else expand_dims(expand_dims(mask, axis=1), axis=1)
        for block in self.blocks:
            x = block(x, mask=seen)
        return x, tanh(self.pooler(x[:, 0]))


def bert_base(*, vocabulary: int = 30522, context: int = 512) -> Bert:
    """BERT with 12 blocks, as published for uncased English. See `Bert`.

    >>> tg.nn.count_parameters(tg.zoo.bert_base())
    109482240
    """
    return Bert(vocabulary=vocabulary, context=context)
