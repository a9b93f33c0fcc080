"""How gradients are compared with differences: our way, and those of six older systems, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

PresetName: TypeAlias = Literal["typedgrad", "caffe", "torch", "checkgrad", "theano", "dl4j", "samediff"]

# "either": the absolute or the relative error, |a - n| / (|a| + |n|), is small enough.
# "scaled": |a - n| is small relative to the largest of |a|, |n| and 1. "absolute": |a - n| is small enough.
# "norm": the length of a - n for a parameter is small relative to that of a + n for all of them.
Rule: TypeAlias = Literal["either", "scaled", "absolute", "norm"]


class Preset(NamedTuple):
    """A step, by dtype, and what passes.

    `forward` differences need one evaluation per element, central ones two. The objective is a random projection of the
    results, or every element of them on its own (`jacobian`), times `scale`. An element that fails is tried again with
    a tenth of the step, `retries` times: near a kink a large step sees both sides. `smooth` refuses activations with
    kinks instead.
    """

    name: str
    eps: Mapping[str, float]
    rule: Rule
    rel: Mapping[str, float]
    abs: Mapping[str, float]
    forward: bool = False
    jacobian: bool = False
    projections: int = 1
    scale: float = 1.0
    retries: int = 0
    smooth: bool = False

    def errors(self, a: Floats, n: Floats, whole: float) -> tuple[Floats, Floats]:
        """The absolute errors, and the errors relative to what the rule says; `whole` is the length of all a + n."""
        apart = np.abs(a - n)
        if self.rule == "scaled":
            return apart, apart / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1.0)
        if self.rule == "norm":
            length = float(np.linalg.norm(apart))
            return apart, np.full(apart.shape, length / whole if whole else np.sign(length))
        return apart, apart / np.maximum(np.abs(a) + np.abs(n), 1e-8)

    def badness(self, a: Floats, n: Floats, dtype: str, whole: float = 1.0) -> Floats:
        """How far each element is from passing: up to 1 it passes. Infinite for NaN."""
        apart, relative = self.errors(a, n, whole)
        by_abs = apart / self.abs[dtype] if dtype in self.abs else np.full(apart.shape, np.inf)
        by_rel = relative / self.rel[dtype] if dtype in self.rel else np.full(apart.shape, np.inf)
        return np.nan_to_num(np.minimum(by_abs, by_rel), nan=np.inf, posinf=np.inf)


def _double(value: float) -> Mapping[str, float]:
    return MappingProxyType({"float64": value})


def _both(value: float) -> Mapping[str, float]:
    return MappingProxyType({"float64": value, "float32": value})


def _by_precision(double: float, single: float, half: float) -> Mapping[str, float]:
    return MappingProxyType({"float64": double, "float32": single, "float16": half})


_NONE: Mapping[str, float] = MappingProxyType({})
_THEANO = _by_precision(1e-4, 1e-2, 5e-2)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "typedgrad": Preset("typedgrad", _double(1e-5), "either", _double(1e-5), _double(1e-7), retries=2),
        # Caffe multiplies every element by a loss weight of 2 first, which the 1 in its rule notices.
        "caffe": Preset("caffe", _both(1e-2), "scaled", _both(1e-3), _NONE, jacobian=True, scale=2.0),
        # nn.Jacobian of Torch 7.
        "torch": Preset("torch", _double(1e-6), "absolute", _NONE, _double(1e-5), jacobian=True),
        # optim.checkgrad of Torch 7 reports the ratio and leaves the verdict to its user; 1e-5 is ours.
        "checkgrad": Preset("checkgrad", _double(1e-7), "norm", _double(1e-5), _NONE),
        "theano": Preset(
            "theano", _by_precision(1e-7, 3e-4, 1e-1), "either", _THEANO, _THEANO, forward=True, projections=2
        ),
        "dl4j": Preset("dl4j", _double(1e-6), "either", _double(1e-3), _double(1e-8), smooth=True),
        "samediff": Preset("samediff", _double(1e-5), "either", _double(1e-5), _double(1e-6)),
    }
)


def preset_named(name: str, eps: float | None, rel: float | None, abs_: float | None) -> Preset:
    """The preset, with some of its numbers replaced.

    Raises ValueError for a name that there is not, or a number that is not positive and finite.
    """
    if name not in PRESETS:
        raise ValueError(f"check_gradients: there is no preset {name!r}; there are {', '.join(PRESETS)}")
    found = PRESETS[name]
    for what, value in (("eps", eps), ("rel", rel), ("abs", abs_)):
        if value is not None:
            if not 0 < value < float("inf"):
                raise ValueError(f"check_gradients: `{what}` must be positive and finite, got {value}")
            if not getattr(found, what):
                raise ValueError(f"check_gradients: preset {name!r} has no `{what}`, so it cannot be replaced")

    def other(value: float | None, old: Mapping[str, float]) -> Mapping[str, float]:
        return old if value is None else dict.fromkeys(found.eps, value)

    return found._replace(eps=other(eps, found.eps), rel=other(rel, found.rel), abs=other(abs_, found.abs))
