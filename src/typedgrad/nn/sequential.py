"""Layers one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from typing import TypeAlias

    Stage: TypeAlias = Layer | Callable[[Tensor], Tensor]


class Sequential(Layer):
    """Calls its layers in order, each on what the last one returned. Plain functions of a tensor may stand among them.

    Raises TypeError for a stage that cannot be called.

    >>> model = tg.nn.Sequential(tg.nn.Dense(in_features=4, out_features=8), tg.relu, tg.nn.Dense(out_features=2))
    >>> model = tg.init(model, tg.random.key(0), input="n 4")
    >>> model(tg.ones((3, 4))).shape
    (3, 2)
    """

    layers: tuple[Stage, ...]

    def __init__(self, *layers: Stage) -> None:
        for i, layer in enumerate(layers):
            if isinstance(layer, type):
                raise TypeError(f"Sequential: stage {i} is the class {layer.__name__}; write {layer.__name__}()")
            if not callable(layer):
                raise TypeError(f"Sequential: stage {i} must be a layer or a function, not {type(layer).__name__}")
        self.layers = layers  # type: ignore[misc]  # set once, before the layer is sealed

    def __call__(self, x: Tensor) -> Tensor:
        for i, layer in enumerate(self.layers):
            try:
                x = layer(x)
            except ShapeError as error:
                error.add_note(f"in stage {i} of a Sequential of {len(self.layers)}")
                raise
        return x

    def __getitem__(self, index: int) -> Any:
        try:
            return self.layers[index]
        except IndexError:
            raise IndexError(f"Sequential: there is no stage {index} among {len(self.layers)}") from None

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.layers)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(getattr(layer, '__name__', None) or repr(layer) for layer in self.layers)})"
