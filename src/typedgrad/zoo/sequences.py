"""What models of texts share: words know their places, of which there are only so many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from typedgrad.nn import Layer


def with_places(
    layer: Layer, words: Float[Tensor, "n time features"], places: Float[Tensor, "context features"]
) -> Float[Tensor, "n time features"]:
    """Words with the vectors of their places added to theirs.

    Raises ValueError if there are more words than places.
    """
    n, time, features = words.shape
    context = places.shape[0]
    if isinstance(time, int) and isinstance(context, int) and time > context:
        raise ValueError(f"{type(layer).__name__}: the text has time={time} places, but context is {context}")
    return words + broadcast_to(places[:time], (n, time, features))
