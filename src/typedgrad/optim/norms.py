"""Gradient transforms that scale the gradients of each parameter, or of each layer, by their norm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.optim import hyper
from typedgrad.optim.clipping import global_norm, has_values
from typedgrad.optim.walk import boxed, raw

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor

P = TypeVar("P")
# What a norm is taken of: each parameter, the parameters of each layer together, or all of them.
Per: TypeAlias = Literal["parameter", "layer", "global"]


@dataclass(frozen=True)
class ScaleNorms:
    """See `clip_norm` and `renormalize`."""

    title: str
    per: Per
    max_norm: float | None = None

    def __post_init__(self) -> None:
        if self.max_norm is not None:
            hyper.check(self.title, "max_norm", self.max_norm, "positive", schedule=False)
        if self.per not in ("parameter", "layer", "global"):
            raise ValueError(f'{self.title}: `per` must be "parameter", "layer" or "global", got {self.per!r}')

    def __call__(self, grads: P, /) -> P:
        """The gradients to use instead."""
        parts: dict[str, list[Tensor]] = {}
        paths = [path for path, _ in leaves_with_paths(grads)]
        leaves, structure = flatten(grads)
        for path, g in zip(paths, leaves, strict=True):
            if has_values(g):
                parts.setdefault(self._part(path), []).append(g)
        scales = {part: self._scale(part, tensors) for part, tensors in parts.items()}
        made: P = unflatten(
            structure,
            [
                boxed(raw(g) * scales[self._part(path)], g) if has_values(g) else g
                for path, g in zip(paths, leaves, strict=True)
            ],
        )
        return made

    def _part(self, path: str) -> str:
        return {"parameter": path, "layer": path.rpartition(".")[0], "global": ""}[self.per]

    def _scale(self, part: str, tensors: list[Tensor]) -> float:
        norm = global_norm(tensors)
        if not math.isfinite(norm):
            where = f" of `{part}`" if part else ""
            raise FloatingPointError(f"{self.title}: the gradient{where} is NaN or infinite; no scale can mend that")
        if self.max_norm is None:
            return 1.0 / norm if norm > 0 else 1.0
        return min(1.0, float(self.max_norm) / norm) if norm > 0 else 1.0


def clip_norm(max_norm: float, *, per: Per = "parameter") -> ScaleNorms:
    """Gradients scaled down so that the norm of each parameter's, each layer's or all of them is at most `max_norm`.

    A layer's parameters are those with the same path but for the last name. With `per="global"` it does what
    `clip_global_norm` does.

    Raises:
        ValueError: if `max_norm` is not positive, or `per` is another word.
        FloatingPointError: from the transform, if a gradient is NaN or infinite.

    >>> tg.optim.clip_norm(1.0)({"a": tg.asarray([3.0, 4.0]), "b": tg.asarray([0.5])})
    {'a': Tensor([0.6, 0.8], dtype=float32), 'b': Tensor([0.5], dtype=float32)}
    """
    return ScaleNorms("clip_norm", per, max_norm)


def renormalize(*, per: Per = "layer") -> ScaleNorms:
    """Gradients scaled to norm 1, per layer, parameter or all together; what is 0 stays. See `clip_norm`.

    Raises what `clip_norm` does.

    >>> tg.optim.renormalize()({"a": {"w": tg.asarray([3.0]), "b": tg.asarray([4.0])}})
    {'a': {'w': Tensor([0.6], dtype=float32), 'b': Tensor([0.8], dtype=float32)}}
    """
    return ScaleNorms("renormalize", per)
