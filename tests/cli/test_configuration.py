from __future__ import annotations

from pathlib import Path

import pytest

from typedgrad.cli.configuration import find, sections, with_plugin, written


def test_the_first_file_with_something_for_mypy_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / ".git").mkdir()
    assert find(inner) is None
    (inner / "pyproject.toml").write_text("[tool.other]\n")
    (tmp_path / "setup.cfg").write_text("[mypy]\nstrict = True\n")
    assert find(inner) == tmp_path / "setup.cfg"
    (inner / "pyproject.toml").write_text("[tool.mypy]\nstrict = true\n")
    assert find(inner) == inner / "pyproject.toml"
    (inner / "mypy.ini").write_text("[mypy]\n")
    assert find(inner) == inner / "mypy.ini"


def test_toml_becomes_what_stands_in_an_ini_file(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("""
[tool.mypy]
strict = true
python_version = "3.11"
files = ["src", "tests"]
exclude = ["^a/", "b$"]
plugins = ["pydantic.mypy"]

[[tool.mypy.overrides]]
module = ["torch.*", "scipy.*"]
ignore_missing_imports = true

[[tool.mypy.overrides]]
module = "tests.*"
disable_error_code = ["shape", "dtype"]
""")
    found = with_plugin(sections(path), tmp_path)
    assert found == {
        "mypy": {
            "strict": "True",
            "python_version": "3.11",
            "files": "src,tests",
            "exclude": "(?:^a/)|(?:b$)",
            "plugins": "pydantic.mypy,typedgrad.mypy_plugin",
        },
        "mypy-torch.*,scipy.*": {"ignore_missing_imports": "True"},
        "mypy-tests.*": {"disable_error_code": "shape,dtype"},
    }
    ini = tmp_path / "copy.ini"
    written(found, ini)
    assert sections(ini) == found


def test_the_plugin_is_named_once_and_paths_stay_right() -> None:
    found = with_plugin(
        {"mypy": {"plugins": "typedgrad.mypy_plugin,\n  own/plugin.py", "mypy_path": "$MYPY_CONFIG_FILE_DIR/src"}},
        Path("/home"),
    )
    assert found["mypy"] == {"plugins": "/home/own/plugin.py,typedgrad.mypy_plugin", "mypy_path": "/home/src"}


@pytest.mark.parametrize(("name", "text"), [("mypy.ini", "no section = 1"), ("pyproject.toml", "[tool.mypy")])
def test_a_file_that_cannot_be_read_is_named(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=name):
        sections(tmp_path / name)
