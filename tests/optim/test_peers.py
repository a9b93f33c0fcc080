"""A hundred steps beside PyTorch's optimisers, in float64 (`pytest -m peers`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.optim.test_formulas import GRADS, START, run

pytestmark = pytest.mark.peers

PAIRS: list[tuple[tg.optim.Updater[Any], str, dict[str, Any]]] = [
    (tg.optim.sgd(0.1), "SGD", {"lr": 0.1}),
    (tg.optim.sgd(0.1, weight_decay=0.3), "SGD", {"lr": 0.1, "weight_decay": 0.3}),
    (tg.optim.momentum(0.1, weight_decay=0.3), "SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.3}),
    (
        tg.optim.nesterov(0.1, momentum=0.7, weight_decay=0.3),
        "SGD",
        {"lr": 0.1, "momentum": 0.7, "nesterov": True, "weight_decay": 0.3},
    ),
    (tg.optim.adam(0.1), "Adam", {"lr": 0.1}),
    (tg.optim.adam(0.1, beta1=0.5, beta2=0.9, eps=1e-3), "Adam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3}),
    (tg.optim.adamw(0.1, weight_decay=0.3), "AdamW", {"lr": 0.1, "weight_decay": 0.3}),
    (tg.optim.adagrad(0.1), "Adagrad", {"lr": 0.1}),
    (tg.optim.adagrad(0.1, initial=0.3), "Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.3}),
    (tg.optim.adagrad(0.2, eps=1e-3), "Adagrad", {"lr": 0.2, "eps": 1e-3}),
    (tg.optim.rmsprop(0.1), "RMSprop", {"lr": 0.1}),
    (tg.optim.rmsprop(0.1, rho=0.9, momentum=0.5), "RMSprop", {"lr": 0.1, "alpha": 0.9, "momentum": 0.5}),
    (
        tg.optim.rmsprop(0.1, momentum=0.5, centred=True, eps=1e-3),
        "RMSprop",
        {"lr": 0.1, "momentum": 0.5, "centered": True, "eps": 1e-3},
    ),
    (tg.optim.adadelta(0.1), "Adadelta", {"lr": 0.1, "rho": 0.95}),
    (tg.optim.adadelta(1.0, rho=0.5), "Adadelta", {"lr": 1.0, "rho": 0.5}),
    (tg.optim.adadelta(1.0, rho=0.9, eps=1e-2), "Adadelta", {"lr": 1.0, "eps": 1e-2}),
    (tg.optim.asgd(0.1), "ASGD", {"lr": 0.1}),
    (tg.optim.asgd(0.1, decay=0.1, power=0.5), "ASGD", {"lr": 0.1, "lambd": 0.1, "alpha": 0.5}),
    (tg.optim.asgd(0.2, start=10), "ASGD", {"lr": 0.2, "t0": 10}),
    (tg.optim.rprop(0.1), "Rprop", {"lr": 0.1}),
    (tg.optim.rprop(0.1, shrink=0.2, grow=1.5), "Rprop", {"lr": 0.1, "etas": (0.2, 1.5)}),
    (tg.optim.rprop(0.1, smallest=0.05, largest=0.2), "Rprop", {"lr": 0.1, "step_sizes": (0.05, 0.2)}),
    (tg.optim.adafactor(0.1), "Adafactor", {"lr": 0.1, "eps": (1e-15, 1e-3)}),
    (
        tg.optim.adafactor(0.1, power=0.5, clip=1.25),
        "Adafactor",
        {"lr": 0.1, "eps": (1e-15, 1e-3), "beta2_decay": -0.5, "d": 1.25},
    ),
    (
        tg.optim.adafactor(0.1, smallest=3.0, weight_decay=0.3),
        "Adafactor",
        {"lr": 0.1, "eps": (1e-15, 3.0), "weight_decay": 0.3},
    ),
]
VARIANTS: list[tuple[Any, str, dict[str, Any]]] = [
    (tg.optim.amsgrad, "Adam", {"amsgrad": True}),
    (tg.optim.adamax, "Adamax", {}),
    (tg.optim.nadam, "NAdam", {}),
    (tg.optim.radam, "RAdam", {}),
]
for make, theirs, more in VARIANTS:
    PAIRS.append((make(0.1), theirs, {"lr": 0.1, **more}))
    PAIRS.append((make(0.3, beta1=0.5, beta2=0.9), theirs, {"lr": 0.3, "betas": (0.5, 0.9), **more}))
    PAIRS.append((make(0.01, eps=1e-3), theirs, {"lr": 0.01, "eps": 1e-3, **more}))


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    """Some of their settings are tensors of the default dtype."""
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("updater", "theirs", "options"), PAIRS, ids=[repr(u) for u, _, _ in PAIRS])
def test_a_hundred_steps_are_those_of_pytorch(
    updater: tg.optim.Updater[Any], theirs: str, options: dict[str, Any]
) -> None:
    torch = pytest.importorskip("torch")
    w = torch.tensor(START, requires_grad=True)
    optimiser = getattr(torch.optim, theirs)([w], **options)
    for g in GRADS:
        w.grad = torch.tensor(g)
        optimiser.step()
    np.testing.assert_allclose(run(updater, len(GRADS)), w.detach().numpy(), rtol=1e-9, atol=1e-9)


def test_clipping_by_the_global_norm_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    ours = tg.optim.clip_global_norm(1.5)({"a": tg.asarray(GRADS[0]), "b": tg.asarray(GRADS[1])})
    theirs = [torch.zeros((2, 3), dtype=torch.float64, requires_grad=True) for _ in range(2)]
    for w, g in zip(theirs, GRADS, strict=False):
        w.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(theirs, 1.5)
    # They add 1e-6 to the norm before they divide by it.
    for a, b in zip(ours.values(), theirs, strict=True):
        np.testing.assert_allclose(tg.to_numpy(a), b.grad.numpy(), rtol=1e-6)


@pytest.mark.parametrize("turned", [False, True], ids=["wide", "tall"])
@pytest.mark.parametrize("options", [{}, {"momentum": 0.5}, {"nesterov": False, "weight_decay": 0.0}], ids=str)
def test_muon_is_that_of_pytorch_with_matrices_the_other_way_round(
    turned: bool, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    # They go through bfloat16 for speed.
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    start, grads = (START.T, [g.T for g in GRADS]) if turned else (START, GRADS)
    w = torch.tensor(start.T.copy(), requires_grad=True)
    optimiser = torch.optim.Muon([w], lr=0.1, **options)
    updater = tg.optim.muon(0.1, **options)
    ours = tg.asarray(start)
    state = updater.init(ours)
    for g in grads:
        w.grad = torch.tensor(g.T.copy())
        optimiser.step()
        ours, state = updater.update(ours, tg.asarray(g), state)
    np.testing.assert_allclose(tg.to_numpy(ours).T, w.detach().numpy(), rtol=1e-9, atol=1e-9)


def test_the_average_of_asgd_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    w, ours, updater = torch.tensor(START, requires_grad=True), tg.asarray(START), tg.optim.asgd(0.1, start=10)
    optimiser = torch.optim.ASGD([w], lr=0.1, t0=10)
    state = updater.init(ours)
    for g in GRADS:
        w.grad = torch.tensor(g)
        optimiser.step()
        ours, state = updater.update(ours, tg.asarray(g), state)
    theirs = optimiser.state[w]["ax"].numpy()
    np.testing.assert_allclose(tg.to_numpy(tg.optim.averaged(ours, state)), theirs, rtol=1e-9, atol=1e-9)


SCHEDULES: list[tuple[tg.optim.Schedule, str, dict[str, Any]]] = [
    (tg.optim.multi_step(1.0, factor=0.5, at=[3, 20]), "MultiStepLR", {"milestones": [3, 20], "gamma": 0.5}),
    (tg.optim.exponential(1.0, factor=0.9), "ExponentialLR", {"gamma": 0.9}),
    (tg.optim.polynomial(1.0, steps=30, power=2.0), "PolynomialLR", {"total_iters": 30, "power": 2.0}),
    (tg.optim.cosine_restarts(1.0, period=5, factor=2), "CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2}),
    (tg.optim.cosine_restarts(1.0, period=7, final=0.2), "CosineAnnealingWarmRestarts", {"T_0": 7, "eta_min": 0.2}),
    (tg.optim.one_cycle(1.0, steps=50), "OneCycleLR", {"max_lr": 1.0, "total_steps": 50}),
    (
        tg.optim.one_cycle(2.0, steps=50, rise=0.5, initial=0.2),
        "OneCycleLR",
        {"max_lr": 2.0, "total_steps": 50, "pct_start": 0.5, "div_factor": 10.0},
    ),
]


@pytest.mark.parametrize(("schedule", "theirs", "options"), SCHEDULES, ids=[repr(s) for s, _, _ in SCHEDULES])
def test_a_schedule_is_that_of_pytorch(schedule: tg.optim.Schedule, theirs: str, options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = getattr(torch.optim.lr_scheduler, theirs)(optimiser, **options)
    for step in range(50):
        assert schedule(step) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-9, abs=1e-12)
        optimiser.step()
        if step < 49:
            scheduler.step()


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize(("patience", "rest"), [(0, 0), (2, 0), (1, 3)])
def test_a_plateau_is_noticed_as_by_pytorch(mode: Any, patience: int, rest: int) -> None:
    torch = pytest.importorskip("torch")
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, mode=mode, factor=0.5, patience=patience, cooldown=rest, eps=0.0
    )
    ours = tg.optim.on_plateau(1.0, factor=0.5, patience=patience, rest=rest, mode=mode)
    for score in np.abs(np.random.default_rng(1).normal(size=60)):
        theirs.step(float(score))
        assert ours.observe(float(score)) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-12)
