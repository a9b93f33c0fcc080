"""Mixed precision: parameters stay as wide as they are, and the model computes with narrower numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from typedgrad.core.casting import astype
from typedgrad.core.dtypes import dtype_name
from typedgrad.core.pytree import flatten, tree_map
from typedgrad.core.tensor import Tensor
from typedgrad.optim import global_norm

if TYPE_CHECKING:
    from typedgrad.core.dtypes import DTypeLike
    from typedgrad.train.batches import Example

S = TypeVar("S")
M = TypeVar("M")


class ScaledState(NamedTuple, Generic[S]):
    """The updater's own state, the factor of the loss, and for how many steps that was small enough."""

    inner: S
    scale: float
    since: int


@dataclass(frozen=True)
class Precision:
    """See `mixed`."""

    compute: DTypeLike
    scale: float
    grow_every: int

    def __post_init__(self) -> None:
        if not dtype_name(self.compute, "mixed").startswith("float"):
            raise TypeError(f"mixed: `compute` must be a float, not {dtype_name(self.compute)}")
        if isinstance(self.scale, bool) or not isinstance(self.scale, int | float):
            raise TypeError(f"mixed: `scale` must be a number, not {type(self.scale).__name__}")
        if not 1 <= self.scale < math.inf:
            raise ValueError(f"mixed: `scale` must be at least 1 and finite, got {self.scale}")
        if isinstance(self.grow_every, bool) or not isinstance(self.grow_every, int) or self.grow_every < 1:
            raise ValueError(f"mixed: `grow_every` must be an int of at least 1, got {self.grow_every!r}")

    def lowered(self, model: M, example: Example) -> tuple[M, Example]:
        """The model and the inputs of a batch in the dtype to compute with. Running statistics stay as they are."""

        def narrow(leaf: Any) -> Any:
            return astype(leaf, self.compute) if isinstance(leaf, Tensor) and leaf.dtype.kind == "f" else leaf

        return tree_map(narrow, model), example._replace(x=tuple(map(narrow, example.x)))

    def raised(self, output: Any) -> Any:
        """Outputs at least as wide as float32, so that the loss is not computed with narrow numbers."""
        return tree_map(_wide, output)

    def first(self, state: S) -> ScaledState[S]:
        """The state before the first step."""
        return ScaledState(state, float(self.scale), 0)

    def kept(self, state: ScaledState[S], inner: S) -> ScaledState[S]:
        """The state after a step that was made; after many of them the factor doubles."""
        if state.since + 1 < self.grow_every:
            return ScaledState(inner, state.scale, state.since + 1)
        return ScaledState(inner, state.scale * 2 if self.scale > 1 else state.scale, 0)

    def skipped(self, state: ScaledState[S]) -> ScaledState[S]:
        """The state after a step that was left out, as a gradient was too large: half the factor."""
        return ScaledState(state.inner, max(1.0, state.scale / 2), 0)


def mixed(compute: DTypeLike = "float16", *, scale: float | None = None, grow_every: int = 2000) -> Precision:
    """Training in which the model computes with `compute`, while its parameters and their updates stay as they are.

    Small gradients would vanish in float16. So the loss is multiplied by a factor, 2**15 at first, by which the
    gradients are divided again, in the dtype of the parameters. Where a gradient is infinite or NaN nevertheless, the
    step is left out and the factor is halved; after `grow_every` steps without that it doubles. Wider dtypes than
    float16 need no factor and have none unless `scale` is given. The loss itself is computed in float32 at least.

    Source: Micikevicius et al., "Mixed precision training", 2018.

    Raises:
        TypeError: if `compute` is no float dtype.
        ValueError: if `scale` or `grow_every` is below 1.

    >>> x = tg.asarray([[0.0], [1.0], [2.0]])
    >>> data = tg.data.Dataset(x, 2.0 * x + 1.0)
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> updater, precision = tg.optim.sgd(0.1), tg.train.mixed("float16")
    >>> key = tg.random.key(1)
    >>> model = tg.fit(model, data, loss=tg.mse, updater=updater, epochs=200, key=key, precision=precision)
    >>> model.weight.dtype, round(model.weight.item(), 1)
    (dtype('float32'), 2.0)
    """
    narrow = dtype_name(compute, "mixed") == "float16"
    return Precision(compute, scale if scale is not None else 2.0**15 if narrow else 1.0, grow_every)


def unscaled(gradients: M, scale: float) -> M:
    """Gradients of a loss without its factor."""
    return tree_map(lambda g: g / scale if isinstance(g, Tensor) else g, gradients)


def finite(gradients: object) -> bool:
    """Whether no element of a gradient is infinite or NaN."""
    return math.isfinite(global_norm([g for g in flatten(gradients)[0] if isinstance(g, Tensor)]))


def _wide(leaf: Any) -> Any:
    return astype(leaf, "float32") if isinstance(leaf, Tensor) and leaf.dtype.name == "float16" else leaf
