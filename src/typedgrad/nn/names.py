"""What is asked for by name, as in a description of a network: activations and initialisers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, cast

from jaxtyping import Float

from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from typedgrad.nn.fields import Initializer
    from typedgrad.nn.scaling import Mode, Spread

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
InitializerName: TypeAlias = Literal[
    "bilinear",
    "dirac",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "orthogonal",
    "positive_unitball",
    "relu",
    "relu_uniform",
    "sigmoid_uniform",
    "sparse",
    "truncated_normal",
    "uniform",
    "uniform_fan_in",
    "xavier",
    "xavier_fan_in",
    "xavier_legacy",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
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

# What is a case of `variance_scaling`: scale, mode and distribution.
_SCALED: Final[Mapping[str, tuple[float, Mode, Spread]]] = {
    "relu": (2.0, "fan_in", "normal"),
    "relu_uniform": (2.0, "fan_in", "uniform"),
    "sigmoid_uniform": (16.0, "fan_avg", "uniform"),
    "uniform_fan_in": (1.0 / 3.0, "fan_in", "uniform"),
    "xavier": (1.0, "fan_avg", "normal"),
    "xavier_fan_in": (1.0, "fan_in", "normal"),
    "xavier_legacy": (0.5, "fan_avg", "normal"),
}
_WITH_OPTIONS: Final = (
    *("dirac", "identity", "kaiming_normal", "kaiming_uniform", "normal", "orthogonal", "sparse"),
    *("truncated_normal", "uniform", "xavier_normal", "xavier_uniform"),
)


def activation(name: ActivationName) -> Activation:
    """The activation function of this name, with the options it has unless told otherwise.

    Raises ValueError for another name, with the nearest that there is.

    >>> tg.nn.activation("relu")(tg.asarray([-1.0, 2.0]))
    Tensor([0., 2.], dtype=float32)
    """
    from typedgrad.ops import (
        activation,
        activation_curves,
        activation_pieces,
        elementwise,
        simplex,
        softmax,
        trigonometry,
    )

    check_name("activation", ActivationName, name)
    modules = (activation, activation_curves, activation_pieces, elementwise, simplex, softmax, trigonometry)
    return cast("Activation", found_in(modules, _OTHER_WORDS.get(name, name)))


def initializer(name: InitializerName) -> Initializer:
    """The initialiser of this name, with the options it has unless told otherwise.

    Names that mean different things elsewhere ("xavier") mean what Deeplearning4j means by them.

    Raises ValueError for another name, with the nearest that there is.

    >>> tg.nn.initializer("ones")(tg.random.key(0), (2,), "float32", (2, 2))
    Tensor([1., 1.], dtype=float32)
    """
    return named_initializer(name)


def named_initializer(name: str) -> Initializer:
    """`initializer`, of a name that is not known before the program runs."""
    from typedgrad.nn import initialisers, patterns, scaling

    check_name("initializer", InitializerName, name)
    if name in _SCALED:
        scale, mode, distribution = _SCALED[name]
        return scaling.variance_scaling(scale, mode, distribution)
    found = found_in((initialisers, scaling, patterns), name)
    # Those with options are made by calling their name.
    return cast("Callable[[], Initializer]", found)() if name in _WITH_OPTIONS else cast("Initializer", found)


def found_in(modules: tuple[ModuleType, ...], name: str) -> object:
    """What the first of the modules that has the name holds under it."""
    return next(vars(module)[name] for module in modules if name in vars(module))


def check_name(title: str, names: object, name: str, kind: str = "") -> None:
    """Raise ValueError unless a name is one of a literal type's, naming the nearest; `kind` is what it names."""
    from typing import get_args

    known = get_args(names)
    if name not in known:
        from difflib import get_close_matches

        plain = str(name).lower().replace("-", "_").replace(" ", "_")
        near = get_close_matches(plain, known, n=1, cutoff=0.0)
        raise ValueError(f'{title}: there is no {kind or title} {name!r}; did you mean "{near[0]}"?')
