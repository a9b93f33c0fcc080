"""Whatever is wrong with arguments, files or data: one message on standard error, exit code 2, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.commands import NUMBERS, SPEC, Said, table, write
from typedgrad.cli import main
from typedgrad.cli.main import COMMANDS
from typedgrad.cli.outcome import Failure, ended

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mlp.json", SPEC)
    write(tmp_path / "numbers.json", NUMBERS)
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "broken.json").write_text('{"typedgrad": "network",\n "version": }')
    (tmp_path / "broken.zip").write_text("hello")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "folder").mkdir()
    np.savez(tmp_path / "a.npz", x=np.zeros((4, 63)), y=np.zeros(4, np.int64))
    np.savez(tmp_path / "far.npz", x=np.zeros((4, 64)), y=np.full(4, 77))
    np.savez(tmp_path / "words.npz", x=np.array(["a", "b"]), y=np.zeros(2, np.int64))
    for name in ("a", "far", "words"):
        write(tmp_path / f"{name}_data.json", {"format": "npz", "path": f"{name}.npz"})
    table(tmp_path)
    return tmp_path


TRAIN = ["train", "mlp.json", "--data"]
REFUSED: list[tuple[list[str], str]] = [
    (["summary", "none.json"], "there is no file none.json"),
    (["summary", "folder"], "there is no file folder"),
    (["summary", "text.txt"], "text.txt: it must be a specification"),
    (["summary", "broken.json"], "broken.json:2:"),
    (["summary", "broken.zip"], "broken.zip: it is no zip file"),
    (["summary", "binary.json"], "binary.json: this is no text in UTF-8"),
    (["summary", "deep.json"], "deep.json"),
    (["summary", "list.json"], "list.json"),
    (["check", "none.json"], "there is no file none.json"),
    (["test", "mlp.json", "--data", "digits"], "it has learnt nothing yet"),
    (["convert", "mlp.json", "out.txt"], "written as .json or .yaml"),
    (["convert", "mlp.json", "none/out.json"], "none/out.json: No such file"),
    (["draw", "mlp.json", "--depth", "-1"], "--depth must be at least 0"),
    (["draw", "mlp.json", "--out", "none/x.svg"], "none/x.svg: No such file"),
    (["time", "mlp.json", "--batch", "0"], "--batch must be at least 1"),
    (["time", "mlp.json", "--repeat", "x"], "invalid int value"),
    ([*TRAIN, "none.json"], "there is no file none.json"),
    ([*TRAIN, "digits:rest"], "the parts are train and test, not 'rest'"),
    ([*TRAIN, "mnist:folder"], "folder"),
    ([*TRAIN, "a_data.json"], "the data are [4 63], but the network takes [n 64]"),
    ([*TRAIN, "far_data.json"], "77"),
    ([*TRAIN, "words_data.json"], "`x` holds <U1, which are no numbers"),
    ([*TRAIN, "broken.json"], "broken.json, line 2, column 13"),
    ([*TRAIN, "list.json"], "there must be an object"),
    ([*TRAIN, "deep.json"], "deep.json"),
    ([*TRAIN, "mlp.json"], "`format` is missing"),
    ([*TRAIN, "table.json"], "but the network takes [n 64]"),
    ([*TRAIN, "digits", "--epochs", "-1"], "--epochs must be at least 0, got -1"),
    ([*TRAIN, "digits", "--batch", "0"], "--batch must be at least 1"),
    ([*TRAIN, "digits", "--seed", "-1"], "--seed must be"),
    ([*TRAIN, "digits", "--out", "none/x.zip"], "there is no folder none"),
    ([*TRAIN, "digits", "--resume", "none.zip"], "there is no file none.zip"),
    ([*TRAIN, "digits", "--resume", "broken.zip"], "broken.zip"),
    ([*TRAIN, "digits", "--test", "a_data.json"], "the data are [4 63]"),
    ([*TRAIN, "digits", "--epoch", "3"], "unrecognized arguments: --epoch"),
    (["train", "mlp.json"], "required: --data"),
    (["ui", "none.jsonl"], "there is no file none.jsonl"),
    (["ui", "text.txt", "--host", "0.0.0.0"], "other machines can reach 0.0.0.0"),
    (["ui", "text.txt", "--host", "example.org"], "other machines can reach example.org"),
    (["ui", "text.txt", "--port", "99999"], "cannot listen at 127.0.0.1, port 99999"),
    (["ui", "text.txt", "--out", "none/page.html"], "none/page.html: No such file"),
    (["ui", "text.txt", "list.json", "--out", "page.html"], "the page of one FILE"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_it_is_refused_in_one_message(arguments: list[str], words: str, here: Path, capsys: Capture) -> None:
    said = Said(capsys, *arguments)
    assert said.code == 2
    assert words in said.err
    assert f"typedgrad {arguments[0]}: " in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


DESCRIBED: list[tuple[dict[str, Any], str]] = [
    ({"format": "cvs"}, "do you mean 'csv'?"),
    ({"format": 3}, "`format` must be a string, not 3"),
    ({"format": "digits", "prat": "test"}, "there is no `prat`; do you mean `part`?"),
    ({"format": "digits", "part": "rest"}, "`part` is 'rest', but must be one of train, test"),
    ({"format": "digits", "take": True}, "`take` must be an integer, not true"),
    ({"format": "digits", "split": {"train": 2.0, "part": "test"}}, "2"),
    ({"format": "digits", "split": {"train": 0.5, "part": "test", "sed": 1}}, "do you mean `seed`?"),
    ({"format": "npz", "path": "a.npz", "x": "z"}, "there is no array 'z'; there are x, y"),
    ({"format": "npz", "path": "text.txt"}, "text.txt"),
    ({"format": "npz", "pth": "text.txt"}, "`path` is missing; there is `pth`"),
    ({"format": "idx", "x": "text.txt", "y": "text.txt"}, "text.txt"),
    ({"format": "csv", "path": "table.csv", "columns": {"a": "flaot"}, "label": "a"}, "column 'a' must be int, float"),
    ({"format": "csv", "path": "table.csv", "columns": {"q": "float"}, "label": "q"}, "q"),
    ({"format": "csv", "path": "table.csv", "columns": {"remark": "float", "y": "float"}, "label": "y"}, "word 0"),
    ({"format": "csv", "path": "table.csv", "columns": {"a": "float"}, "label": 3}, "`label` must be the name"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "words"), DESCRIBED)
def test_a_wrong_description_of_data_is_refused(
    document: dict[str, Any], words: str, here: Path, capsys: Capture
) -> None:
    path = write(here / "wrong.json", document)
    said = Said(capsys, "train", "numbers.json", "--data", path)
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err
    assert said.err.count("\n") <= 4


def test_a_resumed_training_keeps_what_it_was_saved_with(here: Path, capsys: Capture) -> None:
    assert Said(capsys, *TRAIN, "digits", "--epochs", "1", "--quiet").code == 0
    assert "--seed" in Said(capsys, *TRAIN, "digits", "--resume", "mlp.zip", "--seed", "3").err
    assert "--normalise" in Said(capsys, *TRAIN, "digits", "--resume", "mlp.zip", "--normalise", "min_max").err
    # A file that is cut short was not saved by us.
    Path("cut.zip").write_bytes(Path("mlp.zip").read_bytes()[:-300])
    assert "cut.zip" in Said(capsys, *TRAIN, "digits", "--resume", "cut.zip").err


def test_a_loss_that_is_no_number_ends_with_1(here: Path, capsys: Capture) -> None:
    np.savez("nan.npz", x=np.full((8, 64), np.nan), y=np.zeros(8, np.int64))
    said = Said(capsys, *TRAIN, write(here / "nan.json", {"format": "npz", "path": "nan.npz"}))
    assert said.code == 1
    assert "NaN" in said.err


def test_the_traceback_is_there_for_who_asks(here: Path, capsys: Capture) -> None:
    with pytest.raises(Failure, match="there is no file"):
        main(["summary", "none.json", "--traceback"])


def test_a_bug_of_ours_is_no_message() -> None:
    def wrong() -> int:
        raise AssertionError("ours")

    with pytest.raises(AssertionError, match="ours"):
        ended("train", wrong)


@pytest.mark.parametrize("command", [name for name, _, _ in COMMANDS])
def test_every_command_has_help(command: str, capsys: Capture) -> None:
    said = Said(capsys, command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: typedgrad {command}")
    assert "exit codes: 0 done" in " ".join(said.out.split())


def test_help_names_all_commands_and_a_misspelt_one_gets_the_nearest(capsys: Capture) -> None:
    said = Said(capsys, "--help")
    assert said.code == 0
    assert all(f"  typedgrad {name}" in said.out for name, _, _ in COMMANDS)
    wrong = Said(capsys, "trian")
    assert wrong.code == 2
    assert "do you mean 'train'?" in wrong.err


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's pipe")
@pytest.mark.parametrize("command", ["summary mlp.json", "draw mlp.json --out -", "check mlp.json --json"])
def test_who_has_seen_enough_of_the_output_gets_no_complaint(command: str, here: Path) -> None:
    pipe = f"set -o pipefail; {sys.executable} -m typedgrad {command} | true"
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_saves_and_says_how_to_go_on(here: Path) -> None:
    command = [sys.executable, "-m", "typedgrad", *TRAIN, "digits", "--epochs", "100000", "--stats", "run.jsonl"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as run:
        for _ in range(600):
            if Path("run.jsonl").exists() and Path("run.jsonl").read_text().count('"kind": "epoch"') > 2:
                break
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert "go on with: typedgrad train mlp.json --data digits --resume mlp.zip" in out
    assert "Traceback" not in err
    steps = json.loads(Path("run.jsonl").read_text().splitlines()[-1])["step"]
    again = [sys.executable, "-m", "typedgrad", *TRAIN, "digits", "--epochs", "1", "--resume", "mlp.zip", "--json"]
    done = subprocess.run(again, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] >= steps
