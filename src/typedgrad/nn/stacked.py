"""Recurrent layers on top of each other, whole sequences or step by step, and back-propagation cut into pieces."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, TypeVar

from jaxtyping import Bool, Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import stop_gradient
from typedgrad.nn.bidirectional import Bidirectional
from typedgrad.nn.dropout import Dropout, probability
from typedgrad.nn.gru import Gru, GruCell
from typedgrad.nn.layer import Layer
from typedgrad.nn.lstm import Lstm, LstmCell
from typedgrad.nn.rnn import Rnn, RnnCell
from typedgrad.ops.masks import length_mask
from typedgrad.ops.move import concat

Recurrent: TypeAlias = Rnn | Lstm | Gru | Bidirectional
Cell: TypeAlias = RnnCell | LstmCell | GruCell
S = TypeVar("S")


class Stacked(Layer):
    """Recurrent layers, each on the outputs of the last one; all of them are told the mask or the lengths.

    In training `drop` is the probability to drop what passes from one layer to the next.

    Raises TypeError for what is no recurrent layer, ValueError unless 0 <= drop < 1, and what the layers do.

    >>> model = tg.nn.Stacked(tg.nn.Lstm(features=3), tg.nn.Gru(features=2), drop=0.2)
    >>> model = tg.init(model, tg.random.key(0), input="n t 4")
    >>> model(tg.ones((2, 5, 4)), lengths=tg.asarray([5, 3])).shape
    (2, 5, 2)
    """

    layers: tuple[Recurrent, ...]
    drop: float

    def __init__(self, *layers: Recurrent, drop: float = 0.0) -> None:
        self.layers = layers  # type: ignore[misc]  # set once, before the layer is sealed
        self.drop = drop  # type: ignore[misc]  # as above

    def __check__(self) -> None:
        _refuse_others(self, self.layers, (Rnn, Lstm, Gru, Bidirectional), "recurrent layers")
        probability("Stacked", self.drop, None)

    def __call__(
        self,
        x: Float[Tensor, "batch time n"],
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> Float[Tensor, "batch time _"]:
        for i, layer in enumerate(self.layers):
            x = layer(self._dropped(x, i), mask=mask, lengths=lengths)
        return x

    def unroll(
        self,
        x: Tensor,
        state: tuple[Any, ...] | None = None,
        *,
        mask: Tensor | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """The outputs of the last layer, and the states of all, from which the next call may go on.

        Raises ValueError for another number of states than of layers.
        """
        states: list[Any] = []
        for i, (layer, own) in enumerate(zip(self.layers, _states(self, state), strict=True)):
            unroll: Any = layer.unroll
            given = () if own is None else (own,)
            x, last = unroll(self._dropped(x, i), *given, mask=mask, lengths=lengths)
            states.append(last)
        return x, tuple(states)

    def _dropped(self, x: Tensor, place: int) -> Tensor:
        return Dropout(drop=self.drop)(x) if place and self.drop else x

    def __getitem__(self, index: int) -> Recurrent:
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)


class StackedCells(Layer):
    """One step of several cells, each on the output of the last one: the output, and the states of all.

    Raises TypeError for what is no cell, ValueError for another number of states than of cells.

    >>> cells = tg.nn.StackedCells(tg.nn.LstmCell(features=3), tg.nn.GruCell(features=2))
    >>> cells = tg.init(cells, tg.random.key(0), input="n 4")
    >>> y, states = cells(tg.ones((5, 4)))
    >>> y, states = cells(tg.ones((5, 4)), states)
    >>> y.shape, states[0].cell.shape
    ((5, 2), (5, 3))
    """

    cells: tuple[Cell, ...]

    def __init__(self, *cells: Cell) -> None:
        self.cells = cells  # type: ignore[misc]  # set once, before the layer is sealed

    def __check__(self) -> None:
        _refuse_others(self, self.cells, (RnnCell, LstmCell, GruCell), "cells")

    def __call__(
        self, x: Float[Tensor, "*batch n"], states: tuple[Any, ...] | None = None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        made: list[Any] = []
        for cell, state in zip(self.cells, _states(self, states), strict=True):
            call: Any = cell
            made.append(call(x, state))
            x = call.shown(made[-1])
        return x, tuple(made)

    def __getitem__(self, index: int) -> Cell:
        return self.cells[index]

    def __len__(self) -> int:
        return len(self.cells)


class Unrolled(Protocol[S]):
    """A recurrent layer, as far as it is needed to cut back-propagation."""

    def unroll(
        self, x: Tensor, state: S | None = None, *, mask: Tensor | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, S]:
        """The outputs, and the last state."""


def truncated(
    layer: Unrolled[S],
    x: Float[Tensor, "batch time n"],
    state: S | None = None,
    *,
    steps: int,
    mask: Bool[Tensor, "batch time"] | None = None,
    lengths: Int[Tensor, "batch"] | None = None,
) -> tuple[Float[Tensor, "batch time _"], S]:
    """What `layer.unroll` gives, with back-propagation truncated: gradients flow back through `steps` steps at most.

    The sequence is cut into pieces of so many steps, and no gradient passes from one to that before it. The values are
    those of the whole sequence.

    Raises:
        TypeError: for a layer that begins at the other end, or at both.
        ValueError: if `steps` is not positive, and what the layer refuses.

    Source: Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories", 1990.

    >>> layer = tg.init(tg.nn.Gru(in_features=2, features=3), tg.random.key(0))
    >>> outputs, state = tg.nn.truncated(layer, tg.ones((4, 10, 2)), steps=4)
    >>> outputs.shape, state.shape
    ((4, 10, 3), (4, 3))
    """
    if type(steps) is not int or steps < 1:
        raise ValueError(f"truncated: `steps` must be a positive int, got {steps!r}")
    if _goes_back(layer):
        raise TypeError(f"truncated: {type(layer).__name__} does not run from the first step to the last")
    if lengths is not None and mask is not None:
        raise ValueError("truncated: give `mask` or `lengths`, not both")
    if lengths is not None:
        mask = length_mask(lengths, x.shape[1])
    pieces: list[Tensor] = []
    for start in range(0, max(x.shape[1], 1), steps):
        seen = None if mask is None else mask[:, start : start + steps]
        outputs, last = layer.unroll(x[:, start : start + steps], stop_gradient(state), mask=seen)
        pieces.append(outputs)
        state = last
    return concat(pieces, axis=1), last


def _goes_back(layer: object) -> bool:
    if isinstance(layer, Stacked):
        return any(map(_goes_back, layer.layers))
    return isinstance(layer, Bidirectional) or bool(getattr(layer, "reverse", False))


def _states(owner: Stacked | StackedCells, states: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if states is None:
        return (None,) * len(owner)
    if len(states) != len(owner):
        what = "layers" if isinstance(owner, Stacked) else "cells"
        raise ValueError(f"{type(owner).__name__}: there are {len(owner)} {what}, but {len(states)} states were given")
    return tuple(states)


def _refuse_others(owner: Layer, given: tuple[Any, ...], kinds: tuple[type, ...], what: str) -> None:
    title = type(owner).__name__
    if not given:
        raise TypeError(f"{title}: there must be at least one layer")
    for i, layer in enumerate(given):
        if not isinstance(layer, kinds):
            names = ", ".join(kind.__name__ for kind in kinds)
            raise TypeError(f"{title}: all must be {what} ({names}), but number {i} is {type(layer).__name__}")
