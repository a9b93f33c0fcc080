"""`Formula`: all that distinguishes one updater from another, and `ByFormula`, the updater that follows one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, TypeVar

from typedgrad.backends import namespace
from typedgrad.optim import hyper
from typedgrad.optim.refusals import spelt, unlike
from typedgrad.optim.walk import Moments, Rule, boxed, raw, stepped, zeros

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Domain, Hyper

P = TypeVar("P")
Settings: TypeAlias = Mapping[str, float]
Sizes: TypeAlias = Callable[[tuple[int, ...]], tuple[tuple[int, ...], ...]]


class FormulaState(NamedTuple):
    """How many updates were made, a number that goes from one to the next, and what is kept of each parameter."""

    step: int
    carry: float
    memory: dict[str, Moments]


@dataclass(frozen=True, eq=False)
class Formula:
    """How to update one parameter.

    `rule` takes the number of the update (from 1), the carried numbers before and after it, and the settings by name.
    """

    title: str
    # The settings in their order, and what they may be; a flag is passed on as it is.
    domains: Mapping[str, Domain | Literal["flag"]]
    # What is kept of each parameter, and the setting that must not be 0 or False for it to be needed.
    memory: Mapping[str, str | None]
    rule: Callable[..., Rule]
    # What the memory starts as unless as zeros: "parameter", or the name of a setting.
    start: Mapping[str, str] = field(default_factory=dict)
    # The shapes of the memory if they are not those of the parameter.
    sizes: Sizes | None = None
    # The number carried on, which is 1.0 at first: from the number of the update, the last one, and the settings.
    carry: Callable[[int, float, Settings], float] = lambda t, last, settings: last
    # How many axes a parameter must have, if that matters, and why.
    rank: tuple[int, str] | None = None


@dataclass(frozen=True, repr=False)
class ByFormula:
    """An updater that follows a formula with given settings."""

    formula: Formula
    settings: tuple[tuple[str, Hyper], ...]

    def __post_init__(self) -> None:
        for name, value in self.settings:
            domain = self.formula.domains[name]
            if domain != "flag":
                hyper.check(self.formula.title, name, value, domain)
            elif not isinstance(value, bool):
                raise TypeError(f"{self.formula.title}: `{name}` must be a bool, not {type(value).__name__}")

    def __repr__(self) -> str:
        return f"{self.formula.title}({', '.join(f'{name}={value!r}' for name, value in self.settings)})"

    def init(self, params: object) -> FormulaState:
        """The state before the first update.

        Raises:
            TypeError: if a parameter is not a float tensor.
            ValueError: if `eps` is 0 in the dtype of a parameter, or it has not the axes that the formula needs.
        """
        formula, settings = self.formula, self._at(0)
        like = zeros(formula.title, params)
        for path, p in like.items():
            if "eps" in settings and p.dtype.type(settings["eps"]) == 0:
                raise ValueError(
                    f"{formula.title}: eps={settings['eps']} is 0 in {p.dtype.name}, the dtype of {spelt(path)}; "
                    "use a larger one"
                )
            if formula.rank is not None and len(p.shape) != formula.rank[0]:
                raise ValueError(f"{formula.title}: {spelt(path)} has shape {list(p.shape)}, but {formula.rank[1]}")
        given = zeros(formula.title, params, as_they_are=True)
        memory: dict[str, Moments] = {}
        for i, (name, needs) in enumerate(formula.memory.items()):
            if needs is None or dict(self.settings)[needs] != 0:
                start = formula.start.get(name, "")
                memory[name] = dict(given) if start == "parameter" else self._filled(like, i, settings.get(start, 0.0))
        return FormulaState(0, 1.0, memory)

    def update(self, params: P, grads: P, state: FormulaState) -> tuple[P, FormulaState]:
        """The parameters and the state after one update."""
        formula, settings = self.formula, self._at(state.step)
        t = state.step + 1
        carry = formula.carry(t, state.carry, settings)
        rule = formula.rule(t, (state.carry, carry), **settings)
        kept = tuple(state.memory.values())
        differ = unlike if formula.sizes is None else self._unlike
        params, kept = stepped(formula.title, params, grads, kept, rule, differ)
        return params, FormulaState(t, carry, dict(zip(state.memory, kept, strict=True)))

    def _at(self, step: int) -> dict[str, float]:
        """The settings of an update."""
        found: dict[str, float] = {}
        for name, value in self.settings:
            domain = self.formula.domains[name]
            if domain == "flag":
                found[name] = value  # type: ignore[assignment]  # a bool, as `__post_init__` has made sure
            else:
                found[name] = hyper.at(self.formula.title, name, value, step, domain)
        return found

    def _filled(self, like: Moments, number: int, value: float) -> Moments:
        sizes = self.formula.sizes
        if sizes is None and value == 0:
            return dict(like)
        return {path: _full(p, p.shape if sizes is None else sizes(p.shape)[number], value) for path, p in like.items()}

    def _unlike(self, kept: Tensor, p: Tensor) -> bool:
        sizes = self.formula.sizes
        assert sizes is not None
        if p.device == "abstract":
            return False
        return kept.shape not in sizes(p.shape) or kept.dtype != p.dtype or kept.device != p.device


def _full(like: Tensor, shape: tuple[int, ...], value: float) -> Tensor:
    from typedgrad.core.tensor import Tensor

    if like.device == "abstract":
        return like
    data = raw(like)
    xp = namespace(data)
    if shape == like.shape:
        return boxed(xp.full_like(data, value), like)
    return Tensor(xp.full(shape, value, dtype=data.dtype, device=data.device))
