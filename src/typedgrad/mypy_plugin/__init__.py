"""The mypy plugin: `plugins = ["typedgrad.mypy_plugin"]`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from typedgrad.mypy_plugin.plugin import TypedgradPlugin


def _digest() -> str:
    """A digest of the package: its rules decide what mypy finds, and mypy's cache has to know when they change."""
    root = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


__version__ = _digest()


def plugin(version: str) -> type[TypedgradPlugin]:
    """What mypy asks for; `version` is mypy's."""
    TypedgradPlugin.digest = __version__
    return TypedgradPlugin
