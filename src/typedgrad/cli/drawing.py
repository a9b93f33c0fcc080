"""`typedgrad draw`: the graph of the layers as a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from typedgrad.cli.networks import SPEC_HELP, source_of
from typedgrad.cli.outcome import Failure
from typedgrad.cli.summarising import summarised

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("network", metavar="NETWORK", help=SPEC_HELP)
    parser.add_argument(
        "--out", metavar="FILE", help="where to (default: the name of NETWORK, with .svg); - for output"
    )
    parser.add_argument("--depth", type=int, help="how deep to look into layers made of layers")


def run(given: Namespace) -> int:
    """Write the picture."""
    if given.depth is not None and given.depth < 0:
        raise Failure(f"--depth must be at least 0, got {given.depth}")
    drawn = summarised(source_of(given.network)).to_svg(depth=given.depth)
    if given.out == "-":
        sys.stdout.write(drawn)
        return 0
    out = Path(given.out) if given.out else Path(f"{Path(given.network).stem}.svg")
    out.write_text(drawn, "utf-8")
    sys.stdout.write(f"{out}\n")
    return 0
