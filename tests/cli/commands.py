"""Networks and data for the commands, in a folder of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from typedgrad.cli import main

SPEC: dict[str, Any] = {
    "typedgrad": "network",
    "version": 1,
    "seed": 7,
    "updater": {"type": "adam", "learning_rate": 0.01},
    "activation": "relu",
    "input": "n 64",
    "layers": [{"type": "Dense", "out_features": 16}],
    "output": {"loss": "softmax_cross_entropy", "layer": {"type": "Dense", "out_features": 10}},
}
IMAGES = SPEC | {
    "input": "n 1 8 8",
    "layers": [{"type": "Conv2d", "out_channels": 4, "kernel": 3}, {"type": "MaxPool2d", "kernel": 2}],
}
NUMBERS: dict[str, Any] = {
    "typedgrad": "network",
    "version": 1,
    "updater": {"type": "adam", "learning_rate": 0.03},
    "input": "n 3",
    "layers": [],
    "output": {"loss": "mse", "layer": {"type": "Dense", "out_features": 1}},
}


def write(path: Path, document: object) -> str:
    """A file of JSON; its name."""
    path.write_text(json.dumps(document), "utf-8")
    return str(path)


def table(folder: Path) -> str:
    """A description of a table of numbers whose last column follows from the others."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    y = x @ [1.0, -2.0, 0.5] + 3.0
    lines = [
        "a,b,c,remark,y",
        *(f"{r[0]},{r[1]},{r[2]},word {i},{v}" for i, (r, v) in enumerate(zip(x, y, strict=True))),
    ]
    (folder / "table.csv").write_text("\n".join(lines))
    columns = {"a": "float", "b": "float", "c": "float", "remark": "str", "y": "float"}
    return write(folder / "table.json", {"format": "csv", "path": "table.csv", "columns": columns, "label": "y"})


class Said:
    """What a command printed, and its exit code."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        capsys.readouterr()
        self.code = main([str(argument) for argument in arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)
