"""What recurrent layers share: carrying a state along a sequence, with masks and lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from typedgrad.core.abstract import abstract
from typedgrad.core.batching import innermost
from typedgrad.core.pytree import leaves_with_paths, tree_map
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import VALUELESS
from typedgrad.core.typed import CHECKS, remembering
from typedgrad.nn.carrying import Carry, open_carry
from typedgrad.nn.layer import _learn, describe, known_sizes
from typedgrad.ops.control import scan
from typedgrad.ops.create import zeros
from typedgrad.ops.masks import check_lengths, length_mask
from typedgrad.ops.move import concat, reshape
from typedgrad.ops.selection import where
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.nn.fields import Initializer

F = TypeVar("F", bound=Callable[..., Any])
S = TypeVar("S")


class Recurrence(Protocol[S]):
    """What a layer must tell to be carried along a sequence."""

    @property
    def features(self) -> int:
        """The width of the state."""

    @property
    def reverse(self) -> bool:
        """Whether the last step comes first."""

    def start(self, x: Tensor, batch: tuple[int, ...]) -> S:
        """The state before the first step: zeros, of the dtype of `x`."""

    def project(self, x: Tensor) -> Tensor:
        """What the input contributes to each step, for all of them in one product."""

    def stepping(self) -> Callable[[Tensor, S], S]:
        """The function from such a contribution and a state to the next state."""

    def shown(self, state: S) -> Tensor:
        """The part of a state that is the output."""


def checked(method: F) -> F:
    """Check a method as the call of a layer is checked."""
    if CHECKS == "off":
        return method
    return remembering(method, title=describe, known=known_sizes, self_key="_static", learn=_learn)


def unroll(
    layer: Recurrence[S], x: Tensor, state: S | None, mask: Tensor | None, lengths: Tensor | None
) -> tuple[Tensor, S]:
    """The outputs of all steps, zero where they are masked, and the state after the last one that is not."""
    batch, time = x.shape[:2]
    name = type(layer).__name__
    if time == 0:
        raise ValueError(f"{name}: `x` is an empty sequence, its shape is {x.shape}")
    seen = _seen(name, mask, lengths, time)
    first = layer.start(x, (batch,))
    scope = begun(layer) if state is None else None
    state = state if scope is None else scope.start(name)
    carry = first if state is None else fitting(name, state, first)
    step = layer.stepping()

    def plain(state: S, projected: Tensor) -> tuple[S, Tensor]:
        new = step(projected, state)
        return new, layer.shown(new)

    def masked(state: S, slices: tuple[Tensor, Tensor]) -> tuple[S, Tensor]:
        projected, here = slices
        new = step(projected, state)
        kept = tree_map(lambda fresh, old: where(here, fresh, old), new, state)
        return kept, where(here, layer.shown(new), 0.0)

    projected = layer.project(x)
    if seen is None:
        last, outputs = scan(plain, carry, projected, reverse=layer.reverse, axis=1)
    else:
        wide = reshape(seen, (batch, time, *(1,) * (x.ndim - 2)))
        last, outputs = scan(masked, carry, (projected, wide), reverse=layer.reverse, axis=1)
    if scope is not None:
        scope.stop(last)
    return outputs, last


def begun(layer: Recurrence[S]) -> Carry | None:
    """The scope that knows where a call without a state goes on, if one is open."""
    scope = open_carry()
    if scope is not None and layer.reverse:
        raise TypeError(f"carrying: {type(layer).__name__} does not run from the first step to the last")
    return scope


def _seen(name: str, mask: Tensor | None, lengths: Tensor | None, time: int) -> Tensor | None:
    if lengths is None:
        return mask
    if mask is not None:
        raise ValueError(f"{name}: give `mask` or `lengths`, not both")
    if lengths.device not in VALUELESS:
        values: Any = innermost(lengths).data
        check_lengths(name, values, time, least=1)
    return length_mask(lengths, time)


def fitting(name: str, state: S, first: S) -> S:
    """The given state, which must have the shapes of the state that a layer starts with."""
    for (path, x), (_, wanted) in zip(leaves_with_paths(state), leaves_with_paths(first), strict=True):
        if x.shape != wanted.shape:
            part = f"state.{path}" if path else "state"
            sizes = (" ".join(map(str, shape)) for shape in (x.shape, wanted.shape))
            raise ShapeError("`{}` is [{}], but must be [{}]".format(part, *sizes), where=name)
    return state


def zeros_for(x: Tensor, batch: tuple[int, ...], *features: int) -> Tensor:
    """Zeros of the dtype of `x` and in its place; without values where `x` has none."""
    shape = (*batch, *features)
    return abstract(shape, x.dtype) if x.device == "abstract" else zeros(shape, dtype=x.dtype, device=x.device)


def forgetting(bias: float) -> Initializer:
    """Zeros, but `bias` for the second of four gates: with 1 an LSTM begins by remembering.

    Source: Jozefowicz et al., "An empirical exploration of recurrent network architectures", 2015.

    >>> from typedgrad.nn.recurrence import forgetting
    >>> forgetting(1.0)(tg.random.key(0), (8,), "float32", (8, 8))
    Tensor([0., 0., 1., 1., 0., 0., 0., 0.], dtype=float32)
    """

    def made(key: Key, shape: tuple[int, ...], dtype: str, fans: tuple[int, int]) -> Tensor:
        gates = [zeros((shape[0] // 4,), dtype=dtype) for _ in range(4)]
        gates[1] = gates[1] + bias
        return concat(gates)

    return made
