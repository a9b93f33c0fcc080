"""Saving: what is loaded has the type of what is expected, sizes and all."""

from __future__ import annotations

from typing import reveal_type

import typedgrad as tg


def going_on(path: str, x: tg.Tensor) -> None:
    loaded = tg.load(path, tg.nn.Dense(in_features=3, out_features=2))
    reveal_type(loaded.model(tg.ones((5, 3))))  # R: Float[Tensor, "5 2"]
    reveal_type(loaded.score)  # R: float | None
    net = tg.load(path, tg.config.Network)
    reveal_type(net.model.predict(x))  # R: Any
    tg.fit(net.model, [(x, x)], epochs=3, resume=net, listeners=[tg.train.Checkpoint(path, epochs=1, keep_best=2)])
    tg.save(path, net.model, at=net, history=net.history)


def elsewhere(path: str) -> None:
    model = tg.init(tg.nn.Dense(in_features=3, out_features=2), tg.random.key(0))
    names: tg.io.Rename = {"fc.weight": ("weight", lambda w: w.mT), "fc.bias": "bias"}
    reveal_type(tg.io.assign(model, tg.io.load_tensors(path), rename=names)(tg.ones((1, 3))))  # R: Float[Tensor, "1 2"]
