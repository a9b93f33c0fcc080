"""The leaves of a differentiation: marked on the way in, collected on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from typedgrad.backends import namespace
from typedgrad.core.conversion import scalar
from typedgrad.core.pytree import Structure, flatten, leaves_with_paths, tree_map, unflatten
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from typedgrad.core.tape import Node

T = TypeVar("T")


class _Leaf:
    """The entry of a leaf. In a nested differentiation it hands its cotangent on to the outer one."""

    __slots__ = ()
    several = False

    def pull(self, g: Any, node: Node) -> tuple[Any, ...]:
        return (g,) * len(node[1])

    pull_taped = pull


def leaf(x: Tensor) -> Tensor:
    """A tensor with the values of `x` that differentiation starts from; linked to `x` if that is recorded itself."""
    inputs = (x,) if x.node is not None else ()
    return Tensor(x.data, x.aval, (_Leaf(), inputs, x.data))  # type: ignore[arg-type]  # plays the part of an entry


def differentiable_leaves(name: str, tree: Any) -> tuple[list[Any], Structure]:
    """The leaves of an argument as tensors, and its structure. States, through which nothing flows, stay as they are.

    Raises:
        TypeError: naming the path of a leaf through which no gradient can flow.
    """
    leaves, structure = flatten(tree)
    made: list[Any] = []
    for i, value in enumerate(leaves):
        if isinstance(value, State):
            made.append(value)
            continue
        x = scalar(value, "float32", "cpu") if isinstance(value, float) else value
        if not isinstance(x, Tensor) or x.dtype.kind != "f":
            path = leaves_with_paths(tree)[i][0]
            what = f"a {x.dtype.name} Tensor" if isinstance(x, Tensor) else f"{type(x).__name__} {x!r}"
            where = f"the leaf `{path}`" if path else "the argument"
            raise TypeError(f"{name}: {where} is {what}, which cannot be differentiated; only float tensors can")
        made.append(x)
    return made, structure


def with_leaves(name: str, args: tuple[Any, ...], positions: tuple[int, ...]) -> tuple[list[Any], list[Any], Structure]:
    """The arguments with fresh leaves at `positions`, these leaves, and the structure of the tuple of those arguments.

    Raises:
        TypeError: for a position that is not there, or an argument that cannot be differentiated.
    """
    for position in positions:
        if not -len(args) <= position < len(args):
            raise TypeError(f"{name}: argnums has {position}, but {len(args)} positional arguments were given")
    wanted = tuple(args[position] for position in positions)
    found, structure = differentiable_leaves(name, wanted)
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
            data: Any = x.data
            results.append(Tensor(namespace(data).zeros_like(data), x.aval))
        elif taped:
            results.append(g)
        else:
            results.append(_boxed(g, x))
    return results


def _boxed(g: Any, x: Tensor) -> Tensor:
    """A raw cotangent as a tensor; numpy scalars, which 0-d arithmetic gives, as arrays."""
    if not x.shape and type(g) is not type(x.data):
        g = namespace(x.data).asarray(g)
    return Tensor(g, x.aval)


def cotangents_for(name: str, outs: list[Any], structure: Structure, g: Any) -> list[Tensor]:
    """The leaves of a cotangent, checked against the value it belongs to.

    Raises:
        TypeError: if the structure or a dtype differs.
        ShapeError: if a shape differs.
    """
    cotangents, found = flatten(g)
    if found != structure:
        raise TypeError(f"{name}: the cotangent must have the structure of the value: {len(outs)} leaves")
    for c, out in zip(cotangents, outs, strict=True):
        if not isinstance(out, Tensor):
            continue
        if not isinstance(c, Tensor):
            raise TypeError(f"{name}: the cotangent must be a Tensor, not {type(c).__name__}")
        if c.shape != out.shape:
            raise ShapeError(
                f"the cotangent must have the value's shape [{' '.join(map(str, out.shape))}], "
                f"not [{' '.join(map(str, c.shape))}]",
                where=name,
            )
        if c.dtype != out.dtype:
            raise TypeError(f"{name}: the cotangent must be {out.dtype.name} like the value, not {c.dtype.name}")
    return cotangents


def off_the_tape(tree: T) -> T:
    """The tree with its tensors detached."""
    return tree_map(lambda x: Tensor(x.data, x.aval) if isinstance(x, Tensor) and x.node is not None else x, tree)
