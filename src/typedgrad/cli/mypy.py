"""`typedgrad mypy PATH...`: mypy with the plugin configured, and shapes printed as people write them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from typedgrad.cli import configuration
from typedgrad.cli.pretty import pretty

_MISSING = "typedgrad mypy: mypy is not installed; install it with\n\n    pip install 'typedgrad[mypy]'\n\n"


def run(arguments: Sequence[str]) -> int:
    """Run mypy with these arguments, and return its exit code; 2 if it cannot be run.

    `--json` stands for mypy's `--output=json`: one object on each line. `--config-file` names another configuration
    than the one that mypy finds by itself; an empty name stands for none.
    """
    if find_spec("mypy") is None:
        sys.stderr.write(_MISSING)
        return 2
    rest, asked = _without_config(["--output=json" if argument == "--json" else argument for argument in arguments])
    try:
        path = configuration.find(Path.cwd()) if asked is None else Path(asked).resolve() if asked else None
        found = {} if path is None else configuration.sections(path)
    except ValueError as error:
        sys.stderr.write(f"typedgrad mypy: {error}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        ini = Path(folder) / "mypy.ini"
        configuration.written(configuration.with_plugin(found, path.parent if path else Path.cwd()), ini)
        return _printed([sys.executable, "-m", "mypy", "--config-file", str(ini), *rest])


def _without_config(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """The arguments without `--config-file`, and what it names."""
    rest: list[str] = []
    asked: str | None = None
    queue = list(arguments)
    while queue:
        argument = queue.pop(0)
        name, equals, value = argument.partition("=")
        if name == "--config-file" and (equals or queue):
            asked = value if equals else queue.pop(0)
        else:
            rest.append(argument)
    return rest, asked


def _printed(command: Sequence[str]) -> int:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(readable(line))
            sys.stdout.flush()
    return process.returncode


def readable(line: str) -> str:
    """A line of mypy's output, text or JSON, with tensor types as annotations.

    >>> readable("x: Tensor[Size[Literal['b']] | Any, Kind[Literal['Float']] | Any]")
    'x: Float[Tensor, "b"]'
    """
    if not line.startswith("{"):
        return pretty(line)
    try:
        found = json.loads(line)
    except ValueError:
        return pretty(line)
    return json.dumps(_readable(found)) + line[len(line.rstrip()) :]


def _readable(value: object) -> object:
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in value.items()}
    return pretty(value) if isinstance(value, str) else value
