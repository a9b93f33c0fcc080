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


def same_moments(
    names: str, peer: str, ours: Callable[[Draw], Any], theirs: Callable[[Draw], Any], more: str = ""
) -> Row:
    """Both make a tensor; its size and options follow from the configuration."""

    def draw(d: Draw) -> Setting:
        torch.manual_seed(d.index)
        other = theirs(d)
        mean, deviation = float(other.mean()), float(other.std())

        def mine() -> Any:
            found = torch.tensor(tg.to_numpy(ours(d)))
            return tg.asarray(moments(found, mean, deviation).numpy())

        return Setting((), mine, lambda: moments(other, mean, deviation))

    return Row(names, peer, draw, 0, NOTE + more, tolerance=ROUGH, single=False)


def shape_of(d: Draw) -> tuple[int, ...]:
    """A dense weight, or that of a convolution in groups; a million numbers in all."""
    return d.one_of((1000, 1000), (2000, 500), (500, 200, 10), (400, 100, 5, 5))  # type: ignore[no-any-return]  # sizes


def fans_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """As theirs count them: of a weight [out, in, ...]."""
    window = 1
    for n in shape[2:]:
        window *= n
    return shape[1] * window, shape[0] * window


def initialiser(name: str, peer: str, make: Callable[[], Any], theirs: Callable[[Any], Any], more: str = "") -> Row:
    """An initialiser of a weight, with the fans that theirs finds from the shape."""

    def ours(d: Draw) -> Any:
        shape = shape_of(d)
        return make()(tg.random.key(d.index), shape, "float64", fans_of(shape))

    return same_moments(
        f"nn.{name}",
        f"torch.nn.init.{peer}",
        ours,
        lambda d: theirs(torch.empty(shape_of(d), dtype=torch.float64)),
        more,
    )


def _orthogonal(d: Draw) -> Setting:
    """The products of the rows, or of the columns if there are fewer."""
    shape, gain = d.one_of((4, 6), (6, 4), (3, 2, 5)), d.one_of(1.0, 2.0, 0.5)

    def ours() -> Any:
        w = tg.reshape(nn.orthogonal(gain)(tg.random.key(d.index), shape, "float64", (1, 1)), (shape[0], -1))
        return w @ w.mT if w.shape[0] <= w.shape[1] else w.mT @ w

    def theirs() -> Any:
        w = torch.nn.init.orthogonal_(torch.empty(shape, dtype=torch.float64), gain).flatten(1)
        return w @ w.mT if w.shape[0] <= w.shape[1] else w.mT @ w

    return Setting((), ours, theirs)


def fixed(name: str, peer: str, pairs: Callable[[Draw], tuple[Any, Callable[[Any], Any], tuple[int, ...]]]) -> Row:
    """An initialiser without randomness: ours, theirs, and a shape."""

    def draw(d: Draw) -> Setting:
        mine, theirs, shape = pairs(d)
        return Setting(
            (),
            lambda: mine(tg.random.key(0), shape, "float64", (1, 1)),
            lambda: theirs(torch.empty(shape, dtype=torch.float64)),
        )

    return Row(f"nn.{name}", peer, draw, 0, single=False)


def _hats(shape: tuple[int, ...]) -> Any:
    """What a linear interpolation spreads from one place: the product of hats, one for each axis."""
    kernel = torch.ones((), dtype=torch.float64)
    for n in shape[2:]:
        factor = (n + 1) // 2
        centre = factor - 1 if n % 2 else factor - 0.5
        kernel = kernel[..., None] * (1 - (torch.arange(n, dtype=torch.float64) - centre).abs() / factor)
    eye = torch.eye(*shape[:2], dtype=torch.float64) if shape[1] > 1 else torch.ones(shape[:2], dtype=torch.float64)
    return eye.reshape(*shape[:2], *(1,) * (len(shape) - 2)) * kernel


def _bilinear(d: Draw) -> tuple[Any, Callable[[Any], Any], tuple[int, ...]]:
    shape = d.one_of((3, 3, 4, 4), (2, 1, 5), (2, 2, 3, 4))
    return nn.bilinear, lambda _: _hats(shape), shape


def _dirac(d: Draw) -> tuple[Any, Callable[[Any], Any], tuple[int, ...]]:
    groups, shape = d.one_of((1, (3, 2, 3, 3)), (2, (4, 2, 5)), (1, (2, 4, 2, 3, 4)))
    return nn.dirac(groups=groups), lambda w: torch.nn.init.dirac_(w, groups), shape


def _identity(d: Draw) -> tuple[Any, Callable[[Any], Any], tuple[int, ...]]:
    gain = d.one_of(1.0, 2.0, -0.5)
    return nn.identity(gain), lambda w: gain * torch.nn.init.eye_(w), (d.size(), d.size())


def _unit_ball(d: Draw) -> Setting:
    """The sums of what comes into each unit."""
    shape = d.one_of((5, 3), (4, 2, 3), (6, 1))

    def ours() -> Any:
        w = nn.positive_unitball(tg.random.key(d.index), shape, "float64", (1, 1))
        assert bool(tg.all(w >= 0.0))
        return tg.sum(w, axis=0 if len(shape) == 2 else (1, 2))

    return Setting((), ours, lambda: torch.ones(shape[1] if len(shape) == 2 else shape[0], dtype=torch.float64))


def _sparse(d: Draw) -> Setting:
    """How many of the weights into each unit are not 0; their moments are in another row."""
    share, shape = d.one_of((0.1, (50, 4)), (0.5, (20, 3)), (0.25, (8, 5)))

    def theirs() -> Any:
        return (torch.nn.init.sparse_(torch.empty(shape), 1.0 - share) != 0).sum(0)

    return Setting(
        (), lambda: tg.count_nonzero(nn.sparse(share)(tg.random.key(d.index), shape, "float64", (1, 1)), axis=0), theirs
    )


def _by_name(d: Draw) -> Any:
    return nn.initializer(d.one_of("he_normal", "glorot_uniform", "lecun_uniform"))


def _theirs_by_name(d: Draw) -> Any:
    w = torch.empty(shape_of(d), dtype=torch.float64)
    init = torch.nn.init
    makes = (init.kaiming_normal_, init.xavier_uniform_, init.kaiming_uniform_)
    return makes[d.index % 3](w, **({"nonlinearity": "linear"} if d.index % 3 == 2 else {}))


def _gain(d: Draw) -> Setting:
    name = d.one_of("relu", "tanh", "sigmoid", "linear", "leaky_relu", "selu")
    options = (0.2,) if name == "leaky_relu" else ()
    return Setting(
        (),
        lambda: tg.asarray(nn.gain(name, *options), dtype="float64"),
        lambda: torch.tensor(torch.nn.init.calculate_gain(name, *options), dtype=torch.float64),
    )


def _cut(w: Any, std: float, low: float = -2.0, high: float = 2.0) -> Any:
    return torch.nn.init.trunc_normal_(w, std=std, a=low * std, b=high * std)


def _scaled_cut(w: Any) -> Any:
    """The variance after the cut is that of the fan."""
    return _cut(w, (0.5 / torch.nn.init._calculate_fan_in_and_fan_out(w)[1]) ** 0.5 / 0.8796256610342398)


MORE = [
    initialiser("uniform", "uniform_", lambda: nn.uniform(-0.1, 0.3), lambda w: torch.nn.init.uniform_(w, -0.1, 0.3)),
    initialiser("truncated_normal", "trunc_normal_", lambda: nn.truncated_normal(0.5, cut=1.5),
                lambda w: _cut(w, 0.5, -1.5, 1.5)),
    initialiser("log_normal", "log_normal_", lambda: nn.log_normal(0.2, mean=0.5), lambda w: w.log_normal_(0.5, 0.2)),
    initialiser("binomial", "binomial", lambda: nn.binomial(5, 0.3),
                lambda w: torch.binomial(torch.full_like(w, 5.0), torch.full_like(w, 0.3))),
    initialiser("xavier_uniform", "xavier_uniform_, gain", lambda: nn.xavier_uniform(1.5),
                lambda w: torch.nn.init.xavier_uniform_(w, 1.5)),
    initialiser("xavier_normal", "xavier_normal_, gain", lambda: nn.xavier_normal(1.5),
                lambda w: torch.nn.init.xavier_normal_(w, 1.5)),
    initialiser("kaiming_uniform", "kaiming_uniform_, fan_out", lambda: nn.kaiming_uniform(mode="fan_out"),
                lambda w: torch.nn.init.kaiming_uniform_(w, mode="fan_out", nonlinearity="relu")),
    initialiser("kaiming_normal", "kaiming_normal_, fan_out", lambda: nn.kaiming_normal(mode="fan_out"),
                lambda w: torch.nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu")),
    initialiser("lecun_uniform", "kaiming_uniform_, linear", lambda: nn.lecun_uniform,
                lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="linear")),
    initialiser("variance_scaling", "trunc_normal_, scaled", lambda: nn.variance_scaling(0.5, "fan_out"), _scaled_cut,
                "; the variance is that after the cut, as in Keras, theirs that before it"),
    initialiser("sparse", "sparse_", lambda: lambda key, shape, dtype, fans: nn.sparse(0.2, std=0.5)(
                    key, (1000, 1000), dtype, fans),
                lambda w: torch.nn.init.sparse_(torch.empty(1000, 1000), 0.8, std=0.5)),
    Row("nn.sparse", "torch.nn.init.sparse_, counted", _sparse, 0, single=False),
    Row("nn.orthogonal", "torch.nn.init.orthogonal_", _orthogonal, 0, "by the products of rows or columns",
        single=False),
    fixed("identity", "torch.nn.init.eye_", _identity), fixed("dirac", "torch.nn.init.dirac_", _dirac),
    fixed("bilinear", "formula in PyTorch", _bilinear),
    Row("nn.positive_unitball", "torch.ones", _unit_ball, 0, "positive, and sums into each unit are 1, as in Caffe",
        single=False),
    same_moments("nn.initializer", "torch.nn.init",
                 lambda d: _by_name(d)(tg.random.key(d.index), shape_of(d), "float64", fans_of(shape_of(d))),
                 _theirs_by_name),
    Row("nn.gain", "torch.nn.init.calculate_gain", _gain, 0, draws=6, single=False),
]  # fmt: skip

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
                lambda w: torch.nn.init.xavier_uniform_(w), "; Caffe's xavier counts fan_in alone"),
    initialiser("glorot_normal", "xavier_normal_", lambda: nn.glorot_normal, lambda w: torch.nn.init.xavier_normal_(w)),
    initialiser("he_uniform", "kaiming_uniform_", lambda: nn.he_uniform, lambda w: torch.nn.init.kaiming_uniform_(w)),
    initialiser("he_normal", "kaiming_normal_", lambda: nn.he_normal, lambda w: torch.nn.init.kaiming_normal_(w),
                "; Lasagne's He has variance 1 / fan_in by itself"),
    initialiser("lecun_normal", "kaiming_normal_, linear", lambda: nn.lecun_normal,
                lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear")),
    *MORE,
]  # fmt: skip
