"""All rules in the order in which they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typedgrad.graph.rewrites import algebra, folding, movement, stable
from typedgrad.graph.rewrites.clean import without_dead, without_twins
from typedgrad.graph.rewrites.engine import Named, rewrite

if TYPE_CHECKING:
    from typedgrad.graph.ir import Graph

RULES: Final[tuple[Named, ...]] = (
    Named("x_like is known", folding.fold_like),
    Named("one number stays one", folding.fold_uniform),
    Named("one number makes one number", folding.fold_evenly),
    Named("constants are computed once", folding.fold_constants),
    Named("x * 1 is x", algebra.times_one),
    Named("x - 0 is x", algebra.plus_nothing),
    Named("-(-x) is x", algebra.twice_negated),
    Named("(-x) * y is -(x * y)", algebra.negated_factor),
    Named("x ** 2 is x * x", algebra.first_power),
    Named("where(c, x, x) is x", algebra.no_choice),
    Named("astype(x, its dtype) is x", algebra.same_dtype),
    Named("log(softmax(x)) is log_softmax(x)", stable.log_of_softmax),
    Named("log(sigmoid(x)) is log_sigmoid(x)", stable.log_of_sigmoid),
    Named("log(1 - sigmoid(x)) is log_sigmoid(-x)", stable.one_minus_sigmoid),
    Named("log(1 + x) is log1p(x)", stable.log_of_one_plus),
    Named("exp(x) - 1 is expm1(x)", stable.exp_minus_one),
    Named("log(sum(exp(x))) is logsumexp(x)", stable.log_of_sum_of_exp),
    Named("two transposes are one", movement.transposed_twice),
    Named("two reshapes are one", movement.reshaped_twice),
    Named("two broadcasts are one", movement.broadcast_twice),
    Named("a sum to the same shape is nothing", movement.summed_to_itself),
    Named("operands need no stretching", movement.stretched_operand),
)
_ROUNDS = 4


def simplified(graph: Graph, counts: dict[str, int] | None = None) -> Graph:
    """The graph after all rules, and how often each applied."""
    tally: dict[str, int] = {} if counts is None else counts
    for _ in range(_ROUNDS):
        before, rules = len(graph.steps), sum(tally.values())
        graph = rewrite(graph, RULES, tally)
        graph = _counted("equal steps are one", without_twins, graph, tally)
        graph = _counted("unused steps are gone", without_dead, graph, tally)
        if len(graph.steps) == before and sum(tally.values()) == rules:
            break
    return graph


def _counted(name: str, change: object, graph: Graph, tally: dict[str, int]) -> Graph:
    new: Graph = change(graph)  # type: ignore[operator]  # a function of graphs
    if len(new.steps) < len(graph.steps):
        tally[name] = tally.get(name, 0) + len(graph.steps) - len(new.steps)
    return new
