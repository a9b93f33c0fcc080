"""Normalisation of examples beside PyTorch, in float64 (`pytest -m peers`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn

pytestmark = pytest.mark.peers

KEY = tg.random.key(0)


@pytest.mark.parametrize("sizes", [(2, 6, 5), (3, 6, 4, 3), (2, 6, 2, 3, 2)])
@pytest.mark.parametrize("name", ["group", "instance", "rms", "local"])
def test_normalisation_is_that_of_pytorch(name: str, sizes: tuple[int, ...]) -> None:
    torch: Any = pytest.importorskip("torch")
    rng = np.random.default_rng(len(sizes))
    x, g = rng.standard_normal(sizes), rng.standard_normal(sizes)
    last = sizes[-1]
    instance = getattr(torch.nn, f"InstanceNorm{len(sizes) - 2}d")
    layers: dict[str, tuple[Any, Any]] = {
        "group": (nn.GroupNorm(groups=3), torch.nn.GroupNorm(3, 6, dtype=torch.float64)),
        "instance": (nn.InstanceNorm(affine=True), instance(6, affine=True, dtype=torch.float64)),
        "rms": (nn.RMSNorm(epsilon=1e-5), torch.nn.RMSNorm(last, eps=1e-5, dtype=torch.float64)),
        "local": (nn.LocalResponseNorm(size=3, alpha=0.5), torch.nn.LocalResponseNorm(3, alpha=0.5)),
    }
    ours, theirs = layers[name]
    model = tg.init(ours, KEY, input=tg.asarray(x), dtype="float64")
    theirs_x = torch.tensor(x, requires_grad=True)
    wanted = theirs(theirs_x)
    (wanted_gradient,) = torch.autograd.grad(wanted, theirs_x, torch.tensor(g))
    np.testing.assert_allclose(model(tg.asarray(x)).numpy(), wanted.detach().numpy(), rtol=1e-9, atol=1e-9)
    gradient = tg.grad(lambda x: tg.sum(model(x) * tg.asarray(g)))(tg.asarray(x))
    np.testing.assert_allclose(gradient.numpy(), wanted_gradient.numpy(), rtol=1e-9, atol=1e-9)
