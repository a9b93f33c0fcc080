"""The judge's verdicts and messages do not depend on the cache, and its verdicts are jaxtyping's and beartype's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from beartype import beartype
from jaxtyping import jaxtyped

import typedgrad as tg
from tests.core.corpus import RIGHT, WRONG, Call
from typedgrad.core import typed as module

CORPUS = [*RIGHT, *WRONG]


def name(call: Call) -> str:
    shown = [repr(a).splitlines()[0][:20] if not hasattr(a, "shape") else str(list(a.shape)) for a in call.args]
    return f"{call.function.__name__}({', '.join([*shown, *call.kwargs])})"


def judged(function: Callable[..., Any], mode: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The function as `typed` makes it when TYPEDGRAD_CHECKS is `mode`."""
    monkeypatch.setattr(module, "CHECKS", mode)
    return tg.typed(function)


def verdict(function: Callable[..., Any], call: Call) -> tuple[bool, str]:
    """Whether the call is accepted, and what is said if it is not. The judge raises nothing but TypeErrors."""
    try:
        function(*call.args, **call.kwargs)
    except TypeError as error:
        return False, f"{type(error).__name__}: {error}"
    return True, ""


def test_the_corpus_is_large_enough() -> None:
    assert len(RIGHT) >= 30
    assert len(WRONG) >= 30
    assert all(call.fits for call in RIGHT)
    assert not any(call.fits for call in WRONG)


@pytest.mark.parametrize("call", CORPUS, ids=name)
def test_the_verdict_with_the_cache_and_without_it_and_with_plain_jaxtyping(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = judged(call.function, "cached", monkeypatch)
    first, second = verdict(cached, call), verdict(cached, call)
    always = verdict(judged(call.function, "always", monkeypatch), call)
    plain, _ = verdict(jaxtyped(typechecker=beartype)(call.function), call)
    assert plain == call.fits
    assert first == second == always
    assert first[0] == call.fits


def test_verdicts_do_not_depend_on_what_was_called_before(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = {f: judged(f, "cached", monkeypatch) for f in {call.function for call in CORPUS}}
    alone = {f: judged(f, "always", monkeypatch) for f in functions}
    monkeypatch.setattr(module, "CHECKS", "cached")
    orders = [
        CORPUS,
        CORPUS[::-1],
        [*WRONG, *RIGHT],
        [c for pair in zip(CORPUS, CORPUS[::-1], strict=True) for c in pair],
    ]
    for order in orders:
        for call in order:
            assert verdict(functions[call.function], call) == verdict(alone[call.function], call), name(call)


@pytest.mark.parametrize("call", WRONG, ids=name)
def test_a_refusal_names_the_function_first(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted, message = verdict(judged(call.function, "cached", monkeypatch), call)
    assert not accepted
    first_line = message.partition(": ")[2].splitlines()[0]
    assert first_line.startswith(call.function.__name__), message
    assert len(first_line) < 200


@pytest.mark.parametrize("call", CORPUS, ids=name)
def test_when_checks_are_off_the_function_is_left_alone(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(call.function, "off", monkeypatch) is call.function


def test_most_functions_of_the_corpus_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that never remembers would pass everything above."""
    from typedgrad.core.judge import Judge

    full: Counter[str] = Counter()
    original = Judge.full

    def counted(self: Judge, *args: Any) -> Any:
        full[self.function.__name__] += 1
        return original(self, *args)

    monkeypatch.setattr(Judge, "full", counted)
    forgetful = {"sliced", "many", "rest", "chosen"}
    for call in RIGHT:
        full.clear()
        function = judged(call.function, "cached", monkeypatch)
        for _ in range(3):
            function(*call.args, **call.kwargs)
        assert full[call.function.__name__] == (3 if call.function.__name__ in forgetful else 1), name(call)
