"""Networks described and built, in Python, JSON and YAML; see README.md."""

from __future__ import annotations

from typedgrad.config.recipe import Recipe as Recipe
