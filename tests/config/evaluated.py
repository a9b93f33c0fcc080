"""A layer in a module whose annotations are evaluated, as users may write them."""

from collections.abc import Callable, Sequence
from typing import Literal, Optional

from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer
from typedgrad.nn.activate import Activated, activated


class Evaluated(Layer):
    """Fields of all the kinds that files know."""

    count: int
    share: float = 0.5
    several: tuple[int, ...] = (1, 2)
    pair: tuple[int, int] = (3, 4)
    words: Sequence[str] = ()
    maybe: Optional[int] = None  # noqa: UP045  # one of the ways to write it
    way: Literal["up", "down"] = "up"
    inner: Layer | None = None
    exact: Dense | None = None
    function: Callable[[Tensor], Tensor] = tg.relu
    activation: Activated = None

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activated(self.function(x), self.activation)
