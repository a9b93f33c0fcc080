"""Between the trees that functions take and return, and the flat inputs and outputs of graphs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from typedgrad.core.keys import Key
from typedgrad.core.pytree import Structure, flatten, leaves_with_paths, unflatten
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import DEVICE, Number
from typedgrad.graph.ir import Value
from typedgrad.graph.recorder import Notebook, OpenKey

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def name_of(f: Callable[..., Any]) -> str:
    """What a function is called, or the one that a transform was made of."""
    inner = inspect.unwrap(f)
    return getattr(inner, "__name__", type(inner).__name__)


def names_of(f: Callable[..., Any], arguments: Arguments) -> list[str]:
    """What the leaves of the arguments are called: `x`, `params.weight`."""
    args, _kwargs = arguments
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = [p.name for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    firsts = [plain[i] if i < len(plain) else f"argument{i}" for i in range(len(args))]
    found = []
    for path, _ in leaves_with_paths(arguments):
        side, first, *rest = path.split(".")
        name = firsts[int(first)] if side == "0" else first
        found.append(".".join((name, *rest)))
    return found


def is_array(leaf: object) -> bool:
    """Whether a leaf is a tensor, or a state that holds one."""
    return isinstance(leaf, (Tensor, State))


def tensor_in(leaf: Any) -> Tensor:
    """The tensor of such a leaf."""
    found: Tensor = leaf.value if isinstance(leaf, State) else leaf
    return found


def is_number(leaf: object) -> bool:
    """Whether a leaf is a Python number that may be left open."""
    return leaf.__class__ is int or leaf.__class__ is float


def seen_as(leaf: Any, *, fixed: bool) -> Any:
    """What a graph is made for: the aval of a tensor, the class of a number or key, the value of everything else."""
    if isinstance(leaf, Tensor):
        return leaf.aval
    if isinstance(leaf, State):
        return State, leaf.value.aval
    if isinstance(leaf, Key):
        return Key
    if is_number(leaf) and not fixed:
        return leaf.__class__
    return leaf.__class__, leaf, str(leaf) if leaf.__class__ is float and leaf == 0 else None


class Opened(NamedTuple):
    """The leaves of the arguments as the function sees them while it is traced, and the inputs of the graph."""

    leaves: list[Any]
    inputs: list[Value]
    places: list[int]  # of the inputs among the leaves


def opened(notebook: Notebook, leaves: list[Any], fixed: frozenset[int]) -> Opened:
    """Leaves replaced by what stands for them. Numbers at the places `fixed` stay what they are."""
    shown, inputs, places = list(leaves), [], []
    for i, leaf in enumerate(leaves):
        made: Value | None = None
        if is_array(leaf):
            aval: Aval = tensor_in(leaf).aval
            made = notebook.new(Value("array", aval.shape, aval.dtype))
            tensor = notebook.tensor(made)
            shown[i] = State(tensor, leaf.token) if isinstance(leaf, State) else tensor
        elif isinstance(leaf, Key):
            made = notebook.new(Value("key", example=leaf))
            shown[i] = OpenKey(made, frozenset((i,)))
        elif is_number(leaf) and i not in fixed:
            made = notebook.new(Value("number", example=leaf))
            shown[i] = Number(made, leaf, frozenset((i,)))
        if made is not None:
            inputs.append(made)
            places.append(i)
    return Opened(shown, inputs, places)


def given(leaf: Any) -> Any:
    """A leaf as a graph on raw arrays takes it."""
    return tensor_in(leaf).data if is_array(leaf) else leaf


class Result(NamedTuple):
    """How the tree that a function returns is made of the outputs of its graph.

    `leaves` holds, for each leaf, the number of an output and, for a state, the leaf of the arguments whose token it
    has (or the token); or what the leaf is, if it is no output.
    """

    structure: Structure
    leaves: tuple[tuple[str, Any, Any], ...]

    def whole(self, outputs: Any, arguments: list[Any]) -> Any:
        """The tree; `outputs` are tensors, numbers and keys, `arguments` the leaves of the call's arguments."""
        made: list[Any] = []
        for kind, what, token in self.leaves:
            if kind == "state":
                made.append(State(outputs[what], arguments[token].token if isinstance(token, int) else token))
            else:
                made.append(outputs[what] if kind == "output" else what)
        return unflatten(self.structure, made)


def closed(notebook: Notebook, result: Any, arguments: list[Any]) -> tuple[list[Value], Result]:
    """The outputs of the graph for the tree that the traced function returned."""
    leaves, structure = flatten(result)
    tokens = {id(leaf.token): i for i, leaf in enumerate(arguments) if isinstance(leaf, State)}
    outputs: list[Value] = []
    shape: list[tuple[str, Any, Any]] = []
    for leaf in leaves:
        if is_array(leaf) or isinstance(leaf, (Number, OpenKey)):
            state = isinstance(leaf, State)
            token = tokens.get(id(leaf.token), leaf.token) if state else None
            shape.append(("state" if state else "output", len(outputs), token))
            outputs.append(notebook.value_of(given(leaf)))
        else:
            shape.append(("same", leaf, None))
    return outputs, Result(structure, tuple(shape))


def boxed_outputs(outputs: tuple[Value, ...]) -> Callable[[tuple[Any, ...]], list[Any]]:
    """A function that makes tensors of the raw outputs that are arrays."""
    from typedgrad.graph.pulls import on_cpu

    avals = [on_cpu(value) if value.kind == "array" else None for value in outputs]

    def box(raw: tuple[Any, ...]) -> list[Any]:
        return [x if a is None else Tensor(x, a) for x, a in zip(raw, avals, strict=True)]

    return box


def plain(leaf: Any) -> bool:
    """Whether a leaf can be given to a graph on raw arrays: not recorded, not traced, on the CPU."""
    if not is_array(leaf):
        return not isinstance(leaf, (Number, OpenKey))
    x = tensor_in(leaf)
    return type(x) is Tensor and x.node is None and x.device == "cpu"


__all__ = ["DEVICE", "Arguments", "Opened", "Result"]
