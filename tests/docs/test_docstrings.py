"""Every example in a docstring gives what it says."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.docs.doctests import documented, failures_of, names_for, typed_in

EXAMPLES = sorted(documented(), key=lambda example: example[0])


@pytest.mark.parametrize(
    ("name", "text", "module"), EXAMPLES, ids=[name.removeprefix("typedgrad.") for name, _, _ in EXAMPLES]
)
def test_the_example_gives_what_it_says(name: str, text: str, module: ModuleType) -> None:
    with typed_in("example", names_for(module)) as names:
        failures = failures_of(name, text, names)
    assert not failures, failures


def test_wrapped_functions_methods_and_classes_are_all_found() -> None:
    found = {name for name, _, _ in EXAMPLES}
    assert {
        "typedgrad.ops.arithmetic.add",
        "typedgrad.data.dataset.Dataset",
        "typedgrad.data.dataset.Dataset.split",
        "typedgrad.data.order.permutation",
    } <= found


def test_a_wrong_example_is_noticed() -> None:
    assert "Expected:\n    3\nGot:\n    2" in failures_of("wrong", ">>> 1 + 1\n3\n", {})
    assert "Expected nothing" in failures_of("wrong", ">>> 1 + 1\n", {})
    good = ">>> raise tg.TypedError('x: y')\nTraceback (most recent call last):\nTypedError: x: y\n"
    names: dict[str, object] = {
        "tg": type("tg", (), {"TypedError": type("TypedError", (TypeError,), {"__module__": "a.b"})})
    }
    assert not failures_of("right", good, names)
    assert not failures_of("rounded", ">>> [1.0000001, 2]\n[1.0, 2]\n", {})
    assert failures_of("too far", ">>> [1.0001, 2]\n[1.0, 2]\n", {})
    assert failures_of("integers", ">>> [1.0, 2]\n[1.0, 3]\n", {})
    assert failures_of("wrong", good.replace("x: y\n", "x: z\n"), names)
