"""A recurrent layer and its mirror image, one from each end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from jaxtyping import Bool, Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import Param, sub
from typedgrad.nn.gru import Gru
from typedgrad.nn.layer import Layer
from typedgrad.nn.lstm import Lstm
from typedgrad.nn.rnn import Rnn
from typedgrad.ops.move import concat

if TYPE_CHECKING:
    from collections.abc import Callable

Recurrent: TypeAlias = Rnn | Lstm | Gru

_MERGES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "concat": lambda a, b: concat((a, b), axis=-1),
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "average": lambda a, b: (a + b) * 0.5,
}


class Bidirectional(Layer):
    """Runs a recurrent layer, and another of the same sizes from the other end, and merges their outputs.

    `merge` is "concat" (of the features, the default), "add", "multiply" or "average".

    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.

    Raises:
        TypeError: if `forward` is no recurrent layer.
        ValueError: for another `merge`, and what the recurrent layers refuse.

    >>> layer = tg.init(tg.nn.Bidirectional(forward=tg.nn.Gru(in_features=2, features=3)), tg.random.key(0))
    >>> layer(tg.ones((4, 5, 2))).shape
    (4, 5, 6)
    """

    forward: Recurrent
    merge: Literal["concat", "add", "multiply", "average"] = "concat"
    backward: Recurrent = sub(lambda self: _mirrored(self.forward))

    def __check__(self) -> None:
        if not isinstance(self.forward, (Rnn, Lstm, Gru)):
            raise TypeError(f"Bidirectional: `forward` must be Rnn, Lstm or Gru, not {type(self.forward).__name__}")
        if self.merge not in _MERGES:
            raise ValueError(f"Bidirectional: `merge` must be one of {', '.join(_MERGES)}, not {self.merge!r}")

    def __call__(
        self,
        x: Float[Tensor, "batch time n"],
        *,
        mask: Bool[Tensor, "batch time"] | None = None,
        lengths: Int[Tensor, "batch"] | None = None,
    ) -> Float[Tensor, "batch time _"]:
        there = self.forward(x, mask=mask, lengths=lengths)
        return _MERGES[self.merge](there, self.backward(x, mask=mask, lengths=lengths))

    def unroll(
        self,
        x: Tensor,
        state: tuple[Any, Any] = (None, None),
        *,
        mask: Tensor | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Tensor, tuple[Any, Any]]:
        """The outputs, and the last states of both directions."""
        there, ahead = self.forward.unroll(x, state[0], mask=mask, lengths=lengths)
        back, behind = self.backward.unroll(x, state[1], mask=mask, lengths=lengths)
        return _MERGES[self.merge](there, back), (ahead, behind)


def _mirrored(layer: Recurrent) -> Recurrent:
    """A description of the same layer that begins at the other end, with parameters of its own."""
    fields = {
        name: value
        for name, value in layer.__dict__.items()
        if name in layer._annotated and not isinstance(layer._fields.get(name), Param)
    }
    cls: Any = type(layer)
    mirrored: Recurrent = cls(**{**fields, "reverse": not layer.reverse})
    return mirrored
