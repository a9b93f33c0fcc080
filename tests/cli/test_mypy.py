"""`typedgrad mypy`, run as people run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from typedgrad.cli import main, mypy

PROGRAM = """
from __future__ import annotations
from typing import reveal_type
from jaxtyping import Float32
import typedgrad as tg
from typedgrad import Tensor

def f(x: Float32[Tensor, "batch 784"], w: Float32[Tensor, "10 784"]) -> None:
    reveal_type(x)
    x @ w
    int(x, x)
    number: int = x
    len([x])
"""
OWN_PLUGIN = """
from mypy.plugin import Plugin

class Own(Plugin):
    def get_function_hook(self, fullname):
        if fullname == "builtins.len":
            return lambda ctx: ctx.default_return_type
        return None

    def report_config_data(self, ctx):
        open({mark!r}, "w").close()
        return None

def plugin(version):
    return Own
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / ".git").mkdir()
    (folder / "program.py").write_text(PROGRAM)
    (folder / "right.py").write_text("import typedgrad as tg\n\ntg.zeros((2, 3)) @ tg.zeros((3, 2))\n")
    return folder


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the command says in a folder."""
    asked = [sys.executable, "-m", "typedgrad", *arguments]
    return subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)


def test_shapes_are_checked_and_printed_as_annotations(project: Path) -> None:
    done = command(project, "mypy", "program.py")
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == 'program.py:9: note: Revealed type is "Float32[Tensor, "batch 784"]"'
    assert lines[1] == "program.py:10: error: matmul: `k` is 784 in `x1` but 10 in `x2`  [shape]"
    (wrong,) = [line for line in lines if line.startswith("program.py:12:")]
    assert 'expression has type "Float32[Tensor, "batch 784"]", variable has type "int")  [assignment]' in wrong
    assert "Size[" not in done.stdout


def test_a_configuration_of_the_user_s_stays_with_its_plugins(project: Path) -> None:
    mark = project / "ran"
    (project / "own.py").write_text(OWN_PLUGIN.format(mark=str(mark)))
    (project / "pyproject.toml").write_text('[tool.mypy]\nplugins = ["own.py"]\ndisable_error_code = ["assignment"]\n')
    done = command(project, "mypy", "--json", "program.py")
    assert done.returncode == 1, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert mark.exists()
    assert "assignment" not in {entry["code"] for entry in found}
    assert any(entry["code"] == "shape" for entry in found)
    assert found[0]["message"] == 'Revealed type is "Float32[Tensor, "batch 784"]"'


def test_the_exit_code_is_that_of_mypy(project: Path) -> None:
    assert command(project, "mypy", "--config-file=", "right.py").returncode == 0
    assert command(project, "mypy", "--config-file", "", "nowhere.py").returncode == 2


def test_a_missing_mypy_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(mypy, "find_spec", lambda name: None)
    assert main(["mypy", "program.py"]) == 2
    assert "pip install 'typedgrad[mypy]'" in capsys.readouterr().err


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mypi"]) == 2
    said = capsys.readouterr().err
    assert "'mypi'" in said
    assert "typedgrad mypy" in said
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("typedgrad ")


def test_a_broken_configuration_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mypy.ini").write_text("nothing")
    monkeypatch.chdir(tmp_path)
    assert main(["mypy", "x.py"]) == 2
    assert "mypy.ini" in capsys.readouterr().err
