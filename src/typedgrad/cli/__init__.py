"""The command `typedgrad`: `typedgrad mypy PATH...` checks shapes in the programs under some paths."""

from __future__ import annotations

from typedgrad.cli.main import main as main
