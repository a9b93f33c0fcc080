"""A hundred steps beside PyTorch's optimisers, in float64 (`pytest -m peers`)."""

from __future__ import annotations

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
]


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
