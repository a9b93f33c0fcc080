"""Generated code for what kernels do not cover: speed, never meaning."""

from __future__ import annotations

from typedgrad.codegen.plan import is_on as is_on
from typedgrad.codegen.plan import planned as planned
