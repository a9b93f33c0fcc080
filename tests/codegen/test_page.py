"""The C in `docs/how-compile-works.md` is what is generated."""

from __future__ import annotations

import pytest

import typedgrad as tg
from tests.architecture.source import ROOT
from typedgrad.codegen import compiler


@pytest.mark.skipif(compiler.find() is None, reason="there is no C compiler")
def test_the_page_shows_the_code_that_is_generated() -> None:
    def loss(x: tg.Tensor, weight: tg.Tensor) -> tg.Tensor:
        return tg.sum(tg.tanh(x * weight) ** 2)

    slope = tg.compile(tg.grad(loss, 1))
    slope(tg.ones(1000), tg.ones(1000))
    page = (ROOT / "docs" / "how-compile-works.md").read_text("utf-8")
    shown = page.split("```c\n")[1].split("```")[0]
    assert shown in slope.source()
