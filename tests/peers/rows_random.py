"""Random numbers and initialisers: moments of a million draws, beside those that the distribution has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import torch
from tests.peers.row import Draw, Row, Setting
from typedgrad import nn

DRAWS = 1_000_000
# Of a million draws; four standard errors of the fourth moment are about 3%.
ROUGH = (0.04, 0.04)
NOTE = "mean, variance, third and fourth moment, in units of the deviation; random on both sides, so they agree roughly"


def moments(x: Any, mean: float, deviation: float) -> Any:
    """The first four moments of what should be standard numbers after a shift and a scaling."""
    z = (x.reshape(-1).double() - mean) / deviation
    return torch.stack([z.mean(), (z**2).mean(), (z**3).mean(), (z**4).mean()])


def same_moments(names: str, peer: str, ours: Callable[[Draw], Any], theirs: Callable[[Draw], Any]) -> Row:
    """Both make a tensor; its size and options follow from the configuration."""

    def draw(d: Draw) -> Setting:
        torch.manual_seed(d.index)
        other = theirs(d)
        mean, deviation = float(other.mean()), float(other.std())

        def mine() -> Any:
            found = torch.tensor(tg.to_numpy(ours(d)))
            return tg.asarray(moments(found, mean, deviation).numpy())

        return Setting((), mine, lambda: moments(other, mean, deviation))

    return Row(names, peer, draw, 0, NOTE, tolerance=ROUGH, single=False)


def shape_of(d: Draw) -> tuple[int, ...]:
    """A dense weight, or that of a convolution in groups; a million numbers in all."""
    return d.one_of((1000, 1000), (2000, 500), (500, 200, 10), (400, 100, 5, 5))  # type: ignore[no-any-return]  # sizes


def fans_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """As theirs count them: of a weight [out, in, ...]."""
    window = 1
    for n in shape[2:]:
        window *= n
    return shape[1] * window, shape[0] * window


def initialiser(name: str, peer: str, make: Callable[[], Any], theirs: Callable[[Any], Any]) -> Row:
    """An initialiser of a weight, with the fans that theirs finds from the shape."""

    def ours(d: Draw) -> Any:
        shape = shape_of(d)
        return make()(tg.random.key(d.index), shape, "float64", fans_of(shape))

    return same_moments(
        f"nn.{name}",
        f"torch.nn.init.{peer}",
        ours,
        lambda d: theirs(torch.empty(shape_of(d), dtype=torch.float64)),
    )


def _kernel(*shape: int) -> Any:
    return torch.empty(shape, dtype=torch.float64)


ROWS = [
    same_moments("random.uniform", "torch.rand",
                 lambda d: tg.random.uniform(tg.random.key(d.index), (DRAWS,), low=-1.0, high=float(d.index)),
                 lambda d: torch.rand(DRAWS) * (d.index + 1.0) - 1.0),
    same_moments("random.normal", "torch.randn",
                 lambda d: tg.random.normal(tg.random.key(d.index), (DRAWS,), mean=2.0, std=d.index + 0.5),
                 lambda d: torch.randn(DRAWS) * (d.index + 0.5) + 2.0),
    same_moments("random.truncated_normal", "torch.nn.init.trunc_normal_",
                 lambda d: tg.random.truncated_normal(tg.random.key(d.index), (DRAWS,), low=-2.0, high=d.index + 0.5),
                 lambda d: torch.nn.init.trunc_normal_(torch.empty(DRAWS), a=-2.0, b=d.index + 0.5)),
    same_moments("random.bernoulli", "torch.bernoulli",
                 lambda d: tg.random.bernoulli(tg.random.key(d.index), 0.2 * d.index + 0.1, (DRAWS,)),
                 lambda d: torch.bernoulli(torch.full((DRAWS,), 0.2 * d.index + 0.1))),
    same_moments("random.randint", "torch.randint",
                 lambda d: tg.random.randint(tg.random.key(d.index), (DRAWS,), low=-3, high=9),
                 lambda d: torch.randint(-3, 9, (DRAWS,)).double()),
    initialiser("normal", "normal_", lambda: nn.normal(0.02), lambda w: torch.nn.init.normal_(w, std=0.02)),
    initialiser("glorot_uniform", "xavier_uniform_", lambda: nn.glorot_uniform,
                lambda w: torch.nn.init.xavier_uniform_(w)),
    initialiser("glorot_normal", "xavier_normal_", lambda: nn.glorot_normal, lambda w: torch.nn.init.xavier_normal_(w)),
    initialiser("he_uniform", "kaiming_uniform_", lambda: nn.he_uniform, lambda w: torch.nn.init.kaiming_uniform_(w)),
    initialiser("he_normal", "kaiming_normal_", lambda: nn.he_normal, lambda w: torch.nn.init.kaiming_normal_(w)),
    initialiser("lecun_normal", "kaiming_normal_, linear", lambda: nn.lecun_normal,
                lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear")),
]  # fmt: skip
