"""What the judge knows of ops: their signatures and rules, entered by whoever defines an op."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from typedgrad.shapes.signature import Signature

DTypeRule = Callable[..., "str | tuple[str, ...]"]
"""Names the dtype of the result. It asks by name: a tensor argument for its dtype, a static argument for its value."""


class Entry:
    """An op as the judge sees it."""

    __slots__ = ("dtype_rule", "parameters", "signature", "static_defaults")

    def __init__(
        self,
        signature: Signature,
        static_defaults: Mapping[str, object] = {},
        dtype_rule: DTypeRule | None = None,
        parameters: tuple[str, ...] = (),
    ) -> None:
        self.signature, self.static_defaults, self.dtype_rule = signature, static_defaults, dtype_rule
        # Of the function, in order: a checker may not know the names of those that are positional only.
        self.parameters = parameters


_ENTRIES: dict[str, Entry] = {}
_MAKERS: dict[str, Callable[[], Entry]] = {}


def register(
    full_name: str,
    signature: Signature,
    *,
    static_defaults: Mapping[str, object] = {},
    dtype_rule: DTypeRule | None = None,
) -> None:
    """Enter an op under its full name, as in `typedgrad.ops.linalg.matmul`."""
    _MAKERS.pop(full_name, None)
    _ENTRIES[full_name] = Entry(signature, static_defaults, dtype_rule)


def register_lazy(full_name: str, make: Callable[[], Entry]) -> None:
    """Enter an op whose signature is made when somebody first asks for it."""
    _ENTRIES.pop(full_name, None)
    _MAKERS[full_name] = make


def find(full_name: str) -> Entry | None:
    """The op entered under this name."""
    if full_name in _MAKERS:
        _ENTRIES[full_name] = _MAKERS[full_name]()
        del _MAKERS[full_name]
    return _ENTRIES.get(full_name)


def names() -> list[str]:
    """The full names of all ops."""
    return sorted({*_ENTRIES, *_MAKERS})


def forget(full_name: str) -> None:
    """Take an op out again."""
    _ENTRIES.pop(full_name, None)
    _MAKERS.pop(full_name, None)
