"""Networks described and built, in Python, JSON and YAML; see README.md."""

from __future__ import annotations

from typedgrad.config.builder import LayerBuilder as LayerBuilder
from typedgrad.config.builder import NetworkBuilder as NetworkBuilder
from typedgrad.config.builder import OutputBuilder as OutputBuilder
from typedgrad.config.builder import network as network
from typedgrad.config.functions import register_function as register_function
from typedgrad.config.graph import GraphBuilder as GraphBuilder
from typedgrad.config.graph import Handle as Handle
from typedgrad.config.graph import Handles as Handles
from typedgrad.config.graph import Head as Head
from typedgrad.config.graph import together as together
from typedgrad.config.graph_network import GraphBackbone as GraphBackbone
from typedgrad.config.graph_network import GraphNetwork as GraphNetwork
from typedgrad.config.graph_spec import GraphSpec as GraphSpec
from typedgrad.config.layer_spec import LayerSpec as LayerSpec
from typedgrad.config.located import SpecError as SpecError
from typedgrad.config.losses import Loss as Loss
from typedgrad.config.losses import register_loss as register_loss
from typedgrad.config.losses import with_options as with_options
from typedgrad.config.network import Backbone as Backbone
from typedgrad.config.network import Network as Network
from typedgrad.config.options import Defaults as Defaults
from typedgrad.config.options import LayerOptions as LayerOptions
from typedgrad.config.recipe import Recipe as Recipe
from typedgrad.config.registry import register_layer as register_layer
from typedgrad.config.schema import schema as schema
from typedgrad.config.spec import NetworkSpec as NetworkSpec
