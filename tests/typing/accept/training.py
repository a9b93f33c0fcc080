"""Training: what comes out has the type of what went in; a network with a recipe needs to be told nothing else."""

from __future__ import annotations

from typing import reveal_type

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.config import Network

KEY = tg.random.key(0)


class Line(nn.Layer):
    def __call__(self, x: Tensor) -> Tensor:
        return x


class Two(nn.Layer):
    def __call__(self, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        return x, z


def both(outputs: tuple[Tensor, Tensor], labels: tuple[Tensor, Tensor]) -> Tensor:
    return tg.mse(outputs[0], labels[0]) + tg.mse(outputs[1], labels[1])


def models(line: Line, two: Two, net: Network, data: tg.data.Dataset[Tensor, Tensor], x: Tensor) -> None:
    reveal_type(tg.fit(net, data, epochs=1))  # R: typedgrad.config.network.Network[Tensor, Tensor]
    reveal_type(tg.fit(line, data, loss=tg.mse, updater=tg.optim.adam(1e-3), epochs=1, key=KEY))  # R: tests.typing.accept.training.Line
    reveal_type(tg.fit(line, [(x, x)], loss=tg.mse, updater=tg.train.solver("lbfgs"), epochs=1, key=KEY))  # R: tests.typing.accept.training.Line
    reveal_type(tg.fit(two, [((x, x), (x, x))], loss=both, updater=tg.optim.sgd(0.1), epochs=1, key=KEY))  # R: tests.typing.accept.training.Two
    tg.fit(net, data, epochs=1, updater=tg.optim.sgd(0.1), accumulate=4, precision=tg.train.mixed(), listeners=[tg.train.History()])
    tg.fit(net, [tg.train.Weighted(x, x, weights=x)], epochs=1)


def early(net: Network, line: Line, data: tg.data.Dataset[Tensor, Tensor]) -> None:
    stopping = tg.train.EarlyStopping(stop_when=[tg.train.max_epochs(3)], score=tg.train.loss_on(data))
    reveal_type(tg.fit_until(net, data, stopping).best_model)  # R: typedgrad.config.network.Network[Tensor, Tensor]
    reveal_type(tg.fit_until(line, data, stopping, loss=tg.mse, updater=tg.optim.sgd(0.1), key=KEY).best_model)  # R: tests.typing.accept.training.Line


def transfers(net: Network, plain: nn.Sequential) -> None:
    tg.transfer(net).freeze_through("dense").replace_out("output", 5).add(nn.Dense, out_features=3).build()
    reveal_type(tg.transfer(plain).drop_last(1).build())  # R: typedgrad.nn.sequential.Sequential
    reveal_type(tg.train.split_at(plain, 1).head)  # R: typedgrad.nn.sequential.Sequential
