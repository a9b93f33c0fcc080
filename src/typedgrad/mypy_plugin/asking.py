"""The one call into the library: every question about shapes and dtypes goes to `typedgrad.shapes.judge`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from typedgrad.shapes import UNKNOWN, Answer, Request, judge

_LIMIT: Final = 50_000
_OURS: Final = "typedgrad."


class Ask:
    """Puts questions to the judge, and remembers the answers: they depend on nothing but the question."""

    def __init__(self) -> None:
        self._answers: dict[object, Answer] = {}
        self._imported: set[str] = set()

    def __call__(self, request: Request) -> Answer:
        """The answer to a question."""
        key = repr(request)
        answer = self._answers.get(key)
        if answer is None:
            if request.callee.startswith(_OURS):
                self._learn(request.callee.rpartition(".")[0])
            answer = judge(request)
            if len(self._answers) >= _LIMIT:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def _learn(self, module: str) -> None:
        """Import a module of ops, which enter themselves into the judge's registry: only those that a program uses."""
        if module not in self._imported:
            self._imported.add(module)
            with suppress(ModuleNotFoundError):  # a class, whose functions enter nothing
                importlib.import_module(module)
            if len(self._imported) == 1:
                importlib.import_module("typedgrad.ops.creation_rules").enter()

    def axes(self, text: str) -> Answer:
        """How the body of a function sees a shape string, or what is wrong with the string."""
        return self(Request("", kind="annotation", result=((text, "Shaped"),)))

    def value(self, full_name: str, values: Sequence[object], keywords: Mapping[str, object]) -> object:
        """What a function of this library makes of sizes and options; nobody else's functions are ever run."""
        module, _, name = full_name.rpartition(".")
        if not module.startswith(_OURS) or UNKNOWN in (*values, *keywords.values()):
            return UNKNOWN
        try:
            return getattr(importlib.import_module(module), name)(*values, **keywords)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError):
            return UNKNOWN

    def sizes(self, texts: tuple[str, ...], known: Mapping[str, str]) -> tuple[str | None, ...]:
        """Expressions with the values of some names put in."""
        return self(Request("", kind="dim", result=tuple((text, "") for text in texts), known=known)).shapes
