"""The ops: one definition each, and the binding of Python's operators to them."""

from __future__ import annotations

from typedgrad.ops import operators as operators
