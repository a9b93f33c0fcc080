"""The one call into the library: every question about shapes and dtypes goes to `typedgrad.shapes.judge`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Final

from typedgrad.shapes import Answer, Argument, Request, judge

_LIMIT: Final = 50_000


class Ask:
    """Puts questions to the judge, and remembers the answers: they depend on nothing but the question."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        # Ops enter themselves into the judge's registry when they are imported.
        for module in pkgutil.iter_modules(importlib.import_module("typedgrad.ops").__path__):
            importlib.import_module(f"typedgrad.ops.{module.name}")
        importlib.import_module("typedgrad.ops.creation_rules").enter()

    def __call__(self, request: Request) -> Answer:
        """The answer to a question."""
        key = repr(request)
        answer = self._answers.get(key)
        if answer is None:
            answer = judge(request)
            if len(self._answers) >= _LIMIT:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def axes(self, text: str) -> Answer:
        """How the body of a function sees a shape string, or what is wrong with the string."""
        return self(Request("", kind="annotation", result=((text, "Shaped"),)))

    def fits(self, title: str, argument: Argument, *, returned: bool) -> Answer:
        """Whether a value may stand where another shape is declared, or returned where one is promised."""
        return self(Request(title, kind="return" if returned else "assign", arguments=(argument,)))

    def sizes(self, texts: tuple[str, ...], known: Mapping[str, str]) -> tuple[str | None, ...]:
        """Expressions with the values of some names put in."""
        return self(Request("", kind="dim", result=tuple((text, "") for text in texts), known=known)).shapes
