"""`network(...)`: describe a network step by step, each step checked at once, and build it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, ParamSpec

from typedgrad.config.building import backbone, built, checked_output
from typedgrad.config.demands import layout_of
from typedgrad.config.fold import Entry, Placed, begun, extended
from typedgrad.config.layer_spec import LayerSpec
from typedgrad.config.losses import Loss, loss_name
from typedgrad.config.options import NOTHING, Defaults, LayerOptions, Weights
from typedgrad.config.ports import port
from typedgrad.config.spec import NetworkSpec, Output
from typedgrad.core.dtypes import DTypeLike, dtype_name
from typedgrad.nn import Layer

if TYPE_CHECKING:
    from typedgrad.config.graph import GraphBuilder
    from typedgrad.config.network import Backbone, Network
    from typedgrad.core.tensor import Tensor
    from typedgrad.nn.activate import Activated
    from typedgrad.nn.loss_names import LossName
    from typedgrad.optim import Constraint, GradientTransform, Updater

P = ParamSpec("P")


@dataclass(frozen=True)
class NetworkBuilder:
    """What holds for all layers of a network: made by `network`. Say the input next, or begin a graph.

    >>> tg.network(seed=7, activation="relu")
    NetworkBuilder(defaults=Defaults(seed=7, activation='relu'))
    """

    defaults: Defaults

    def input(self, shape: str) -> LayerBuilder:
        """What goes in: a name for the batch, then the sizes of an example, or names where they vary.

        "n 784" are features, "n time 8" steps of features, "n 1 28 28" images of one channel, "n 1 9 28 28" volumes,
        "n time 1 28 28" images in steps, "Int n time" integers.

        Raises TypeError for what is no string, ValueError for one that is malformed or lacks a size.
        """
        given = port("input", shape)
        made = begun(given.tensor(self.defaults.dtype), layout_of(given.axes))
        return LayerBuilder(NetworkSpec(given.text, self.defaults), made)

    def graph(self) -> GraphBuilder:
        """Begin a network whose layers part and meet: see `GraphBuilder`."""
        from typedgrad.config.graph import GraphBuilder

        return GraphBuilder(self.defaults)


@dataclass(frozen=True, repr=False)
class LayerBuilder:
    """A network that is being described: it has an input and perhaps layers, but no loss yet, and cannot be called.

    >>> tg.network().input("n 1 28 28").layer(tg.nn.Conv2d, out_channels=8, kernel=5)
    LayerBuilder(n 1 28 28 -> n 8 24 24)
    """

    spec: NetworkSpec
    made: Placed
    options: LayerOptions = NOTHING

    def using(self, options: LayerOptions) -> LayerBuilder:
        """Say more of the next layer than its constructor takes: a name, an updater, penalties, ...

        >>> options = tg.config.LayerOptions(name="hidden", l2=1e-3)
        >>> tg.network().input("n 4").using(options).layer(tg.nn.Dense, out_features=2).spec.shapes()
        {'input': 'n 4', 'hidden': 'n 2'}
        """
        return replace(self, options=checked_options(options))

    def layer(self, cls: Callable[P, Layer], /, *args: P.args, **options: P.kwargs) -> LayerBuilder:
        """One layer more: a class, and the arguments of its constructor. Sizes of the input are left out.

        Raises ShapeError if it does not fit what comes in, and what its constructor raises.
        """
        return self._with(spec_of(cls, args, options))

    def add(self, layer: Layer) -> LayerBuilder:
        """One layer more, described already: `.add(Dense(out_features=10))`.

        Raises ShapeError if it does not fit what comes in, ValueError if it has parameters.
        """
        return self._with(layer_of(layer))

    def _with(self, layer: LayerSpec) -> LayerBuilder:
        entry = Entry(layer, self.options)
        made = extended(self.made, entry, self.spec.defaults)
        return LayerBuilder(replace(self.spec, layers=(*self.spec.layers, entry)), made)

    def output(
        self,
        loss: LossName | Loss | Callable[[Tensor, Tensor], Tensor],
        cls: Callable[P, Layer],
        /,
        *args: P.args,
        **options: P.kwargs,
    ) -> OutputBuilder:
        """The last layer, and the loss of what it makes: by name, or a `Loss` where it has options.

        The activation of the network does not hold for it; say one where the loss takes probabilities.

        Raises ShapeError if the layer does not fit, ValueError unless it makes what the loss takes.
        """
        return _finished(self.spec, Output(loss_of(loss), Entry(spec_of(cls, args, options), self.options)))

    def loss(self, loss: LossName | Loss | Callable[[Tensor, Tensor], Tensor]) -> OutputBuilder:
        """The loss of what the last layer makes, for which the activation of the network does not hold.

        Raises ValueError unless it makes what the loss takes.
        """
        return _finished(self.spec, Output(loss_of(loss)))

    def build(self) -> Backbone:
        """The network with parameters and without a loss. Raises ValueError without layers."""
        return backbone(self.spec, self.made, None, None)

    def __repr__(self) -> str:
        return f"LayerBuilder({self.spec.input} -> {' '.join(map(str, self.made.place.value.shape))})"


@dataclass(frozen=True, repr=False)
class OutputBuilder:
    """A network that is described to its end.

    >>> tg.network().input("n 4").output("mse", tg.nn.Dense, out_features=2)
    OutputBuilder(n 4 -> n 2 -> mse)
    """

    spec: NetworkSpec
    made: Placed

    def labels(self, shape: str) -> OutputBuilder:
        """Say what the labels of a batch will be, to have it checked now: "n 10", or "n" for numbers of classes.

        Raises ShapeError unless the loss takes such labels beside what comes out.

        >>> tg.network().input("n 4").output("mse", tg.nn.Dense, out_features=2).labels("n 2")
        OutputBuilder(n 4 -> n 2 -> mse)
        """
        assert self.spec.output is not None
        return _finished(self.spec, self.spec.output._replace(labels=port("labels", shape).text))

    def build(self) -> Network:
        """The network, with parameters drawn from its seed."""
        return built(self.spec, self.made, None, None)

    def __repr__(self) -> str:
        assert self.spec.output is not None
        shape = " ".join(map(str, self.made.place.value.shape))
        return f"OutputBuilder({self.spec.input} -> {shape} -> {self.spec.output.loss.name})"


def network(
    *,
    seed: int = 0,
    updater: Updater[Any] | None = None,  # what its state is, it alone knows
    bias_updater: Updater[Any] | None = None,  # as above
    weight_init: Weights = None,
    bias_init: Weights = None,
    activation: Activated = None,
    l1: float | None = None,
    l2: float | None = None,
    l1_bias: float | None = None,
    l2_bias: float | None = None,
    weight_decay: float | None = None,
    drop: float | Layer | None = None,
    constraints: Sequence[Constraint] | None = None,
    gradient_normalization: GradientTransform | Literal["none"] | None = None,
    dtype: DTypeLike = "float32",
    truncate: int | None = None,
) -> NetworkBuilder:
    """Begin to describe a network, with what holds for all of its layers unless they say otherwise.

    Args:
        seed: where parameters, dropout and the order of the data come from.
        updater: how parameters follow their gradients; `tg.optim.adam(1e-3)` unless given.
        bias_updater: another one for biases.
        weight_init: an initialiser or the name of one, for weights: parameters with two or more axes.
        bias_init: the same for biases, or a number that they all are.
        activation: in which layers with weights end, but for the output: a name, or a function that keeps the shape.
        l1: a penalty on weights, see `tg.optim.l1_l2`; of losses that are reported it is no part.
        l2: likewise.
        l1_bias: likewise, on biases.
        l2_bias: likewise, on biases.
        weight_decay: of weights, in parts of the learning rate, see `tg.optim.weight_decay`.
        drop: the probability to drop what goes into each layer with weights, the first one too.
        constraints: what weights meet after each update, such as `tg.optim.max_norm(3.0)`.
        gradient_normalization: what is done to gradients first, such as `tg.optim.clip_norm(1.0, per="layer")`.
        dtype: of the parameters and of the input.
        truncate: after how many steps back-propagation through time is cut.

    Raises TypeError and ValueError for what makes no sense.

    >>> from typedgrad.nn import Conv2d, Dense, MaxPool2d
    >>> net = (
    ...     tg.network(seed=7, updater=tg.optim.adam(1e-3), weight_init="xavier", activation="relu", l2=1e-4)
    ...     .input("n 1 28 28")
    ...     .layer(Conv2d, out_channels=20, kernel=5)
    ...     .layer(MaxPool2d, kernel=2)
    ...     .layer(Dense, out_features=500)
    ...     .output("softmax_cross_entropy", Dense, out_features=10)
    ...     .build()
    ... )
    >>> net
    Network(
      input: n 1 28 28
      conv2d: Conv2d(in_channels=1, out_channels=20, kernel=5, activation='relu')
      max_pool2d: MaxPool2d(kernel=2)
      flatten_for_dense: Flatten()
      dense: Dense(in_features=2880, out_features=500, activation='relu')
      output: Dense(in_features=500, out_features=10)
    ) -> softmax_cross_entropy
    """
    return NetworkBuilder(
        Defaults(
            seed=seed,
            updater=updater,
            bias_updater=bias_updater,
            weight_init=weight_init,
            bias_init=bias_init,
            activation=activation,
            l1=l1,
            l2=l2,
            l1_bias=l1_bias,
            l2_bias=l2_bias,
            weight_decay=weight_decay,
            drop=drop,
            constraints=constraints,
            gradient_normalization=gradient_normalization,
            dtype=dtype_name(dtype, "network"),
            truncate=truncate,
        )
    )


def spec_of(cls: object, args: tuple[object, ...], options: dict[str, object]) -> LayerSpec:
    """The spec of a class of layers with arguments. Raises TypeError for what is none."""
    if not isinstance(cls, type) or not issubclass(cls, Layer):
        if isinstance(cls, Layer):
            raise TypeError(
                f"layer: {cls!r} is a layer already; write .add({cls!r}), or .layer({type(cls).__name__}, ...)"
            )
        raise TypeError(f"layer: a class of layers such as nn.Dense is due, not {cls!r}")
    return LayerSpec.of(cls, *args, **options)


def layer_of(layer: object) -> LayerSpec:
    """The spec of a layer without values. Raises TypeError for what is none."""
    if not isinstance(layer, Layer):
        wrote = f"the class {layer.__name__}; write {layer.__name__}(...)" if isinstance(layer, type) else repr(layer)
        raise TypeError(f"add: a layer such as Dense(out_features=10) is due, not {wrote}")
    return LayerSpec.of(layer)


def checked_options(options: object) -> LayerOptions:
    """Options of a layer. Raises TypeError for anything else."""
    if not isinstance(options, LayerOptions) or isinstance(options, Defaults):
        raise TypeError(f"using: LayerOptions(...) are due, not {options!r}")
    return options


def loss_of(loss: object) -> Loss:
    """A loss, of its name or its function. Raises TypeError or ValueError for what is none."""
    if isinstance(loss, Loss):
        return loss
    if isinstance(loss, str):
        return Loss(loss)
    if not callable(loss):
        raise TypeError(f'output: a loss is a name such as "mse", or a function of typedgrad, not {loss!r}')
    return Loss(loss_name(loss))


def _finished(spec: NetworkSpec, output: Output) -> OutputBuilder:
    spec = replace(spec, output=output)
    return OutputBuilder(spec, checked_output("network", output, spec.folded()))
