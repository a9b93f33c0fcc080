"""Every function, method and attribute of the standard is there, and takes what the standard says."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter

import pytest

import typedgrad as tg
from tests.array_api.signatures import ATTRIBUTES, CONSTANTS, DTYPES, FFT, LINALG, MAIN, METHODS

FUNCTIONS = [
    (prefix + name, text)
    for prefix, table in (("", MAIN), ("linalg.", LINALG), ("fft.", FFT))
    for text, names in table.items()
    for name in names.split()
]


def _parameters(text: str) -> list[Parameter]:
    scope: dict[str, Callable[..., object]] = {}
    exec(f"def standard({text}): ...", scope)  # text from our own table
    return list(inspect.signature(scope["standard"]).parameters.values())


def _resolve(name: str) -> Callable[..., object]:
    found: object = tg
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)
    return found


@pytest.mark.parametrize(("name", "text"), FUNCTIONS, ids=[name for name, _ in FUNCTIONS])
def test_a_function_takes_what_the_standard_says(name: str, text: str) -> None:
    # It may take more, and by position what the standard has as a keyword.
    ours = inspect.signature(_resolve(name)).parameters
    by_position = [p for p in ours.values() if p.kind is not Parameter.KEYWORD_ONLY]
    for i, wanted in enumerate(_parameters(text)):
        if wanted.kind is Parameter.KEYWORD_ONLY or wanted.kind is Parameter.POSITIONAL_OR_KEYWORD:
            found = ours[wanted.name]
            assert found.kind in (wanted.kind, Parameter.POSITIONAL_OR_KEYWORD)
        else:
            found = by_position[i]
            assert found.kind in (wanted.kind, Parameter.POSITIONAL_OR_KEYWORD)
        if wanted.kind is Parameter.POSITIONAL_OR_KEYWORD:
            assert by_position[i].name == wanted.name
        if wanted.default is not Parameter.empty:
            assert found.default == wanted.default
    known = {p.name for p in _parameters(text)}
    assert all(p.default is not Parameter.empty for p in ours.values() if p.name not in known)


@pytest.mark.parametrize(("text", "names"), METHODS.items())
def test_methods_take_what_the_standard_says(text: str, names: str) -> None:
    for name in names.split():
        ours = list(inspect.signature(getattr(tg.ones(()), name)).parameters.values())
        wanted = _parameters(text)
        assert [p.default for p in ours] == [p.default for p in wanted], name
        for found, expected in zip(ours, wanted, strict=True):
            assert found.kind in (expected.kind, Parameter.POSITIONAL_OR_KEYWORD), name
            if expected.kind is Parameter.KEYWORD_ONLY:
                assert found.name == expected.name, name


def test_attributes_and_constants_are_there() -> None:
    assert all(hasattr(tg.ones((2, 2)), name) for name in ATTRIBUTES.split())
    assert all(hasattr(tg, name) for name in CONSTANTS.split())
    assert all(tg.zeros(1, dtype=getattr(tg, name)).dtype == getattr(tg, name) for name in DTYPES.split())
    assert tg.newaxis is None
