"""What a graph of layers is made of, and in which order: names, who takes what from whom, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from typedgrad.nn.layer import Layer
from typedgrad.nn.node import Input, Node, Part


class Vertex(NamedTuple):
    """One layer of a graph: the names of what it takes by place, and of what it takes by name.

    >>> tg.nn.Vertex(tg.nn.Add(), ("left", "right")).inputs
    ('left', 'right')
    """

    layer: Part
    inputs: tuple[str, ...]
    options: Mapping[str, str] = {}


class Step(NamedTuple):
    """One call: the name of the vertex, what it takes, and which values nobody takes after it."""

    name: str
    inputs: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    last_use_of: tuple[str, ...]


def ordered(inputs: Sequence[Node], outputs: Sequence[Node]) -> list[Node]:
    """All nodes that lead to the outputs, each after what it takes.

    Raises:
        TypeError: for an input that is none, or an output that is no node.
        ValueError: if an input is missing or leads to no output.
    """
    for node in inputs:
        if not isinstance(node, Input):
            raise TypeError(f"Dag: `inputs` must be made by nn.Input, not {node!r}")
    if not outputs:
        raise ValueError("Dag: there must be at least one output")
    for node in outputs:
        if not isinstance(node, Node):
            raise TypeError(f"Dag: `outputs` must be nodes, not {type(node).__name__}")
    found: dict[int, Node] = {}
    waiting = [(node, False) for node in reversed(outputs)]
    while waiting:  # no recursion: graphs may be deep
        node, complete = waiting.pop()
        if id(node) in found:
            continue
        if complete:
            found[id(node)] = node
        else:
            waiting.append((node, True))
            waiting += [(source, False) for source in reversed(node.sources)]
    _refuse_strays(inputs, found)
    return list(found.values())


def _refuse_strays(inputs: Sequence[Node], found: Mapping[int, Node]) -> None:
    listed = ", ".join(f"`{node.name}`" for node in inputs) or "none"
    for node in found.values():
        if node.layer is None and not any(node is given for given in inputs):
            users = [user for user in found.values() if any(source is node for source in user.sources)]
            user = f" (for {users[0]!r})" if users else ""
            raise ValueError(f"Dag: the outputs need the input `{node.name}`{user}, but `inputs` has {listed}")
    for node in inputs:
        if id(node) not in found:
            raise ValueError(f"Dag: the input `{node.name}` leads to no output")


def named(nodes: Sequence[Node]) -> dict[str, Node]:
    """The nodes by their names; those without are called after their layers.

    Raises ValueError for a name that two nodes have.
    """
    taken: dict[str, Node] = {}
    for node in nodes:
        if node.name is not None:
            if node.name in taken:
                raise ValueError(f"Dag: two nodes are called `{node.name}`: {taken[node.name]!r} and {node!r}")
            taken[node.name] = node
    names: dict[str, Node] = {}
    for node in nodes:
        name = node.name
        if name is None:
            kind = type(node.layer).__name__.lower() if isinstance(node.layer, Layer) else _function(node.layer)
            name, count = kind, 1
            while name in taken:
                count += 1
                name = f"{kind}_{count}"
            taken[name] = node
        names[name] = node
    return names


def _function(layer: object) -> str:
    name = getattr(layer, "__name__", "function")
    return name if name.isidentifier() else "function"


def steps(nodes: Mapping[str, Node], outputs: Sequence[str]) -> tuple[Step, ...]:
    """The calls, in an order in which each takes what is there already."""
    names = {id(node): name for name, node in nodes.items()}
    made: list[Step] = []
    kept = set(outputs)
    for name, node in reversed(list(nodes.items())):
        if node.layer is None:
            continue
        inputs = tuple(names[id(source)] for source in node.inputs)
        options = tuple((key, names[id(source)]) for key, source in node.options.items())
        used = dict.fromkeys([*inputs, *(source for _, source in options)])
        made.append(Step(name, inputs, options, tuple(source for source in used if source not in kept)))
        kept.update(used)
    return tuple(reversed(made))


def nodes_from_names(
    inputs: Sequence[Input], vertices: Mapping[str, Vertex], outputs: Sequence[str]
) -> dict[str, Node]:
    """The nodes of a graph that is described by names, as in a file.

    Raises:
        TypeError: for a name that is no word.
        ValueError: for a name that is not there or there twice, vertices that wait for each other, and a vertex that
            leads to no output.
    """
    made: dict[str, Node] = {}
    for node in inputs:
        if not isinstance(node, Input):
            raise TypeError(f"Dag: `inputs` must be made by nn.Input, not {node!r}")
        if node.name in vertices or node.name in made:
            raise ValueError(f"Dag: the name `{node.name}` is there twice")
        made[str(node.name)] = node
    for name, vertex in vertices.items():
        for source in (*vertex.inputs, *vertex.options.values()):
            if source not in made and source not in vertices:
                raise ValueError(f"Dag: `{name}` takes `{source}`, which is not there{_guess(source, made, vertices)}")
    for name in outputs:
        if name not in made and name not in vertices:
            raise ValueError(f"Dag: the output `{name}` is not there{_guess(name, made, vertices)}")
    for name in _sorted(vertices, made):
        layer, sources, options = vertices[name]
        first, *others = [made[source] for source in sources]
        made[name] = first.then(layer, *others, name=name, **{k: made[source] for k, source in options.items()})
    leading = {id(node) for node in ordered(inputs, [made[name] for name in outputs])}
    for name in vertices:
        if id(made[name]) not in leading:
            raise ValueError(f"Dag: the vertex `{name}` leads to no output")
    return made


def _sorted(vertices: Mapping[str, Vertex], inputs: Mapping[str, Node]) -> list[str]:
    """The names of the vertices, each after what it takes."""
    there, order = set(inputs), []
    waiting = list(vertices)
    while waiting:
        ready = [n for n in waiting if {*vertices[n].inputs, *vertices[n].options.values()} <= there]
        if not ready:
            raise ValueError(f"Dag: these wait for each other: {' -> '.join(_cycle(vertices, waiting))}")
        for name in ready:
            if not vertices[name].inputs:
                raise ValueError(f"Dag: the vertex `{name}` takes nothing")
        order += ready
        there.update(ready)
        waiting = [name for name in waiting if name not in there]
    return order


def _cycle(vertices: Mapping[str, Vertex], waiting: Sequence[str]) -> list[str]:
    """A way through the graph that ends where it began. Every one that waits takes something from another that does."""
    path = [waiting[0]]
    while True:
        vertex = vertices[path[-1]]
        source = next(n for n in (*vertex.inputs, *vertex.options.values()) if n in waiting)
        if source in path:
            return [source, *reversed(path[path.index(source) :])]
        path.append(source)


def _guess(name: str, *among: Mapping[str, object]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [n for names in among for n in names], 1)
    return f"; did you mean `{close[0]}`?" if close else ""
