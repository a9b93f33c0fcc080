"""`NetworkSpec`: all that was said of a network, and nothing else. It compares, and can be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from typedgrad.config.demands import layout_of
from typedgrad.config.fold import Conversion, Entry, Placed, begun, extended, turned
from typedgrad.config.losses import Loss
from typedgrad.config.options import STANDARD, Defaults
from typedgrad.config.ports import port

if TYPE_CHECKING:
    from typedgrad.config.network import Backbone, Network
    from typedgrad.core.random import Key
    from typedgrad.nn import Layer


class Output(NamedTuple):
    """The loss of a network; the layer that makes what it takes, if that is not the last of the others; the labels."""

    loss: Loss
    entry: Entry | None = None
    labels: str | None = None


@dataclass(frozen=True)
class NetworkSpec:
    """A network as it was described: its input, what holds for all layers, the layers, and the output.

    >>> spec = tg.network(seed=7).input("n 4").output("mse", tg.nn.Dense, out_features=1).build().spec
    >>> print(spec.to_json())
    {
      "typedgrad": "network",
      "version": 1,
      "seed": 7,
      "input": "n 4",
      "layers": [],
      "output": {"loss": "mse", "layer": {"type": "Dense", "out_features": 1}}
    }
    >>> tg.config.NetworkSpec.from_json(spec.to_json()) == spec
    True
    """

    input: str
    defaults: Defaults = STANDARD
    layers: tuple[Entry, ...] = ()
    output: Output | None = None

    def build(self, *, key: Key | None = None, reuse: Mapping[str, Layer] | None = None) -> Network:
        """The network, with parameters drawn from its seed, or from a key; those of `reuse`, by name, are kept.

        Raises ValueError without a loss: `build_backbone` is for that; and what `network(...).build()` does.
        """
        from typedgrad.config.building import built

        return built(self, self.folded(), key, reuse)

    def build_backbone(self, *, key: Key | None = None, reuse: Mapping[str, Layer] | None = None) -> Backbone:
        """The network without its loss: a layer that can be called, and not fitted."""
        from typedgrad.config.building import backbone

        return backbone(self, self.folded(), key, reuse)

    def folded(self) -> Placed:
        """The layers in their places, from the input to the output, sizes and all, but without values."""
        given = port("input", self.input)
        made = begun(given.tensor(self.defaults.dtype), layout_of(given.axes))
        ends = self.output is not None and self.output.entry is None
        for i, entry in enumerate(self.layers, 1):
            made = extended(made, entry, self.defaults, last=ends and i == len(self.layers))
        if self.output is not None and self.output.entry is not None:
            made = extended(made, self.output.entry, self.defaults, last=True, name="output")
        return made if self.output is None else turned(made, classes=self.output.loss.rule.classes)

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """What happens between layers without being asked for, such as flattening before a dense layer.

        >>> spec = tg.network().input("n 1 8 8").layer(tg.nn.Dense, out_features=1).spec
        >>> spec.conversions[0].what
        'the image becomes features'
        """
        return self.folded().conversions

    def shapes(self) -> dict[str, str]:
        """What comes out of each layer, by name, without any data.

        >>> tg.network().input("n 1 8 8").layer(tg.nn.MaxPool2d, kernel=2).spec.shapes()
        {'input': 'n 1 8 8', 'max_pool2d': 'n 1 4 4'}
        """
        from typedgrad.config.building import shapes_of

        return shapes_of(self)

    def to_json(self) -> str:
        """The spec as JSON: what was said and nothing more. Raises ValueError for what has no name to be written by."""
        from typedgrad.config.writing import json_text, network_document

        return json_text(network_document(self))

    def to_yaml(self) -> str:
        """The spec as YAML, as `to_json` gives it as JSON."""
        from typedgrad.config.writing import network_document, yaml_text

        return yaml_text(network_document(self))

    @classmethod
    def from_json(cls, text: str, *, file: str = "<json>") -> NetworkSpec:
        """The spec that a text describes. Nothing of it is executed, and only names that are registered are known.

        Raises `SpecError` with the file, the line and the path for whatever is not as `tg.config.schema()` says.
        """
        from typedgrad.config.json_text import parse_json
        from typedgrad.config.reading import read_network

        return read_network(parse_json(text, file))

    @classmethod
    def from_yaml(cls, text: str, *, file: str = "<yaml>") -> NetworkSpec:
        """The same for YAML, for which PyYAML is needed: `pip install typedgrad[yaml]`."""
        from typedgrad.config.reading import read_network
        from typedgrad.config.yaml_text import parse_yaml

        return read_network(parse_yaml(text, file))
