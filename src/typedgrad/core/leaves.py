"""The leaves of a differentiation: marked on the way in, collected on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from typedgrad.backends import namespace
from typedgrad.core.batching import Batched, innermost, lifted, opened, rewrapped
from typedgrad.core.conversion import scalar
from typedgrad.core.pytree import Structure, flatten, leaves_with_paths, tree_map, unflatten
from typedgrad.core.state import State
from typedgrad.core.tape import detached
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from typedgrad.core.tape import Node

T = TypeVar("T")


class Leaf:
    """The entry of a leaf. In a nested differentiation it hands its cotangent on to the outer one."""

    __slots__ = ()
    several = False

    def pull(self, g: Any, node: Node) -> tuple[Any, ...]:
        """Hand the cotangent on."""
        return (g,) * len(node[1])

    pull_taped = pull


def refuse_uncallable(name: str, f: object) -> None:
    """Raise TypeError unless `f`, which the transform `name` was given, can be called."""
    if not callable(f):
        raise TypeError(f"{name}: the first argument must be a function, not {type(f).__name__}")


def leaf(x: Tensor) -> Tensor:
    """A tensor with the values of `x` that differentiation starts from; linked to `x` if that is recorded itself."""
    if opened.levels:
        # Each example has a gradient of its own, also with respect to what is the same for all.
        whole = lifted(x)
        return rewrapped(plain_leaf(innermost(whole)), whole)
    return plain_leaf(x)


def plain_leaf(x: Tensor) -> Tensor:
    """A leaf, also under `vmap` with the values of `x` alone."""
    inputs = (x,) if x.node is not None else ()
    return Tensor(x.data, x.aval, (Leaf(), inputs, x.data))  # type: ignore[arg-type]  # plays the part of an entry


def differentiable_leaves(name: str, tree: Any, positions: tuple[int, ...] = ()) -> tuple[list[Any], Structure]:
    """The leaves of an argument as tensors, and its structure. States and functions, through which nothing flows, stay.

    Args:
        name: the transform, for messages.
        tree: an argument, or the tuple of those that stand at `positions`.
        positions: where the parts of `tree` stand among the arguments, for messages.

    Raises:
        TypeError: naming the path of a leaf through which no gradient can flow.
    """
    leaves, structure = flatten(tree)
    made: list[Any] = []
    for i, value in enumerate(leaves):
        if isinstance(value, State) or (callable(value) and not isinstance(value, Tensor)):
            made.append(value)
            continue
        x = scalar(value, "float32", "cpu") if isinstance(value, float) else value
        if not isinstance(x, Tensor) or x.dtype.kind != "f":
            place = _place(leaves_with_paths(tree)[i][0], positions)
            raise TypeError(f"{name}: {place} is {_what(x)}, which cannot be differentiated; only float tensors can")
        made.append(x)
    return made, structure


def _place(path: str, positions: tuple[int, ...]) -> str:
    """A leaf as messages call it: argument 1, or leaf `layers.0` of argument 1."""
    head, _, rest = path.partition(".") if positions else ("", "", path)
    whole = f"argument {positions[int(head)]}" if positions else "the argument"
    return f"leaf `{rest}` of {whole}" if rest else whole


def _what(x: object) -> str:
    if isinstance(x, Tensor):
        return f"{'an' if x.dtype.kind == 'i' else 'a'} {x.dtype.name} Tensor"
    text = repr(x)
    return f"{text} ({type(x).__name__})" if len(text) <= 40 and "\n" not in text else f"of type {type(x).__name__}"


def with_leaves(name: str, args: tuple[Any, ...], positions: tuple[int, ...]) -> tuple[list[Any], list[Any], Structure]:
    """The arguments with fresh leaves at `positions`, these leaves, and the structure of the tuple of those arguments.

    Raises:
        TypeError: for a position that is not there, or an argument that cannot be differentiated.
    """
    count = len(args)
    for position in positions:
        if not -count <= position < count:
            given = f"{count} positional argument{' was' if count == 1 else 's were'} given"
            raise TypeError(f"{name}: argnums has {position}, but {given}")
    positions = tuple(position % count for position in positions)
    for position in positions:
        if positions.count(position) > 1:
            raise TypeError(f"{name}: argnums names argument {position} twice")
    wanted = tuple(args[position] for position in positions)
    found, structure = differentiable_leaves(name, wanted, positions)
    leaves = [leaf(x) if isinstance(x, Tensor) else x for x in found]
    arguments = list(args)
    for position, value in zip(positions, unflatten(structure, leaves), strict=True):
        arguments[position] = value
    return arguments, leaves, structure


def leaf_nodes(leaves: list[Any]) -> list[Node]:
    """Where the walk back stops."""
    return [x.node for x in leaves if isinstance(x, Tensor) and x.node is not None]


def leaf_results(leaves: list[Any], found: dict[int, Any], *, taped: bool) -> list[Any]:
    """The cotangents that arrived at the leaves, zeros where none did. States stay in their places."""
    results: list[Any] = []
    for x in leaves:
        if not isinstance(x, Tensor):
            results.append(x)
            continue
        g = found.get(id(x.node))
        if g is None:
            results.append(zeros_like(x))
        else:
            results.append(rewrapped(g if taped else _boxed(g, innermost(x)), x))
    return results


def zeros_like(x: Tensor) -> Tensor:
    """Zeros with the shape, dtype and device of `x`; without values if `x` has none."""
    if isinstance(x, Batched):
        return rewrapped(zeros_like(innermost(x)), x)
    data: Any = x.data
    return Tensor(data if x.device == "abstract" else namespace(data).zeros_like(data), x.aval)


def _boxed(g: Any, x: Tensor) -> Tensor:
    """A raw cotangent as a tensor; numpy scalars, which 0-d arithmetic gives, as arrays."""
    if not x.shape and type(g) is not type(x.data):
        g = namespace(x.data).asarray(g)
    return Tensor(g, x.aval)


def cotangents_for(
    name: str, outs: list[Any], structure: Structure, g: Any, *, what: str = "cotangent", of: str = "value"
) -> list[Tensor]:
    """The leaves of a cotangent (or of a tangent), checked against the value (the argument) it belongs to.

    Raises:
        TypeError: if the structure or a dtype differs.
        ShapeError: if a shape differs.
    """
    cotangents, found = flatten(g)
    if found != structure:
        counts = "" if len(cotangents) == len(outs) else f": {_leaves(outs)}, not {_leaves(cotangents)}"
        raise TypeError(f"{name}: the {what} must have the structure of the {of}{counts}")
    for c, out in zip(cotangents, outs, strict=True):
        if not isinstance(out, Tensor):
            continue
        if not isinstance(c, Tensor):
            raise TypeError(f"{name}: the {what} must be a Tensor, not {type(c).__name__}")
        if c.shape != out.shape:
            raise ShapeError(
                f"the {what} must have the {of}'s shape [{' '.join(map(str, out.shape))}], "
                f"not [{' '.join(map(str, c.shape))}]",
                where=name,
            )
        if c.dtype != out.dtype:
            raise TypeError(f"{name}: the {what} must be {out.dtype.name} like the {of}, not {c.dtype.name}")
    return cotangents


def matched(g: Tensor, out: Tensor) -> Tensor:
    """A cotangent of `out` (or a tangent) that holds those of all examples, as the tape does."""
    return innermost(lifted(g)) if isinstance(out, Batched) else g


def _leaves(found: list[Any]) -> str:
    return "1 leaf" if len(found) == 1 else f"{len(found)} leaves"


def off_the_tape(tree: T) -> T:
    """The tree with its tensors detached."""
    return tree_map(lambda x: detached(x) if isinstance(x, Tensor) else x, tree)
