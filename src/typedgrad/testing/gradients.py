"""Checking the gradient of any function against differences, along random directions: one for every leaf."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.casting import astype
from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import vjp
from typedgrad.testing.draw import on_host, tensors
from typedgrad.testing.numeric import directional, inner, norm

if TYPE_CHECKING:
    from numpy.typing import NDArray


class GradientError(AssertionError):
    """A gradient is not what differences say. `errors` maps the path of every leaf to its relative error."""

    def __init__(self, message: str, errors: dict[str, float]) -> None:
        super().__init__(message)
        self.errors = errors


def assert_gradients(f: Callable[..., Any], *args: object, tolerance: float = 1e-6, seed: int = 0) -> dict[str, float]:
    """The relative error of the gradient of `f` with respect to each float leaf of its arguments, by the leaf's path.

    Everything is computed in float64, along random directions: a wrong element is found with probability 1.

    Args:
        f: a function of trees (tensors, tuples, dicts, layers) that returns a tree of tensors.
        args: where to differentiate it.
        tolerance: the relative error up to which a gradient passes.
        seed: another one tries other directions.

    Raises:
        GradientError: listing the leaves whose gradient is wrong.
        ValueError: if there is nothing to differentiate.

    >>> from typedgrad.testing import assert_gradients
    >>> p = {"w": tg.ones(3), "b": tg.ones(())}
    >>> errors = assert_gradients(lambda p, x: x * p["w"] + p["b"], p, tg.ones((2, 3)))
    >>> list(errors), max(errors.values()) < 1e-6
    (['0.w', '0.b', '1'], True)
    """
    leaves, structure = flatten(args)
    places = [i for i, x in enumerate(leaves) if _is_float(x)]
    paths = [leaves_with_paths(args)[i][0] for i in places]
    xs = [astype(leaves[i], "float64") for i in places]

    def of_floats(*values: Tensor) -> list[Tensor]:
        filled = list(leaves)
        for i, value in zip(places, values, strict=True):
            filled[i] = value
        return [out for out in flatten(f(*unflatten(structure, filled)))[0] if _is_float(out)]

    outs, pull = vjp(of_floats, *xs)
    if not xs or not outs:
        raise ValueError(f"assert_gradients: there are no floats in the {'result' if xs else 'arguments'}")
    source = np.random.default_rng(seed)
    v = [np.asarray(source.uniform(-1.0, 1.0, out.shape), out.dtype) for out in outs]
    gradient = on_host(pull(tensors(v)))
    at = on_host(xs)
    errors: dict[str, float] = {}
    wrong: list[str] = []
    for i, path in enumerate(paths):
        w = [np.zeros(x.shape) for x in at]
        w[i] = np.asarray(source.uniform(-1.0, 1.0, at[i].shape))
        by_differences = inner(v, directional(lambda values: on_host(of_floats(*tensors(values))), at, w))
        by_rules = inner(gradient, w)
        errors[path] = _relative(by_differences, by_rules, gradient[i], w[i])
        if not errors[path] <= tolerance:
            wrong.append(f"    {path}: {by_rules:.9g}, but {by_differences:.9g} by differences")
    if wrong:
        raise GradientError(
            f"the gradient is wrong at {len(wrong)} of {len(paths)} leaves\n" + "\n".join(wrong), errors
        )
    return errors


def _relative(a: float, b: float, g: NDArray[Any], w: NDArray[Any]) -> float:
    """Relative to the lengths of the vectors, not to their product, which may be small by chance."""
    return abs(a - b) / max(abs(a), norm([g]) * norm([w]), 1e-3)


def _is_float(x: object) -> bool:
    return isinstance(x, Tensor) and x.dtype.kind == "f"
