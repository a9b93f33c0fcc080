"""`cond` and `while_loop` as single steps that hold graphs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from typedgrad.core.call import Selection
from typedgrad.core.pytree import Structure, flatten, unflatten
from typedgrad.core.tape import Bundle, Partial, detached
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import DEVICE
from typedgrad.core.transforms import vjp
from typedgrad.graph.arrays import TracedArray, current
from typedgrad.graph.ir import Graph, Step, Value
from typedgrad.graph.operations import Simple
from typedgrad.ops.carrying import as_tensors, recorded, same_tree
from typedgrad.ops.control import cond, while_loop

if TYPE_CHECKING:
    from typedgrad.core.tape import Node
    from typedgrad.graph.recorder import Notebook

Function = Callable[..., Any]


class Cond(Simple):
    """One of two graphs, as the first input says; the other inputs are those of both."""

    name = "cond"

    def __init__(self, yes: Graph, no: Graph) -> None:
        self.yes = yes
        self.no = no

    def graphs(self) -> Iterable[tuple[str, Graph]]:
        """Graphs inside it, by name."""
        return ("true", self.yes), ("false", self.no)

    def key(self) -> Hashable:
        """Never equal: graphs are not compared."""
        return None

    def ready(self, step: Step) -> Function:
        """The choice, on raw arrays."""
        yes, no, single = self.yes, self.no, len(step.outputs) == 1

        def run(pred: Any, *values: Any) -> Any:
            made = (yes if pred else no).on_arrays(*values)
            return made[0] if single else made

        return run

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The choice, on tensors."""
        pred, *rest = values
        made: tuple[Any, ...] = cond(pred, self.yes.apply, self.no.apply, *rest)
        return made


class While(Simple):
    """A graph that is repeated while another one says so. The first `carried` inputs change from round to round."""

    name = "while_loop"

    def __init__(self, going_on: Graph, body: Graph, carried: int, limit: int | None) -> None:
        self.going_on = going_on
        self.body = body
        self.carried = carried
        self.limit = limit

    def graphs(self) -> Iterable[tuple[str, Graph]]:
        """Graphs inside it, by name."""
        return ("while", self.going_on), ("do", self.body)

    def key(self) -> Hashable:
        """Never equal: graphs are not compared."""
        return None

    def ready(self, step: Step) -> Function:
        """The loop, on raw arrays."""
        going_on, body, n, limit = self.going_on, self.body, self.carried, self.limit

        def run(*values: Any) -> Any:
            carry, rest = values[:n], values[n:]
            done = 0
            while going_on.on_arrays(*carry, *rest)[0]:
                if done == limit:
                    _refuse_more(limit)
                carry = body.on_arrays(*carry, *rest)
                done += 1
            return carry[0] if n == 1 else carry

        return run

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The loop, on tensors."""
        carry, rest = values[: self.carried], values[self.carried :]
        made: tuple[Any, ...] = while_loop(
            lambda c: self.going_on.apply(*c, *rest)[0],
            lambda c: self.body.apply(*c, *rest),
            carry,
            limit=self.limit,
        )
        return made


class Ended(Simple):
    """The inputs after the first, which says whether a loop with a limit wants to go on after all."""

    name = "ended"

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def key(self) -> Hashable:
        """Never equal."""
        return None

    def ready(self, step: Step) -> Function:
        """The check, on raw arrays."""

        def run(more: Any, *carry: Any) -> Any:
            if more:
                _refuse_more(self.limit)
            return carry[0] if len(carry) == 1 else carry

        return run

    def apply(self, step: Step, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The check, on tensors."""
        more, *carry = values
        if more.device == DEVICE:
            return _ended(carry, more, self.limit)
        if more:
            _refuse_more(self.limit)
        return tuple(carry)


def _refuse_more(limit: int) -> NoReturn:
    raise ValueError(f"while_loop: the condition still holds after {limit} steps, the `limit`")


class _Inside:
    """A function that becomes a graph of its own: what it returned, and its notebook."""

    def __init__(self, f: Function, structure: Structure, leaves: list[Any], tensors: list[int]) -> None:
        from typedgrad.graph.recorder import Notebook

        self.notebook = Notebook()
        self.inputs: list[Value] = []
        shown = list(leaves)
        for i in tensors:
            x = leaves[i]
            self.inputs.append(self.notebook.new(Value("array", x.shape, x.dtype)))
            shown[i] = self.notebook.tensor(self.inputs[-1])
        with self.notebook.open():
            self.result = f(*unflatten(structure, shown))
        if self._recorded_outside():
            raise ValueError(
                "cond, while_loop: while it is traced, the function uses a recorded tensor that is not an argument; "
                "pass it as one"
            )

    def _recorded_outside(self) -> bool:
        """Whether the result leads along the tape to something outside; gradients taken inside are its own matter."""
        stack = [x.node for x in flatten(self.result)[0] if isinstance(x, Tensor) and x.node is not None]
        seen = set(map(id, stack))
        while stack:
            _, inputs, data = stack.pop()
            parts = data if isinstance(data, tuple) else (data,)
            if any(isinstance(x, TracedArray) and x.recorder is not self.notebook for x in parts):
                return True
            for x in inputs:
                if x.node is not None and id(x.node) not in seen:
                    seen.add(id(x.node))
                    stack.append(x.node)
        return False

    def graph(self, outputs: list[Any], outers: list[Value]) -> Graph:
        """The graph; its inputs are the tensors, then those captured from outside, all of `outers`."""
        found = [self.notebook.value_of(x.data) for x in outputs]
        captured = self.notebook.captured
        more = [captured.get(v) or Value(v.kind, v.shape, v.dtype, v.example) for v in outers]
        return Graph((*self.inputs, *more), self.notebook.constants, self.notebook.steps, found)


def _outside(insides: tuple[_Inside, ...], outputs: tuple[list[Any], ...]) -> tuple[list[Value], list[Any]]:
    """What the functions use from outside, beside their arguments: as values, and as what it was met as."""
    found: dict[Value, Any] = {}
    for inside, outs in zip(insides, outputs, strict=True):
        for x in outs:
            inside.notebook.value_of(x.data)  # which may be from outside itself
        found.update(inside.notebook.outer)
    return list(found), list(found.values())


def branch(notebook: Notebook, pred: Tensor, true_fun: Function, false_fun: Function, operands: tuple[Any, ...]) -> Any:
    """`cond` on a tensor without a value: one step, which can be differentiated."""
    leaves, structure = flatten(operands)
    tensors = [i for i, x in enumerate(leaves) if isinstance(x, Tensor)]
    yes, no = (_Inside(f, structure, leaves, tensors) for f in (true_fun, false_fun))
    rule = "cond: true_fun and false_fun must return the same"
    results = [as_tensors("cond: a result", inside.result) for inside in (yes, no)]
    same_tree(rule, results[0], results[1], "and")
    outs, shape = flatten(results[0])
    others = flatten(results[1])[0]
    outers, met = _outside((yes, no), (outs, others))
    operation = Cond(yes.graph(outs, outers), no.graph(others, outers))
    given = [leaves[i] for i in tensors]
    made = _record(notebook, operation, [detached(pred), *given], [notebook.value_of(_raw(x)) for x in met], outs)
    return unflatten(shape, _taped(_Branching(operation, pred, met), given, made))


def _raw(x: Any) -> Any:
    return x.data if isinstance(x, Tensor) else x


def _record(notebook: Notebook, operation: Any, given: list[Any], more: list[Value], outs: list[Any]) -> list[Tensor]:
    inputs = (*(notebook.value_of(x.data) for x in given), *more)
    outputs = tuple(Value("array", x.shape, x.dtype) for x in outs)
    return [notebook.tensor(value) for value in notebook.add(operation, inputs, outputs)]


def _taped(entry: Any, given: list[Any], made: list[Tensor]) -> list[Tensor]:
    """The results on the tape, if an argument is."""
    if not any(x.node is not None for x in given):
        return made
    bundle: Any = (Bundle((entry, tuple(given), tuple(x.data for x in made))),)
    selections: list[Any] = [Selection(i) for i in range(len(made))]
    return [
        Tensor(x.data, x.aval, (selections[i], bundle, x.data)) if x.dtype.kind == "f" else x
        for i, x in enumerate(made)
    ]


class _Branching:
    """The entry of a `cond`: its rule is a `cond` between the rules of the two graphs."""

    several = True

    def __init__(self, operation: Cond, pred: Tensor, met: list[Any]) -> None:
        self.operation = operation
        self.pred = pred
        self.met = met

    def pull_taped(self, g: Partial, node: Node) -> tuple[Any, ...]:
        """The cotangents of the operands."""
        places = sorted(g.parts)
        given = node[1]
        floats = [i for i, x in enumerate(given) if x.dtype.kind == "f"]
        met = self.met

        def rule_of(graph: Graph) -> Function:
            def rule(operands: tuple[Tensor, ...], cotangents: tuple[Tensor, ...]) -> tuple[Any, ...]:
                def again(*xs: Tensor) -> list[Any]:
                    full = list(operands)
                    for i, x in zip(floats, xs, strict=True):
                        full[i] = x
                    outs = graph.apply(*full, *met)
                    return [outs[i] for i in places]

                _, pull = vjp(again, *[operands[i] for i in floats])
                return pull(list(cotangents))

            return rule

        pulled = iter(
            cond(
                self.pred,
                rule_of(self.operation.yes),
                rule_of(self.operation.no),
                given,
                tuple(g.parts[i] for i in places),
            )
        )
        return tuple([next(pulled) if i in floats else None for i in range(len(given))])

    def pull(self, g: Any, node: Node) -> NoReturn:
        """Never asked for: cotangents of tensors without values are tensors."""
        raise TypeError("cond: its gradient cannot be computed on arrays while it is traced")


def loop(notebook: Notebook, cond_fun: Function, body_fun: Function, carry: Any, limit: int | None) -> Any:
    """`while_loop` on tensors without values: one step; with a gradient, `limit` steps that each run or do not."""
    if recorded(carry):
        return _unrolled(cond_fun, body_fun, carry, limit)
    leaves, structure = flatten((carry,))
    tensors = list(range(len(leaves)))
    going_on, body = (_Inside(f, structure, leaves, tensors) for f in (cond_fun, body_fun))
    new = same_tree("while_loop: the carry must keep its", carry, as_tensors("while_loop: a carry", body.result))
    outs = flatten(new)[0]
    more = going_on.result
    if not isinstance(more, Tensor) or more.shape != () or more.dtype.kind != "b":
        raise TypeError("while_loop: `cond_fun` must return a 0-d tensor of bool while it is traced")
    outers, met = _outside((going_on, body), ([more], outs))
    operation = While(going_on.graph([more], outers), body.graph(outs, outers), len(leaves), limit)
    made = _record(notebook, operation, leaves, [notebook.value_of(_raw(x)) for x in met], leaves)
    return unflatten(flatten(carry)[1], made)


def _unrolled(cond_fun: Function, body_fun: Function, carry: Any, limit: int | None) -> Any:
    if limit is None:
        raise ValueError(
            "while_loop: gradients need a `limit` to the number of steps; pass one, or stop the gradient of `init`"
        )
    for _ in range(limit):
        carry = cond(cond_fun(carry), body_fun, lambda c: c, carry)
    leaves, structure = flatten(carry)
    return unflatten(structure, list(_ended(leaves, detached(cond_fun(carry)), limit)))


def _ended(carry: list[Any], more: Tensor, limit: int) -> tuple[Any, ...]:
    notebook = current()
    made = _record(notebook, Ended(limit), [more, *carry], [], carry)
    return tuple(_taped(_Same(), carry, made))


class _Same:
    """The entry of `Ended`: cotangents pass through."""

    several = True

    def pull_taped(self, g: Partial, node: Node) -> tuple[Any, ...]:
        """The cotangents of the inputs."""
        return tuple([g.parts.get(i) for i in range(len(node[1]))])

    pull = pull_taped


__all__ = ["Cond", "Ended", "While", "branch", "loop"]
