"""Trainings that are stopped half-way, saved, and gone on with by another process.

`python -m tests.train.trainings first FOLDER` trains each in one go and half of it; `second` goes on from the halves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import typedgrad as tg
from typedgrad.train import History, Listener, Moment, Position

EPOCHS = 10
KEY = tg.random.key(11)


class Case(NamedTuple):
    """A training: everything that does not change during it."""

    model: Callable[[], Any]
    data: Callable[[], Any]
    updater: Callable[[], Any]
    loss: Callable[..., tg.Tensor] = tg.softmax_cross_entropy
    # The step after which the training is saved; None: after half of the epochs.
    stop: int | None = None
    # A schedule that looks at the losses is a listener, whose state goes into the file.
    watching: bool = False
    options: Mapping[str, Any] = MappingProxyType({})


def pictures(rows: int = 44) -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(tg.random.key(1), (rows, 1, 6, 6))
    y = tg.random.randint(tg.random.key(2), (rows,), high=3)
    return tg.data.Dataset(x, y, classes=3)


def rows() -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    return pictures().map(lambda x: x.reshape(x.shape[0], 36))


def loader() -> tg.data.Loader[tg.Tensor, tg.Tensor]:
    return tg.data.Loader(rows(), batch=8, shuffle=True, seed=5)


def mlp() -> Any:
    layers = (
        tg.nn.Dense(in_features=36, out_features=16),
        tg.nn.BatchNorm(features=16),
        tg.nn.Relu(),
        tg.nn.Dropout(drop=0.3),
        tg.nn.Dense(in_features=16, out_features=3),
    )
    return tg.nn.Sequential(*layers)


def convolutions() -> Any:
    layers = (
        tg.nn.Conv2d(in_channels=1, out_channels=4, kernel=3),
        tg.nn.BatchNorm(features=4),
        tg.nn.Relu(),
        tg.nn.MaxPool2d(kernel=2),
        tg.nn.Flatten(),
        tg.nn.Dropout(drop=0.2),
        tg.nn.Dense(in_features=16, out_features=3),
    )
    return tg.nn.Sequential(*layers)


o = tg.optim
CASES: dict[str, Case] = {
    "adam on a schedule": Case(mlp, loader, lambda: o.adam(o.cosine(0.01, steps=60, warmup=5))),
    "amsgrad, clipped, averaged": Case(
        mlp, rows, lambda: o.chain(o.clip_global_norm(1.0), o.ema(0.9, o.amsgrad(0.01))), options={"batch": 8}
    ),
    "in the middle of an epoch": Case(mlp, loader, lambda: o.momentum(0.05, momentum=0.9), stop=27),
    "accumulated gradients, convolutions": Case(
        convolutions, pictures, lambda: o.accumulate(3, o.rmsprop(0.01)), options={"batch": 8}, stop=29
    ),
    "groups": Case(mlp, loader, lambda: o.grouped(o.adamw(0.01), {"bias": o.sgd(0.1), "layers.1.*": None})),
    "a schedule that looks at the loss": Case(mlp, loader, lambda: None, watching=True),
    "mixed precision": Case(mlp, loader, lambda: o.adam(0.01), options={"precision": tg.train.mixed("float16")}),
}  # fmt: skip


class Stop(Listener):
    """Ends a training after some step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, at: Moment) -> None:
        if at.step == self.step:
            raise tg.train.StopTraining("half-way")


class Last(Listener):
    """Keeps the last moment."""

    moment: Moment

    def on_fit_end(self, at: Moment, *, interrupted: bool) -> None:
        self.moment = at


def trained(
    case: Case, path: Path, *, epochs: int = EPOCHS, stop: int | None = None, saved: Path | None = None
) -> None:
    """Train and save; go on from what was saved if there is something."""
    model, history, last = case.model(), History(), Last()
    plateau = o.on_plateau(0.1, factor=0.5, patience=0)
    updater = o.sgd(plateau, momentum=0.9) if case.watching else case.updater()
    loaded = None if saved is None else tg.load(saved, model, updater=updater)
    if loaded is not None:
        assert loaded.history is not None
        history = loaded.history
        plateau.state = loaded.extras["plateau"]
    listeners: Sequence[Any] = (history, *([plateau] if case.watching else []), *([Stop(stop)] if stop else []), last)
    started = tg.init(model, tg.random.key(3)) if loaded is None else loaded.model
    tg.fit(
        started, case.data(), loss=case.loss, updater=updater, epochs=epochs, key=KEY, listeners=listeners,
        progress=False, resume=loaded, **case.options,
    )  # fmt: skip
    at = last.moment
    assert at.position != Position()
    tg.save(path, at.model, at=at, history=history, extras={"plateau": plateau.state})


def net() -> Any:
    """A network, which the file describes itself; it says how it wants to be trained."""
    updater = o.adamw(o.cosine(0.01, steps=60))
    return (
        tg.network(seed=4, updater=updater, l2=1e-4, gradient_normalization=o.clip_norm(1.0))
        .input("n 1 6 6")
        .layer(tg.nn.Conv2d, out_channels=4, kernel=3, activation="relu")
        .layer(tg.nn.BatchNorm)
        .layer(tg.nn.Dropout, drop=0.3)
        .output("softmax_cross_entropy", tg.nn.Dense, out_features=3)
        .build()
    )


def trained_net(path: Path, *, epochs: int, saved: Path | None = None) -> None:
    """The same for a network."""
    loaded = None if saved is None else tg.load(saved)
    last, data = Last(), tg.data.Loader(pictures(), batch=8, shuffle=True, seed=5)
    started = net() if loaded is None else loaded.model
    tg.fit(started, data, epochs=epochs, listeners=[last], progress=False, resume=loaded)
    tg.save(path, last.moment.model, at=last.moment)


def main(which: str, folder: Path) -> None:
    if which == "first":
        trained_net(folder / "network whole.zip", epochs=EPOCHS)
        trained_net(folder / "network half.zip", epochs=EPOCHS // 2)
    else:
        trained_net(folder / "network both.zip", epochs=EPOCHS, saved=folder / "network half.zip")
    for name, case in CASES.items():
        if which == "first":
            trained(case, folder / f"{name} whole.zip")
            trained(case, folder / f"{name} half.zip", epochs=EPOCHS if case.stop else EPOCHS // 2, stop=case.stop)
        else:
            trained(case, folder / f"{name} both.zip", saved=folder / f"{name} half.zip")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
