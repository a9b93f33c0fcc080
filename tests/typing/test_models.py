"""Whole models: mypy finds nothing wrong with them, they run at two sizes, and it finds the defects sown in them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.typing.checking import FOLDER, Report, check, errors
from tests.typing.mutations import MUTATIONS, Mutation

MODELS = sorted((FOLDER / "models").glob("*.py"))
SOWN = [(name, i) for name, mutations in MUTATIONS.items() for i in range(len(mutations))]


def mutated(name: str, mutation: Mutation) -> tuple[str, int]:
    """The text of a model with a defect in it, and the line on which the defect must be found."""
    text = (FOLDER / "models" / f"{name}.py").read_text()
    before, found, after = text.partition(mutation.old)
    assert found, f"{name} has no {mutation.old!r}"
    text = before + mutation.new + after
    if not mutation.line:
        return text, before.count("\n") + 1
    lines = [line.strip() for line in text.splitlines()]
    return text, next(n for n, line in enumerate(lines, 1) if line.startswith(mutation.line))


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What mypy says about every model, as it is and with each defect."""
    folder = tmp_path_factory.mktemp("models")
    files = list(MODELS)
    for name, i in SOWN:
        path = folder / f"{name}_{i}.py"
        path.write_text(mutated(name, MUTATIONS[name][i])[0])
        files.append(path)
    return {Path(name).stem: lines for name, lines in check(files, folder).items()}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_complete_model_has_no_errors_and_ignores_none(path: Path, verdict: Report) -> None:
    assert {line: errors(messages) for line, messages in verdict.get(path.stem, {}).items()} == {}
    assert "type: ignore" not in path.read_text()
    assert path.read_text().count("tg.assert_shape(") >= 4


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_complete_model_runs_at_two_sizes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType(f"model_{path.stem}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    for size in (2, 3):
        module.run(size)


@pytest.mark.parametrize(("name", "i"), SOWN)
def test_a_sown_defect_is_found_on_its_line(name: str, i: int, verdict: Report) -> None:
    _, line = mutated(name, MUTATIONS[name][i])
    found = {n: errors(messages) for n, messages in verdict.get(f"{name}_{i}", {}).items() if errors(messages)}
    assert found.keys() == {line}, found
    assert len(found[line]) == 1, found


def test_every_model_has_defects_sown() -> None:
    assert {path.stem for path in MODELS} == MUTATIONS.keys()
    assert all(len(mutations) >= 5 for mutations in MUTATIONS.values())
