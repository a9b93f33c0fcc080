"""Schedules: the values of the first fifty steps. Clipping, constraints, penalties. Solvers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.peer import torch
from tests.peers.row import Draw, Row, Setting
from tests.peers.trajectory import by_them, by_us, start_and_gradients

STEPS = 50


def _rates(make: Callable[[Any], Any]) -> Any:
    """What a scheduler of theirs makes of the learning rate, which is 1 at first."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimiser)
    found = []
    for _ in range(STEPS):
        found.append(float(optimiser.param_groups[0]["lr"]))
        optimiser.step()
        scheduler.step()
    return torch.tensor(found, dtype=torch.float64)


def schedule(names: str, peer: str, pairs: list[tuple[Any, Any]], note: str = "") -> Row:
    """Schedules of ours, and functions from an optimiser to a scheduler of theirs."""

    def draw(d: Draw) -> Setting:
        mine, theirs = d.one_of(*pairs)
        return Setting((), lambda: tg.asarray([mine(i) for i in range(STEPS)], dtype="float64"), lambda: _rates(theirs))

    return Row(f"optim.{names}", f"torch.optim.lr_scheduler.{peer}", draw, 0, note, len(pairs), single=False)


def made(name: str, **options: Any) -> Callable[[Any], Any]:
    """A scheduler of theirs."""
    return lambda optimiser: getattr(torch.optim.lr_scheduler, name)(optimiser, **options)


def lambdas(f: Callable[[int], float]) -> Callable[[Any], Any]:
    """A formula, in their terms."""
    return lambda optimiser: torch.optim.lr_scheduler.LambdaLR(optimiser, f)


def warmed(warmup: int, steps: int, final: float) -> Callable[[Any], Any]:
    """Their warm-up, then half a cosine."""

    def make(optimiser: Any) -> Any:
        schedulers = torch.optim.lr_scheduler
        first = schedulers.LinearLR(optimiser, 1 / (warmup + 1), 1.0, warmup)
        second = schedulers.CosineAnnealingLR(optimiser, steps - warmup, final)
        return schedulers.SequentialLR(optimiser, [first, second], [warmup])

    return make


def every(steps: int, f: Callable[[int], float]) -> Callable[[Any], Any]:
    """A formula of the epoch."""
    return lambdas(lambda i: f(i // steps))


def _inverse(rate: float, power: float) -> Callable[[int], float]:
    return lambda i: float((1 + rate * i) ** -power)


def _sigmoid(rate: float, middle: float) -> Callable[[int], float]:
    return lambda i: float(1 / (1 + np.exp(rate * (i - middle))))


def _power(factor: float) -> Callable[[int], float]:
    return lambda epoch: float(factor**epoch)


o = tg.optim
SCHEDULES = [
    schedule("constant", "ConstantLR", [(o.constant(1.0), made("ConstantLR", factor=1.0)) for _ in range(3)]),
    schedule("step_decay", "StepLR", [
        (o.step_decay(1.0, factor=f, every=n), made("StepLR", gamma=f, step_size=n))
        for f, n in ((0.5, 10), (0.1, 7), (0.9, 1))
    ]),
    schedule("multi_step", "MultiStepLR", [
        (o.multi_step(1.0, factor=f, at=at), made("MultiStepLR", milestones=at, gamma=f))
        for f, at in ((0.5, [3, 20]), (0.1, [1, 2, 30]), (0.7, [49]))
    ]),
    schedule("exponential", "ExponentialLR", [
        (o.exponential(1.0, factor=f), made("ExponentialLR", gamma=f)) for f in (0.9, 0.5, 0.99)
    ]),
    schedule("polynomial", "PolynomialLR", [
        (o.polynomial(1.0, steps=n, power=p), made("PolynomialLR", total_iters=n, power=p))
        for n, p in ((30, 2.0), (50, 1.0), (20, 0.5))
    ], "falls by (1 − i/N)^p; Deeplearning4j's grows by (1 + i/N)^p"),
    schedule("inverse", "LambdaLR", [
        (o.inverse(1.0, rate=r, power=p), lambdas(_inverse(r, p)))
        for r, p in ((0.1, 1.0), (1.0, 0.5), (0.01, 0.75))
    ], "the formula of Caffe's `inv`"),
    schedule("sigmoid", "LambdaLR", [
        (o.sigmoid(1.0, rate=r, middle=m), lambdas(_sigmoid(r, m)))
        for r, m in ((0.1, 25), (1.0, 10), (0.5, 40))
    ], "the formula of Caffe's `sigmoid`, falling"),
    schedule("cosine", "CosineAnnealingLR", [
        (o.cosine(1.0, steps=STEPS, final=f), made("CosineAnnealingLR", T_max=STEPS, eta_min=f))
        for f in (0.0, 0.1, 0.5)
    ], "afterwards ours stays at the end, theirs rises again"),
    schedule("cosine", "LinearLR, CosineAnnealingLR", [
        (o.cosine(1.0, steps=STEPS, warmup=n, final=f), warmed(n, STEPS, f)) for n, f in ((5, 0.0), (20, 0.1), (1, 0.3))
    ]),
    schedule("linear_warmup", "LinearLR", [
        (o.linear_warmup(1.0, steps=n), made("LinearLR", start_factor=1 / (n + 1), total_iters=n)) for n in (4, 20, 40)
    ]),
    schedule("cosine_restarts", "CosineAnnealingWarmRestarts", [
        (o.cosine_restarts(1.0, period=n, factor=k, final=f),
         made("CosineAnnealingWarmRestarts", T_0=n, T_mult=k, eta_min=f))
        for n, k, f in ((5, 2, 0.0), (7, 1, 0.2), (3, 3, 0.01))
    ]),
    schedule("one_cycle", "OneCycleLR", [
        (o.one_cycle(1.0, steps=51), made("OneCycleLR", max_lr=1.0, total_steps=51)),
        (o.one_cycle(2.0, steps=51, rise=0.5, initial=0.2),
         made("OneCycleLR", max_lr=2.0, total_steps=51, pct_start=0.5, div_factor=10.0)),
        (o.one_cycle(0.5, steps=51, rise=0.1),
         made("OneCycleLR", max_lr=0.5, total_steps=51, pct_start=0.1)),
    ]),
    schedule("by_epoch", "LambdaLR", [
        (o.by_epoch(o.exponential(1.0, factor=f), steps=n), every(n, _power(f)))
        for f, n in ((0.5, 10), (0.9, 3), (0.1, 25))
    ]),
]  # fmt: skip


def _plateau(d: Draw) -> Setting:
    mode, patience, rest = d.one_of(("min", 0, 0), ("max", 2, 0), ("min", 1, 3), ("max", 1, 3))
    scores = [float(abs(x)) for x in d.normal(60)]

    def ours() -> Any:
        rate = tg.optim.on_plateau(1.0, factor=0.5, patience=patience, rest=rest, mode=mode)
        return tg.asarray([rate.observe(score) for score in scores], dtype="float64")

    def theirs() -> Any:
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimiser, mode=mode, factor=0.5, patience=patience, cooldown=rest, eps=0.0
        )
        found = []
        for score in scores:
            scheduler.step(score)
            found.append(float(optimiser.param_groups[0]["lr"]))
        return torch.tensor(found, dtype=torch.float64)

    return Setting((), ours, theirs)


def clipping(
    names: str, peer: str, ours: Callable[..., Any], theirs: Callable[..., Any], note: str = "", **more: Any
) -> Row:
    """A change of gradients: both get three tensors, of which theirs hold the gradients."""

    def draw(d: Draw) -> Setting:
        size = d.one_of(3.0, 0.5, 0.05)

        def changed(*grads: Any) -> Any:
            params = [torch.zeros_like(g, requires_grad=True) for g in grads]
            for p, g in zip(params, grads, strict=True):
                p.grad = g.detach().clone()
            return theirs(params, size)

        shapes = ((2, 3), (3,), ())
        return Setting(tuple(d.normal(*shape) for shape in shapes), lambda *grads: ours(grads, size), changed)

    return Row(f"optim.{names}", peer, draw, 0, note, **more)


def _grads(params: list[Any]) -> list[Any]:
    return [p.grad for p in params]


def _clipped_norm(params: list[Any], size: float) -> Any:
    torch.nn.utils.clip_grad_norm_(params, size)
    return _grads(params)


def _clipped_each(params: list[Any], size: float) -> Any:
    for p in params:
        torch.nn.utils.clip_grad_norm_([p], size)
    return _grads(params)


def _clipped_value(params: list[Any], size: float) -> Any:
    torch.nn.utils.clip_grad_value_(params, size)
    return _grads(params)


def _renormalised(params: list[Any], size: float) -> Any:
    norm = torch.nn.utils.get_total_norm(_grads(params))
    return [g / norm for g in _grads(params)]


def _chained(d: Draw) -> Setting:
    size = d.one_of(0.1, 1.0, 0.5)
    updater = tg.optim.chain(tg.optim.clip_value(size), tg.optim.momentum(0.1))
    theirs = by_them(
        lambda params: torch.optim.SGD(params, lr=0.1, momentum=0.9),
        change=lambda params: torch.nn.utils.clip_grad_value_(params, size),
    )
    return Setting(start_and_gradients(d, (2, 3)), by_us(updater, ("w",)), theirs)


def _constrained(name: str, ours: Callable[[], Any], theirs: Callable[[Any], Any], note: str = "") -> Row:
    """The parameters after each update meet a constraint."""

    def draw(d: Draw) -> Setting:
        def run(p: Any, grads: Any) -> Any:
            found = []
            for g in grads:
                p = theirs(p - 0.1 * g)
                found.append(p)
            return torch.stack(found)

        updater = tg.optim.constrained(tg.optim.sgd(0.1), ours())
        return Setting(start_and_gradients(d, (2, 3)), by_us(updater, ("w",)), run)

    return Row(f"optim.{name}", "formula in PyTorch", draw, 0, note)


def _norms(p: Any, low: float, high: float) -> Any:
    norm = torch.linalg.vector_norm(p, dim=0, keepdim=True)
    return p * torch.clamp(norm, low, high) / norm


def _penalised(d: Draw) -> Setting:
    l1, l2 = d.one_of((0.3, 0.0), (0.0, 0.3), (0.1, 0.2))
    updater = (
        o.l1(o.sgd(0.1), l1) if l2 == 0 else o.l2(o.sgd(0.1), l2) if l1 == 0 else o.l1_l2(o.sgd(0.1), l1=l1, l2=l2)
    )

    def change(params: list[Any]) -> None:
        # The gradient of the penalty, by their own differentiation.
        for p in params:
            (more,) = torch.autograd.grad(l1 * p.abs().sum() + l2 / 2 * (p * p).sum(), p)
            p.grad = p.grad + more

    theirs = by_them(lambda params: torch.optim.SGD(params, lr=0.1), change=change)
    return Setting(start_and_gradients(d, (2, 3)), by_us(updater, ("w",)), theirs)


def _penalty(d: Draw) -> Setting:
    """A term of a loss, with gradients."""
    l1, l2 = d.one_of((0.3, 0.0), (0.0, 0.3), (0.1, 0.2))

    def theirs(x: Any, y: Any) -> Any:
        return sum(l1 * p.abs().sum() + l2 / 2 * (p**2).sum() for p in (x, y))

    return Setting((d.normal(3, 4), d.normal(4)), lambda x, y: o.penalty({"w": x, "b": y}, l1=l1, l2=l2), theirs)


def _orthogonal(d: Draw) -> Setting:
    mode = d.one_of("rows", "columns", "rows")

    def theirs(x: Any) -> Any:
        unit = torch.nn.functional.normalize(x if mode == "rows" else x.mT, dim=-1)
        n = len(unit)
        off = (unit @ unit.mT)[~torch.eye(n, dtype=torch.bool)]
        return 0.5 * off.abs().mean()

    return Setting((d.normal(4, 6),), lambda x: o.orthogonal_penalty(x, 0.5, mode=mode), theirs)


def solver(method: Any) -> Row:
    """Where a convex function of five variables is least."""

    def draw(d: Draw) -> Setting:
        a, b = d.normal(7, 5), 2.0 * d.normal(7)

        def ours(a: Any, b: Any) -> Any:
            def objective(x: Any) -> Any:
                return tg.sum(tg.softplus(a @ x + b)) + tg.sum(x * x)

            return tg.optim.minimize(objective, tg.zeros(5, dtype="float64"), method, tolerance=1e-12).x

        def theirs(a: Any, b: Any) -> Any:
            x = torch.zeros(5, dtype=torch.float64, requires_grad=True)
            optimiser = torch.optim.LBFGS(
                [x], max_iter=500, tolerance_grad=1e-13, tolerance_change=0.0, line_search_fn="strong_wolfe"
            )

            def closure() -> Any:
                optimiser.zero_grad()
                value = torch.nn.functional.softplus(a @ x + b, threshold=1e9).sum() + (x * x).sum()
                value.backward()
                return value

            optimiser.step(closure)
            # It stops where values no longer differ; steps of Newton's go the rest of the way.
            for _ in range(3):
                closure()
                with torch.no_grad():
                    curvature = (a.mT * torch.sigmoid(a @ x + b) * torch.sigmoid(-a @ x - b)) @ a + 2.0 * torch.eye(5)
                    x -= torch.linalg.solve(curvature, x.grad)
            return x.detach()

        return Setting((a, b), ours, theirs)

    exact = method in ("lbfgs", "bfgs")
    note = "the solution, not the way to it" + ("" if exact else "; searches end where values no longer differ")
    return Row(
        "optim.minimize",
        f"torch.optim.LBFGS, Newton; ours `{method}`",
        draw,
        0,
        note,
        tolerance=(1e-9 if exact else 1e-7, 1e-5),
        single=False,
    )


PLUS = "theirs adds 1e-6 to the norm before it divides by it"
NEAR = (2e-5, 2e-5)
ROWS = [
    *SCHEDULES,
    Row("optim.on_plateau", "torch.optim.lr_scheduler.ReduceLROnPlateau", _plateau, 0, draws=4, single=False),
    clipping("clip_global_norm", "torch.nn.utils.clip_grad_norm_", lambda g, c: o.clip_global_norm(c)(g), _clipped_norm,
             PLUS, tolerance=NEAR),
    clipping("clip_norm", "torch.nn.utils.clip_grad_norm_, each", lambda g, c: o.clip_norm(c)(g), _clipped_each, PLUS,
             tolerance=NEAR),
    clipping("clip_value", "torch.nn.utils.clip_grad_value_", lambda g, c: o.clip_value(c)(g), _clipped_value),
    clipping("renormalize", "torch.nn.utils.get_total_norm", lambda g, c: o.renormalize(per="global")(g),
             _renormalised),
    clipping("global_norm", "torch.nn.utils.get_total_norm", lambda g, c: tg.asarray(o.global_norm(g), dtype="float64"),
             lambda params, c: torch.nn.utils.get_total_norm(_grads(params)), single=False),
    Row("optim.chain", "torch.optim.SGD, clip_grad_value_", _chained, 0),
    _constrained("max_norm", lambda: o.max_norm(1.5), lambda p: _norms(p, 0.0, 1.5),
                 "norms are taken over the inputs, axis 0; torch.renorm adds 1e-7 to the norm"),
    _constrained("min_max_norm", lambda: o.min_max_norm(0.5, 1.5), lambda p: _norms(p, 0.5, 1.5)),
    _constrained("unit_norm", o.unit_norm, lambda p: torch.nn.functional.normalize(p, dim=0)),
    _constrained("non_negative optim.constrained", o.non_negative, lambda p: torch.clamp(p, min=0.0)),
    Row("optim.l1 optim.l2 optim.l1_l2", "torch.optim.SGD, penalty in the loss", _penalised, 0,
        note="the gradient of `l2` is l2·w, as PyTorch's weight_decay; that of Keras and Lasagne is 2·l2·w"),
    Row("optim.penalty", "torch.sum", _penalty), Row("optim.orthogonal_penalty", "formula in PyTorch", _orthogonal),
    *(solver(method) for method in ("lbfgs", "bfgs", "cg-fr", "cg-pr", "cg-hs", "gradient")),
]  # fmt: skip
