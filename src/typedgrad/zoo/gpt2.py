"""GPT-2: a transformer that tells the next word from those before it."""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dropout, Embedding, Layer, LayerNorm, TransformerEncoderBlock, normal, param, sub
from typedgrad.ops.activation import gelu
from typedgrad.zoo.sequences import with_places


def _gelu_tanh(x: Tensor) -> Tensor:
    return gelu(x, approximate="tanh")


def _block(net: Gpt2) -> TransformerEncoderBlock:
    return TransformerEncoderBlock(
        features=net.features,
        heads=net.heads,
        drop=net.drop,
        attention_drop=net.drop,
        causal=True,
        activation=_gelu_tanh,
    )


class Gpt2(Layer):
    """Words and their places as vectors, causal transformer blocks, and for each place the logits of the next word.

    The vectors of the words are also the weights of the logits. Source: Radford et al., "Language models are
    unsupervised multitask learners", 2019.

    Raises ValueError for texts longer than `context`, IndexError for a word outside of the vocabulary.

    >>> model = tg.zoo.Gpt2(vocabulary=100, context=16, features=32, heads=4, depth=2)
    >>> tg.eval_shape(model, tg.abstract("n 16", "int64"))
    Tensor(float32[n 16 100], abstract)
    """

    vocabulary: int = 50257
    context: int = 1024
    features: int = 768
    heads: int = 12
    depth: int = 12
    drop: float = 0.1
    words: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.features, std=0.02))
    places: Float[Tensor, "context features"] = param(normal(0.01))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    blocks: tuple[TransformerEncoderBlock, ...] = sub(lambda self: tuple(_block(self) for _ in range(self.depth)))
    norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features))

    def __call__(self, text: Int[Tensor, "n time"]) -> Float[Tensor, "n time vocabulary"]:
        x = self.dropout(with_places(self, self.words(text), self.places))
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.words.weight.mT


def gpt2_small(*, vocabulary: int = 50257, context: int = 1024) -> Gpt2:
    """The smallest GPT-2, with 12 blocks. See `Gpt2`.

    >>> tg.nn.count_parameters(tg.zoo.gpt2_small())
    124439808
    """
    return Gpt2(vocabulary=vocabulary, context=context)
