"""Every op is complete: it has gradients or says that it has none, and it shows how to use it."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import typedgrad.ops
from typedgrad.core.primitive import REGISTRY, Primitive


def ops() -> list[Primitive]:
    """The library's own ops; tests may have registered others."""
    for module in pkgutil.walk_packages(typedgrad.ops.__path__, "typedgrad.ops."):
        importlib.import_module(module.name)
    found = [op for name, op in sorted(REGISTRY.items()) if name.startswith("typedgrad.")]
    assert found, "the registry is empty"
    return found


OPS = ops()
NAMES = [op.full_name.removeprefix("typedgrad.") for op in OPS]


@pytest.mark.parametrize("op", OPS, ids=NAMES)
def test_an_op_has_a_gradient_or_says_that_it_has_none(op: Primitive) -> None:
    if op.differentiable:
        assert op.has_gradient, f"{op.name} needs a vjp, or @nondifferentiable"
    else:
        assert not op.has_gradient, f"{op.name} is nondifferentiable, yet has a vjp"


@pytest.mark.parametrize("op", OPS, ids=NAMES)
def test_an_op_shows_how_to_use_it(op: Primitive) -> None:
    assert ">>>" in (op.function.__doc__ or ""), f"{op.name} has no executable example"


@pytest.mark.parametrize("op", OPS, ids=NAMES)
def test_the_first_line_of_an_op_says_what_it_computes(op: Primitive) -> None:
    first = (op.function.__doc__ or "").strip().splitlines()[0]
    assert first.endswith((".", ":")), f"{op.name}: {first!r} is not a sentence"


@pytest.mark.parametrize("op", OPS, ids=NAMES)
def test_the_signature_of_an_op_can_be_read(op: Primitive) -> None:
    assert op.signature.name == op.name
