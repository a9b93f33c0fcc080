"""Running mypy with the plugin over many files at once, and reading what it says and what the files expect."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mypy import api

from typedgrad.cli.pretty import pretty

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
CONFIG = f"""
[mypy]
plugins = typedgrad.mypy_plugin
strict = True
python_version = 3.11
mypy_path = {ROOT / "src"}
explicit_package_bases = True
show_traceback = True
"""
_LINE = re.compile(r"^(.+?):(\d+): (error|note): (.*)$")
_CODE = re.compile(r"^(.*?)  \[([a-z-]+)\]$")


class Message(NamedTuple):
    """One line that mypy printed."""

    severity: str
    text: str
    code: str = ""


Report = dict[str, dict[int, list[Message]]]
"""Messages by file, see `name_of`, and line."""


def check(files: Iterable[Path], folder: Path, *options: str, config: str = CONFIG) -> Report:
    """Run mypy in this process on `files`, with its cache in `folder`."""
    ini = folder / "mypy.ini"
    ini.write_text(config)
    out, err, _ = api.run(["--config-file", str(ini), "--cache-dir", str(folder / "cache"), *options, *map(str, files)])
    assert not err, err
    return parse(out)


def parse(output: str) -> Report:
    """Read mypy's output."""
    report: Report = defaultdict(lambda: defaultdict(list))
    for line in output.splitlines():
        found = _LINE.match(line)
        if found is None:
            assert line.startswith(("Found ", "Success")), output
            continue
        path, number, severity, text = found.groups()
        coded = _CODE.match(text)
        message = Message(severity, *coded.groups()) if coded else Message(severity, text)
        report[name_of(Path(path))][int(number)].append(message)
    return report


def name_of(path: Path) -> str:
    """How a report names a file: `accept/layers.py`."""
    return f"{path.parent.name}/{path.name}"


def errors(messages: Iterable[Message]) -> list[str]:
    """The errors on a line, as `# E:` comments spell them."""
    return [f"{pretty(m.text)} [{m.code}]" for m in messages if m.severity == "error"]


def revealed(messages: Iterable[Message]) -> list[str]:
    """The types revealed on a line, as `# R:` comments spell them."""
    start = 'Revealed type is "'
    return [pretty(m.text[len(start) : -1]) for m in messages if m.text.startswith(start)]


def expected(path: Path, mark: str) -> dict[int, str]:
    """The comments `# E: ...` or `# R: ...` of a file by line."""
    found = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        _, mark_found, text = line.partition(f"# {mark}: ")
        if mark_found:
            found[number] = text
    return found
