"""Checkpoints come when they are due, the right ones are kept, and a training goes on from them."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error, values
from typedgrad.io import BundleError
from typedgrad.train import Checkpoint, History, Listener, Moment, Position, StopTraining, best, latest

KEY = tg.random.key(3)
UPDATER = tg.optim.adam(0.1)


def fit(*listeners: Any, epochs: int = 6, **options: Any) -> Any:
    given = {"loss": squared_error, "updater": UPDATER, "key": KEY, "batch": 2, "progress": False, **options}
    return tg.fit(given.pop("model", line()), doubles(6), epochs=epochs, listeners=listeners, **given)


def steps(folder: Path) -> list[int]:
    return sorted(int(path.stem.removeprefix("step-")) for path in folder.glob("step-*.zip"))


def at(step: int, loss: float = 0.0, *, epoch: int = 1, resumable: bool = True) -> Moment:
    """A moment without a training."""
    position = Position(step=step)
    return Moment(epoch, 9, None, step, loss, line(), None, position=position, key=KEY, resumable=resumable)


def test_after_every_epoch_unless_told_otherwise(tmp_path: Path) -> None:
    fit(Checkpoint(tmp_path, keep_last=None))
    assert steps(tmp_path) == [3, 6, 9, 12, 15, 18]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"epochs": 2}, [6, 12, 18]),
        ({"steps": 5}, [5, 10, 15, 18]),
        ({"steps": 7, "epochs": 4}, [7, 12, 14, 18]),
        ({"seconds": 1e9}, [18]),
        ({"seconds": 1e-9}, [*range(1, 19)]),
    ],
)
def test_every_so_often_and_at_the_end(options: Any, expected: list[int], tmp_path: Path) -> None:
    fit(Checkpoint(tmp_path, keep_last=None, **options))
    assert steps(tmp_path) == expected


def test_the_last_and_the_best_are_kept(tmp_path: Path) -> None:
    scores = {1: 5.0, 2: 1.0, 3: 3.0, 4: 2.0, 5: 4.0, 6: float("nan"), 7: 2.0}
    listener = Checkpoint(tmp_path, steps=1, keep_last=2, keep_best=2, score=lambda at: scores[at.step])
    listener.on_fit_start(at(0))
    kept = []
    for step in scores:
        listener.on_step_end(at(step))
        kept.append(steps(tmp_path))
    assert kept == [[1], [1, 2], [2, 3], [2, 3, 4], [2, 4, 5], [2, 4, 5, 6], [2, 6, 7]]
    assert latest(tmp_path).name == "step-000000007.zip"
    assert best(tmp_path).name == "step-000000002.zip"
    assert best(tmp_path, mode="max").name == "step-000000007.zip"
    assert tg.load(best(tmp_path), line()).score == 1.0


def test_larger_scores_may_be_better_and_the_later_of_equals_is(tmp_path: Path) -> None:
    scores = {1: 5.0, 2: 9.0, 3: 9.0, 4: 2.0, 5: float("inf"), 6: 1.0}
    listener = Checkpoint(tmp_path, steps=1, keep_last=1, keep_best=2, mode="max", score=lambda at: scores[at.step])
    listener.on_fit_start(at(0))
    for step in scores:
        listener.on_step_end(at(step))
    assert steps(tmp_path) == [3, 5, 6]
    assert best(tmp_path, mode="max").name == "step-000000005.zip"


def test_the_score_is_the_loss_unless_given(tmp_path: Path) -> None:
    history = History()
    fit(history, Checkpoint(tmp_path, keep_last=None, history=history))
    found = [tg.load(path, line()) for path in sorted(tmp_path.glob("*.zip"))]
    assert [loaded.score for loaded in found] == history.epochs
    assert [len(loaded.history.epochs) for loaded in found if loaded.history is not None] == [1, 2, 3, 4, 5, 6]


def test_between_pieces_of_a_sequence_it_waits(tmp_path: Path) -> None:
    listener = Checkpoint(tmp_path, steps=2)
    listener.on_fit_start(at(0))
    for step, resumable in ((1, False), (2, False), (3, False), (4, True), (5, True)):
        listener.on_step_end(at(step, resumable=resumable))
    assert steps(tmp_path) == [4]


def test_seconds_are_counted_from_the_last_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    listener = Checkpoint(tmp_path, seconds=10, keep_last=None)
    listener.on_fit_start(at(0))
    for step in range(1, 8):
        now[0] += 4
        listener.on_step_end(at(step))
    assert steps(tmp_path) == [3, 6]


def test_a_training_goes_on_from_any_of_them_to_the_same_weights(tmp_path: Path) -> None:
    whole = fit()
    fit(Checkpoint(tmp_path, steps=1, keep_last=None))
    for path in sorted(tmp_path.glob("*.zip")):
        loaded = tg.load(path, line())
        assert values(fit(model=loaded.model, resume=loaded)) == values(whole)


class Stop(Listener):
    def on_step_end(self, at: Moment) -> None:
        if at.step == 4:
            raise StopTraining("enough")


def test_the_place_where_a_training_was_stopped_is_kept(tmp_path: Path) -> None:
    listener = Checkpoint(tmp_path, epochs=1)
    assert listener.kept() is None
    fit(Stop(), listener)
    assert steps(tmp_path) == [3, 4]
    assert listener.kept() == str(tmp_path / "step-000000004.zip")
    loaded = tg.load(latest(tmp_path), line())
    assert loaded.position is not None
    assert (loaded.position.epochs, loaded.position.batch) == (1, 1)
    resumed = fit(Checkpoint(tmp_path, epochs=1), model=loaded.model, resume=loaded)
    assert values(resumed) == values(fit())
    assert steps(tmp_path) == [12, 15, 18]


class Press(Listener):
    """Ctrl-C, as if somebody pressed it during a step."""

    def on_step_end(self, at: Moment) -> None:
        if at.step == 4:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fit(Press(), Checkpoint(tmp_path))
    assert steps(tmp_path) == [3, 4]
    said = capfd.readouterr().err
    path = str(tmp_path / "step-000000004.zip")
    assert path in said
    loaded = tg.load(path, line())
    assert values(fit(model=loaded.model, resume=loaded)) == values(fit())


def test_another_training_is_not_overwritten_unless_one_says_so(tmp_path: Path) -> None:
    fit(Checkpoint(tmp_path))
    with pytest.raises(FileExistsError, match=r"holds step-000000018\.zip, but this training starts after step 0"):
        fit(Checkpoint(tmp_path))
    assert steps(tmp_path) == [12, 15, 18]
    fit(Checkpoint(tmp_path, overwrite=True), epochs=2)
    assert steps(tmp_path) == [3, 6]
    assert latest(tmp_path).name == "step-000000006.zip"


def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path) -> None:
    fit(Checkpoint(tmp_path, keep_best=3, score=lambda at: -float(at.step)))
    last = latest(tmp_path)
    data = bytearray(last.read_bytes())
    data[data.index(b"state.first") + 40] ^= 255
    last.write_bytes(data)
    assert latest(tmp_path).name == best(tmp_path).name == "step-000000015.zip"
    for path in tmp_path.glob("step-*.zip"):
        path.write_bytes(path.read_bytes()[:-30])
    for find in (latest, best):
        with pytest.raises(FileNotFoundError, match=r"there is no (whole )?checkpoint in"):
            find(tmp_path)
    with pytest.raises(BundleError):
        tg.load(last, line())


def test_the_index_is_made_from_the_files_and_nothing_depends_on_it(tmp_path: Path) -> None:
    fit(Checkpoint(tmp_path, keep_best=2, score=lambda at: abs(at.step - 6.0)))
    index = tmp_path / "index.json"
    said = json.loads(index.read_text())["files"]
    assert [(name, entry["step"], entry["score"]) for name, entry in sorted(said.items())] == [
        ("step-000000006.zip", 6, 0.0), ("step-000000009.zip", 9, 3.0), ("step-000000012.zip", 12, 6.0),
        ("step-000000015.zip", 15, 9.0), ("step-000000018.zip", 18, 12.0),
    ]  # fmt: skip
    wrong = {name: {**entry, "score": 0.0 if entry["step"] == 15 else 7.0, "time": 1} for name, entry in said.items()}
    texts = ("", "[]", "{", '{"files": 3}', '{"files": {"step-000000006.zip": 3}}', json.dumps({"files": wrong}))
    for text in texts:
        index.write_text(text)
        assert best(tmp_path).name == "step-000000006.zip"
        assert latest(tmp_path).name == "step-000000018.zip"
    index.unlink()
    assert best(tmp_path).name == "step-000000006.zip"
    loaded = tg.load(latest(tmp_path), line())
    fit(Checkpoint(tmp_path, keep_best=2, score=lambda at: 50.0), model=loaded.model, resume=loaded, epochs=8)
    assert steps(tmp_path) == [6, 9, 18, 21, 24], "those of before count"


def test_a_file_with_another_name_is_left_alone(tmp_path: Path) -> None:
    others = [tmp_path / name for name in ("step-1.zip", "step-000000099.zip.txt", "model.zip", "step-abcdefghi.zip")]
    for path in others:
        path.write_bytes(b"mine")
    fit(Checkpoint(tmp_path, keep_last=1))
    assert {path.name for path in tmp_path.iterdir()} == {"index.json", "step-000000018.zip", *(p.name for p in others)}


def test_normaliser_and_extras_go_with_it(tmp_path: Path) -> None:
    plateau = tg.optim.on_plateau(0.5, patience=0, factor=0.5)
    normaliser = tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]]))
    listener = Checkpoint(tmp_path, normaliser=normaliser, extras=lambda: {"rate": plateau.state})
    fit(plateau, listener, updater=tg.optim.sgd(plateau))
    found = tg.load(latest(tmp_path), line())
    assert found.extras == {"rate": plateau.state}
    assert type(found.normaliser) is type(normaliser)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "`epochs` must be an int of at least 1, got 0"),
        ({"steps": 1.5}, "`steps` must be an int of at least 1"),
        ({"steps": True}, "`steps` must be an int"),
        ({"seconds": 0.0}, "`seconds` must be positive"),
        ({"seconds": float("nan")}, "`seconds` must be positive"),
        ({"keep_last": 0}, "`keep_last` must be an int of at least 1"),
        ({"keep_best": -1}, "`keep_best` must be an int of at least 0"),
        ({"mode": "most"}, '`mode` must be "min" or "max"'),
    ],
)
def test_options_that_make_no_sense_are_refused(options: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        Checkpoint(tmp_path, **options)


def test_a_folder_is_made_and_an_empty_one_has_none(tmp_path: Path) -> None:
    for find in (latest, best):
        with pytest.raises(FileNotFoundError, match="there is no checkpoint in"):
            find(tmp_path)
    fit(Checkpoint(tmp_path / "a" / "b"))
    assert len(steps(tmp_path / "a" / "b")) == 3


def test_an_error_while_saving_ends_the_training_and_leaves_the_last_one(tmp_path: Path) -> None:
    def score(at: Moment) -> float:
        if at.step > 6:
            raise OSError(28, "No space left on device")
        return 0.0

    with pytest.raises(OSError, match="No space left") as error:
        fit(Checkpoint(tmp_path, score=score))
    assert "in the listener Checkpoint, on_epoch_end, epoch 3, step 9" in error.value.__notes__
    assert latest(tmp_path).name == "step-000000006.zip"
