"""Which command is meant, and what all of them have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from typedgrad.cli.outcome import ended

# Command, module, what it does. The modules are loaded when their command is called: nobody waits for the others.
COMMANDS: Final = (
    ("train", "training", "train a network that a specification describes, or go on training a saved one"),
    ("test", "testing", "evaluate a saved network on data"),
    ("time", "timing", "how long each layer takes, forward and backward"),
    ("check", "checking", "look for mistakes in a specification, without data"),
    ("summary", "summarising", "the layers, their outputs, parameters and costs"),
    ("draw", "drawing", "the graph of the layers as a picture (SVG)"),
    ("convert", "converting", "a specification between JSON and YAML; what is in a saved network"),
    ("devices", "devices", "where tensors can be"),
    ("ui", "ui", "the page of a training, in a browser on this machine"),
)
_EXITS: Final = "exit codes: 0 done; 1 done, and something is wrong; 2 not done: arguments, files or data; 130 Ctrl-C"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, with the arguments of the process if there are no others; the result is the exit code.

    >>> main(["--version"])  # doctest: +ELLIPSIS
    typedgrad ...
    0
    """
    command, *rest = (sys.argv[1:] if arguments is None else list(arguments)) or [""]
    if command == "mypy":
        from typedgrad.cli.mypy import run

        return run(rest)
    if command == "--version":
        from typedgrad.version import __version__

        sys.stdout.write(f"typedgrad {__version__}\n")
        return 0
    module = next((module for name, module, _ in COMMANDS if name == command), None)
    if module is not None:
        return _run(command, module, rest)
    asked = command in ("-h", "--help", "help")
    if command and not asked:
        sys.stderr.write(f"typedgrad: there is no command {command!r}{_nearest(command)}\n")
    (sys.stdout if asked else sys.stderr).write(usage())
    return 0 if asked else 2


def usage() -> str:
    """What `typedgrad --help` prints.

    >>> usage().splitlines()[0]
    'usage: typedgrad COMMAND ...'
    """
    lines = [f"  typedgrad {name:<9}{what}" for name, _, what in COMMANDS]
    checked = "  typedgrad mypy     check types and shapes in programs; the options are those of mypy"
    more = "`typedgrad COMMAND --help` says more."
    return "\n".join(["usage: typedgrad COMMAND ...", "", *lines, checked, "", more, _EXITS, ""])


def _nearest(command: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(command, [*(name for name, _, _ in COMMANDS), "mypy"], 1)
    return f"; do you mean {found[0]!r}?" if found else ""


def _run(command: str, module: str, rest: Sequence[str]) -> int:
    found = import_module(f"typedgrad.cli.{module}")
    what = next(what for name, _, what in COMMANDS if name == command)
    parser = argparse.ArgumentParser(
        f"typedgrad {command}", description=f"{what[:1].upper()}{what[1:]}.", epilog=_EXITS, allow_abbrev=False
    )
    found.options(parser)
    parser.add_argument("--traceback", action="store_true", help="show where in the program an error came from")
    try:
        given = parser.parse_args(rest)
    except SystemExit as stop:  # argparse has said why
        return stop.code if isinstance(stop.code, int) else 2
    return ended(command, lambda: int(found.run(given)), traceback=given.traceback)
