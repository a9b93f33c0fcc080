"""Every op keeps every law. An op without a Case is an error that names it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import tests.backends.strict
import typedgrad
from typedgrad.core.primitive import REGISTRY
from typedgrad.testing.laws import LAWS, Case, check_op

assert typedgrad.__name__, "importing the package fills the registry"
assert tests.backends.strict.__name__, "and importing the double registers it"


def _cases() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for path in sorted(Path(__file__).parent.glob("cases_*.py")):
        module = importlib.import_module(f"tests.laws.{path.stem}")
        twice = found.keys() & module.CASES.keys()
        assert not twice, f"{path.name} repeats {sorted(twice)}"
        found |= module.CASES
    return found


CASES = _cases()
OPS = {op.name: op for full_name, op in sorted(REGISTRY.items()) if full_name.startswith("typedgrad.")}


def test_every_op_has_a_case() -> None:
    assert sorted(OPS.keys() - CASES.keys()) == []


def test_every_case_has_an_op() -> None:
    assert sorted(CASES.keys() - OPS.keys()) == []


@pytest.mark.parametrize("name", sorted(CASES))
def test_whatever_is_skipped_has_a_reason(name: str) -> None:
    kinds = {"float32", "int64", "bool", "complex128"}
    for what, reason in CASES[name].skip.items():
        assert what in LAWS.keys() | kinds, f"{what} is neither a law nor a kind of number"
        assert len(reason.split()) > 2, f"skipping {what} needs a reason"


@pytest.mark.parametrize("law", [law for law in LAWS if law != "agreement"])
@pytest.mark.parametrize("name", sorted(OPS.keys() & CASES.keys()))
def test_ops_keep_the_law(name: str, law: str) -> None:
    check_op(OPS[name].function, CASES[name], laws=[law])


@pytest.mark.parametrize("device", ["strict", pytest.param("cuda", marks=pytest.mark.gpu)])
@pytest.mark.parametrize("name", sorted(OPS.keys() & CASES.keys()))
def test_backends_agree(name: str, device: str) -> None:
    check_op(OPS[name].function, CASES[name], laws=["agreement"], devices=[device])
