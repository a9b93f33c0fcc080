"""`network(...).graph()`: networks whose layers part and meet, described by handles; see `GraphBuilder`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, overload

from typedgrad.config.builder import checked_options, layer_of, loss_of, spec_of
from typedgrad.config.demands import layout_of
from typedgrad.config.fold import Entry, Place, joined, placed
from typedgrad.config.graph_spec import GraphOutput, GraphSpec, Vertex
from typedgrad.config.layer_spec import LayerSpec
from typedgrad.config.losses import Loss
from typedgrad.config.names import free_name, snake_case
from typedgrad.config.options import NOTHING, Defaults, LayerOptions
from typedgrad.config.ports import port
from typedgrad.nn import Add, Concat, Layer, Multiply, Subtract
from typedgrad.nn.node import check_name

if TYPE_CHECKING:
    from typedgrad.config.graph_network import GraphBackbone, GraphNetwork
    from typedgrad.core.tensor import Tensor
    from typedgrad.nn.loss_names import LossName

P = ParamSpec("P")


class Handles:
    """One thing that a network makes, or several: what layers are put behind. See `GraphBuilder`."""

    __slots__ = ("options", "sources")

    def __init__(self, sources: tuple[Handle, ...], options: LayerOptions) -> None:
        self.sources = sources
        self.options = options

    def using(self, options: LayerOptions) -> Handles:
        """Say more of the next layer than its constructor takes: a name, an updater, penalties, ..."""
        return Handles(self.sources, checked_options(options))

    def layer(self, cls: Callable[P, Layer], /, *args: P.args, **options: P.kwargs) -> Handle:
        """What a layer makes of this: a class, and the arguments of its constructor.

        Raises ShapeError if it does not fit what comes in, and what its constructor raises.
        """
        return _made(self, spec_of(cls, args, options), None)

    def add(self, layer: Layer) -> Handle:
        """What a layer makes of this. One layer put behind several things shares its parameters among them.

        Raises ShapeError if it does not fit what comes in, ValueError if it has parameters.
        """
        return _made(self, layer_of(layer), layer)

    def output(
        self,
        loss: LossName | Loss | Callable[[Tensor, Tensor], Tensor],
        cls: Callable[P, Layer],
        /,
        *args: P.args,
        **options: P.kwargs,
    ) -> Head:
        """A last layer, and the loss of what it makes. Raises ValueError unless it makes what the loss takes."""
        return _made(self, spec_of(cls, args, options), None, "output").loss(loss)

    def loss(self, loss: LossName | Loss | Callable[[Tensor, Tensor], Tensor]) -> Head:
        """The loss of what is here. Raises ValueError unless that is what the loss takes."""
        if len(self.sources) != 1:
            raise ValueError(f"loss: it takes what one layer makes, not {len(self.sources)}; merge them first")
        return Head(self.sources[0], loss_of(loss))


class Handle(Handles):
    """What goes into a network, or what one of its layers makes. See `GraphBuilder`.

    >>> x = tg.network().graph().input("x", "n 4")
    >>> x.layer(tg.nn.Dense, out_features=3)
    Handle(Dense(out_features=3), [n 3])
    """

    __slots__ = ("defaults", "inputs", "made", "name", "place", "spec", "text")

    def __init__(
        self,
        defaults: Defaults,
        place: Place,
        *,
        name: str | None = None,
        text: str = "",
        entry: tuple[LayerSpec, LayerOptions, Layer | None] | None = None,
        inputs: tuple[Handle, ...] = (),
    ) -> None:
        super().__init__((self,), NOTHING)
        self.defaults = defaults
        self.place = place
        self.name = name
        self.text = text
        self.made = entry
        self.inputs = inputs

    def merge(self, *others: Handle, axis: int | None = None) -> Handle:
        """This and others one after the other: their features, or the channels of images, or along another axis.

        >>> g = tg.network().graph()
        >>> g.input("left", "n 4").merge(g.input("right", "n 3"))
        Handle(Concat(axis=-1), [n 7])
        """
        if axis is None:
            axis = 1 if self.place.layout in ("signal", "image", "volume") else -1
        return together(self, *others).layer(Concat, axis=axis)

    def __add__(self, other: Handle) -> Handle:
        return together(self, other).layer(Add)

    def __sub__(self, other: Handle) -> Handle:
        return together(self, other).layer(Subtract)

    def __mul__(self, other: Handle) -> Handle:
        return together(self, other).layer(Multiply)

    def __repr__(self) -> str:
        shape = " ".join(map(str, self.place.value.shape))
        return f"Handle({self.made[0] if self.made is not None else self.name}, [{shape}])"


class Head:
    """An output of a network with its loss; made by `output` and `loss` of handles."""

    __slots__ = ("handle", "labelled", "of", "weight")

    def __init__(self, handle: Handle, of: Loss, weight: float = 1.0, labelled: str | None = None) -> None:
        self.handle = handle
        self.of = of
        self.weight = weight
        self.labelled = labelled

    def weighted(self, weight: float) -> Head:
        """The same, whose loss counts so much in the sum of all."""
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < float("inf"):
            raise ValueError(f"output: the weight of a loss must be a positive number, got {weight!r}")
        return Head(self.handle, self.of, weight, self.labelled)

    def labels(self, shape: str) -> Head:
        """Say what the labels of a batch will be, to have it checked when the network is built."""
        return Head(self.handle, self.of, self.weight, port("labels", shape).text)


def together(*handles: Handle) -> Handles:
    """Several things, for a layer that takes them all: `together(a, b).layer(nn.Stack, axis=1)`.

    Raises TypeError for what is no handle.

    >>> g = tg.network().graph()
    >>> a, b = g.input("a", "n 4"), g.input("b", "n 4")
    >>> tg.config.together(a, b).layer(tg.nn.PairwiseDistance)
    Handle(PairwiseDistance(), [n])
    """
    for handle in handles:
        if not isinstance(handle, Handle):
            raise TypeError(f"together: handles of a graph are due, not {type(handle).__name__}")
    if not handles:
        raise TypeError("together: at least one handle is due")
    return Handles(handles, NOTHING)


@dataclass(frozen=True)
class GraphBuilder:
    """Describes a network whose layers part and meet: `network(...).graph()` makes it.

    `input` gives a handle; layers are put behind handles, which gives new ones; so there is nothing to misspell, and no
    cycle. `a + b`, `a - b` and `a * b` of handles are layers too, and `a.merge(b)`; `together(a, b)` is for all others.

    >>> from typedgrad.nn import Conv2d, Dense
    >>> g = tg.network(seed=7, activation="relu").graph()
    >>> image, words = g.input("image", "n 3 8 8"), g.input("words", "n 20")
    >>> seen = image.layer(Conv2d, out_channels=4, kernel=3).layer(Dense, out_features=16)
    >>> said = words.layer(Dense, out_features=16)
    >>> both = (seen + said).merge(said)
    >>> head = both.output("softmax_cross_entropy", Dense, out_features=5)
    >>> net = g.build(inputs=[image, words], outputs=head)
    >>> net(tg.ones((2, 3, 8, 8)), tg.ones((2, 20))).shape
    (2, 5)
    """

    defaults: Defaults

    def input(self, name: str, shape: str) -> Handle:
        """Something that goes in: a word for it, and its shape string as for `network(...).input`.

        Raises TypeError for what is no word, ValueError for a shape string that is malformed or lacks a size.
        """
        check_name("input", name)
        given = port(f"input `{name}`", shape)
        place = Place(given.tensor(self.defaults.dtype), layout_of(given.axes))
        return Handle(self.defaults, place, name=name, text=given.text)

    @overload
    def build(self, *, inputs: Handle | Sequence[Handle], outputs: Head) -> GraphNetwork[Tensor]: ...
    @overload
    def build(
        self, *, inputs: Handle | Sequence[Handle], outputs: Sequence[Head]
    ) -> GraphNetwork[tuple[Tensor, ...]]: ...
    def build(
        self, *, inputs: Handle | Sequence[Handle], outputs: Head | Sequence[Head]
    ) -> GraphNetwork[Tensor] | GraphNetwork[tuple[Tensor, ...]]:
        """The network, with parameters drawn from its seed. Its loss is the weighted sum of those of its outputs.

        Raises ValueError if an input is missing or leads to no output, two layers have one name, or an output does not
        make what its loss takes; TypeError for what is no handle.
        """
        heads = [outputs] if isinstance(outputs, (Head, Handles)) else list(outputs)
        for head in heads:
            if not isinstance(head, Head):
                raise TypeError(
                    f"graph: `outputs` must be made by .output(...) or .loss(...), not {type(head).__name__}; "
                    "`backbone` is for networks without losses"
                )
        made = [(h.handle, GraphOutput("", h.of, h.weight, h.labelled)) for h in heads if isinstance(h, Head)]
        return _spec(self.defaults, inputs, made, single=isinstance(outputs, Head)).build()

    @overload
    def backbone(self, *, inputs: Handle | Sequence[Handle], outputs: Handle) -> GraphBackbone[Tensor]: ...
    @overload
    def backbone(
        self, *, inputs: Handle | Sequence[Handle], outputs: Sequence[Handle]
    ) -> GraphBackbone[tuple[Tensor, ...]]: ...
    def backbone(
        self, *, inputs: Handle | Sequence[Handle], outputs: Handle | Sequence[Handle]
    ) -> GraphBackbone[Tensor] | GraphBackbone[tuple[Tensor, ...]]:
        """The network without a loss: it can be called, and not fitted. Raises what `build` does."""
        ends = [outputs] if isinstance(outputs, Handle) else list(outputs)
        for end in ends:
            if not isinstance(end, Handle):
                raise TypeError(f"graph: `outputs` must be handles, not {type(end).__name__}")
        single = isinstance(outputs, Handle)
        return _spec(self.defaults, inputs, [(end, GraphOutput("")) for end in ends], single=single).build_backbone()


def _made(of: Handles, spec: LayerSpec, layer: Layer | None, name: str | None = None) -> Handle:
    """A new handle; the layer is run on shapes at once, so that what does not fit is refused where it is written."""
    first = of.sources[0]
    shown = of.options.name or name or snake_case(spec.cls.__name__)
    fresh = spec.make()
    title = f"layer `{shown}`"
    if len(of.sources) > 1:
        _, place = joined(title, fresh, [source.place for source in of.sources])
    else:
        place = placed(title, shown, fresh, NOTHING, first.place).place
    return Handle(
        first.defaults, place, name=of.options.name or name, entry=(spec, of.options, layer), inputs=of.sources
    )


def _spec(
    defaults: Defaults,
    inputs: Handle | Sequence[Handle],
    outputs: Sequence[tuple[Handle, GraphOutput]],
    *,
    single: bool,
) -> GraphSpec:
    """The spec of what leads to the outputs."""
    given = [inputs] if isinstance(inputs, Handle) else list(inputs)
    if not outputs:
        raise ValueError("graph: there must be at least one output")
    for handle in given:
        if not isinstance(handle, Handle) or handle.made is not None:
            raise TypeError(f"graph: `inputs` must be made by .input(...), not {handle!r}")
    found = _ordered([handle for handle, _ in outputs])
    _refuse_strays(given, found)
    names: dict[int, str] = {id(handle): str(handle.name) for handle in given}
    vertices: dict[str, Vertex] = {}
    shared: dict[int, str] = {}
    for handle in found:
        if handle.made is None:
            continue
        spec, options, layer = handle.made
        taken = {*names.values()}
        if options.name is not None and options.name in taken:
            raise ValueError(f"graph: there are two things called `{options.name}`")
        name = options.name or free_name(handle.name or snake_case(spec.cls.__name__), taken)
        names[id(handle)] = name
        sources = tuple(names[id(source)] for source in handle.inputs)
        again = shared.get(id(layer)) if layer is not None else None
        if layer is not None:
            shared.setdefault(id(layer), name)
        vertices[name] = Vertex(sources, None, again) if again is not None else Vertex(sources, Entry(spec, options))
    return GraphSpec(
        inputs=tuple((str(handle.name), handle.text) for handle in given),
        vertices=tuple(vertices.items()),
        outputs=tuple(output._replace(vertex=names[id(handle)]) for handle, output in outputs),
        defaults=defaults,
        single=single,
    )


def _ordered(ends: Sequence[Handle]) -> list[Handle]:
    """All handles that lead to some, each after what it takes."""
    found: dict[int, Handle] = {}
    waiting = [(handle, False) for handle in reversed(ends)]
    while waiting:  # no recursion: graphs may be deep
        handle, complete = waiting.pop()
        if id(handle) in found:
            continue
        if complete:
            found[id(handle)] = handle
        else:
            waiting.append((handle, True))
            waiting += [(source, False) for source in reversed(handle.inputs)]
    return list(found.values())


def _refuse_strays(given: Sequence[Handle], found: Sequence[Handle]) -> None:
    listed = ", ".join(f"`{handle.name}`" for handle in given) or "none"
    names = [handle.name for handle in given]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"graph: there are two inputs called `{name}`")
    for handle in found:
        if handle.made is None and not any(handle is one for one in given):
            raise ValueError(f"graph: the outputs need the input `{handle.name}`, but `inputs` has {listed}")
    for handle in given:
        if not any(handle is one for one in found):
            raise ValueError(f"graph: the input `{handle.name}` leads to no output")
