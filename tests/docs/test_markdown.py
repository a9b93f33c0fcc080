"""The Python in README.md and docs/ runs, and prints what the text says it prints.

Blocks of one file share their names, as a reader types them one after another. A block in the language `python` runs;
if the next block is in the language `text`, what was printed must be that, or the exception that ended the block. In
`pycon` blocks every `>>>` is compared.
`python mypy-refuses` blocks are not run, but mypy is, and the `text` block after one must be in what it says.
"""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.source import ROOT
from tests.docs.doctests import failures_of, typed_in

FENCE = re.compile(r"^( *)```([\w\- ]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
# docs/api is written from docstrings, whose examples have a test of their own.
TEXTS = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path.parent.name != "api"]
FILES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *TEXTS]


class Block(NamedTuple):
    """A fenced block: its language, its text, and the line of its first line in the file."""

    language: str
    text: str
    line: int


def blocks(markdown: str) -> list[Block]:
    return [
        Block(found[2], textwrap.dedent(found[3]), markdown.count("\n", 0, found.start()) + 2)
        for found in FENCE.finditer(markdown)
    ]


def run(markdown: str, where: str, folder: Path) -> None:
    """Run the blocks of a text in order. Raises what they raise, and AssertionError for what they print."""
    with typed_in("document", {}) as names:
        run_in(names, markdown, where, folder)


def run_in(names: dict[str, object], markdown: str, where: str, folder: Path) -> None:
    found = blocks(markdown)
    for block, following in zip(found, [*found[1:], None], strict=False):
        expected = following.text if following is not None and following.language == "text" else None
        if block.language == "pycon":
            failures = failures_of(where, block.text, names)
            assert not failures, failures
        elif block.language == "python mypy-refuses":
            assert expected is not None, f"{where}:{block.line}: what does mypy say? Add a `text` block"
            said = mypy_says(block.text, folder)
            assert expected.strip() in said, f"{where}:{block.line}: mypy says\n{said}"
        elif block.language == "python":
            printed = output_of(block, where, names, expected or "")
            if expected is not None:
                assert printed == expected, f"{where}:{block.line} printed\n{printed}"


def output_of(block: Block, where: str, names: dict[str, object], expected: str) -> str:
    """What a program prints, and the exception that ends it, if that is expected."""
    printed = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.text, where, "exec", dont_inherit=True)
    with contextlib.redirect_stdout(printed):
        try:
            exec(code, names)
        except Exception as error:
            name = type(error).__name__
            if f"{name}: " not in expected:
                raise
            print(f"{name}: {error}")
    return printed.getvalue()


def mypy_says(program: str, folder: Path) -> str:
    """mypy's report on a program, called model.py."""
    (folder / "model.py").write_text(program, "utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "model.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("path", [path for path in FILES if path.exists()], ids=lambda path: path.name)
def test_the_programs_in_the_text_run_and_print_what_it_says(path: Path, tmp_path: Path) -> None:
    run(path.read_text("utf-8"), path.name, tmp_path)


def test_the_readme_has_a_program_that_runs() -> None:
    assert any(block.language in ("python", "pycon") for block in blocks((ROOT / "README.md").read_text("utf-8")))


def test_a_text_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    run("```python\nx = 1\nprint(x)\n```\nso:\n```text\n1\n```\n", "good", tmp_path)
    with pytest.raises(AssertionError, match="printed"):
        run("```python\nprint(2)\n```\n\n```text\n1\n```\n", "wrong output", tmp_path)
    run("```python\n1 / 0\n```\n```text\nZeroDivisionError: division by zero\n```\n", "good error", tmp_path)
    run("* so\n\n  ```python\n  x = 1\n  ```\n\n  ```pycon\n  >>> x\n  1\n  ```\n", "indented", tmp_path)
    with pytest.raises(NameError):
        run("```python\nx = 1\n```\n```python\ny\n```\n", "wrong name", tmp_path)
    with pytest.raises(AssertionError, match="Expected"):
        run("```pycon\n>>> 1 + 1\n3\n```\n", "wrong session", tmp_path)
