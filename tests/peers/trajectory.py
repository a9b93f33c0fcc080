"""A hundred updates from the same start with the same gradients, by an updater of ours and an optimiser of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import torch
from tests.peers.row import Array, Draw, Row, Setting

STEPS = 100
# The gradients are given: those that follow from the parameters would let rounding errors grow from step to step.


def start_and_gradients(d: Draw, *shapes: tuple[int, ...]) -> tuple[Array, ...]:
    """Parameters, and `STEPS` gradients of each; some elements are much larger than others."""
    params = [2.0 * d.normal(*shape) for shape in shapes]
    sizes = [10.0 ** d.uniform(-2.0, 1.0, *shape) for shape in shapes]
    return (*params, *(d.normal(STEPS, *shape) * size + 0.3 * size for shape, size in zip(shapes, sizes, strict=True)))


def by_us(updater: Any, names: tuple[str, ...]) -> Callable[..., Any]:
    """The trajectory of each parameter; the gradients come as one array of all steps."""

    def run(*arrays: Any) -> Any:
        count = len(names)
        params = dict(zip(names, arrays[:count], strict=True))
        state = updater.init(params)
        found: list[dict[str, Any]] = []
        for step in range(STEPS):
            grads = {name: g[step] for name, g in zip(names, arrays[count:], strict=True)}
            params, state = updater.update(params, grads, state)
            found.append(params)
        return tuple(tg.stack([params[name] for params in found]) for name in names)

    return run


def by_them(
    make: Callable[[list[Any]], Any], count: int = 1, change: Callable[[list[Any]], object] | None = None
) -> Any:
    """Likewise, by an optimiser that `make` makes; `change` may clip the gradients before each step."""

    def run(*arrays: Any) -> Any:
        params = [p.detach().clone().requires_grad_() for p in arrays[:count]]
        # Some of their settings are tensors of the default dtype.
        torch.set_default_dtype(torch.float64)
        try:
            optimiser = make(params)
            found: list[list[Any]] = [[] for _ in params]
            for step in range(STEPS):
                for p, g in zip(params, arrays[count:], strict=True):
                    p.grad = g[step].detach().clone()
                if change is not None:
                    change(params)
                optimiser.step()
                for trace, p in zip(found, params, strict=True):
                    trace.append(p.detach().clone())
        finally:
            torch.set_default_dtype(torch.float32)
        return tuple(torch.stack(trace) for trace in found)

    return run


def updater_row(
    name: str,
    peer: str,
    options: list[tuple[dict[str, Any], dict[str, Any]]],
    *,
    note: str = "",
    shape: tuple[int, ...] = (2, 3),
    tolerance: tuple[float, float] = (1e-9, 1e-5),
) -> Row:
    """An updater beside an optimiser of PyTorch, with the options of both for each configuration."""

    def draw(d: Draw) -> Setting:
        mine, theirs = d.one_of(*options)
        updater = getattr(tg.optim, name)(**mine)
        optimiser = by_them(lambda params: getattr(torch.optim, peer)(params, **theirs))
        return Setting(start_and_gradients(d, shape), by_us(updater, ("w",)), optimiser)

    return Row(f"optim.{name}", f"torch.optim.{peer}", draw, 0, note, draws=len(options), tolerance=tolerance)


def formula_row(
    name: str,
    updaters: list[Any],
    rule: Callable[[int, Any, Any, dict[str, Any]], Any],
    *,
    note: str = "",
    tolerance: tuple[float, float] = (1e-9, 1e-5),
) -> Row:
    """An updater beside its formula: `rule` takes the configuration, parameter, gradient and a memory."""

    def draw(d: Draw) -> Setting:
        def theirs(p: Any, grads: Any) -> Any:
            memory: dict[str, Any] = {}
            found = []
            for g in grads:
                p = rule(d.index, p, g, memory)
                found.append(p)
            return torch.stack(found)

        return Setting(start_and_gradients(d, (2, 3)), by_us(updaters[d.index], ("w",)), theirs)

    return Row(f"optim.{name}", "formula in PyTorch", draw, 0, note, draws=len(updaters), tolerance=tolerance)
