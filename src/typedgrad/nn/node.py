"""Handles for building graphs of layers: what goes in, and what layers make of it.

A handle can only be made from handles that are there already, so no graph made of them has a cycle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from typedgrad.core.abstract import abstract
from typedgrad.core.dtypes import DTypeLike, dtype_name
from typedgrad.nn.layer import Layer, forwarding
from typedgrad.nn.learning import learning
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typedgrad.core.tensor import Tensor

Part: TypeAlias = Layer | Callable[..., object]


class Node:
    """What one layer of a graph makes; made by `then`, and by `Input`. The graph itself is a `Dag`.

    >>> x = tg.nn.Input(name="x", shape="n 4")
    >>> y = x.then(tg.nn.Dense(out_features=2))
    >>> y.then(tg.nn.Add(), y)
    Node(Add(), [n 2])
    """

    __slots__ = ("inputs", "layer", "name", "options", "value")

    def __init__(
        self,
        layer: Part | None,
        inputs: tuple[Node, ...],
        options: Mapping[str, Node],
        name: str | None,
        value: object,
    ) -> None:
        self.layer = layer
        self.inputs = inputs
        self.options = dict(options)
        self.name = name
        self.value: Any = value  # a tensor, or a tree of them, without values; None if shapes are not known

    @property
    def shape(self) -> tuple[Any, ...] | None:
        """The shape of what is made, if it is one tensor, and those of the inputs are known."""
        return getattr(self.value, "shape", None)

    @property
    def sources(self) -> tuple[Node, ...]:
        """All that the layer is given."""
        return (*self.inputs, *self.options.values())

    def then(self, layer: Part, *others: Node, name: str | None = None, **options: Node) -> Node:
        """What a layer (or a function) makes of this, of `others`, and of the `options`, which it takes by name.

        The same layer may be used several times: its parameters are shared. Where shapes are known, they are checked at
        once.

        Args:
            layer: what is called.
            others: its further inputs, such as those of `Add`.
            name: for messages, paths of parameters, and `Dag.from_names`; without it one is made up.
            options: further inputs by name, such as masks.

        Raises:
            ShapeError: if the layer does not fit.
            TypeError: for what is neither a layer nor a function, or no node.
        """
        if isinstance(layer, type) or not callable(layer):
            wrote = f"the class {layer.__name__}; write {layer.__name__}()" if isinstance(layer, type) else repr(layer)
            raise TypeError(f"then: a layer or a function is due, not {wrote}")
        for other in (*others, *options.values()):
            if not isinstance(other, Node):
                raise TypeError(f"then: inputs must be nodes, not {type(other).__name__}")
        check_name("then", name)
        return _made(layer, (self, *others), options, name)

    def __getitem__(self, index: int) -> Node:
        """One of several tensors that a layer makes."""
        return self.then(Item(index=index))

    def __repr__(self) -> str:
        shape = "" if self.shape is None else f", [{' '.join(map(str, self.shape))}]"
        layer = f"{self.layer!r}" if isinstance(self.layer, Layer) else getattr(self.layer, "__name__", "function")
        return f"{type(self).__name__}({layer if self.name is None else self.name}{shape})"


class Input(Node):
    """What goes into a graph, by a name; with a shape string the shapes of all that follows are known and checked.

    Raises ValueError for a malformed shape string, TypeError for a name that is no word.

    >>> tg.nn.Input(name="image", shape="n 3 32 32")
    Input(image, [n 3 32 32])
    """

    __slots__ = ("dtype", "text")

    def __init__(self, *, name: str, shape: str | None = None, dtype: DTypeLike = "float32") -> None:
        check_name("Input", name)
        super().__init__(None, (), {}, name, None if shape is None else abstract(shape, dtype))
        self.text = shape
        self.dtype = dtype_name(dtype)


class Item(Layer):
    """One of several tensors that come in as a tuple."""

    index: int

    @forwarding
    def __call__(self, values: tuple[Tensor, ...]) -> Tensor:
        return values[self.index]


def check_name(title: str, name: object) -> None:
    """Raise TypeError unless a name is a word, as the names of Python are."""
    if name is not None and (not isinstance(name, str) or not name.isidentifier()):
        raise TypeError(f"{title}: `name` must be a word such as `hidden`, not {name!r}")


def _made(layer: Part, inputs: tuple[Node, ...], options: Mapping[str, Node], name: str | None) -> Node:
    values = [node.value for node in (*inputs, *options.values())]
    if any(value is None for value in values):
        return Node(layer, inputs, options, name, None)
    given = [node.value for node in inputs]
    by_name = {key: node.value for key, node in options.items()}
    try:
        with learning:  # in which layers need neither parameters nor sizes
            value = layer(*given, **by_name)
    except ShapeError as error:
        error.add_note(f"at `{name}` of a graph" if name else "in a graph")
        raise
    return Node(layer, inputs, options, name, value)
