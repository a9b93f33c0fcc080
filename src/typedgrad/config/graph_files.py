"""Graphs in JSON and YAML."""

from __future__ import annotations

from collections.abc import Mapping

from typedgrad.config.fold import Entry
from typedgrad.config.graph_spec import GraphOutput, GraphSpec, Vertex
from typedgrad.config.located import Node
from typedgrad.config.options import LayerOptions
from typedgrad.config.reading import head_of, made_at, read_defaults, read_layer, read_loss, read_options
from typedgrad.config.writing import JSON, VERSION, defaults_document, entry_document, loss_document


def graph_document(spec: GraphSpec) -> dict[str, JSON]:
    """A graph as plain data."""
    document: dict[str, JSON] = {"typedgrad": "graph", "version": VERSION, **defaults_document(spec.defaults)}
    document["inputs"] = dict(spec.inputs)
    document["layers"] = {name: _vertex_document(vertex) for name, vertex in spec.vertices}
    outputs = [_output_document(output) for output in spec.outputs]
    if spec.single:
        document["output"] = outputs[0]
    else:
        document["outputs"] = [*outputs]
    return document


def _vertex_document(vertex: Vertex) -> JSON:
    if vertex.entry is None:
        return {"shares": vertex.shares, "inputs": [*vertex.inputs]}
    made = entry_document(vertex.entry)
    besides: dict[str, JSON] = {"with": made.pop("with")} if "with" in made else {}
    return {**made, "inputs": [*vertex.inputs], **besides}


def _output_document(output: GraphOutput) -> JSON:
    made: dict[str, JSON] = {"of": output.vertex}
    if output.loss is not None:
        made["loss"] = loss_document(output.loss)
    if output.weight != 1.0:
        made["weight"] = output.weight
    if output.labels is not None:
        made["labels"] = output.labels
    return made


def read_graph(node: Node) -> GraphSpec:
    """The spec of a graph that a document describes. Raises SpecError for what cannot be meant."""
    entries = head_of(node, "graph", ("inputs", "layers", "output", "outputs"))
    for key in ("inputs", "layers"):
        if key not in entries:
            node.refuse(f"a graph needs `{key}`")
    if ("output" in entries) == ("outputs" in entries):
        node.refuse("a graph needs either `output`, or a list of `outputs`")
    single = "output" in entries
    ends = [entries["output"]] if single else entries["outputs"].items()
    spec = GraphSpec(
        inputs=tuple((name, text.text()) for name, text in entries["inputs"].mapping().items()),
        vertices=tuple((name, _vertex(vertex)) for name, vertex in entries["layers"].mapping().items()),
        outputs=tuple(map(_output, ends)),
        defaults=read_defaults(entries),
        single=single,
    )
    made_at(entries["layers"], spec.order, {})
    return spec


def _vertex(node: Node) -> Vertex:
    entries: Mapping[str, Node] = node.mapping(None, "a layer of a graph")
    if "inputs" not in entries:
        node.refuse("a layer of a graph needs `inputs`, the names of what it takes")
    inputs = tuple(item.text() for item in entries["inputs"].items())
    if "shares" in entries:
        node.mapping(("shares", "inputs"), "what shares a layer")
        return Vertex(inputs, None, entries["shares"].text())
    layer = read_layer(node, ("inputs", "with"))
    besides = entries.get("with")
    return Vertex(inputs, Entry(layer, LayerOptions() if besides is None else read_options(besides)))


def _output(node: Node) -> GraphOutput:
    entries = node.mapping(("of", "loss", "weight", "labels"), "an output of a graph")
    if "of" not in entries:
        node.refuse("an output of a graph needs `of`, the name of a layer")
    weight = entries["weight"].content if "weight" in entries else 1.0
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < float("inf"):
        entries["weight"].refuse(f"must be a positive number, not {entries['weight'].shown()}")
    labels = entries["labels"].text() if "labels" in entries else None
    loss = read_loss(entries["loss"]) if "loss" in entries else None
    return GraphOutput(entries["of"].text(), loss, weight, labels)
