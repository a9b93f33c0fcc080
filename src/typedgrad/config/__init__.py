"""Networks described and built, in Python, JSON and YAML; see README.md."""

from __future__ import annotations

from typedgrad.config.builder import LayerBuilder as LayerBuilder
from typedgrad.config.builder import NetworkBuilder as NetworkBuilder
from typedgrad.config.builder import OutputBuilder as OutputBuilder
from typedgrad.config.builder import network as network
from typedgrad.config.functions import register_function as register_function
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
from typedgrad.config.spec import NetworkSpec as NetworkSpec
