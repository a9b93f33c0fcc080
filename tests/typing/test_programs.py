"""What mypy says of programs: nothing of correct ones, one error on the right line of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.typing.checking import FOLDER, Report, errors, expected, name_of, revealed

ACCEPT = sorted((FOLDER / "accept").glob("*.py"))
REJECT = sorted((FOLDER / "reject").glob("*.py"))


@pytest.mark.parametrize("path", ACCEPT, ids=name_of)
def test_correct_programs_are_accepted_in_silence(path: Path, report: Report) -> None:
    found = {line: errors(messages) for line, messages in report[name_of(path)].items() if errors(messages)}
    assert found == {}


@pytest.mark.parametrize("path", [*ACCEPT, *REJECT], ids=name_of)
def test_types_are_revealed_as_expected(path: Path, report: Report) -> None:
    wanted = expected(path, "R")
    found = {line: "; ".join(texts) for line, m in report[name_of(path)].items() if (texts := revealed(m))}
    assert found == wanted


@pytest.mark.parametrize("path", REJECT, ids=name_of)
def test_every_defect_is_reported_once_on_its_line(path: Path, report: Report) -> None:
    wanted = expected(path, "E")
    found = {line: "; ".join(texts) for line, m in report[name_of(path)].items() if (texts := errors(m))}
    assert found == wanted


def test_there_are_enough_programs() -> None:
    assert sum(len(expected(path, "E")) for path in REJECT) >= 290
    assert sum(path.read_text().count("\ndef ") + path.read_text().count("    def ") for path in ACCEPT) >= 260
