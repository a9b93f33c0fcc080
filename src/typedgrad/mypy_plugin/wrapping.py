"""Layers around layers, `Residual(layer=...)` and the like: what they make is what the layers inside make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mypy.types import CallableType, Instance, TupleType, Type, get_proper_type

from typedgrad.mypy_plugin import layers
from typedgrad.mypy_plugin.calls import Actual
from typedgrad.mypy_plugin.constants import arithmetic
from typedgrad.mypy_plugin.encoding import Codec, Known, as_actual, is_tensor, map_tensors
from typedgrad.mypy_plugin.methods import signature
from typedgrad.mypy_plugin.sizes import is_layer, stored
from typedgrad.shapes import Argument, Request

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.calls import Site

Inputs = Sequence[Actual]


def rule_of(part: Instance) -> Rule | None:
    """How a layer uses those inside it; None if it is no such layer, or one of the user's with a call of its own."""
    for base in part.type.mro:
        if "__call__" in base.names:
            return _RULES.get(base.fullname)
    return None


def chained(part: Instance) -> bool:
    """Whether a layer passes what comes in through one layer after the other."""
    return rule_of(part) is _in_turn


def _inside(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    """What the one layer inside makes."""
    inner = _inner(part)
    return None if inner is None else layers.stage(site, inner, *inputs)


def _inner(part: Instance, name: str = "layer") -> Instance | CallableType | None:
    found = get_proper_type(stored_type(part, name))
    if found is None and name == "layer" and part.args:
        found = get_proper_type(part.args[0])
    return found if isinstance(found, CallableType) or (isinstance(found, Instance) and is_layer(found)) else None


def stored_type(part: Instance, name: str) -> Type | None:
    """The type of a field that holds a layer or several."""
    found = stored(part, name)
    return found if isinstance(found, Type) else None


def _function(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    inner = _inner(part, "function")
    return None if inner is None else layers.stage(site, inner, *inputs)


def _in_turn(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    """What a chain of layers makes of a tensor."""
    inner = stored(part, "layers")
    if not isinstance(inner, TupleType) or not inputs:
        return None
    x = inputs[0]
    for one in inner.items:
        out = layers.stage(site, get_proper_type(one), x)
        if out is None:
            return None
        x = Actual(None, out)
    return x.typ


def _residual(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    made, kept = _inside(site, part, inputs), inputs[0]
    if made is None:
        return None
    title = "x"
    if part.extra_attrs is not None and "projection" in part.extra_attrs.attrs:
        projection = _inner(part, "projection")
        if projection is not None:
            out = layers.stage(site, projection, kept)
            kept, title = Actual(None, out), "projection(x)"
            if out is None:
                return made
        elif stored(part, "projection") is not None:
            return made
    sides = (("layer(x)", Actual(None, made)), (title, kept))
    arguments = []
    for name, side in sides:
        known = site.known(side)
        arguments.append(Argument(name, "*s", "Shaped", known.shape, known.dtype))
    site.judged(Request("Residual", arguments=tuple(arguments), result=(("*s", "Shaped"),)))
    return made


def _branches(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    inner, merge = stored(part, "layers"), _inner(part, "merge")
    if not isinstance(inner, TupleType) or merge is None:
        return None
    made = [layers.stage(site, get_proper_type(one), *inputs) for one in inner.items]
    if site.complained:
        return site.codec.unknown_tensor()
    return layers.stage(site, merge, *(Actual(None, out or site.codec.unknown_tensor()) for out in made))


def _parallel(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    inner = stored(part, "layers")
    if not isinstance(inner, TupleType) or len(inner.items) != len(inputs):
        return None
    pairs = zip(map(get_proper_type, inner.items), inputs, strict=True)
    return site.codec.items([layers.stage(site, one, x) or site.codec.unknown_tensor() for one, x in pairs])


def _both_ways(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    inner, merge = _inner(part, "forward"), stored(part, "merge")
    there = None if inner is None else layers.stage(site, inner, *inputs[:1])
    if there is None or not isinstance(merge, str):
        return None
    op = signature("typedgrad.ops.move.concat", site.codec.lookup)
    if merge != "concat" or op is None:
        return there if merge != "concat" else None
    return layers.applied(site, op, [(there, there)], {"axis": -1})


def _each_step(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    """The steps of sequences, as if they were examples."""
    inner, x = _inner(part), site.known(inputs[0])
    tokens = [] if x.shape is None else x.shape.split()
    if inner is None or len(tokens) < 2 or any(map(_is_run, tokens[:2])):
        return None if inner is None else _unknown_steps(site, inner, x)
    batch, time, *rest = tokens
    made = _through(site, inner, Known(" ".join([_product(batch, time), *rest]), x.dtype))
    if made is None or made.shape is None:
        return None if made is None else _tensor(site, Known(None, made.dtype))
    first, *others = made.shape.split() or ["..."]
    shape = made.shape if _is_run(first) else " ".join([batch, time, *others])
    return _tensor(site, made._replace(shape=shape))


def _unknown_steps(site: Site, inner: Instance | CallableType, x: Known) -> Type | None:
    made = _through(site, inner, x._replace(shape=None))
    return None if made is None else _tensor(site, made)


def _product(a: str, b: str) -> str:
    return "_" if "_" in (a, b) else f"({a})*({b})"


def _channels_last(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    inner, x = _inner(part), site.known(inputs[0])
    tokens = [] if x.shape is None else x.shape.split()
    if inner is None or len(tokens) < 2 or any(map(_is_run, tokens)):
        return None
    first, *middle, channels = tokens
    made = _through(site, inner, Known(" ".join([first, channels, *middle]), x.dtype))
    if made is None or made.shape is None or any(map(_is_run, made.shape.split())) or len(made.shape.split()) < 2:
        return None if made is None else _tensor(site, made._replace(shape=None))
    first, channels, *middle = made.shape.split()
    return _tensor(site, made._replace(shape=" ".join([first, *middle, channels])))


def _separable(site: Site, part: Instance, inputs: Inputs) -> Type | None:
    """A convolution of each channel, and then one that mixes them."""
    known = part.extra_attrs.attrs if part.extra_attrs is not None else {}
    first, second = (_made(part, name) for name in ("depthwise", "pointwise"))
    multiplier, taken = stored(part, "multiplier"), stored(part, "in_channels")
    channels = site.codec.static(layers.normal(site, arithmetic("*", taken, multiplier)))
    if first is None or second is None or "out_channels" not in known:
        return None
    shared = ("in_channels", "multiplier", "kernel", "stride", "padding", "dilation")
    depthwise: dict[str, Type] = {name: known[name] for name in shared if name in known}
    pointwise = {"out_channels": known["out_channels"], "kernel": site.codec.literal(1)}
    if channels is not None:
        pointwise["in_channels"] = channels
    made = layers.stage(site, layers.completed(site, first, depthwise, set(depthwise)), *inputs)
    if made is None:
        return None
    return layers.stage(site, layers.completed(site, second, pointwise, set(pointwise)), Actual(None, made))


def _made(part: Instance, name: str) -> Instance | None:
    """A new layer of the class that a field is declared to hold."""
    symbol = part.type.get(name)
    declared = get_proper_type(symbol.type) if symbol is not None else None
    return Instance(declared.type, []) if isinstance(declared, Instance) else None


def opened(part: Instance) -> Rule | None:
    """What a layer does of which the annotation leaves something open, and the body cannot be read."""
    return _OPENED.get(part.type.fullname)


def promised(part: Instance, sig: CallableType, codec: Codec) -> CallableType:
    """The signature of a call whose result, a named tuple, has shapes that stand in no annotation."""
    axes = _STATES.get(part.type.fullname)
    if axes is None:
        return sig
    return sig.copy_modified(ret_type=map_tensors(sig.ret_type, lambda t: codec.tensor(t, Known(axes, "Float"))))


def _through(site: Site, inner: Instance | CallableType, x: Known) -> Known | None:
    out = layers.stage(site, inner, Actual(None, _tensor(site, x)))
    known = site.codec.read(out) if out is not None else None
    return None if known is None else known._replace(shape=as_actual(known.shape))


def _tensor(site: Site, known: Known) -> Type:
    bare = get_proper_type(site.codec.unknown_tensor())
    return site.codec.tensor(bare, known) if isinstance(bare, Instance) and is_tensor(bare) else bare


def _is_run(token: str) -> bool:
    return token == "..." or token.startswith(("*", "#*"))


Rule = Callable[["Site", Instance, Inputs], "Type | None"]
_RULES: Final[Mapping[str, Rule]] = {
    f"typedgrad.nn.{name}": rule
    for name, rule in {
        "reparametrise.WeightNorm": _inside,
        "reparametrise.SpectralNorm": _inside,
        "weight_noise.DropConnect": _inside,
        "weight_noise.WeightNoise": _inside,
        "freeze.Frozen": _inside,
        "plain.Lambda": _function,
        "sequential.Sequential": _in_turn,
        "stacked.Stacked": _in_turn,
        "branches.Residual": _residual,
        "branches.Branches": _branches,
        "branches.Parallel": _parallel,
        "bidirectional.Bidirectional": _both_ways,
        "over_time.TimeDistributed": _each_step,
        "layout.ChannelsLast": _channels_last,
    }.items()
}
_OPENED: Final[Mapping[str, Rule]] = {f"typedgrad.nn.depthwise.SeparableConv{n}d": _separable for n in (1, 2, 3)}
_STATES: Final[Mapping[str, str]] = {"typedgrad.nn.lstm.LstmCell": "*batch features"}
