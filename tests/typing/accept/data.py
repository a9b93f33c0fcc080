"""Data: the type of elements follows each step, batches have any number of rows, columns are typed."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict, reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.data import Dataset, Loader, MultiDataset, Stream


class Flower(NamedTuple):
    petal: float
    species: Literal["setosa", "virginica"]


class Person(TypedDict):
    age: int | None


def steps(data: Dataset[Float32[Tensor, "1000 28 28"], Int64[Tensor, "1000"]], key: tg.Key) -> None:
    loader = Loader(data, batch=32, shuffle=True)
    for images, y in loader:
        reveal_type(images)  # R: Float32[Tensor, "_ 28 28"]
        reveal_type(y)  # R: Int64[Tensor, "_"]
    for flat, _ in loader.map(lambda x: x.reshape(-1, 784)).prefetch(2).take(3):
        reveal_type(flat)  # R: Float32[Tensor, "_ 784"]
    for _, labels in loader.map_labels(lambda y: tg.one_hot(y, classes=10)).batch(7).skip(1):
        reveal_type(labels)  # R: Float32[Tensor, "_ 10"]
    for doubled, _ in loader.map_with_key(lambda key, x: x * 2.0, key).shuffle().split(0.5).train:
        reveal_type(doubled)  # R: Float32[Tensor, "_ 28 28"]
    for parts in loader.k_fold(5):
        for tested, _ in parts.test.cache().repeat(2).concat(loader):
            reveal_type(tested)  # R: Float32[Tensor, "_ 28 28"]
    for (a, b), _ in loader.zip(loader.map(lambda x: x.reshape(-1, 784))):
        reveal_type(a)  # R: Float32[Tensor, "_ 28 28"]
        reveal_type(b)  # R: Float32[Tensor, "_ 784"]
    reveal_type(data.map(lambda x: x.reshape(-1, 784)).split(0.5).test.x)  # R: Float32[Tensor, "_ 784"]


def sizes_of_batches_are_not_those_of_the_data() -> None:
    data = Dataset(tg.zeros((100, 8)), tg.zeros((100,), dtype="int64"))

    def step(x: Float32[Tensor, "10 8"], y: Int64[Tensor, "10"]) -> None: ...

    for x, y in Loader(data, batch=10, drop_last=True):
        step(x, y)


def normalised(data: Dataset[Float32[Tensor, "n 4"], Int64[Tensor, "n"]]) -> None:
    fitted = tg.data.Standardize().fit(Loader(data, batch=8))
    reveal_type(fitted.apply(tg.zeros((5, 4))))  # R: Float32[Tensor, "5 4"]
    reveal_type(fitted.invert(fitted.apply(tg.zeros((5, 4)))))  # R: Float32[Tensor, "5 4"]
    for x, _ in Loader(data, batch=8).map(fitted.apply):
        reveal_type(x)  # R: Float32[Tensor, "_ 4"]
    pipeline = tg.data.Pipeline(tg.data.ImageScale(), tg.data.Standardize()).fit(data)
    reveal_type(pipeline.apply(tg.zeros((5, 4))))  # R: Float32[Tensor, "5 4"]
    reveal_type(tg.data.ImageScale().apply(tg.zeros((5, 4), dtype="uint8")))  # R: Float[Tensor, "5 4"]


def tables() -> None:
    flowers = tg.data.read_csv("flowers.csv", Flower)
    for flower in flowers.filter(lambda flower: flower.petal > 1.5).take(3):
        reveal_type(flower.petal)  # R: float
        reveal_type(flower.species)  # R: Literal['setosa'] | Literal['virginica']
    for person in flowers.map(lambda flower: Person(age=round(flower.petal)), Person):
        reveal_type(person["age"])  # R: int | None
    for x, _ in flowers.encode("species").loader(batch=4):
        reveal_type(x)  # R: Float32[Tensor, "_ _"]


def others(image: Float32[Tensor, "n 3 8 8"], text: Int64[Tensor, "n 20"], label: Int64[Tensor, "n"]) -> None:
    for (images, texts), (labels,) in Loader(MultiDataset((image, text), (label,)), batch=4):
        reveal_type(images)  # R: Float32[Tensor, "_ 3 8 8"]
        reveal_type(texts)  # R: Int64[Tensor, "_ 20"]
        reveal_type(labels)  # R: Int64[Tensor, "_"]
    for _, _, mask in tg.data.SequenceDataset([[1.0]], [0]).batches(4):
        reveal_type(mask)  # R: Bool[Tensor, "_ _"]
    for words in Stream(["a b"]).map(str.split).prefetch(1):
        reveal_type(words)  # R: list[str]
