"""Convolution and pooling beside PyTorch, in float64 (`pytest -m peers`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest

import typedgrad as tg

pytestmark = pytest.mark.peers

Array = Any


def _close(ours: Array, theirs: Array, what: str) -> None:
    scale = max(float(np.abs(theirs).max(initial=0.0)), 1.0)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9 * scale, err_msg=what)


def compare(ours: Callable[..., Any], theirs: Callable[..., Any], arrays: Sequence[Array | None]) -> None:
    """Forward, and the gradients of every argument with a random cotangent."""
    torch = pytest.importorskip("torch")
    present = [i for i, a in enumerate(arrays) if a is not None]
    inputs = [None if a is None else torch.tensor(a, requires_grad=True) for a in arrays]
    wanted = theirs(*inputs)
    g = np.random.default_rng(1).standard_normal(tuple(wanted.shape))
    wanted_gradients = torch.autograd.grad(wanted, [inputs[i] for i in present], torch.tensor(g))
    tensors = [None if a is None else tg.asarray(a) for a in arrays]

    def called(present_tensors: tuple[Any, ...]) -> Any:
        filled = list(tensors)
        for i, t in zip(present, present_tensors, strict=True):
            filled[i] = t
        return ours(*filled)

    given = tuple(tensors[i] for i in present)
    _close(called(given).numpy(), wanted.detach().numpy(), "forward")
    gradients = tg.grad(lambda t: tg.sum(called(t) * tg.asarray(g)))(given)
    for i, mine, other in zip(present, gradients, wanted_gradients, strict=True):
        _close(mine.numpy(), other.numpy(), f"gradient of argument {i}")


def _normal(rng: Random, *sizes: int) -> Array:
    return np.random.default_rng(rng.getrandbits(32)).standard_normal(sizes)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_convolution(rank: int, seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = Random(f"{rank} {seed}")
    groups, per_group = rng.choice((1, 1, 2, 3)), rng.randint(1, 3)
    c_out = groups * rng.randint(1, 3)
    window = [rng.randint(1, 3) for _ in range(rank)]
    x = _normal(rng, 3, groups * per_group, *(rng.randint(6, 9) for _ in range(rank)))
    kernel = _normal(rng, c_out, per_group, *window)
    bias = _normal(rng, c_out) if rng.random() < 0.7 else None
    options: Any = {
        "stride": tuple(rng.randint(1, 3) for _ in window),
        "padding": "same" if seed == 0 else tuple(rng.randint(0, 2) for _ in window),
        "dilation": tuple(rng.randint(1, 2) for _ in window),
        "groups": groups,
    }
    if seed == 0:
        options["stride"] = 1  # PyTorch knows no other with "same"
    theirs = getattr(torch.nn.functional, f"conv{rank}d")
    compare(lambda *a: getattr(tg, f"conv{rank}d")(*a, **options), lambda *a: theirs(*a, **options), (x, kernel, bias))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_convolution(rank: int, seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = Random(f"{rank} {seed} transposed")
    groups, per_group = rng.choice((1, 2)), rng.randint(1, 3)
    c_in = groups * rng.randint(1, 2)
    x = _normal(rng, 2, c_in, *(rng.randint(3, 5) for _ in range(rank)))
    kernel = _normal(rng, c_in, per_group, *(rng.randint(2, 3) for _ in range(rank)))
    bias = _normal(rng, groups * per_group) if rng.random() < 0.7 else None
    stride = rng.randint(1, 3)
    options: Any = {
        "stride": stride,
        "padding": rng.randint(0, 1),
        "output_padding": rng.randrange(stride),
        "dilation": rng.randint(1, 2),
        "groups": groups,
    }
    name = f"conv_transpose{rank}d"
    theirs = getattr(torch.nn.functional, name)
    compare(lambda *a: getattr(tg, name)(*a, **options), lambda *a: theirs(*a, **options), (x, kernel, bias))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling(kind: str, rank: int, seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = Random(f"{rank} {seed} {kind}")
    x = _normal(rng, 2, 3, *(rng.randint(6, 9) for _ in range(rank)))
    if seed % 2:
        x = np.maximum(x, 0.0)  # many elements are equal
    window, stride, padding = rng.randint(2, 3), rng.randint(1, 3), rng.randint(0, 1)
    ceil = seed >= 3
    more: Any = {"dilation": rng.randint(1, 2)} if kind == "max" else {"count_padding": rng.random() < 0.5}
    their_more = more if kind == "max" else {"count_include_pad": more["count_padding"]}
    name = f"{kind}_pool{rank}d"
    theirs = getattr(torch.nn.functional, name)
    compare(
        lambda x: getattr(tg, name)(
            x, window, stride=stride, padding=padding, rounding="ceil" if ceil else "floor", **more
        ),
        lambda x: theirs(x, window, stride=stride, padding=padding, ceil_mode=ceil, **their_more),
        (x,),
    )
