"""The activation that a layer with weights ends in: a name, a function, or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.names import Activation, ActivationName, activation, check_name
from typedgrad.ops.activation import relu, sigmoid
from typedgrad.ops.trigonometry import tanh

if TYPE_CHECKING:
    from typedgrad.ops.linear import Activation as Fused

# What a field `activation` may hold; None is the identity, or the default of the network that the layer stands in.
Activated: TypeAlias = ActivationName | Activation | None

_BY_NAME: dict[object, Callable[[Tensor], Tensor]] = {}
# Those that a linear layer does in one step with its bias.
_FUSED: Final[dict[object, Fused]] = {
    None: "none",
    "identity": "none",
    "linear": "none",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    relu: "relu",
    sigmoid: "sigmoid",
    tanh: "tanh",
}


def activated(x: Float[Tensor, "*s"], by: Activated) -> Float[Tensor, "*s"]:
    """What an activation makes of `x`.

    >>> activated(tg.asarray([-1.0, 2.0]), "relu")
    Tensor([0., 2.], dtype=float32)
    """
    if by is None:
        return x
    if isinstance(by, str):
        known = _BY_NAME.get(by)
        return (known or _BY_NAME.setdefault(by, activation(by)))(x)
    return by(x)


def fused(by: Activated) -> Fused | None:
    """The activation as `tg.linear` calls it, if it does it.

    >>> fused("relu"), fused(tg.tanh), fused("gelu")
    ('relu', 'tanh', None)
    """
    try:
        return _FUSED.get(by)
    except TypeError:  # a callable that has no hash
        return None


def check_activation(title: str, name: str, value: object) -> None:
    """Raise ValueError for a name that no activation has, TypeError for what is neither a name nor a function."""
    if isinstance(value, str):
        check_name(f"{title}: `{name}`", ActivationName, value, kind="activation")
    elif value is not None and (isinstance(value, type) or not callable(value)):
        wrote = f"the class {value.__name__}; write {value.__name__}()" if isinstance(value, type) else repr(value)
        raise TypeError(f'{title}: `{name}` must be the name of an activation such as "relu", or one, not {wrote}')
