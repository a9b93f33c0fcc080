"""`typedgrad summary`: the layers, their outputs, parameters and costs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from typedgrad.cli.networks import SPEC_HELP, input_of, source_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from typedgrad.cli.networks import Source
    from typedgrad.overview import Summary


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("network", metavar="NETWORK", help=SPEC_HELP)
    parser.add_argument("--json", action="store_true", help="as an object")


def run(given: Namespace) -> int:
    """Print the table."""
    found = summarised(source_of(given.network))
    sys.stdout.write(f"{found.to_json() if given.json else found}\n")
    return 0


def summarised(source: Source) -> Summary:
    """The summary of a network on the input that it says it takes."""
    from typedgrad.overview import summary

    return summary(source.described(), input_of(source.spec))
