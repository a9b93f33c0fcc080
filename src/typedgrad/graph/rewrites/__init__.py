"""Rules that make a graph smaller or faster and leave its numbers alone."""

from __future__ import annotations

from typedgrad.graph.rewrites.rules import RULES as RULES
from typedgrad.graph.rewrites.rules import simplified as simplified
