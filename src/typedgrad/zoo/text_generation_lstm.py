"""A language model over characters: what the next one might be, given those before it."""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dense, Layer, Lstm, LstmState, sub
from typedgrad.nn.recurrence import checked
from typedgrad.ops.one_hot import one_hot


class TextGenerationLSTM(Layer):
    """Two LSTMs over the characters of a text, and a dense layer: logits of the next character at each place.

    Characters are their numbers, from 0 to `vocabulary - 1`. `unroll` also gives the states after the last of them,
    from which it goes on: in generating text one by one, or in truncated back-propagation. Source: the model of that
    name in Deeplearning4j, after Graves, "Generating sequences with recurrent neural networks", 2013.

    Raises IndexError for a character outside of the vocabulary, ValueError for empty texts.

    >>> tg.eval_shape(tg.zoo.TextGenerationLSTM(vocabulary=47), tg.abstract("n t", "int64"))
    Tensor(float32[n t 47], abstract)
    """

    vocabulary: int
    features: int = 256
    first: Lstm = sub(lambda self: Lstm(in_features=self.vocabulary, features=self.features))
    second: Lstm = sub(lambda self: Lstm(in_features=self.features, features=self.features))
    head: Dense = sub(lambda self: Dense(in_features=self.features, out_features=self.vocabulary))

    def __call__(self, text: Int[Tensor, "n time"]) -> Float[Tensor, "n time vocabulary"]:
        return self.unroll(text)[0]

    @checked
    def unroll(
        self, text: Int[Tensor, "n time"], states: tuple[LstmState, LstmState] | None = None
    ) -> tuple[Float[Tensor, "n time vocabulary"], tuple[LstmState, LstmState]]:
        """The logits, and the states after the last character.

        >>> model = tg.init(tg.zoo.TextGenerationLSTM(vocabulary=5, features=4), tg.random.key(0))
        >>> logits, states = model.unroll(tg.asarray([[1, 2]]))
        >>> model.unroll(tg.asarray([[3]]), states)[0].shape
        (1, 1, 5)
        """
        first, second = (None, None) if states is None else states
        x, first = self.first.unroll(one_hot(text, classes=self.vocabulary, dtype=self.head.weight.dtype), first)
        x, second = self.second.unroll(x, second)
        return self.head(x), (first, second)


def text_generation_lstm(*, vocabulary: int, features: int = 256) -> TextGenerationLSTM:
    """A language model over so many characters. See `TextGenerationLSTM`.

    >>> tg.nn.count_parameters(tg.zoo.text_generation_lstm(vocabulary=47))
    848687
    """
    return TextGenerationLSTM(vocabulary=vocabulary, features=features)
