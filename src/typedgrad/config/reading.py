"""From what stands in a file to specs. Names are looked up in tables; every refusal says where, and what there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar, get_args

from typedgrad.config.fold import Entry
from typedgrad.config.forms import (
    NONE,
    NUMBER,
    Anything,
    Argument,
    Choice,
    Either,
    Form,
    Kind,
    Of,
    Plain,
    Row,
    Table,
    arguments_of,
)
from typedgrad.config.functions import functions
from typedgrad.config.layer_spec import LayerSpec
from typedgrad.config.located import Node
from typedgrad.config.losses import OF_A_BATCH, Loss, registered_losses
from typedgrad.config.names import nearest
from typedgrad.config.options import Defaults, LayerOptions
from typedgrad.config.registry import MAKERS, layers
from typedgrad.config.spec import NetworkSpec, Output
from typedgrad.config.writing import VERSION
from typedgrad.nn.names import InitializerName

T = TypeVar("T")
_INITIAL: Final = Either((Of("initializer"), NUMBER, NONE))
# What the fields of `LayerOptions` and `Defaults` may hold.
OPTIONS: Final[Mapping[str, Form]] = {
    "name": Plain("str"),
    "updater": Of("updater"),
    "bias_updater": Of("updater"),
    "weight_init": _INITIAL,
    "bias_init": _INITIAL,
    **dict.fromkeys(("l1", "l2", "l1_bias", "l2_bias", "weight_decay"), NUMBER),
    "drop": Either((NUMBER, Of("layer"))),
    "constraints": Row((Of("constraint"),), many=True),
    "gradient_normalization": Either((Of("transform"), Choice(("none",)))),
}
DEFAULTS: Final[Mapping[str, Form]] = {
    **{name: form for name, form in OPTIONS.items() if name != "name"},
    "seed": Plain("int"),
    "activation": Of("activation"),
    "dtype": Choice(("float16", "float32", "float64")),
    "truncate": Plain("int"),
}
assert {f.name for f in fields(LayerOptions)} == set(OPTIONS)
assert {f.name for f in fields(Defaults)} == {"name", *DEFAULTS}
_HEAD: Final = ("$schema", "typedgrad", "version")
_LARGEST: Final = 2**53
_WORDS: Final = {"int": "an int", "float": "a number", "bool": "true or false", "str": "a string", "none": "null"}


def read_network(node: Node) -> NetworkSpec:
    """The spec of a network that a document describes. Raises SpecError for what cannot be meant."""
    entries = head_of(node, "network", ("input", "layers", "output"))
    if "input" not in entries:
        node.refuse('a network needs an `input`, such as "n 784"')
    layers_ = entries["layers"].items() if "layers" in entries else []
    spec = NetworkSpec(
        input=entries["input"].text(),
        defaults=read_defaults(entries),
        layers=tuple(read_entry(item) for item in layers_),
        output=read_output(entries["output"]) if "output" in entries else None,
    )
    _check_input(entries["input"])
    return spec


def head_of(node: Node, kind: str, more: tuple[str, ...]) -> Mapping[str, Node]:
    """The entries of a document of some kind. Raises SpecError for another kind, version or key."""
    entries = node.mapping((*_HEAD, *DEFAULTS, *more), f"a {kind}")
    if "typedgrad" not in entries:
        node.refuse(f'this does not say what it is: `"typedgrad": "{kind}"` is due')
    found = entries["typedgrad"]
    if found.content != kind:
        found.refuse(f'"{kind}" is due, not {found.shown()}')
    version = entries.get("version")
    if version is not None and (version.content != VERSION or isinstance(version.content, bool)):
        version.refuse(f"version {VERSION} is due, not {version.shown()}")
    return entries


def read_defaults(entries: Mapping[str, Node]) -> Defaults:
    """What holds for all layers."""
    said = {name: read(entries[name], form) for name, form in DEFAULTS.items() if name in entries}
    return made_at(entries["typedgrad"], Defaults, said)


def read_output(node: Node) -> Output:
    """How a network ends."""
    entries = node.mapping(("loss", "layer", "labels"), "an output")
    if "loss" not in entries:
        node.refuse("an output needs a `loss`")
    labels = entries["labels"].text() if "labels" in entries else None
    return Output(read_loss(entries["loss"]), read_entry(entries["layer"]) if "layer" in entries else None, labels)


def read_loss(node: Node) -> Loss:
    """A loss: a name, or a mapping with a `type` and options."""
    named = node.mapping(None, "a loss").get("type") if isinstance(node.content, dict) else node
    if named is None:
        node.refuse("a loss needs a `type`")
    known = registered_losses()
    name = known_name(named, "loss", known)
    if named is node:
        return Loss(name)
    arguments = arguments_of(known[name], 2)
    said = _arguments(
        node, name, {n: a._replace(form=for_loss(a.form)) for n, a in arguments.items() if n not in OF_A_BATCH}
    )
    return Loss(name, tuple(sorted(said.items())))


def for_loss(form: Form) -> Form:
    """What an option of a loss may be in a file: class weights are tensors to the function, and lists there."""
    numbers = Row((NUMBER,), many=True)
    if isinstance(form, Either):
        return Either(tuple(for_loss(one) for one in form.forms))
    return numbers if isinstance(form, Anything) else form


def read_entry(node: Node) -> Entry:
    """A layer, and under `with` what was said of it besides."""
    spec = read_layer(node, ("with",))
    besides = node.mapping().get("with")
    return Entry(spec, LayerOptions() if besides is None else read_options(besides))


def read_options(node: Node) -> LayerOptions:
    """What was said of one layer."""
    entries = node.mapping(tuple(OPTIONS), "what goes `with` a layer")
    return made_at(node, LayerOptions, {name: read(entry, OPTIONS[name]) for name, entry in entries.items()})


def read_layer(node: Node, besides: tuple[str, ...] = ()) -> LayerSpec:
    """A layer: a mapping with a `type` and the arguments of its constructor."""
    known = layers()
    cls = known[known_name(_type_of(node, "a layer"), "layer", known)]
    said = _arguments(node, cls.__name__, arguments_of(cls), besides)
    spec = LayerSpec(cls, tuple((name, said[name]) for name in sorted(said)))
    made_at(node, spec.make, {})
    return spec


def read_kind(node: Node, kind: Kind) -> object:
    """A value of some kind: an updater, a schedule, ..."""
    if kind == "layer":
        return read_layer(node)
    if kind == "loss":
        return read_loss(node)
    if kind in ("activation", "function") and isinstance(node.content, dict):
        return read_layer(node)
    if kind in ("activation", "function"):
        return known_name(node, "activation" if kind == "activation" else "function", functions())
    if kind == "initializer" and isinstance(node.content, str):
        known_name(node, "initializer", get_args(InitializerName))
        return node.content
    if kind == "schedule" and isinstance(node.content, str):
        return functions()[known_name(node, "schedule", functions())]
    makers = MAKERS[kind]
    name = known_name(_type_of(node, f"{_article(kind)} {kind}"), kind, makers)
    return made_at(node, makers[name], _arguments(node, name, arguments_of(makers[name])))


def _type_of(node: Node, what: str) -> Node:
    found = node.mapping(None, what).get("type")
    if found is None:
        node.refuse(f"{what} needs a `type`")
    return found


def known_name(node: Node, kind: str, among: Mapping[str, object] | tuple[str, ...]) -> str:
    """A name that is there. Raises SpecError for another, with the nearest."""
    name = node.text()
    if name not in among:
        node.refuse(f"there is no {kind} `{name}`{nearest(name, among)}")
    return name


def _arguments(node: Node, name: str, known: Mapping[str, Argument], besides: tuple[str, ...] = ()) -> dict[str, Any]:
    entries = node.mapping(("type", *known, *besides), name)
    for key, argument in known.items():
        if argument.required and key not in entries:
            node.refuse(f"{name} needs `{key}`")
    return {key: read(entry, known[key].form) for key, entry in entries.items() if key in known}


def made_at(node: Node, maker: Callable[..., T], arguments: Mapping[str, Any]) -> T:
    """What a maker makes; what it refuses is refused at this place of the file."""
    try:
        return maker(**arguments)
    except (TypeError, ValueError) as error:
        node.refuse(str(error))


def _check_input(node: Node) -> None:
    from typedgrad.config.ports import port

    made_at(node, lambda: port("input", node.text()), {})


def read(node: Node, form: Form) -> Any:  # noqa: ANN401  # whatever the form says
    """The value that stands at a place, if it is of a form. Raises SpecError if it is not."""
    if isinstance(form, Either):
        return _read_either(node, form)
    if not _may_be(node, form):
        node.refuse(f"must be {words(form)}, not {node.shown()}")
    if isinstance(form, Of):
        return read_kind(node, form.kind)
    if isinstance(form, Choice):
        if node.content not in form.words:
            node.refuse(f"must be {words(form)}, not {node.shown()}{nearest(str(node.content), form.words)}")
        return node.content
    if isinstance(form, Row):
        return _read_row(node, form)
    if isinstance(form, Table):
        return {key: read(entry, form.value) for key, entry in node.mapping().items()}
    if isinstance(form, Anything):
        node.refuse("cannot be given in a file")
    if isinstance(node.content, int) and abs(node.content) > _LARGEST:
        node.refuse(f"{node.shown()} is too large")
    return node.content


def _read_either(node: Node, form: Either) -> object:
    fitting = [one for one in form.forms if _may_be(node, one)]
    if not fitting:
        node.refuse(f"must be {words(form)}, not {node.shown()}")
    # A word may be one of a few, or a name; a row one of several lengths.
    for one in fitting[:-1]:
        if isinstance(one, Choice) and node.content in one.words:
            return node.content
        if isinstance(one, Row) and _fits(node, one):
            return read(node, one)
        if isinstance(one, Of) and one.kind == "function" and isinstance(node.content, str):
            return read(node, one)
    return read(node, fitting[-1])


def _read_row(node: Node, form: Row) -> tuple[object, ...]:
    items = node.items()
    if not form.many and len(items) != len(form.items):
        node.refuse(f"must be {words(form)}, not a list of {len(items)}")
    return tuple(read(item, form.items[0 if form.many else i]) for i, item in enumerate(items))


def _fits(node: Node, form: Row) -> bool:
    """Whether a list has the length and, at first sight, the items."""
    items = node.items()
    if not form.many and len(items) != len(form.items):
        return False
    return all(_may_be(item, form.items[0 if form.many else i]) for i, item in enumerate(items))


def _may_be(node: Node, form: Form) -> bool:
    """Whether a value is, at first sight, of a form."""
    content = node.content
    if isinstance(form, Plain):
        numbers = (int,) if form.name == "int" else (int, float)
        if form.name in ("int", "float"):
            return isinstance(content, numbers) and not isinstance(content, bool)
        return {"bool": isinstance(content, bool), "str": isinstance(content, str), "none": content is None}[form.name]
    if isinstance(form, Choice):
        return isinstance(content, str)
    if isinstance(form, Row):
        return isinstance(content, list)
    if isinstance(form, Table):
        return isinstance(content, dict)
    if isinstance(form, Either):
        return any(_may_be(node, one) for one in form.forms)
    if isinstance(form, Of):
        by_name = form.kind in ("activation", "function", "initializer", "loss", "schedule")
        return isinstance(content, dict) or (by_name and isinstance(content, str))
    return True


def words(form: Form) -> str:
    """A form in words: `an int or a list of 2`.

    >>> words(Either((NUMBER, Of("schedule"))))
    'a number or a schedule'
    """
    if isinstance(form, Plain):
        return _WORDS[form.name]
    if isinstance(form, Choice):
        return " or ".join(f'"{word}"' for word in form.words)
    if isinstance(form, Row):
        return f"a list of {words(form.items[0])}s" if form.many else f"a list of {len(form.items)}"
    if isinstance(form, Table):
        return "a mapping"
    if isinstance(form, Either):
        return " or ".join(words(one) for one in form.forms)
    return f"{_article(form.kind)} {form.kind}" if isinstance(form, Of) else "anything"


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
