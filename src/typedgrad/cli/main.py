"""Which subcommand is meant."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_USAGE = """\
usage: typedgrad COMMAND ...

  typedgrad mypy [--json] [OPTION ...] [PATH ...]   check types and shapes; the options are those of mypy
  typedgrad --version
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, with the arguments of the process if there are no others; the result is the exit code.

    >>> main(["--help"])
    usage: typedgrad COMMAND ...
    <BLANKLINE>
      typedgrad mypy [--json] [OPTION ...] [PATH ...]   check types and shapes; the options are those of mypy
      typedgrad --version
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
    asked = command in ("-h", "--help", "help")
    if command and not asked:
        sys.stderr.write(f"typedgrad: there is no command {command!r}\n")
    (sys.stdout if asked else sys.stderr).write(_USAGE)
    return 0 if asked else 2
