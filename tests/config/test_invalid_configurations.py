"""Every configuration that makes no sense is refused by mypy or when it is built, and its correct twin is not."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

import typedgrad as tg
from tests.config.invalid_layers import LAYERS
from tests.config.invalid_rest import REST
from tests.typing.checking import Report, check
from typedgrad import config, nn, optim

HEADER = """
from typedgrad import config, network, optim
from typedgrad.config import LayerOptions, together
from typedgrad.nn import *
import typedgrad as tg

def read_graph(layers: dict[str, list[str]]) -> object: ...

"""
CASES = {**LAYERS, **REST}
BY_MYPY = [name for name, case in CASES.items() if case.by == "mypy"]
BY_BUILD = [name for name, case in CASES.items() if case.by == "build"]


def read_graph(layers: dict[str, list[str]]) -> config.GraphBackbone[Any]:
    """A graph in a file, of layers and what they take."""
    document = {
        "typedgrad": "graph",
        "inputs": {"x": "n 4"},
        "layers": {name: {"type": "Relu", "inputs": inputs} for name, inputs in layers.items()},
        "output": {"of": "b"},
    }
    return config.GraphSpec.from_json(json.dumps(document)).build_backbone()


def _run(program: str) -> None:
    """Do what a program says; the last expression is built if it can be."""
    *first, last = program.split("; ")
    names: dict[str, object] = {
        **{name: value for name, value in vars(nn).items() if not name.startswith("_")},
        "tg": tg,
        "network": tg.network,
        "optim": optim,
        "config": config,
        "read_graph": read_graph,
        "LayerOptions": config.LayerOptions,
        "together": config.together,
    }
    exec("; ".join(first), names)
    made = eval(last, names)
    if isinstance(made, config.OutputBuilder) or (isinstance(made, config.LayerBuilder) and made.spec.layers):
        made.build()


def test_there_are_at_least_60() -> None:
    assert len(CASES) >= 60
    assert len({case.wrong for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("name", BY_BUILD)
def test_it_is_refused_when_it_is_built_by_a_message_that_names_what_clashes(name: str) -> None:
    case = CASES[name]
    with pytest.raises((TypeError, ValueError)) as raised:
        _run(case.wrong)
    assert not [word for word in case.words if word not in str(raised.value)], str(raised.value)


@pytest.mark.parametrize("name", BY_MYPY)
def test_what_mypy_refuses_does_not_run_either(name: str) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        _run(CASES[name].wrong)


@pytest.mark.parametrize("name", CASES)
def test_its_twin_is_built(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _run(CASES[name].right)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, dict[str, int]]:
    """What mypy says of all programs, and the lines on which the last expressions of them are."""
    folder = tmp_path_factory.mktemp("configurations")
    lines: dict[str, int] = {}
    for kind in ("wrong", "right"):
        text = HEADER
        for i, (name, case) in enumerate(CASES.items()):
            text += f"def program_{i}() -> object:\n"
            *first, last = getattr(case, kind).split("; ")
            text += "".join(f"    {statement}\n" for statement in first) + f"    return {last}\n"
            lines[name] = text.count("\n")
        (folder / f"{kind}.py").write_text(text)
    return check([folder / "wrong.py", folder / "right.py"], folder), lines


def _errors(report: Report, kind: str) -> dict[int, list[str]]:
    found = next((lines for path, lines in report.items() if Path(path).name == f"{kind}.py"), {})
    return {line: [m.text for m in messages if m.severity == "error"] for line, messages in found.items()}


@pytest.mark.parametrize("name", BY_MYPY)
def test_it_is_refused_by_mypy(name: str, report: tuple[Report, dict[str, int]]) -> None:
    # Both programs of a case have as many lines, so that one number serves for both.
    messages = " ".join(_errors(report[0], "wrong").get(report[1][name], []))
    assert messages, "mypy says nothing"
    assert not [word for word in CASES[name].words if word not in messages], messages


def test_mypy_refuses_many_of_those_that_are_built_too(report: tuple[Report, dict[str, int]]) -> None:
    wrong = _errors(report[0], "wrong")
    assert sum(bool(wrong.get(report[1][name])) for name in BY_BUILD) >= 20


def test_mypy_says_nothing_of_the_twins(report: tuple[Report, dict[str, int]]) -> None:
    assert {line: texts for line, texts in _errors(report[0], "right").items() if texts} == {}
