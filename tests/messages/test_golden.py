"""Every message a user can see, pinned by a text file.

A file `cases_<area>.py` beside this one has a table `CASES: dict[str, Callable[[], object]]`. Each case does something
wrong; the text of what it raises (or, for mypy's form, of the `Complaint` it returns) is compared with
`golden/<area>/<name>.txt`. To write the files anew, and then read the diff:

    TYPEDGRAD_UPDATE_GOLDEN=1 pytest tests/messages
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from typedgrad.shapes import Complaint

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
UPDATE = os.environ.get("TYPEDGRAD_UPDATE_GOLDEN") == "1"

Case = Callable[[], object]


def cases() -> dict[str, Case]:
    """All cases, as `area/name`."""
    found: dict[str, Case] = {}
    for path in sorted(HERE.glob("cases_*.py")):
        table = importlib.import_module(f"tests.messages.{path.stem}").CASES
        found |= {f"{path.stem.removeprefix('cases_')}/{name}": case for name, case in table.items()}
    return found


ALL = cases()


def message(case: Case) -> str:
    """What the user sees, and the class of the error."""
    try:
        result = case()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return f"{type(error).__name__}: {error}\n"
    assert isinstance(result, Complaint), f"nothing was raised; the case returned {result!r}"
    return "\n".join([f"{result.first}  [{result.code}]", *result.lines, ""])


@pytest.mark.parametrize("name", ALL)
def test_the_message_is_the_golden_one(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    text = message(ALL[name])
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"no golden file yet; TYPEDGRAD_UPDATE_GOLDEN=1 writes it:\n{text}"
    assert text == path.read_text(encoding="utf-8")


def test_every_golden_file_has_a_case() -> None:
    files = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.txt")}
    assert files <= set(ALL)


def test_a_case_that_raises_nothing_fails() -> None:
    with pytest.raises(AssertionError, match="nothing was raised"):
        message(lambda: 3)
