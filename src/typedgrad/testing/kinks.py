"""Which activations have kinks, and whether a function calls one."""

from __future__ import annotations

from collections.abc import Callable

from typedgrad.core.abstract import abstract, eval_shape
from typedgrad.core.tensor import Tensor
from typedgrad.core.watching import watching

# Activations whose derivative jumps: differences across the jump say something else than the gradient on either side.
KINKED = frozenset(
    {
        "crelu",
        "hard_shrink",
        "hard_sigmoid",
        "hard_silu",
        "hard_tanh",
        "leaky_relu",
        "prelu",
        "rectified_tanh",
        "relu",
        "relu6",
        "rrelu",
        "soft_shrink",
        "sparse_plus",
        "sparse_sigmoid",
        "threshold",
        "thresholded_relu",
        "ultra_fast_sigmoid",
    }
)


def refuse_kinks(call: Callable[[list[Tensor]], object], at: list[Tensor]) -> None:
    """Raise ValueError if a function calls an activation with a kink; found by running it on shapes."""
    for name in _called(call, at):
        if name in KINKED:
            raise ValueError(
                f"check_gradients: `{name}` has a kink, where differences and gradients disagree, and preset 'dl4j' "
                "refuses that; check with a smooth activation, such as tanh, or another preset"
            )


class _Names:
    """Watches which ops are called."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def op(self, name: str, *rest: object) -> None:
        self.found.append(name)

    def call(self, function: Callable[..., object], args: object, kwargs: object, run: Callable[[], object]) -> object:
        self.found.append(function.__name__)
        return run()


def _called(call: Callable[[list[Tensor]], object], at: list[Tensor]) -> list[str]:
    names = _Names()
    with watching(names):
        eval_shape(lambda *xs: call(list(xs)), *(abstract(x.shape, x.dtype) for x in at))
    return names.found
