"""Layers that training leaves as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from typedgrad.core.pytree import register_node, tree_map
from typedgrad.core.run import inference
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import stop_gradient
from typedgrad.nn.layer import Layer, forwarding
from typedgrad.nn.static import Static

L = TypeVar("L", bound=Layer)


class Frozen(Layer, Generic[L]):
    """A layer that training leaves as it is; made by `freeze`. `layer` is what it was.

    >>> tg.nn.freeze(tg.nn.Dense(in_features=2, out_features=3)).layer
    Dense(in_features=2, out_features=3)
    """

    layer: L
    pass_gradient: bool = True

    def __check__(self) -> None:
        if not isinstance(self.layer, Layer):
            raise TypeError(f"freeze: only layers can be frozen, not {type(self.layer).__name__}")

    @forwarding
    def __call__(self, *inputs: object, **options: object) -> Tensor:
        if not self.pass_gradient:
            inputs, options = stop_gradient((inputs, options))
        with inference:
            made: Tensor = self.layer(*inputs, **options)
        return made

    def __repr__(self) -> str:
        return f"Frozen({self.layer!r})"


def freeze(layer: L, *, pass_gradient: bool = True) -> Frozen[L]:
    """The layer, left as it is by training: no gradients for its parameters, no dropout, no running statistics.

    Its parameters keep their places and paths, but gradients and optimisers pass them over as they do states. What
    comes before the layer still gets gradients, unless `pass_gradient` is false. `freeze(layer).layer is layer`.

    Raises TypeError for what is no layer.

    >>> dense = tg.init(tg.nn.Dense(in_features=2, out_features=2), tg.random.key(0))
    >>> model = tg.nn.Sequential(tg.nn.freeze(dense), tg.nn.Scale(factor=2.0))
    >>> optimiser = tg.optim.sgd(0.1)
    >>> gradient = tg.grad(lambda m: tg.sum(m(tg.ones((1, 2)))))(model)
    >>> moved, _ = optimiser.update(model, gradient, optimiser.init(model))
    >>> moved[0].layer.weight is dense.weight
    True
    """
    return Frozen(layer=layer, pass_gradient=pass_gradient)


class _Held:
    """The token of a parameter that plays a state."""


# What frozen layers show of themselves: their layers with parameters that play states. Kept as long as the frozen layer
# is, as trees tell shared nodes by their identity.
_SHOWN: WeakKeyDictionary[Frozen[Any], Any] = WeakKeyDictionary()


def _flatten(frozen: Frozen[Any]) -> tuple[Iterable[tuple[str, Any]], Static]:
    shown = _SHOWN.get(frozen)
    if shown is None:
        shown = tree_map(lambda x: State(x, _Held()) if isinstance(x, Tensor) else x, frozen.layer)
        _SHOWN[frozen] = shown
    return (("layer", shown),), frozen._static


def _unflatten(static: Static, children: list[Any]) -> Frozen[Any]:
    frozen: Frozen[Any] = object.__new__(Frozen)
    layer = tree_map(lambda x: x.value if isinstance(x, State) and isinstance(x.token, _Held) else x, children[0])
    frozen.__dict__.update(static.rest, layer=layer, _static=static)
    _SHOWN[frozen] = children[0]
    return frozen


register_node(Frozen, _flatten, _unflatten, shared=True)
