"""`BundleError`: why a file was refused."""

from __future__ import annotations

import os

LONGEST_NAME = 80


class BundleError(ValueError):
    """A file that is not what it should be, or cannot be written as asked. Says which file, which part of it, and why.

    >>> raise tg.io.BundleError("model.zip", "training.json", "the key `step` is there twice")
    Traceback (most recent call last):
    typedgrad.io.refusal.BundleError: model.zip: training.json: the key `step` is there twice
    """

    def __init__(self, file: str | os.PathLike[str], part: str, reason: str) -> None:
        self.file = os.fspath(file)
        self.part = part
        self.reason = reason
        super().__init__(": ".join(text for text in (self.file, part, reason) if text))

    def __reduce__(self) -> tuple[type[BundleError], tuple[str, str, str]]:
        return BundleError, (self.file, self.part, self.reason)


def shown(name: str) -> str:
    """A name out of a file, such that it fits a message whatever is in it."""
    plain = name.encode("ascii", "backslashreplace").decode() if not name.isprintable() else name
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]}... ({len(name)} characters)"
