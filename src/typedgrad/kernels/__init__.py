"""Native code for the hot ops. Importing this registers it; see `typedgrad.core.accelerate`."""

from __future__ import annotations

from typedgrad.kernels.loading import AVAILABLE as AVAILABLE
