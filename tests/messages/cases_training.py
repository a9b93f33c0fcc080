"""What optimisers, data, `fit` and `evaluate` refuse."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import typedgrad as tg
from typedgrad import data, nn, optim

KEY = tg.random.key(0)
X, Y = tg.ones((6, 3)), tg.asarray([0, 1, 0, 1, 0, 1])
ROWS = data.Dataset(X, Y)
MODEL = tg.init(nn.Dense(in_features=3, out_features=2), KEY)
PARAMS = {"w": tg.ones((2, 3))}
SGD = optim.sgd(0.1)
any_optim: Any = optim
any_data: Any = data
any_sgd: Any = SGD


def _fit(**changes: Any) -> object:
    given: dict[str, Any] = {"model": MODEL, "data": ROWS, "loss": tg.softmax_cross_entropy, "updater": SGD}
    given |= {"epochs": 1, "key": KEY, "progress": False} | changes
    return tg.fit(given.pop("model"), given.pop("data"), **given)


def _evaluate(labels: tg.Tensor) -> object:
    return tg.evaluate(MODEL, [(X, labels)])


def _idx(content: bytes) -> object:
    """Reads a file of these bytes; the folder is left out of the message, since it changes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels-idx1-ubyte"
        path.write_bytes(content)
        try:
            return data.read_idx(path)
        except ValueError as error:
            raise ValueError(str(error).replace(f"{folder}/", "")) from error


IDX = bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3])

CASES: Mapping[str, Callable[[], object]] = {
    "learning_rate": lambda: optim.sgd(-1.0),
    "learning_rate_of_a_string": lambda: any_optim.sgd("fast"),
    "beta": lambda: optim.adam(beta1=1.5),
    "other_tree": lambda: SGD.update(PARAMS, {"v": tg.ones(2)}, SGD.init(PARAMS)),
    "other_shape": lambda: SGD.update(PARAMS, {"w": tg.ones((4, 5))}, SGD.init(PARAMS)),
    "numpy_gradient": lambda: any_sgd.update(PARAMS, {"w": np.ones((2, 3))}, SGD.init(PARAMS)),
    "state_of_another": lambda: any_optim.adam().update(PARAMS, PARAMS, SGD.init(PARAMS)),
    "ints": lambda: optim.adam().init({"w": Y}),
    "chain_without_an_updater": lambda: any_optim.chain(optim.clip_global_norm(1.0)),
    "clip": lambda: optim.clip_global_norm(-1.0),
    "schedule_of_words": lambda: any_optim.sgd(lambda step: "slow").update(PARAMS, PARAMS, SGD.init(PARAMS)),
    "schedule_warmup": lambda: optim.cosine(0.1, steps=5, warmup=10),
    "dataset_of_unequal_parts": lambda: data.Dataset(X, Y[:4]),
    "dataset_of_numpy": lambda: any_data.Dataset(np.ones((6, 3)), Y),
    "loader_batch": lambda: data.Loader(ROWS, batch=0),
    "loader_batch_float": lambda: any_data.Loader(ROWS, batch=2.5),
    "idx_truncated": lambda: _idx(IDX[:-1]),
    "idx_truncated_header": lambda: _idx(IDX[:6]),
    "idx_empty": lambda: _idx(b""),
    "idx_too_long": lambda: _idx(IDX + b"x"),
    "idx_of_another_type": lambda: _idx(bytes([0, 0, 7]) + IDX[3:]),
    "fit_epochs": lambda: _fit(epochs=-1),
    "fit_key": lambda: _fit(key=3),
    "fit_without_parameters": lambda: _fit(model=nn.Dense(in_features=3, out_features=2)),
    "fit_of_nothing_to_learn": lambda: _fit(model=lambda x: x),
    "fit_features": lambda: _fit(data=data.Dataset(tg.ones((6, 4)), Y)),
    "fit_label": lambda: _fit(data=[(X, Y + 1)]),
    "fit_nan": lambda: _fit(data=data.Dataset(X * float("nan"), Y)),
    "fit_empty_batch": lambda: _fit(data=[(X[:0], Y[:0])]),
    "fit_no_batches": lambda: _fit(data=[]),
    "fit_no_data": lambda: _fit(data=None),
    "fit_loss_by_name": lambda: _fit(loss="mse"),
    "fit_loss_of_rows": lambda: _fit(loss=lambda scores, labels: scores),
    "fit_loss_of_nothing": lambda: _fit(loss=lambda scores, labels: None),
    "fit_updater_by_name": lambda: _fit(updater="adam"),
    "fit_listener": lambda: _fit(listeners=(3,)),
    "evaluate_label": lambda: _evaluate(Y + 1),
    "evaluate_float_labels": lambda: _evaluate(tg.ones(6)),
    "evaluate_nan_labels": lambda: _evaluate(tg.full((6,), float("nan"))),
    "evaluate_empty_batch": lambda: tg.evaluate(MODEL, [(X[:0], Y[:0])]),
}
