"""A call of an op with all examples that `vmap` maps over, and the rules for single ops."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from typedgrad.core.batching import repeated

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive

Statics: TypeAlias = "dict[str, Any]"


class Call(NamedTuple):
    """A call of an op with all examples: batched arguments have them along their first axis."""

    op: Primitive
    size: Any  # an int, or on shapes alone a symbol
    tensors: tuple[Any, ...]
    batched: tuple[bool, ...]
    statics: Statics

    def run(self, tensors: tuple[Any, ...], **changed: object) -> Any:
        """The op on other tensors, with some static arguments changed."""
        return self.op.function(*tensors, **{**self.statics, **changed})

    def rank(self, i: int) -> int:
        """How many axes one example of an argument has."""
        return len(self.tensors[i].shape) - self.batched[i]

    def repeated(self) -> tuple[Any, ...]:
        """The arguments, where those that are the same for all examples are repeated."""
        return tuple(
            x if one or x is None else repeated(x, self.size) for x, one in zip(self.tensors, self.batched, strict=True)
        )


Rule: TypeAlias = Callable[[Call], Any]
RULES: Final[dict[str, Rule]] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Attach a rule to the ops of these names. It gives None where it does not apply."""

    def attach(found: Rule) -> Rule:
        for name in names:
            RULES[f"typedgrad.{name}"] = found
        return found

    return attach


def count(sizes: tuple[Any, ...]) -> Any:
    """How many elements a shape has; for a size of -1 the negative."""
    total: Any = 1
    for n in sizes:
        total = total * n
    return total


def from_the_end(axis: Any, rank: int) -> Any:
    """An axis, or several, counted from the end, where a new first axis does not count."""
    if isinstance(axis, tuple):
        return tuple(from_the_end(i, rank) for i in axis)
    return axis if axis < 0 else axis - rank
