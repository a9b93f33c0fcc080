"""`typedgrad convert`: specifications from one format to another, and out of saved networks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from typedgrad.cli.networks import SPEC_HELP, source_of
from typedgrad.cli.outcome import Failure

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from typedgrad.cli.networks import Source


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("source", metavar="IN", help=SPEC_HELP)
    parser.add_argument("out", metavar="OUT", nargs="?", help="a file .json or .yaml; without it, tell what is in IN")


def run(given: Namespace) -> int:
    """Convert, or tell."""
    source = source_of(given.source)
    if given.out is None:
        sys.stdout.write(_told(source))
        return 0
    out = Path(given.out)
    if out.suffix.lower() == ".json":
        text = source.spec.to_json()
    elif out.suffix.lower() in (".yaml", ".yml"):
        text = source.spec.to_yaml()
    else:
        raise Failure(f"{out}: the specification is written as .json or .yaml")
    out.write_text(text if text.endswith("\n") else f"{text}\n", "utf-8")
    return 0


def _told(source: Source) -> str:
    """What was saved, by paths."""
    from typedgrad.core.pytree import leaves_with_paths
    from typedgrad.core.tensor import Tensor

    loaded = source.loaded
    if loaded is None:
        return f"{source.spec.to_json()}\n"
    held = [(path, x) for path, x in leaves_with_paths(loaded.model) if isinstance(x, Tensor)]
    lines = [f"{path:<32} {x.dtype.name}[{' '.join(map(str, x.shape))}]" for path, x in held]
    at = loaded.position
    where = "not said" if at is None else f"{at.epochs} epochs and {at.batch} batches, {at.step} steps"
    facts = [
        f"network     {type(loaded.model).__name__}, {sum(x.size for _, x in held):,} numbers in {len(held)} tensors",
        f"trained     {where}",
        f"updater     {'its state is there' if loaded.state is not None else 'without state'}",
        f"normaliser  {type(loaded.normaliser).__name__ if loaded.normaliser is not None else 'none'}",
    ]
    return "\n".join([*facts, "", *lines, ""])
