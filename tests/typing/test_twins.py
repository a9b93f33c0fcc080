"""Twins: programs that are checked and executed. What mypy says of them is what happens."""

from __future__ import annotations

import re
import sys
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.typing.checking import FOLDER, Report, expected, name_of, revealed
from typedgrad.shapes import DTypeError, ShapeError

TWINS = sorted((FOLDER / "twins").glob("*.py"))
_ANNOTATION = re.compile(r'(\w+)\[Tensor, "([^"]*)"\]')
_SUM = re.compile(r"\d+(?:[-+*/]+\d+)+")
_NAME = re.compile(r"[A-Za-z_]\w*")


class Run:
    """What happened in a twin: for each line the shapes and dtypes revealed, and the errors raised."""

    def __init__(self, path: Path, patch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.shown: dict[int, set[tuple[tuple[int, ...], str]]] = {}
        self.raised: dict[int, str] = {}
        patch.setattr(typing, "reveal_type", self._reveal)
        self.module = ModuleType(f"twin_{path.stem}")
        patch.setitem(sys.modules, self.module.__name__, self.module)
        exec(compile(path.read_text(), str(path), "exec"), self.module.__dict__)
        for name, function in list(vars(self.module).items()):
            if name.startswith("run_"):
                self._call(function)

    def _reveal(self, value: Any) -> Any:
        line = sys._getframe(1).f_lineno
        self.shown.setdefault(line, set()).add((value.shape, value.dtype.name))
        return value

    def _call(self, function: Any) -> None:
        try:
            function()
        except ShapeError as error:
            frame, line = error.__traceback__, 0
            marked = expected(self.path, "E")
            while frame is not None:
                if frame.tb_frame.f_code.co_filename == str(self.path) and (not line or frame.tb_lineno in marked):
                    line = frame.tb_lineno
                frame = frame.tb_next
            if line not in marked and isinstance(error, ShapeError):
                line = _line_of_result(error, self.path) or line
            code = "dtype" if isinstance(error, DTypeError) else "shape"
            self.raised[line] = f"{str(error).splitlines()[0]} [{code}]"


def _line_of_result(error: ShapeError, path: Path) -> int | None:
    """A wrong result is found when the function has returned: on the line of its `return`, in mypy's view."""
    lines = path.read_text().splitlines()
    starts = [i for i, line in enumerate(lines, 1) if line.startswith(f"def {error.where}(")]
    marks = [n for n in expected(path, "E") if starts and n > starts[0]]
    return min(marks) if marks else None


def _bound(text: str, sizes: dict[str, int]) -> str:
    """A message with the names of dimensions replaced by their sizes, but not those between backticks."""
    parts = text.split("`")
    parts[::2] = [_NAME.sub(lambda name: str(sizes.get(name[0], name[0])), part) for part in parts[::2]]
    text = _SUM.sub(lambda found: str(eval(found[0])), "`".join(parts))
    return re.sub(r"\w+=(?=\d)", "", text)


def _sizes(axes: str, sizes: dict[str, int]) -> tuple[int | None, ...]:
    return tuple(
        None if token == "_" else int(eval(token, {"max": max, "min": min}, dict(sizes))) for token in axes.split()
    )


@pytest.mark.parametrize("path", TWINS, ids=name_of)
def test_what_mypy_reveals_is_what_runs(path: Path, report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(path, monkeypatch)
    sizes: dict[str, int] = run.module.SIZES
    static = {line: texts for line, messages in report[name_of(path)].items() if (texts := revealed(messages))}
    assert static.keys() == run.shown.keys()
    for line, (text,) in static.items():
        found = _ANNOTATION.fullmatch(text)
        assert found is not None, f"line {line}: mypy does not know the shape: {text}"
        kind, axes = found.groups()
        for shape, dtype in run.shown[line]:
            known = _sizes(axes, sizes)
            assert len(known) == len(shape), f"line {line}: {text} against {shape}"
            assert all(k in (None, n) for k, n in zip(known, shape, strict=True)), (
                f"line {line}: {text} against {shape}"
            )
            assert kind.lower() == dtype or kind in ("Float", "Num", "Real", "Shaped"), f"line {line}: {text}, {dtype}"


@pytest.mark.parametrize("path", TWINS, ids=name_of)
def test_what_mypy_refuses_is_refused_when_it_runs(path: Path, report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(path, monkeypatch)
    sizes: dict[str, int] = run.module.SIZES
    wanted = expected(path, "E")
    static = {
        line: "; ".join(f"{m.text} [{m.code}]" for m in messages if m.severity == "error")
        for line, messages in report[name_of(path)].items()
        if any(m.severity == "error" for m in messages)
    }
    assert static == wanted
    bound = {line: _bound(text, sizes) for line, text in wanted.items()}
    assert {line: _bound(text, sizes) for line, text in run.raised.items()} == bound


def test_there_are_enough_twins() -> None:
    assert len(TWINS) >= 60
