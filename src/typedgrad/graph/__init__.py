"""Functions as graphs of primitives: tracing, rewriting, running."""

from __future__ import annotations

from typedgrad.graph.compiling import Compiled as Compiled
from typedgrad.graph.compiling import compile as compile
from typedgrad.graph.ir import Graph as Graph
from typedgrad.graph.ir import Step as Step
from typedgrad.graph.ir import Value as Value
from typedgrad.graph.tracing import Traced as Traced
from typedgrad.graph.tracing import trace as trace
