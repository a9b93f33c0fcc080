"""Learning missing sizes: a run of the model on shapes alone, in which layers note what comes in."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from typedgrad.core.abstract import SCOPES

if TYPE_CHECKING:
    from typedgrad.shapes import Dim


class _Learning(threading.local):
    """What this thread is learning: for each layer, by identity, the sizes found so far."""

    def __init__(self) -> None:
        self.open = 0
        self.sizes: dict[int, dict[str, Dim]] = {}
        self.layers: list[Any] = []

    def __enter__(self) -> Self:
        self.open += 1
        return self

    def __exit__(self, *error: object) -> None:
        self.open -= 1
        if not self.open:
            self.sizes = {}
            self.layers = []

    def note(self, layer: Any, name: str, size: Dim) -> None:
        """Remember a size of a layer; the first call of a shared layer decides."""
        self.layers.append(layer)  # kept alive, so that its identity stays its own
        self.sizes.setdefault(id(layer), {}).setdefault(name, size)

    def size(self, layer: Any, name: str) -> Any:
        """The size of a field left to be inferred.

        Raises AttributeError if it is not known yet.
        """
        found = self.sizes.get(id(layer), {}).get(name)
        if found is None:
            raise AttributeError(
                f"{type(layer).__name__}.{name} is not known yet; pass it, or learn it: "
                "tg.init(model, key, input='n ...')"
            )
        return found

    def parameter(self, layer: Any, name: str) -> Any:
        """An abstract tensor in the place of a parameter without a value.

        Raises AttributeError outside of learning and `eval_shape`.
        """
        if not self.open:
            raise AttributeError(
                f"{type(layer).__name__}.{name} has no value yet: the layer is a description until "
                "model = tg.init(model, key)"
            )
        from typedgrad.nn.allocate import abstract_parameter

        return abstract_parameter(layer, name)


learning = _Learning()
SCOPES.append(learning)
