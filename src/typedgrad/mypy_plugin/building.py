"""`network(...).input("n 784").layer(Dense, out_features=10)...build()`: what goes through what is being described.

The builder carries, out of sight of mypy, what comes out so far; a layer is tried on that. `build()` makes a network of
a type with the shapes of both ends, `Network[Float[Tensor, "n 784"], Float[Tensor, "n 10"]]`, and mypy does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from mypy.nodes import CallExpr, TypeInfo
from mypy.types import CallableType, Instance, ProperType, Type, get_proper_type

from typedgrad.mypy_plugin import layers
from typedgrad.mypy_plugin.aliases import CLASSES
from typedgrad.mypy_plugin.calls import Actual
from typedgrad.mypy_plugin.encoding import Known, as_pattern, is_tensor
from typedgrad.mypy_plugin.notes import noted
from typedgrad.mypy_plugin.sizes import is_layer, with_attributes
from typedgrad.mypy_plugin.transforming import marked

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.calls import Site

MODULE: Final = "typedgrad.config.builder."
_STEPS: Final = ("t", "time", "steps")
_PLACES: Final[Mapping[int, str]] = {2: "flat", 3: "signal", 4: "image", 5: "volume"}
_IN_STEPS: Final[Mapping[int, str]] = {3: "sequence", 5: "frames"}


def step(site: Site, owner: ProperType, name: str, made: Type) -> Type:
    """What `made`, the result of a method of a builder, carries on."""
    call, result = site.context, get_proper_type(made)
    if not isinstance(call, CallExpr) or not isinstance(owner, Instance) or not isinstance(result, Instance):
        return made
    method = name.removeprefix(MODULE)
    if method == "NetworkBuilder.input":
        return _begun(site, call, result)
    known = owner.extra_attrs.attrs if owner.extra_attrs is not None else {}
    if "out" not in known:
        return made
    if method in ("LayerBuilder.build", "OutputBuilder.build"):
        return result.copy_modified(args=[known["into"], _outward(site, known["out"])])
    if method in ("LayerBuilder.using", "LayerBuilder.loss", "OutputBuilder.labels"):
        # A loss of classes moves the channels of images.
        whole = method != "LayerBuilder.loss" or _layout(known) in ("flat", "sequence")
        return with_attributes(result, dict(known)) if whole else made
    layer = _described(site, call, 1 if method == "LayerBuilder.output" else 0, method)
    # A chain of calls begins where its first name stands, lines above the layer that does not fit.
    site = site.at(call.args[1 if method == "LayerBuilder.output" else 0]) if call.args else site
    out = None if layer is None else _through(site, layer, known)
    if out is None or site.complained or (method == "LayerBuilder.output" and out[1] not in ("flat", "sequence")):
        return made
    tensor, layout = out
    return with_attributes(result, {**known, "out": tensor, "layout": site.codec.literal(layout)})


def _begun(site: Site, call: CallExpr, result: Instance) -> Type:
    text = site.folder.fold(call.args[0]) if len(call.args) == 1 else None
    tokens = text.split() if isinstance(text, str) else []
    kind = tokens.pop(0) if tokens and tokens[0] in CLASSES else "Float"
    bare = get_proper_type(site.codec.unknown_tensor())
    if not tokens or not all(token.isidentifier() or token.isdecimal() for token in tokens):
        return result
    if not isinstance(bare, Instance) or not is_tensor(bare):
        return result
    tensor = site.codec.tensor(bare, Known(" ".join(tokens), kind))
    in_steps = len(tokens) > 2 and tokens[1] in _STEPS
    layout = "" if len(tokens) == 3 and not in_steps else (_IN_STEPS if in_steps else _PLACES).get(len(tokens), "")
    return with_attributes(result, {"into": tensor, "out": tensor, "layout": site.codec.literal(layout)})


def _layout(known: Mapping[str, Type]) -> str:
    found = getattr(get_proper_type(known["layout"]), "value", "")
    return found if isinstance(found, str) else ""


def _outward(site: Site, tensor: Type) -> Type:
    """What comes out, with its names as those of a result."""
    proper = get_proper_type(tensor)
    known = site.codec.read(proper)
    if known is None or not isinstance(proper, Instance):
        return tensor
    return site.codec.tensor(proper, known._replace(shape=marked(known.shape)))


def _described(site: Site, call: CallExpr, place: int, method: str) -> Instance | None:
    """The layer that `.layer(Dense, out_features=10)` or `.add(Dense(out_features=10))` means."""
    if len(call.args) <= place or any(kind.is_star() for kind in call.arg_kinds):
        return None
    given = get_proper_type(site.api.get_expression_type(call.args[place]))
    if method == "LayerBuilder.add":
        return given if isinstance(given, Instance) and is_layer(given) else None
    made = get_proper_type(given.ret_type) if isinstance(given, CallableType) and given.is_type_obj() else None
    named = [(name, e) for name, e in zip(call.arg_names, call.args, strict=True) if name is not None]
    if not isinstance(made, Instance) or not is_layer(made) or len(named) != len(call.args) - place - 1:
        return None
    if "layers" in noted(made.type, "init"):
        return None
    options = {name: typ for name, e in named if (typ := layers.option(site, e)) is not None}
    return layers.completed(site, made, options, {name for name, _ in named})


def _through(site: Site, layer: Instance, known: Mapping[str, Type]) -> tuple[Type, str] | None:
    """What a layer makes of what comes out so far, and what the axes of that are; None if it is not known."""
    x, layout = known["out"], _layout(known)
    shape = getattr(site.codec.read(x), "shape", None)
    demand, wanted, mixes = _demand(site, layer)
    tokens = [] if shape is None else shape.split()
    if not tokens or any(token == "..." or token.startswith("*") for token in tokens):
        return None
    if demand != len(tokens):
        if layout in ("sequence", "frames") and (layout == "frames" or demand is not None):
            return None
        if layout in ("signal", "image", "volume") and (mixes or wanted == "flat"):
            x = _flattened(site, x)
    elif {layout, wanted} == {"sequence", "signal"}:
        read = site.codec.read(x) or Known()
        proper = get_proper_type(x)
        if isinstance(proper, Instance):
            x = site.codec.tensor(proper, read._replace(shape=" ".join([tokens[0], tokens[2], tokens[1]])))
    out = layers.stage(site, layer, Actual(None, x))
    made = site.codec.read(out) if out is not None else None
    if out is None or made is None or made.shape is None:
        return None
    return out, _after(len(made.shape.split()), len(tokens), layout, wanted, layer)


def _after(axes: int, before: int, layout: str, wanted: str, layer: Instance) -> str:
    if axes == 3:
        if layer.type.name in ("Reshape", "Permute"):
            return ""
        if layout in ("flat", "frames") or wanted == "sequence":
            return "sequence"
        return "signal" if wanted == "signal" else layout if before == axes else ""
    if axes == 5:
        return "frames" if layout == "frames" else "volume"
    return {2: "flat", 4: "image"}.get(axes, "")


def _demand(site: Site, layer: Instance) -> tuple[int | None, str, bool]:
    """How many axes a layer wants, what they are, and whether it mixes all features of an example."""
    method = layer.type.get_method("__call__")
    sig = get_proper_type(method.type) if method is not None else None
    if not isinstance(sig, CallableType) or len(sig.arg_types) < 2:
        return None, "", False
    taken, made = (site.codec.read(typ) for typ in (sig.arg_types[1], sig.ret_type))
    tokens = (as_pattern(taken.shape) or "...").split() if taken is not None else ["..."]
    if any(token == "..." or token.startswith("*") for token in tokens):
        last = (as_pattern(made.shape) or "...").split()[-1:] if made is not None else []
        sized = tokens[-1] in {name for base in layer.type.mro for name in base.names}
        return None, "", bool(sized and last and tokens[-1] != last[0])
    in_steps = len(tokens) > 1 and tokens[1] in _STEPS
    return len(tokens), (_IN_STEPS if in_steps else _PLACES).get(len(tokens), ""), False


def _flattened(site: Site, x: Type) -> Type:
    symbol = site.codec.lookup("typedgrad.nn.dense.Flatten")
    info = symbol.node if symbol is not None else None
    if not isinstance(info, TypeInfo):
        return site.codec.unknown_tensor()
    flatten = layers.completed(site, Instance(info, []), {}, ())
    return layers.stage(site, flatten, Actual(None, x)) or site.codec.unknown_tensor()
