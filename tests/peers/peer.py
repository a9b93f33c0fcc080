"""PyTorch, imported when it is first used: the rows can be listed where it is not installed."""

from __future__ import annotations

import importlib
from typing import Any


class _Lazily:
    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._module), name)


torch: Any = _Lazily("torch")
functional: Any = _Lazily("torch.nn.functional")


def called(path: str) -> Any:
    """The function at a dotted path, such as `torch.nn.functional.relu`.

    >>> called("torch.exp").__name__  # doctest: +SKIP
    'exp'
    """
    first, *rest = path.split(".")
    found = importlib.import_module(first)
    for name in rest:
        found = getattr(found, name)
    return found
