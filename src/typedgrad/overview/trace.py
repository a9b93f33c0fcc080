"""Runs a model on shapes, and notes which layers and ops are called on what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from typedgrad.backends import AbstractArray
from typedgrad.core.abstract import abstract, eval_shape
from typedgrad.core.pytree import flatten, tree_map
from typedgrad.core.tensor import Tensor
from typedgrad.core.watching import watch, watching
from typedgrad.nn.fields import Param, StateField, Sub
from typedgrad.nn.layer import Layer, _same
from typedgrad.nn.learning import learning
from typedgrad.overview.costs import VIEWS, bytes_of, multiply_adds
from typedgrad.overview.weights import NOTHING, Weights, frozen_layers, layers_with_paths, own_weights
from typedgrad.shapes import ShapeError, dtypes
from typedgrad.shapes.dim import Sym
from typedgrad.shapes.dtypes import KINDS

if TYPE_CHECKING:
    from typedgrad.shapes import Dim

# What `Float` and its like stand for in a summary's input.
_DEFAULTS = {"Float": "float32", "Inexact": "float32", "Num": "float32", "Real": "float32", "Shaped": "float32"}
_DEFAULTS |= {"Int": "int64", "Integer": "int64", "UInt": "uint64", "Complex": "complex64"}


class Step:
    """One op, or one call of a layer or typed function with the steps inside it. Arrays are told apart by identity."""

    def __init__(self, name: str, inputs: list[Any], times: Dim) -> None:
        self.name = name
        self.inputs = inputs
        self.outputs: list[Any] = []
        self.times = times
        self.steps: list[Step] = []
        self.flows = True


class Op(Step):
    """A primitive. `view` if its result only looks at its first argument in another way."""

    def __init__(self, name: str, inputs: list[Any], times: Dim, cost: Dim, taken: Dim) -> None:
        super().__init__(name, inputs, times)
        self.cost = cost
        self.taken = taken
        self.view = name in VIEWS or name == "astype"


class Call(Step):
    """A layer that is called, or a typed function, which has no layer."""

    def __init__(self, name: str, inputs: list[Any], times: Dim, layer: Layer | None, path: str) -> None:
        super().__init__(name, inputs, times)
        self.layer = layer
        self.path = path
        self.options = ""
        self.weights: Weights = NOTHING
        self.again = False

    def ops(self) -> list[Op]:
        """The ops that it calls itself: not those of layers inside."""
        found: list[Op] = []
        for step in self.steps:
            if isinstance(step, Op):
                found.append(step)
            elif isinstance(step, Call) and step.layer is None:
                found.extend(step.ops())
        return found


class Trace:
    """A watcher that builds the tree of calls. Everything it hears of is kept alive, so that identities stay apart."""

    def __init__(self, model: Layer) -> None:
        self.paths = {id(layer): path for path, layer in layers_with_paths(model)}
        self.frozen = frozen_layers(model)
        self.root: Call | None = None
        self.open: list[Call] = []
        self.seen: set[int] = set()
        self.tensors: set[int] = set()
        self.flow: set[int] = set()

    def op(
        self, name: str, statics: Mapping[str, Any], inputs: tuple[Any, ...], outputs: tuple[AbstractArray, ...]
    ) -> None:
        """Note an op in the layer that is running."""
        if not self.open:
            return
        flat = [x for value in inputs for x in (value if isinstance(value, tuple) else (value,)) if x is not None]
        cost, taken = multiply_adds(name, statics, inputs, outputs[0]), _sum(bytes_of(x) for x in outputs)
        step = Op(name, flat, watch.times, cost * watch.times, 0 if name in VIEWS else taken * watch.times)
        step.outputs = list(outputs)
        step.flows = any(id(x) in self.flow for x in flat) and not name.endswith("_like")
        if step.flows:
            self.flow.update(map(id, outputs))
        self.open[-1].steps.append(step)

    def call(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], run: Callable[[], Any]
    ) -> Any:  # noqa: ANN401  # what the layer returns
        """Note a call, and what runs inside it."""
        layer = args[0] if args and isinstance(args[0], Layer) else None
        if (layer is None and not self.open) or (layer is not None and self.open and self.open[-1].layer is layer):
            return run()
        inputs = _arrays((args[1:] if layer is not None else args, kwargs))
        step = Call(function.__name__ if layer is None else type(layer).__name__, inputs, watch.times, layer, "")
        if layer is not None:
            self._introduce(step, layer)
        if self.open:
            self.open[-1].steps.append(step)
        else:
            self.root = step
            self.flow.update(map(id, inputs))
        self.open.append(step)
        try:
            result = run()
        except ShapeError as error:
            raise _placed(error, step) from error.__cause__
        finally:
            self.open.pop()
        return self._left(step, result)

    def _introduce(self, step: Call, layer: Layer) -> None:
        above = self.open[-1].path if self.open else ""
        path = self.paths.get(id(layer))
        if path is None:  # made in a call, so it has no place of its own in the model
            path = f"{above}.{step.name}" if above else step.name
        step.path = path
        step.again = id(layer) in self.seen
        self.seen.add(id(layer))

    def _left(self, step: Call, result: Any) -> Any:  # noqa: ANN401  # what a layer returns
        """Note the results. What came in and goes out unchanged becomes a new array, so that it passes through."""
        if step.layer is not None:
            step.options = _options(step.layer)
        if step.layer is not None and not step.again:
            step.weights = own_weights(step.layer, self.tensors, frozen=id(step.layer) in self.frozen)
        came = {id(x) for x in step.inputs}

        def own(x: object) -> object:
            if isinstance(x, Tensor) and id(x.data) in came:
                data = AbstractArray(x.shape, x.dtype)
                if id(x.data) in self.flow:
                    self.flow.add(id(data))
                return Tensor(data, None, x.node)
            return x

        made = tree_map(own, result)
        step.outputs = _arrays(made)
        step.flows = any(id(x) in self.flow for x in step.outputs)
        return made


def traced(model: Layer, inputs: object) -> tuple[Trace, tuple[Tensor, ...]]:
    """The trace of a model on these inputs, and the inputs.

    Raises ShapeError naming the path of the layer that refuses what it gets.
    """
    trace = Trace(model)
    given = tuple(_input(x) for x in (inputs if isinstance(inputs, tuple) else (inputs,)))
    with watching(trace):
        eval_shape(model, *given)
    assert trace.root is not None
    return trace, given


def _input(given: object) -> Any:  # noqa: ANN401  # a tensor, or a tree of them
    """A shape string, which may begin with a dtype: "Int n time"; a tensor; or a tree of these."""
    return tree_map(lambda x: _described(x) if isinstance(x, str) else x, given)


def _described(text: str) -> Tensor:
    head, _, rest = text.strip().partition(" ")
    if head.endswith("]") or "[" in head:
        head, _, rest = text.strip().rstrip("]").partition("[")
    known = head in KINDS or dtypes.concrete(head) is not None
    if not known:
        return abstract(text)
    return abstract(rest, _DEFAULTS.get(head) or dtypes.concrete(head) or "float32")


def _options(layer: Any) -> str:  # noqa: ANN401  # a layer of any class, whose fields are read
    """The fields that differ from their defaults, sizes that were learnt among them; layers inside are left out."""
    learnt = learning.sizes.get(id(layer), {})
    by_fields = type(layer).__init__ is Layer.__init__  # otherwise tuples may be its own bookkeeping
    shown = []
    for name in layer._annotated:
        value, default = vars(layer).get(name, learnt.get(name)), layer._fields.get(name)
        derived = isinstance(default, (Param, StateField, Sub))
        plain = _is_plain(value) and (by_fields or not isinstance(value, (tuple, bool)))
        if value is not None and not derived and plain and not _same(value, default):
            shown.append(f"{name}={value!r}")
    return ", ".join(shown)


def _is_plain(value: object) -> bool:
    return all(map(_is_plain, value)) if isinstance(value, tuple) else isinstance(value, (int, float, str, Sym))


def _arrays(tree: object) -> list[Any]:
    return [x.data for x in flatten(tree)[0] if isinstance(x, Tensor)]


def _sum(dims: Any) -> Dim:  # noqa: ANN401  # an iterable of sizes
    total: Any = 0
    for dim in dims:
        total = total + dim
    return total  # type: ignore[no-any-return]  # a sum of sizes is one


def _placed(error: ShapeError, step: Call) -> ShapeError:
    """The error with the path of the layer in front, unless a layer further in has put its own there."""
    if step.layer is None or not step.path or error.where.startswith("at "):
        return error
    placed = type(error)(
        error.summary,
        where=f"at {step.path}, {error.where or step.name}",
        operands=error.operands,
        hint=error.hint,
        argument=error.argument,
    )
    for note in getattr(error, "__notes__", ()):
        placed.add_note(note)
    return placed
