"""Layers with several inputs: what merges branches. Nothing is broadcast: what is added must have one shape."""

from __future__ import annotations

from functools import reduce

from jaxtyping import Float, Num, Shaped

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.norm import check_epsilon
from typedgrad.ops import distance, selection
from typedgrad.ops.move import concat, stack
from typedgrad.ops.vectors import vecdot


class Add(Layer):
    """The sum of its inputs.

    Raises ShapeError if their shapes differ.

    >>> tg.nn.Add()(tg.ones(2), tg.ones(2), tg.ones(2))
    Tensor([3., 3.], dtype=float32)
    """

    def __call__(self, x: Num[Tensor, "*s"], *others: Num[Tensor, "*s"]) -> Num[Tensor, "*s"]:
        return reduce(lambda a, b: a + b, others, x)


class Subtract(Layer):
    """The first input less the second.

    Raises ShapeError if their shapes differ.

    >>> tg.nn.Subtract()(tg.ones(2), tg.ones(2))
    Tensor([0., 0.], dtype=float32)
    """

    def __call__(self, x: Num[Tensor, "*s"], y: Num[Tensor, "*s"]) -> Num[Tensor, "*s"]:
        return x - y


class Multiply(Layer):
    """The product of its inputs, element by element.

    Raises ShapeError if their shapes differ.

    >>> tg.nn.Multiply()(tg.asarray([1.0, 2.0]), tg.asarray([3.0, 4.0]))
    Tensor([3., 8.], dtype=float32)
    """

    def __call__(self, x: Num[Tensor, "*s"], *others: Num[Tensor, "*s"]) -> Num[Tensor, "*s"]:
        return reduce(lambda a, b: a * b, others, x)


class Average(Layer):
    """The mean of its inputs, element by element.

    Raises ShapeError if their shapes differ.

    >>> tg.nn.Average()(tg.asarray([1.0, 2.0]), tg.asarray([3.0, 4.0]))
    Tensor([2., 3.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"], *others: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return reduce(lambda a, b: a + b, others, x) * (1.0 / (1 + len(others)))


class Maximum(Layer):
    """The greatest of its inputs, element by element; where several are equal they share the gradient.

    Raises ShapeError if their shapes differ.

    >>> tg.nn.Maximum()(tg.asarray([1.0, 4.0]), tg.asarray([3.0, 2.0]))
    Tensor([3., 4.], dtype=float32)
    """

    def __call__(self, x: Num[Tensor, "*s"], *others: Num[Tensor, "*s"]) -> Num[Tensor, "*s"]:
        return reduce(selection.maximum, others, x)


class Minimum(Layer):
    """The least of its inputs, element by element; where several are equal they share the gradient.

    Raises ShapeError if their shapes differ.

    >>> tg.nn.Minimum()(tg.asarray([1.0, 4.0]), tg.asarray([3.0, 2.0]))
    Tensor([1., 2.], dtype=float32)
    """

    def __call__(self, x: Num[Tensor, "*s"], *others: Num[Tensor, "*s"]) -> Num[Tensor, "*s"]:
        return reduce(selection.minimum, others, x)


class Concat(Layer):
    """Its inputs one after the other along `axis`: 1 for the channels of images, -1 for features.

    With axis 0 it is what Deeplearning4j calls stacking; `Chunk` undoes it.

    Raises ShapeError unless all other axes agree.

    >>> tg.nn.Concat(axis=-1)(tg.zeros((1, 2)), tg.ones((1, 1)))
    Tensor([[0., 0., 1.]], dtype=float32)
    """

    axis: int

    def __call__(self, x: Shaped[Tensor, "..."], *others: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        return concat((x, *others), axis=self.axis)


class Stack(Layer):
    """Its inputs along a new axis.

    Raises ShapeError if their shapes differ.

    >>> tg.nn.Stack(axis=1)(tg.zeros(2), tg.ones(2))
    Tensor([[0., 1.],
            [0., 1.]], dtype=float32)
    """

    axis: int

    def __call__(self, x: Shaped[Tensor, "*s"], *others: Shaped[Tensor, "*s"]) -> Shaped[Tensor, "..."]:
        return stack((x, *others), axis=self.axis)


class Dot(Layer):
    """The products of the vectors of two inputs: of each with that in the same place. With `normalize` their cosines.

    Raises ShapeError if the shapes differ.

    >>> tg.nn.Dot()(tg.asarray([[1.0, 2.0]]), tg.asarray([[3.0, 4.0]]))
    Tensor([11.], dtype=float32)
    """

    normalize: bool = False

    def __call__(self, x: Float[Tensor, "*batch n"], y: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
        return distance.cosine_similarity(x, y) if self.normalize else vecdot(x, y)


class PairwiseDistance(Layer):
    """How far the vectors of two inputs are apart; see `typedgrad.pairwise_distance`.

    Raises ShapeError if the shapes differ.

    >>> tg.nn.PairwiseDistance()(tg.asarray([[3.0, 4.0]]), tg.zeros((1, 2)))
    Tensor([5.], dtype=float32)
    """

    ord: int | float = 2

    def __call__(self, x: Float[Tensor, "*batch n"], y: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
        return distance.pairwise_distance(x, y, ord=self.ord)


class CosineSimilarity(Layer):
    """The cosines between the vectors of two inputs; see `typedgrad.cosine_similarity`.

    Raises ShapeError if the shapes differ, ValueError if `epsilon` is not positive.

    >>> tg.nn.CosineSimilarity()(tg.asarray([[3.0, 4.0]]), tg.asarray([[4.0, 3.0]]))
    Tensor([0.96], dtype=float32)
    """

    epsilon: float = 1e-8

    def __check__(self) -> None:
        check_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "*batch n"], y: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
        return distance.cosine_similarity(x, y, epsilon=self.epsilon)
