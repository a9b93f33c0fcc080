"""Layers around layers: a shortcut past one, several beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer, forwarding
from typedgrad.shapes import ShapeError

Stage: TypeAlias = Layer | Callable[..., Tensor]


class Residual(Layer):
    """What a layer makes of its input, plus the input; or plus what `projection` makes of it, where sizes change.

    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016.

    Raises ShapeError if what is to be added has two shapes, TypeError for what cannot be called.

    >>> model = tg.init(tg.nn.Residual(layer=tg.nn.Dense(in_features=4, out_features=4)), tg.random.key(0))
    >>> model(tg.ones((3, 4))).shape
    (3, 4)
    """

    layer: Stage
    projection: Stage | None = None

    def __check__(self) -> None:
        check_stages(self, [self.layer, *([] if self.projection is None else [self.projection])])

    @forwarding
    def __call__(self, x: Tensor, /, *others: object, **options: object) -> Tensor:
        made: Tensor = self.layer(x, *others, **options)
        kept: Tensor = x if self.projection is None else self.projection(x)
        if made.shape != kept.shape:
            sizes = [" ".join(map(str, shape)) for shape in (made.shape, kept.shape)]
            source = "`x` is" if self.projection is None else "the projection makes"
            raise ShapeError(
                f"the layer makes [{sizes[0]}], but {source} [{sizes[1]}]; they cannot be added", where="Residual"
            )
        return made + kept


class Branches(Layer):
    """Gives the same input to several layers and merges what they make: with `merge`, a layer such as `Concat`.

    Raises TypeError for what cannot be called, and without any branch.

    >>> dense = tg.nn.Dense(in_features=4, out_features=2)
    >>> model = tg.init(tg.nn.Branches(dense, tg.nn.Identity(), merge=tg.nn.Concat(axis=-1)), tg.random.key(0))
    >>> model(tg.ones((3, 4))).shape
    (3, 6)
    """

    layers: tuple[Stage, ...]
    merge: Stage

    def __init__(self, *layers: Stage, merge: Stage) -> None:
        self.layers = layers  # type: ignore[misc]  # set once, before the layer is sealed
        self.merge = merge  # type: ignore[misc]  # as above

    def __check__(self) -> None:
        check_stages(self, [*self.layers, self.merge])
        if not self.layers:
            raise TypeError("Branches: there must be at least one branch")

    @forwarding
    def __call__(self, *inputs: Tensor) -> Tensor:
        return self.merge(*[_noted("Branches", i, layer, inputs) for i, layer in enumerate(self.layers)])

    def __getitem__(self, index: int) -> Stage:
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)


class Parallel(Layer):
    """Gives each of several inputs to a layer of its own.

    Raises TypeError for what cannot be called, and for another number of inputs than of layers.

    >>> model = tg.nn.Parallel(tg.nn.Relu(), tg.nn.Identity())
    >>> model(tg.asarray([-1.0]), tg.asarray([-1.0]))
    (Tensor([0.], dtype=float32), Tensor([-1.], dtype=float32))
    """

    layers: tuple[Stage, ...]

    def __init__(self, *layers: Stage) -> None:
        self.layers = layers  # type: ignore[misc]  # set once, before the layer is sealed

    def __check__(self) -> None:
        check_stages(self, self.layers)

    @forwarding
    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        if len(inputs) != len(self.layers):
            raise TypeError(f"Parallel: there are {len(self.layers)} layers, but {len(inputs)} inputs were given")
        pairs = enumerate(zip(self.layers, inputs, strict=True))
        return tuple(_noted("Parallel", i, layer, (x,)) for i, (layer, x) in pairs)

    def __getitem__(self, index: int) -> Stage:
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)


def check_stages(owner: Layer, stages: list[Stage] | tuple[Stage, ...]) -> None:
    """Raise TypeError for what is neither a layer nor a function."""
    title = type(owner).__name__
    for stage in stages:
        if isinstance(stage, type):
            raise TypeError(f"{title}: {stage.__name__} is a class; write {stage.__name__}()")
        if not callable(stage):
            raise TypeError(f"{title}: {stage!r} is neither a layer nor a function")


def _noted(title: str, place: int, layer: Stage, inputs: tuple[Tensor, ...]) -> Tensor:
    try:
        made: Tensor = layer(*inputs)
    except ShapeError as error:
        error.add_note(f"in layer {place} of {title}")
        raise
    return made
