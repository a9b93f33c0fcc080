"""Every op keeps every law. An op without a Case is an error that names it."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import tests.backends.strict
import typedgrad.ops
from typedgrad.core.primitive import REGISTRY
from typedgrad.testing.laws import LAWS, Case, check_op

for _module in pkgutil.iter_modules(typedgrad.ops.__path__):
    importlib.import_module(f"typedgrad.ops.{_module.name}")  # which fills the registry
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
REGISTERED = [op for full_name, op in sorted(REGISTRY.items()) if full_name.startswith("typedgrad.")]
OPS = {op.name: op for op in REGISTERED}


def test_no_two_ops_have_one_name() -> None:
    assert sorted(op.name for op in REGISTERED) == sorted(OPS)


@pytest.mark.parametrize("name", sorted(OPS))
def test_it_has_a_case(name: str) -> None:
    assert name in CASES, f"{OPS[name].full_name} needs a Case in tests/laws/cases_<module>.py"


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_has_an_op(name: str) -> None:
    assert name in OPS, f"there is a Case for {name}, but no such op"


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


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(OPS.keys() & CASES.keys()))
def test_ops_keep_all_laws_on_many_more_arguments(name: str) -> None:
    for seed in range(20):
        check_op(OPS[name].function, CASES[name], devices=["strict"], seed=str(seed))


@pytest.mark.parametrize("device", ["strict", pytest.param("cuda", marks=pytest.mark.gpu)])
@pytest.mark.parametrize("name", sorted(OPS.keys() & CASES.keys()))
def test_backends_agree(name: str, device: str) -> None:
    check_op(OPS[name].function, CASES[name], laws=["agreement"], devices=[device])
