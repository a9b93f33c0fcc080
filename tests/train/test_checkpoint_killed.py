"""SIGKILL at any moment of writing checkpoints leaves a whole one behind, and the training goes on from it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import typedgrad as tg
from tests.architecture.source import ROOT
from tests.train.checkpointing import Count, Counter, count
from typedgrad.train import best, latest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")


def killed_after(folder: Path, seconds: float) -> None:
    """Let a training run for so long after it started, then kill it."""
    command = [sys.executable, "-m", "tests.train.checkpointing", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        time.sleep(seconds)
        process.kill()


def number_in(path: Path) -> int:
    """The step of a checkpoint, which every number in it must agree on."""
    loaded = tg.load(path, Counter(), updater=count())
    values = np.unique(loaded.model.number.numpy())
    assert len(values) == 1
    assert isinstance(loaded.state, Count)
    assert loaded.position is not None
    assert np.unique(loaded.state.copy.numpy()).tolist() == values.tolist()
    assert loaded.state.step == loaded.position.step == values[0] == int(path.stem.removeprefix("step-"))
    return loaded.position.step


def killed_often(folder: Path, times: int) -> None:
    dice = random.Random(0)
    step = unfinished = 0
    for _ in range(times):
        # A step with its checkpoint takes a few milliseconds; all of its moments are equally likely.
        killed_after(folder, dice.random() * 0.05)
        found = number_in(latest(folder))
        assert found > step, "it did not go on from where it was"
        step = found
        assert number_in(best(folder)) <= step
        assert len(list(folder.glob("step-*.zip"))) <= 5  # two, two, and one that was to be removed
        unfinished = len(list(folder.glob(".*.unfinished")))
    print(f"killed {times} times, {unfinished} of them while a file was being written; reached step {step}")


def test_a_training_that_is_killed_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    killed_often(tmp_path, 8)


@pytest.mark.nightly
def test_a_training_that_is_killed_fifty_times_leaves_a_whole_checkpoint_each_time(tmp_path: Path) -> None:
    killed_often(tmp_path, 50)
