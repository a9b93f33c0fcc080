"""Penalties: what gradients gain before an update, and the same as a term of the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.pytree import leaves_with_paths
from typedgrad.core.tensor import Number, Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.arithmetic import abs as sizes
from typedgrad.ops.arithmetic import square
from typedgrad.ops.matmul import matmul
from typedgrad.ops.reduce import sum as total
from typedgrad.optim import hyper
from typedgrad.optim.decay import CountedState
from typedgrad.optim.selection import Which, check_which, meant
from typedgrad.optim.walk import changed

if TYPE_CHECKING:
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.updater import Updater

P = TypeVar("P")
S = TypeVar("S")


@dataclass(frozen=True)
class Penalised(Generic[S]):
    """See `l1_l2`."""

    updater: Updater[S]
    l1: Hyper
    l2: Hyper
    on: Which | None = None

    def __post_init__(self) -> None:
        hyper.check("l1_l2", "l1", self.l1, "at least 0")
        hyper.check("l1_l2", "l2", self.l2, "at least 0")
        check_which("l1_l2", self.on)

    def init(self, params: object) -> CountedState[S]:
        """The state before the first update."""
        return CountedState(0, self.updater.init(params))

    def update(self, params: P, grads: P, state: CountedState[S]) -> tuple[P, CountedState[S]]:
        """The parameters and the state after one update."""
        l1 = hyper.at("l1_l2", "l1", self.l1, state.step, "at least 0")
        l2 = hyper.at("l1_l2", "l2", self.l2, state.step, "at least 0")

        def pulled(p: Tensor, g: Tensor) -> Tensor:
            return g + l2 * p + l1 * namespace(p).sign(p)

        def chosen(path: str, p: Tensor) -> bool:
            return meant(self.on, path, p)

        params, inner = self.updater.update(params, changed("l1_l2", params, grads, chosen, pulled), state.inner)
        return params, CountedState(state.step + 1, inner)


def l1_l2(updater: Updater[S], *, l1: Hyper = 0.0, l2: Hyper = 0.0, on: Which | None = None) -> Penalised[S]:
    """An updater whose gradients gain `l1 * sign(p) + l2 * p` first: those of a penalty `l1 * |p| + l2 / 2 * p²`.

    A transform of gradients, not a term of the loss: losses are reported without it. For an adaptive updater this is
    not the same as decoupled decay, as of `adamw`. `l2` is PyTorch's `weight_decay`, and half of what Keras calls L2.
    `on` chooses parameters as for `grouped`; all unless given. Both numbers may follow schedules.

    Raises TypeError if one is neither a number nor a schedule, ValueError if it is negative or not finite.

    >>> updater = tg.optim.l1_l2(tg.optim.sgd(1.0), l2=0.25, on="weight")
    >>> params = {"weight": tg.ones((1,)), "bias": tg.ones((1,))}
    >>> grads = {"weight": tg.zeros((1,)), "bias": tg.zeros((1,))}
    >>> updater.update(params, grads, updater.init(params))[0]
    {'weight': Tensor([0.75], dtype=float32), 'bias': Tensor([1.], dtype=float32)}
    """
    return Penalised(updater, l1, l2, on)


def l1(updater: Updater[S], strength: Hyper, *, on: Which | None = None) -> Penalised[S]:
    """`l1_l2` with `l1=strength` alone.

    >>> tg.optim.l1(tg.optim.sgd(1.0), 0.5) == tg.optim.l1_l2(tg.optim.sgd(1.0), l1=0.5)
    True
    """
    return Penalised(updater, strength, 0.0, on)


def l2(updater: Updater[S], strength: Hyper, *, on: Which | None = None) -> Penalised[S]:
    """`l1_l2` with `l2=strength` alone.

    >>> tg.optim.l2(tg.optim.sgd(1.0), 0.5) == tg.optim.l1_l2(tg.optim.sgd(1.0), l2=0.5)
    True
    """
    return Penalised(updater, 0.0, strength, on)


def penalty(params: object, *, l1: float = 0.0, l2: float = 0.0, on: Which | None = None) -> Tensor:
    """`l1 * |p| + l2 / 2 * p²`, added up over all parameters of a tree: a term of a loss, which is reported with it.

    Its gradients are those that the updater `l1_l2` adds. `on` chooses parameters as for `grouped`; all unless given.

    Raises ValueError if a number is negative or not finite, or no parameter is chosen.

    >>> tg.optim.penalty({"weight": tg.asarray([3.0, -4.0]), "bias": tg.asarray([9.0])}, l1=1.0, l2=2.0, on="weight")
    Tensor(32., dtype=float32)
    """
    hyper.check("penalty", "l1", l1, "at least 0", schedule=False)
    hyper.check("penalty", "l2", l2, "at least 0", schedule=False)
    check_which("penalty", on)
    found = [p for path, p in leaves_with_paths(params) if isinstance(p, Tensor) and meant(on, path, p)]
    floats = [p for p in found if p.dtype.kind == "f"]
    if not floats:
        raise ValueError(f"penalty: there is no parameter{'' if on is None else f' for {on!r}'}")
    terms = [l1 * total(sizes(p)) + (0.5 * l2) * total(square(p)) for p in floats]
    whole = terms[0]
    for term in terms[1:]:
        whole = whole + term
    return whole


@typed
def orthogonal_penalty(
    matrix: Float[Tensor, "rows columns"], strength: Number = 0.01, *, mode: Literal["rows", "columns"] = "rows"
) -> Float[Tensor, ""]:
    """The mean size of the cosine between any two rows of a matrix, or columns, times `strength`; a term of a loss.

    Raises ShapeError for what is no matrix, ValueError if `strength` is negative or not finite, or for fewer than two
    rows.

    Source: Brock, Lim, Ritchie and Weston, "Neural photo editing with introspective adversarial networks", 2017.

    >>> tg.optim.orthogonal_penalty(tg.asarray([[3.0, 4.0], [4.0, 3.0]]), 1.0)
    Tensor(0.96, dtype=float32)
    """
    from typedgrad.ops.distance import l2_normalize

    hyper.check("orthogonal_penalty", "strength", strength, "at least 0", schedule=False)
    unit = l2_normalize(matrix if mode == "rows" else matrix.mT)
    n = unit.shape[0]
    if n < 2:
        raise ValueError(f"orthogonal_penalty: at least two {mode} are needed, not {n}")
    cosines = sizes(matmul(unit, unit.mT))
    # The diagonal holds ones, or zeros for what has no direction.
    return (strength / (n * (n - 1))) * (total(cosines) - total(square(unit)))
