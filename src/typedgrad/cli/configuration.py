"""The configuration that mypy would read, with the plugin added to it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from configparser import RawConfigParser
from pathlib import Path
from typing import Any, Final

PLUGIN: Final = "typedgrad.mypy_plugin"
_SHARED: Final = {"setup.cfg", "pyproject.toml"}
"""Files that need not concern mypy at all."""
_NAMES: Final = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")

Sections = dict[str, dict[str, str]]


def find(folder: Path) -> Path | None:
    """The file that mypy would read in a folder: the first that has something for it.

    mypy looks into the folders above as well, up to the root of a repository.
    """
    for place in (folder, *folder.parents):
        for name in _NAMES:
            path = place / name
            if path.is_file() and (name not in _SHARED or "mypy" in sections(path)):
                return path
        if (place / ".git").exists() or (place / ".hg").exists():
            return None
    return None


def sections(path: Path) -> Sections:
    """The sections of a configuration file that concern mypy, as they would stand in `mypy.ini`.

    Raises ValueError if the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            return _of_toml(tomllib.loads(text).get("tool", {}).get("mypy"))
        parser = RawConfigParser()
        parser.read_string(text)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None
    except Exception as error:
        # What configparser raises has no common class but Exception.
        if type(error).__module__ != "configparser":
            raise
        raise ValueError(f"{path}: {error}") from None
    return {name: dict(parser.items(name)) for name in parser.sections() if name == "mypy" or name.startswith("mypy-")}


def _of_toml(table: Mapping[str, Any] | None) -> Sections:
    if table is None:
        return {}
    found: Sections = {"mypy": {key: _text(key, value) for key, value in table.items() if key != "overrides"}}
    for override in table.get("overrides", ()):
        modules = override.get("module", ())
        name = "mypy-" + ",".join([modules] if isinstance(modules, str) else modules)
        rest = {key: _text(key, value) for key, value in override.items() if key != "module"}
        found[name] = {**found.get(name, {}), **rest}
    return found


def _text(key: str, value: object) -> str:
    if not isinstance(value, list):
        return str(value)
    if key == "exclude":
        return "|".join(f"(?:{pattern})" for pattern in value)
    return ",".join(map(str, value))


def with_plugin(found: Sections, folder: Path) -> Sections:
    """The same sections, with our plugin behind those that are there; what is relative to `folder` made absolute.

    >>> with_plugin({"mypy": {"plugins": "pydantic.mypy, own.py:start"}}, Path("/home"))["mypy"]["plugins"]
    'pydantic.mypy,/home/own.py:start,typedgrad.mypy_plugin'
    """
    own = {key: value.replace("$MYPY_CONFIG_FILE_DIR", str(folder)) for key, value in found.get("mypy", {}).items()}
    there = [part.strip() for part in own.get("plugins", "").replace("\n", ",").split(",") if part.strip()]
    plugins = [_placed(plugin, folder) for plugin in there if plugin != PLUGIN]
    return {**found, "mypy": {**own, "plugins": ",".join([*plugins, PLUGIN])}}


def _placed(plugin: str, folder: Path) -> str:
    path, colon, function = plugin.partition(":")
    return f"{folder / path}{colon}{function}" if path.endswith(".py") else plugin


def written(found: Sections, path: Path) -> None:
    """Write sections to a file."""
    parser = RawConfigParser()
    for name, options in found.items():
        parser.add_section(name)
        for key, value in options.items():
            parser.set(name, key, value)
    with path.open("w", encoding="utf-8") as file:
        parser.write(file)
