"""Groups of elementwise steps of one shape, with broadcasts before them and sums after them, become one step.

What can be in a group is for whoever prints it to say. A group runs at one time, so nothing outside may stand between
its steps: neither depend on one of them and lead to another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

from typedgrad.graph.ir import Graph, Step, Value
from typedgrad.graph.operations import Simple
from typedgrad.graph.rewrites.clean import without_dead
from typedgrad.graph.rewrites.engine import View

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor

Shape = tuple[int, ...]
# Makes the function that does the work of a group on raw arrays.
Maker = Callable[["Fused", Step], Callable[..., Any]]


class Fused(Simple):
    """A graph of elementwise steps of one shape, and of sums over it, that is computed in one go."""

    def __init__(self, graph: Graph, shape: Shape) -> None:
        self.graph = graph
        self.shape = shape
        self.make: Maker | None = None
        self.source = ""  # what it was compiled from
        names = [step.operation.name for step in graph.steps]
        shown = names if len(names) <= 6 else [*names[:3], "...", *names[-2:]]
        self.name = f"fused[{' '.join(shown)}]" if len(names) <= 6 else f"fused[{len(names)}: {' '.join(shown)}]"

    def graphs(self) -> Iterable[tuple[str, Graph]]:
        """The graph."""
        return (("loop", self.graph),)

    def key(self) -> Hashable:
        """Never equal: graphs are not compared."""
        return None

    def ready(self, step: Step) -> Callable[..., Any]:
        """The compiled group; without a compiler its steps, one after the other."""
        if self.make is not None:
            return self.make(self, step)
        return self.one_by_one(step)

    def one_by_one(self, step: Step) -> Callable[..., Any]:
        """The group's steps by the eager backend."""
        run = self.graph.on_arrays
        return run if len(step.outputs) > 1 else lambda *arrays: run(*arrays)[0]

    def apply(self, step: Step, values: tuple[Tensor, ...]) -> tuple[Any, ...]:
        """The results for tensors."""
        return self.graph.apply(*values)


class Grouping:
    """The groups so far, by number; a step that is in none is a unit of its own."""

    def __init__(self, graph: Graph, shape_of: Callable[[Step], Shape | None], ends: Callable[[Step], bool]) -> None:
        self.graph = graph
        self.steps = graph.steps
        self.ends = ends  # whether a step's result is not there before the whole group has run
        self.shape_of = shape_of
        self.unit = list(range(len(self.steps)))  # of each step: the number of the first step of its group
        self.members: dict[int, list[int]] = {i: [i] for i in self.unit}
        self.shape = [shape_of(step) for step in self.steps]
        self.maker = {value: i for i, step in enumerate(self.steps) for value in step.outputs}
        self.reader: dict[tuple[Value, Shape], int] = {}

    def run(self) -> None:
        """Put each step into the groups of the steps before it, where it can be.

        Comparisons go with their readers first: those of a forward pass that are read in a backward pass stay there.
        """
        late: list[int] = []
        for i, step in enumerate(self.steps):
            shape = self.shape[i]
            if shape is None:
                continue
            if step.operation.name in _COMPARISONS:
                late.append(i)
            else:
                self._join(i, step, shape)
        for i in late:
            self._join(i, self.steps[i], self.steps[i].outputs[0].shape)

    def _join(self, i: int, step: Step, shape: Shape) -> None:
        for unit in self._candidates(step, shape):
            self._try(self.unit[unit], self.unit[i])
        for value in step.inputs:
            self.reader[(value, shape)] = i

    def _candidates(self, step: Step, shape: Shape) -> list[int]:
        """Steps whose groups this one would like to be in: those that make its inputs, those that read them."""
        found = [self.maker[v] for v in step.inputs if v in self.maker]
        found = [j for j in found if self.shape[j] == shape and not self.ends(self.steps[j])]
        if shape:  # what has no axes is in the cache anyway
            found += [j for v in step.inputs if v.shape == shape and (j := self.reader.get((v, shape))) is not None]
        return list(dict.fromkeys(found))

    def _try(self, first: int, second: int) -> None:
        """Make two groups one, unless something outside stands between them."""
        if first == second or self._between(first, second) or self._between(second, first):
            return
        if self._ended(first, second) or self._ended(second, first):
            return
        low, high = min(first, second), max(first, second)
        for i in self.members[high]:
            self.unit[i] = low
        self.members[low] = sorted(self.members[low] + self.members.pop(high))

    def _ended(self, first: int, second: int) -> bool:
        """Whether the second group needs what the first has only when it is done."""
        return any(
            v in self.maker and self.unit[self.maker[v]] == first and self.ends(self.steps[self.maker[v]])
            for i in self.members[second]
            for v in self.steps[i].inputs
        )

    def _before(self, unit: int) -> set[int]:
        """The units that make the inputs of a unit."""
        return {
            self.unit[self.maker[v]] for i in self.members[unit] for v in self.steps[i].inputs if v in self.maker
        } - {unit}

    def _between(self, first: int, second: int) -> bool:
        """Whether a way leads from the first group to the second through something else."""
        start = self.members[first][0]
        stack = [u for u in self._before(second) if u != first]
        seen = set(stack)
        while stack:
            unit = stack.pop()
            if self.members[unit][-1] < start:  # nothing before the first group can come after it
                continue
            for u in self._before(unit):
                if u == first:
                    return True
                if u not in seen:
                    seen.add(u)
                    stack.append(u)
        return False

    def order(self) -> list[int]:
        """The units in an order in which they can run: each as soon as the last of what it needs."""
        found: list[int] = []
        done: set[int] = set()
        for root in self.unit:
            stack = [(root, False)]
            while stack:
                unit, ready = stack.pop()
                if unit in done:
                    continue
                if ready:
                    done.add(unit)
                    found.append(unit)
                    continue
                stack.append((unit, True))
                stack += [(u, False) for u in sorted(self._before(unit), reverse=True) if u not in done]
        return found


def fused(
    graph: Graph,
    shape_of: Callable[[Step], Shape | None],
    ends: Callable[[Step], bool],
    worth: Callable[[list[Step]], bool] = lambda members: len(members) > 1,
) -> Graph:
    """The graph with groups of steps made one.

    Args:
        graph: what is to be grouped.
        shape_of: the shape over which a step works element by element; None if it does not, or cannot be printed.
        ends: whether the step's result is not there before the whole group has run: sums.
        worth: whether steps are worth being a group.
    """
    groups = Grouping(graph, shape_of, ends)
    groups.run()
    view = View(graph.constants)
    used_by: dict[Value, set[int]] = {}
    for i, step in enumerate(graph.steps):
        for value in step.inputs:
            used_by.setdefault(value, set()).add(groups.unit[i])
    wanted = set(graph.outputs)
    steps: list[Step] = []
    for unit in groups.order():
        members = [graph.steps[i] for i in groups.members[unit]]
        shape = groups.shape[unit]
        if shape is None or not worth(members):
            steps += members
            continue
        made = [value for step in members for value in step.outputs]
        outputs = [v for v in made if v in wanted or used_by.get(v, set()) - {unit}]
        steps.append(_as_one(graph, view, members, outputs, shape))
    return graph.replaced(steps)


def with_own_masks(graph: Graph, shape_of: Callable[[Step], Shape | None]) -> Graph:
    """The graph in which each reader of a comparison compares for itself.

    It costs next to nothing in the reader's loop; a mask that is made in the forward pass would have to be kept.
    """
    makers = {
        step.outputs[0]: step
        for step in graph.steps
        if step.operation.name in _COMPARISONS and shape_of(step) is not None
    }
    steps: list[Step] = []
    for step in graph.steps:
        shape, inputs = shape_of(step), list(step.inputs)
        for i, value in enumerate(inputs):
            made = makers.get(value)
            if made is None or shape is None or value.shape != shape:
                continue
            inputs[i] = Value("array", value.shape, value.dtype)
            steps.append(made._replace(outputs=(inputs[i],)))
        steps.append(step._replace(inputs=tuple(inputs)))
    return without_dead(graph.replaced(steps))


_COMPARISONS = frozenset(("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"))


def _as_one(graph: Graph, view: View, members: list[Step], outputs: list[Value], shape: Shape) -> Step:
    made = {value for step in members for value in step.outputs}
    inside: dict[Value, Any] = {}
    inputs: dict[Value, None] = {}
    for step in members:
        for value in step.inputs:
            if value in made:
                continue
            if value in graph.constants and view.uniform(value) is not None:
                inside[value] = graph.constants[value]
            else:
                inputs[value] = None
    whole = Graph(inputs, inside, members, outputs)
    return Step(Fused(whole, shape), tuple(inputs), tuple(outputs))
