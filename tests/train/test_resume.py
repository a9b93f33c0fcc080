"""A training that is resumed ends as if there had been no interruption, bit for bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error, values
from typedgrad.core.pytree import leaves_with_paths

KEY = tg.random.key(3)


def net() -> Any:
    """Dropout draws from the key, batch normalisation has states, and Adam remembers."""
    made = tg.nn.Sequential(
        tg.nn.Dense(in_features=1, out_features=6),
        tg.nn.BatchNorm(features=6),
        tg.relu,
        tg.nn.Dropout(drop=0.3),
        tg.nn.Dense(in_features=6, out_features=1),
    )
    return tg.init(made, tg.random.key(0))


def columns(rows: int = 11) -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    data = doubles(rows)
    return tg.data.Dataset(data.x.reshape(rows, 1), data.y.reshape(rows, 1))


class Keep(tg.train.Listener):
    """Keeps every moment after a step or an epoch, and the losses."""

    def __init__(self) -> None:
        self.steps: list[tg.train.Moment] = []
        self.epochs: list[tg.train.Moment] = []

    def on_step_end(self, at: tg.train.Moment) -> None:
        self.steps.append(at)

    def on_epoch_end(self, at: tg.train.Moment) -> None:
        self.epochs.append(at)


def run(model: Any, data: Any, epochs: int, **options: Any) -> tuple[list[Any], Keep]:
    keep = Keep()
    settings: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.adam(0.01), "key": KEY}
    if isinstance(data, tg.data.Dataset):
        settings["batch"] = 3
    return values(tg.fit(model, data, epochs=epochs, listeners=[keep], **settings | options)), keep


DATA = {
    "dataset": columns,
    "list": lambda: list(tg.data.Loader(columns(), batch=3)),
    "loader": lambda: tg.data.Loader(columns(), batch=3, shuffle=True, seed=7),
}


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_after_any_epoch_and_after_any_step(data: Any) -> None:
    whole, keep = run(net(), data(), 4)
    losses = [at.loss for at in keep.steps]
    for at in [*keep.epochs[:-1], *keep.steps[:-1]]:
        found, rest = run(at.model, data(), 4, resume=at)
        assert found == whole, at.position
        assert [m.loss for m in rest.steps] == losses[at.step :]
        # Also the mean of the epoch in which the training was resumed.
        assert [m.loss for m in rest.epochs] == [m.loss for m in keep.epochs[at.position.epochs :]]
        assert [m.position for m in rest.steps] == [m.position for m in keep.steps[at.step :]]


@pytest.mark.parametrize("options", [{"accumulate": 2}, {"precision": tg.train.mixed("float16")}], ids=str)
def test_with_accumulation_and_with_mixed_precision(options: dict[str, Any]) -> None:
    whole, keep = run(net(), columns(), 3, **options)
    for at in [*keep.epochs[:-1], *keep.steps[:-1]]:
        assert run(at.model, columns(), 3, resume=at, **options)[0] == whole


def test_between_the_sequences_of_truncated_back_propagation() -> None:
    def model() -> Any:
        return tg.init(tg.nn.Sequential(tg.nn.Gru(in_features=2, features=1)), KEY)

    x = tg.random.normal(KEY, (4, 5, 2))
    data = [(x[:2], x[:2, :, :1]), (x[2:], x[2:, :, :1])]
    whole, keep = run(model(), data, 3, truncate=2)
    resumable = [at for at in keep.steps if at.resumable]
    assert len(resumable) == 6
    for at in resumable:
        assert run(at.model, data, 3, truncate=2, resume=at)[0] == whole
    with pytest.raises(ValueError, match="fit: `resume` is from between two windows of a sequence"):
        run(keep.steps[0].model, data, 3, truncate=2, resume=keep.steps[0])


def test_a_used_loader_goes_on_with_its_own_orders() -> None:
    def used() -> tg.data.Loader[tg.Tensor, tg.Tensor]:
        loader = tg.data.Loader(columns(), batch=3, shuffle=True, seed=7)
        for _ in range(2):
            list(loader)
        return loader

    whole, keep = run(net(), used(), 3)
    at = keep.epochs[0]
    fresh = tg.data.Loader(columns(), batch=3, shuffle=True, seed=7)
    assert run(at.model, fresh, 3, resume=at)[0] == whole


PROGRAM = """
import sys
import typedgrad as tg
from tests.train.test_resume import columns, net, options

folder, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
model, given = net(), {}
if first:
    loaded = tg.load(tg.train.latest(folder), net())
    model, given = loaded.model, {"resume": loaded}
checkpoint = tg.train.Checkpoint(folder, overwrite=True)
model = tg.fit(model, columns(), epochs=last, listeners=[checkpoint], **options(), **given)
tg.save(f"{folder}/model-{last}.zip", model)
"""


def options() -> dict[str, Any]:
    return {"loss": squared_error, "updater": tg.optim.adam(0.01), "key": KEY, "batch": 3}


def in_a_process(folder: Path, first: int, last: int) -> None:
    command = [sys.executable, "-c", PROGRAM, str(folder), str(first), str(last)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr


def test_ten_epochs_are_five_a_file_a_new_process_and_five_more(tmp_path: Path) -> None:
    whole = values(tg.fit(net(), columns(), epochs=10, **options()))
    in_a_process(tmp_path, 0, 5)
    in_a_process(tmp_path, 5, 10)
    assert values(tg.load(tmp_path / "model-10.zip", net()).model) == whole


def test_ctrl_c_in_the_middle_of_an_epoch_saves_and_says_how_to_go_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class Press(tg.train.Listener):
        def on_gradients(self, at: tg.train.Moment, gradients: object) -> None:
            if at.step == 5:
                os.kill(os.getpid(), signal.SIGINT)

    whole = values(tg.fit(net(), columns(), epochs=4, **options()))
    checkpoint = tg.train.Checkpoint(tmp_path, epochs=100)
    tg.fit(net(), columns(), epochs=4, listeners=[Press(), checkpoint], **options())
    said = capfd.readouterr().err
    path = tg.train.latest(tmp_path)
    assert f"fit: interrupted after step 6, in epoch 2 of 4; saved to {path}" in said
    assert f"saved = tg.load({str(path)!r}), and fit(saved.model, data, epochs=4, resume=saved)" in said
    loaded = tg.load(path, net())
    assert loaded.position is not None
    assert (loaded.position.epochs, loaded.position.batch, loaded.position.step) == (1, 2, 6)
    assert values(tg.fit(loaded.model, columns(), epochs=4, resume=loaded, **options())) == whole


@pytest.mark.parametrize(
    "changes",
    [
        {"precision": tg.train.mixed("float16", scale=4.0, grow_every=3)},
        {"accumulate": 2},
        {"updater": tg.train.solver("lbfgs"), "batch": None},
        {"updater": tg.optim.chain(tg.optim.clip_global_norm(1.0), tg.optim.nadam(0.01))},
        {"updater": tg.optim.ema(0.9, tg.optim.momentum(0.01))},
        {"updater": tg.optim.grouped(tg.optim.sgd(0.01), {"bias": tg.optim.adam(0.01)})},
    ],
    ids=["mixed", "accumulate", "solver", "chain", "ema", "grouped"],
)
def test_the_file_has_all_that_other_trainings_need(tmp_path: Path, changes: dict[str, Any]) -> None:
    settings = options() | changes
    whole = values(tg.fit(net(), columns(), epochs=4, **settings))
    tg.fit(net(), columns(), epochs=2, listeners=[tg.train.Checkpoint(tmp_path)], **settings)
    loaded = tg.load(tg.train.latest(tmp_path), net())
    assert values(tg.fit(loaded.model, columns(), epochs=4, resume=loaded, **settings)) == whole


def test_frozen_layers_come_back_frozen(tmp_path: Path) -> None:
    model = tg.transfer(net()).freeze_through(3).build()
    half = tg.fit(model, columns(), epochs=2, listeners=[tg.train.Checkpoint(tmp_path)], **options())
    loaded = tg.load(tg.train.latest(tmp_path), model)
    assert values(loaded.model) == values(half)
    rest = tg.fit(loaded.model, columns(), epochs=4, resume=loaded, **options())
    assert values(rest) == values(tg.fit(model, columns(), epochs=4, **options()))
    assert values(rest[0]) == values(model[0])


def test_the_key_comes_with_it() -> None:
    whole, keep = run(net(), columns(), 3)
    at = keep.epochs[0]
    assert run(at.model, columns(), 3, resume=at, key=None)[0] == whole
    with pytest.raises(ValueError, match="fit: `resume` was trained with Key"):
        run(at.model, columns(), 3, resume=at, key=tg.random.key(4))


def test_the_leaves_of_a_state_are_enough() -> None:
    whole, keep = run(net(), columns(), 3)
    at = keep.epochs[0]
    leaves = at._replace(state=dict(leaves_with_paths(at.state)))
    assert run(at.model, columns(), 3, resume=leaves)[0] == whole


def test_nothing_is_left_to_do_after_the_last_epoch() -> None:
    whole, keep = run(net(), columns(), 2)
    found, rest = run(keep.epochs[-1].model, columns(), 2, resume=keep.epochs[-1])
    assert found == whole
    assert not rest.steps


def test_a_state_of_another_model_or_updater_is_refused() -> None:
    _, keep = run(net(), columns(), 1)
    state = keep.epochs[0].state

    def attempt(model: Any = None, updater: Any = None, given: Any = state) -> None:
        updater = tg.optim.adam(0.01) if updater is None else updater
        model = line() if model is None else model
        tg.fit(model, doubles(), loss=squared_error, updater=updater, epochs=1, key=KEY, state=given)

    with pytest.raises(ValueError, match=r"fit: the state lacks `first.slope` and 1 more, so it is that of another"):
        attempt()
    with pytest.raises(ValueError, match="fit: the state is a AdamState, but the updater has a SgdState"):
        attempt(updater=tg.optim.sgd(0.1))
    wide = tg.init(tg.nn.Dense(in_features=1, out_features=5), KEY)
    narrow = tg.init(tg.nn.Dense(in_features=1, out_features=6), KEY)
    other = tg.optim.adam(0.1).init(wide)
    with pytest.raises(ValueError, match=r"`first.weight` of the state is float32\[1 5\], but the model needs float"):
        attempt(narrow, given=other)
    with pytest.raises(ValueError, match=r"`first.weight` of the state must be a Tensor, not a str"):
        attempt(wide, given={path: "x" for path, _ in leaves_with_paths(other)})
    with pytest.raises(TypeError, match="give `state` or `resume`, which has one, not both"):
        run(net(), columns(), 1, resume=keep.epochs[0], state=state)
