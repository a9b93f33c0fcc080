"""Names for what is asked for by name, as in a description of a network: activations, losses and initialisers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, cast

from jaxtyping import Float

from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    pass

ActivationName: TypeAlias = Literal[
    "bnll",
    "celu",
    "cube",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "identity",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "rational_tanh",
    "rectified_tanh",
    "relu",
    "relu6",
    "rrelu",
    "scaled_tanh",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softmin",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "thresholded_relu",
    "ultra_fast_sigmoid",
]


class Activation(Protocol):
    """A function that keeps the shape."""

    def __call__(self, x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
        """What becomes of each element."""


# Where what has another name is found: other words for the same.
_OTHER_WORDS: Final[Mapping[str, str]] = {
    "bnll": "softplus",
    "exponential": "exp",
    "hard_swish": "hard_silu",
    "linear": "identity",
    "swish": "silu",
}


def activation(name: ActivationName) -> Activation:
    """The activation function of this name, with the options it has unless told otherwise.

    Raises ValueError for another name, with the nearest that there is.

    >>> tg.nn.activation("relu")(tg.asarray([-1.0, 2.0]))
    Tensor([0., 2.], dtype=float32)
    """
    return cast("Activation", _named("activation", ActivationName, name))


def _named(kind: str, names: object, name: str) -> object:
    """What `typedgrad` has under a name that must be one of a literal type's."""
    import typedgrad

    check_name(kind, names, name)
    found: object = getattr(typedgrad, _OTHER_WORDS.get(name, name))
    return found


def check_name(kind: str, names: object, name: str) -> None:
    """Raise ValueError unless a name is one of a literal type's, naming the nearest."""
    from typing import get_args

    known = get_args(names)
    if name not in known:
        from difflib import get_close_matches

        plain = str(name).lower().replace("-", "_").replace(" ", "_")
        near = get_close_matches(plain, known, n=1, cutoff=0.0)
        raise ValueError(f'{kind}: there is no {kind} {name!r}; did you mean "{near[0]}"?')
