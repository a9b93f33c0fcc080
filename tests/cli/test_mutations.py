"""Files that somebody broke, in hundreds of ways: each ends with a result or with a message, never with a traceback."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.commands import IMAGES, SPEC, Said, table, write

Path_ = tuple[str | int, ...]
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2, 3, 1e308, -1e-3, 0.5, 10**30, "", "relu", "n", "n 1 8 8", "Int n t", "n -1",
    "n x y z v", "*b", "\x00", "Dense", "Conv2d", "adam", "softmax", "mse", [], {}, [1], [[]], {"type": "Dense"},
    {"type": "sgd"}, ["a"], "a" * 2000, "../x", "digits", "csv", "test", {"train": 0.5},
]  # fmt: skip
NAMES = [
    "type",
    "kernel",
    "out_features",
    "activation",
    "padding",
    "stride",
    "name",
    "format",
    "part",
    "path",
    "label",
    "x",
]


def places(tree: Any, path: Path_ = ()) -> Iterator[Path_]:
    if path:
        yield path
    if isinstance(tree, dict):
        for name, inner in tree.items():
            yield from places(inner, (*path, name))
    elif isinstance(tree, list):
        for i, inner in enumerate(tree):
            yield from places(inner, (*path, i))


def mutated(tree: Any, rng: random.Random) -> Any:
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        found = list(places(tree))
        if not found:
            break
        *way, last = rng.choice(found)
        inner = tree
        for step in way:
            inner = inner[step]
        choice = rng.random()
        if choice < 0.6:
            inner[last] = copy.deepcopy(rng.choice(VALUES))
        elif choice < 0.75:
            del inner[last]
        elif isinstance(inner, dict):
            inner[rng.choice(NAMES)] = copy.deepcopy(rng.choice(VALUES))
        elif inner:
            inner.insert(0, copy.deepcopy(rng.choice(inner)))
    return tree


def test_mutated_specifications(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(7)
    codes: Counter[int] = Counter()
    for i in range(250):
        spec = mutated(IMAGES if i % 2 else SPEC | {"l2": 1e-4, "seed": 1}, rng)
        path = write(tmp_path / "spec.json", spec)
        said = Said(capsys, "check", path, "--json")
        assert said.code in (0, 1), spec
        assert said.json["valid"] is (said.code == 0)
        codes[said.code] += 1
        drawn = Said(capsys, "draw", path, "--out", "-")
        # Without a loss there is something to draw, but nothing to train.
        assert drawn.code == 0 or said.code == 1, spec
        assert "Traceback" not in drawn.err
    assert codes[0] > 10
    assert codes[1] > 100


def test_mutated_descriptions_of_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = random.Random(11)
    spec = write(tmp_path / "spec.json", SPEC)
    table(tmp_path)
    np.savez(tmp_path / "a.npz", x=np.zeros((20, 8, 8)), y=np.arange(20) % 10)
    described: list[dict[str, Any]] = [
        {"format": "digits", "part": "train", "take": 40, "split": {"train": 0.5, "part": "train", "seed": 1}},
        {"format": "npz", "path": "a.npz", "x": "x", "y": "y", "classes": 10},
        json.loads((tmp_path / "table.json").read_text()),
    ]
    codes: Counter[int] = Counter()
    for i in range(300):
        data = write(tmp_path / "data.json", mutated(described[i % 3], rng))
        said = Said(capsys, "train", spec, "--data", data, "--epochs", 1, "--quiet", "--out", tmp_path / "x.zip")
        assert said.code in (0, 2), (data, said.err)
        assert "Traceback" not in said.err
        assert said.code == 0 or said.err.startswith("typedgrad train: ")
        codes[said.code] += 1
    assert codes[0] > 10
    assert codes[2] > 100
