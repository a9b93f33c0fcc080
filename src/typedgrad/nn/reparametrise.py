"""Layers around a layer that replace one of its parameters, whenever it is called, by a function of it."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float

from typedgrad.core.random import key
from typedgrad.core.random import normal as normal_numbers
from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import stop_gradient
from typedgrad.nn.fields import Param, param, state
from typedgrad.nn.layer import Layer, forwarding, replaced, state_of
from typedgrad.nn.learning import learning
from typedgrad.nn.norm import check_epsilon
from typedgrad.ops.distance import l2_normalize
from typedgrad.ops.interchange import to
from typedgrad.ops.move import reshape
from typedgrad.ops.norms import vector_norm
from typedgrad.ops.rearrange import moveaxis
from typedgrad.ops.reduce import sum
from typedgrad.ops.selection import maximum
from typedgrad.shapes import ShapeError


class WeightNorm(Layer):
    """A layer whose weight is `scale * v / |v|`, where `v` is what the layer has for a weight, unit by unit.

    Both are parameters. At first the scales are the norms, so that nothing changes. Fields:

        layer: any layer.
        name: which of its parameters.
        axis: of the units in it; by default the last of a matrix, and the first of a kernel.

    Source: Salimans and Kingma, "Weight normalization", 2016.

    Raises TypeError if the layer has no such parameter.

    >>> model = tg.init(tg.nn.WeightNorm(layer=tg.nn.Dense(in_features=4, out_features=2)), tg.random.key(0))
    >>> model.scale.shape, model(tg.ones((3, 4))).shape
    ((1, 2), (3, 2))
    """

    layer: Layer
    name: str = "weight"
    axis: int | None = None
    scale: Float[Tensor, "..."] = param(of=lambda self: self.norms())

    def __check__(self) -> None:
        check_parameter(self, self.layer, self.name)

    def norms(self) -> Tensor:
        """The norm of each unit of `v`."""
        return vector_norm(self._direction(), axis=self._others(), keepdims=True)

    @property
    def weight(self) -> Tensor:
        """The weight that the layer is called with."""
        return self.scale * l2_normalize(self._direction(), axis=self._others())

    @forwarding
    def __call__(self, *inputs: object, **options: object) -> Tensor:
        return called_with(self.layer, self.name, lambda: self.weight, inputs, options)

    def _direction(self) -> Tensor:
        return parameter_of(self.layer, self.name)

    def _others(self) -> tuple[int, ...]:
        rank = self._direction().ndim
        return tuple(i for i in range(rank) if i != unit_axis(rank, self.axis))


class SpectralNorm(Layer):
    """A layer whose weight, seen as a matrix of units, is divided by its greatest singular value.

    That is estimated by power iteration, which goes on in training from one call to the next. Fields:

        layer: any layer.
        name: which of its parameters.
        axis: of the units in it; by default the last of a matrix, and the first of a kernel.
        iterations: how many there are in each call while training.
        epsilon: what norms are at least.

    Source: Miyato, Kataoka, Koyama and Yoshida, "Spectral normalization for generative adversarial networks", 2018.

    Raises TypeError if the layer has no such parameter, ValueError for an epsilon or iterations that are not positive.

    >>> model = tg.init(tg.nn.SpectralNorm(layer=tg.nn.Dense(in_features=4, out_features=2)), tg.random.key(0))
    >>> singular = tg.linalg.svdvals(model.weight)
    >>> round(float(singular[0]), 3)
    1.0
    """

    layer: Layer
    name: str = "weight"
    axis: int | None = None
    iterations: int = 1
    epsilon: float = 1e-12
    left: Float[Tensor, "_"] = state(of=lambda self: self._vectors(None, 15)[0])
    right: Float[Tensor, "_"] = state(of=lambda self: self._vectors(None, 15)[1])

    def __check__(self) -> None:
        check_parameter(self, self.layer, self.name)
        check_epsilon(self, self.epsilon)
        if type(self.iterations) is not int or self.iterations < 1:
            raise ValueError(f"SpectralNorm: `iterations` must be a positive int, got {self.iterations!r}")

    @property
    def weight(self) -> Tensor:
        """The weight that the layer is called with outside of training."""
        return self._divided(self.left, self.right)

    @forwarding
    def __call__(self, *inputs: object, **options: object) -> Tensor:
        return called_with(self.layer, self.name, self._now, inputs, options)

    def _now(self) -> Tensor:
        run = current_run()
        if run is None:
            return self.weight
        left, right = self._vectors(self.left, self.iterations)
        run.update(state_of(self, "left"), left)
        run.update(state_of(self, "right"), right)
        return self._divided(left, right)

    def _matrix(self) -> Tensor:
        weight = parameter_of(self.layer, self.name)
        units = moveaxis(weight, unit_axis(weight.ndim, self.axis), 0)
        return reshape(units, (units.shape[0], -1))

    def _vectors(self, left: Tensor | None, iterations: int) -> tuple[Tensor, Tensor]:
        """The singular vectors after so many steps from `left`, or from some vector."""
        matrix = stop_gradient(self._matrix())
        if matrix.device == "abstract":
            return matrix[:, 0], matrix[0]
        if left is None:
            start = normal_numbers(key(0), (matrix.shape[0],), dtype=matrix.dtype)
            left = l2_normalize(to(start, matrix.device), epsilon=self.epsilon)
        for _ in range(iterations):
            right = l2_normalize(left @ matrix, epsilon=self.epsilon)
            left = l2_normalize(matrix @ right, epsilon=self.epsilon)
        return left, right

    def _divided(self, left: Tensor, right: Tensor) -> Tensor:
        norm = maximum(sum(left * (self._matrix() @ right)), self.epsilon)
        return parameter_of(self.layer, self.name) / norm


def called_with(
    layer: Layer, name: str, value: Callable[[], Tensor], inputs: tuple[object, ...], options: dict[str, object]
) -> Tensor:
    """What a layer makes of its inputs with another value for one of its parameters."""
    if not learning.open:  # otherwise only shapes are wanted, and the layer itself must learn its sizes
        layer = replaced(layer, {name: value()})
    made: Tensor = layer(*inputs, **options)
    return made


def check_parameter(wrapper: Layer, layer: object, name: str) -> None:
    """Raise TypeError unless `layer` is a layer with a parameter of this name."""
    title = type(wrapper).__name__
    if not isinstance(layer, Layer):
        raise TypeError(f"{title}: `layer` must be a Layer, not {type(layer).__name__}")
    names = [n for n, field in layer._fields.items() if isinstance(field, Param) and field.wanted(layer)]
    if name not in names:
        has = f"its parameters are {', '.join(names)}" if names else "it has none"
        raise TypeError(f"{title}: {type(layer).__name__} has no parameter `{name}`; {has}")


def parameter_of(layer: Layer, name: str) -> Tensor:
    """The value of a parameter."""
    value: Tensor = getattr(layer, name)
    return value


def unit_axis(rank: int, axis: int | None) -> int:
    """Where the units of a weight stand.

    Raises ShapeError if there is no such axis.
    """
    if axis is None:
        return rank - 1 if rank <= 2 else 0
    if not -rank <= axis < rank:
        raise ShapeError(f"there is no axis {axis} in a weight of {rank} axes")
    return axis % rank
