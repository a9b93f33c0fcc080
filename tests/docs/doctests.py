"""Every docstring of the library as a doctest. Ops are wrapped functions, which doctest's own search passes over."""

from __future__ import annotations

import contextlib
import doctest
import functools
import importlib
import io
import math
import pkgutil
import re
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType

import jaxtyping

import typedgrad as tg

NEED_A_GPU = {"typedgrad.backends.cupy"}
FLAGS = doctest.ELLIPSIS
# `typedgrad.shapes.errors.ShapeError: ...`: what users read is the last part.
MODULE_OF_ERROR = re.compile(r"^(?:\w+\.)+(?=\w+: )", re.MULTILINE)


# Functions such as `exp` differ in the last digit between versions of numpy and between processors.
FLOAT = re.compile(r"-?\d+\.\d*(?:e[+-]?\d+)?")
SPACES = re.compile(r"\s+")


class Checker(doctest.OutputChecker):
    """Compares exactly, but for the module in front of an exception's name and the last digit of floats."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        want, got = (MODULE_OF_ERROR.sub("", text) for text in (want, got))
        return super().check_output(want, got, optionflags) or same_but_for_rounding(want, got)


def same_but_for_rounding(want: str, got: str) -> bool:
    """Whether two texts are the same words (numpy aligns columns as digits need it) around nearly the same floats."""
    words = [SPACES.sub("", FLOAT.sub("#", text)) for text in (want, got)]
    floats = [[float(number) for number in FLOAT.findall(text)] for text in (want, got)]
    return words[0] == words[1] and all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-7) for a, b in zip(*floats, strict=True)
    )


def documented() -> Iterator[tuple[str, str, ModuleType]]:
    """The name, docstring and module of everything in the library that has an example."""
    for module in modules():
        found = [(module.__name__, module.__doc__ or ""), *members(module, module)]
        yield from ((name, doc, module) for name, doc in found if ">>>" in doc)


def modules() -> Iterator[ModuleType]:
    """Every module of the library."""
    yield tg
    for found in pkgutil.walk_packages(tg.__path__, "typedgrad."):
        if found.name not in NEED_A_GPU and not found.name.endswith(".__main__"):  # a program, which runs when imported
            yield importlib.import_module(found.name)


def members(owner: ModuleType | type, module: ModuleType) -> Iterator[tuple[str, str]]:
    """Functions and classes that are defined in `module`, and the methods of its classes."""
    for name, value in vars(owner).items():
        inner = definition(value)
        if inner is None or inner.__module__ != module.__name__ or inner.__name__ != name:
            continue  # not a definition, or one that lives elsewhere or under another name
        yield f"{module.__name__}.{inner.__qualname__}", inner.__doc__ or ""
        if isinstance(inner, type):
            yield from members(inner, module)


def definition(value: object) -> FunctionType | type | None:
    """The function or class that a name in a module or class stands for."""
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    elif isinstance(value, functools.cached_property):
        value = value.func
    return value if isinstance(value, FunctionType | type) else None


def failures_of(name: str, text: str, names: dict[str, object]) -> str:
    """What is wrong with the examples in a text; nothing if they give what they say. Adds the names they define."""
    example = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    example.globs = names  # it would copy them, and what is defined could not be found again
    output = io.StringIO()
    runner = doctest.DocTestRunner(Checker(), verbose=False, optionflags=FLAGS)
    with contextlib.redirect_stderr(io.StringIO()):
        runner.run(example, out=output.write, clear_globs=False)
    return output.getvalue()


@contextlib.contextmanager
def typed_in(name: str, names: dict[str, object]) -> Iterator[dict[str, object]]:
    """A module of its own for an example: annotations of what it defines are looked up there, as in a user's file."""
    module = ModuleType(name)
    vars(module).update(names | {"__name__": name})
    sys.modules[name] = module
    try:
        yield vars(module)
    finally:
        del sys.modules[name]


def names_for(module: ModuleType) -> dict[str, object]:
    """What an example may use: its module's names, `tg`, and the annotations."""
    shared = {
        name: getattr(jaxtyping, name)
        for name in ("Bool", "Complex", "Float", "Float32", "Float64", "Int", "Int64", "Num", "Shaped")
    }
    return {**shared, **vars(module), "tg": tg}
