"""Settings that hold for every test."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every run, and no verdict on how fast the machine is.
# `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("fixed")
