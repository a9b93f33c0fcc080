"""Data: steps that do not fit, normalisers that have learned nothing, columns that are not there."""

from __future__ import annotations

from typing import Literal, NamedTuple

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.data import Dataset, Loader, MaskedBatch, Stream


class Flower(NamedTuple):
    petal: float
    species: Literal["setosa", "virginica"]


def unfitted(x: Float32[Tensor, "n 4"]) -> None:
    tg.data.Standardize().apply(x)  # E: "Standardize" has no attribute "apply" [attr-defined]
    tg.data.MinMax().invert(x)  # E: "MinMax" has no attribute "invert" [attr-defined]
    tg.data.SubtractMean().apply(x)  # E: "SubtractMean" has no attribute "apply" [attr-defined]
    tg.data.Pipeline(tg.data.MinMax()).apply(x)  # E: "Pipeline" has no attribute "apply" [attr-defined]
    tg.data.Standardize().fit(x).fit(x)  # E: "FittedStandardize" has no attribute "fit" [attr-defined]


def elements(data: Dataset[Float32[Tensor, "1000 28 28"], Int64[Tensor, "1000"]]) -> None:
    dense = tg.nn.Dense(in_features=784, out_features=10)
    loader = Loader(data, batch=32)
    for halves, _ in loader.map(lambda x: x.reshape(-1, 28 * 14)):
        dense(halves)  # E: Dense(in_features=784, out_features=10): `x` has in_features=392, but in_features is 784 [shape]
    for _, labels in loader:
        tg.softmax_cross_entropy(labels, labels)  # E: softmax_cross_entropy: `logits` must be Float, not int64 [dtype]
    loader.map(lambda x, y: x)  # E: Cannot infer type of lambda [misc]; Argument 1 to "map" of "Loader" has incompatible type "Callable[[Any, Any], Any]"; expected "Callable[[Float32[Tensor, "_ 28 28"]], Any]" [arg-type]
    loader.take("3")  # E: Argument 1 to "take" of "Epochs" has incompatible type "str"; expected "int" [arg-type]
    loader.window(3, label="first")  # E: Argument "label" to "window" of "Loader" has incompatible type "Literal['first']"; expected "Literal['each', 'last']" [arg-type]


def columns() -> None:
    flowers = tg.data.read_csv("flowers.csv", Flower)
    flowers.filter(lambda flower: flower.petals > 1)  # E: "Flower" has no attribute "petals" [attr-defined]
    for flower in flowers:
        if flower.species == "versicolor":  # E: Non-overlapping equality check (left operand type: "Literal['setosa', 'virginica']", right operand type: "Literal['versicolor']") [comparison-overlap]
            print(flower)
    Stream([1, 2]).map(str).map(lambda text: text + 1)  # E: Unsupported operand types for + ("str" and "int") [operator]


def frozen(batch: MaskedBatch[Tensor, Tensor, Tensor]) -> None:
    batch.x = tg.zeros((1,))  # E: Property "x" defined in "_Fields" is read-only [misc]
