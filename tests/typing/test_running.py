"""How the plugin runs inside mypy: caches, the daemon, ignores, failures of its own, other spellings of options."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.typing.checking import CONFIG, FOLDER, Report, check, errors, name_of, parse
from typedgrad.mypy_plugin import notes
from typedgrad.mypy_plugin.asking import Ask

LIBRARY = """
from __future__ import annotations
from typing import Final
from jaxtyping import Float, Float32
import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, Sequential, sub

WIDTH: Final = 64
Picture = Float32[Tensor, "c h w"]

def dense(x: Float[Tensor, "*batch n"], w: Float[Tensor, "n m"]) -> Float[Tensor, "*batch m"]:
    return x @ w

def first(x: Picture) -> Float32[Tensor, "h w"]:
    return x[0]

class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b 4*d"]:
        return self.up(x)

model: Final = Sequential(Dense(in_features=4, out_features=WIDTH), tg.relu, Dense(in_features=WIDTH, out_features=2))
"""
PROGRAM = """
from __future__ import annotations
from jaxtyping import Float32
import typedgrad as tg
from library import WIDTH, Mlp, Picture, dense, first, model
from typedgrad import Tensor

def f(x: Float32[Tensor, "b 4"], p: Picture) -> None:
    reveal_type(dense(x, tg.zeros((4, WIDTH))))
    reveal_type(model(x))
    reveal_type(Mlp(d=4).up(x))
    reveal_type(first(p))
    dense(x, tg.zeros((5, WIDTH)))
    Mlp(d=5)(x)
    model(x) + x
"""


@pytest.fixture(scope="session")
def primed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with numpy and typedgrad in it, and nothing of the projects below."""
    folder = tmp_path_factory.mktemp("primed")
    (folder / "imports.py").write_text("import typedgrad.nn\nfrom jaxtyping import Float\n")
    check([folder / "imports.py"], folder)
    return folder / "cache"


@pytest.fixture
def tmp_path(tmp_path: Path, primed: Path) -> Path:
    """A folder with such a cache."""
    shutil.copytree(primed, tmp_path / "cache")
    return tmp_path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two modules, the second of which uses what the first defines."""
    (tmp_path / "library.py").write_text(LIBRARY)
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def checked(folder: Path, *options: str) -> Report:
    """Check the two modules, with the cache of an earlier run if there is one."""
    return check([folder / "library.py", folder / "program.py"], folder, *options)


def edit(path: Path, text: str) -> None:
    """Change a file so that a daemon notices, which looks at sizes and at whole seconds."""
    before = path.stat().st_mtime
    path.write_text(text)
    os.utime(path, (before + 2, before + 2))


def texts(report: Report) -> list[tuple[str, int, str]]:
    """Everything that mypy said."""
    return sorted(
        (file, n, f"{m.severity} {m.text}") for file, lines in report.items() for n, ms in lines.items() for m in ms
    )


def test_a_warm_cache_says_what_a_cold_one_said(project: Path) -> None:
    cold = texts(checked(project))
    assert [line for _, line, text in cold if text.startswith("error")] == [13, 14, 15]
    assert texts(checked(project)) == cold
    (project / "program.py").write_text(PROGRAM + "\n")
    assert texts(checked(project)) == cold
    (project / "library.py").write_text(LIBRARY + "\n")
    assert texts(checked(project)) == cold


def test_an_edit_of_the_library_is_seen(project: Path) -> None:
    checked(project)
    (project / "library.py").write_text(LIBRARY.replace('"n m"', '"n m k"'))
    warm = texts(checked(project))
    shutil.rmtree(project / "cache")
    assert warm == texts(checked(project))


USER = """
from __future__ import annotations
from jaxtyping import Float32, Shaped
import typedgrad as tg
from library import WIDTH, Picture, dense
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, sub

Pictures = Shaped[Picture, "b"]
Row = Float32[Tensor, "n"]

class Model(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))

    def __call__(self, x: Float32[Tensor, "b d"]) -> Float32[Tensor, "b d"]:
        return self.up(x)

def first(x: Pictures) -> Row:
    return x[0]

def transposed(x: Float32[Tensor, "a b"]) -> Float32[Tensor, "a b"]:
    y: Float32[Tensor, "a b"] = x.mT
    return x.mT
"""


def test_a_file_from_the_cache_is_read_again_in_full(project: Path) -> None:
    (project / "program.py").write_text(USER)
    first = texts(checked(project))
    assert [line for _, line, text in first if text.startswith("error")] == [17, 20, 23, 24]
    (project / "library.py").write_text(LIBRARY + "\nmore: int = 3\n")
    assert texts(checked(project)) == first


def test_the_daemon_says_what_a_cold_run_says(project: Path) -> None:
    cold = texts(checked(project))
    ini = project / "mypy.ini"
    ini.write_text(CONFIG)
    status = ["--status-file", str(project / "status.json")]
    files = [str(project / "library.py"), str(project / "program.py")]

    def daemon(*arguments: str) -> str:
        command = [sys.executable, "-m", "mypy.dmypy", *status, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER).stdout

    shutil.copytree(project / "cache", project / "daemon")
    run = ["run", "--", "--config-file", str(ini), "--cache-dir", str(project / "daemon"), *files]
    try:
        started = daemon(*run)
        said = "\n".join(line for line in started.splitlines() if not line.startswith("Daemon"))
        assert texts(parse(said)) == cold
        edit(project / "program.py", PROGRAM.replace("tg.zeros((5, WIDTH))", "tg.zeros((4, WIDTH))"))
        edited = texts(parse(daemon(*run)))
        assert len(cold) > len(edited)
        assert edited == texts(checked(project))
        edit(project / "program.py", PROGRAM)
        assert texts(parse(daemon(*run))) == cold
        edit(project / "library.py", LIBRARY.replace("4 * self.d", "5 * self.d"))
        assert texts(parse(daemon(*run))) == texts(checked(project))
    finally:
        daemon("stop")


def test_an_error_of_ours_is_ignored_by_its_code(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import typedgrad as tg\n"
        "tg.zeros((2, 3)) @ tg.zeros((2, 3))  # type: ignore[shape]\n"
        "tg.relu(tg.zeros(3, dtype='int64'))  # type: ignore[dtype]\n"
        "tg.zeros((2, 3)) @ tg.zeros((3, 2))  # type: ignore[shape]\n"
    )
    found = check([program], tmp_path)[name_of(program)]
    assert {line: errors(m) for line, m in found.items()} == {4: ['Unused "type: ignore" comment [unused-ignore]']}
    silent = check([program], tmp_path, "--disable-error-code", "shape", "--no-warn-unused-ignores")
    assert not silent[name_of(program)]


def test_the_operands_and_the_hint_are_notes(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import typedgrad as tg\ntg.zeros((2, 3)) @ tg.zeros((2, 3))\n")
    found = check([program], tmp_path)[name_of(program)][2]
    assert [(m.severity, m.text) for m in found] == [
        ("error", "matmul: `k` is 3 in `x1` but 2 in `x2`"),
        ("note", "    x1  [m=2 k=3]"),
        ("note", "             ^^^"),
        ("note", "    x2  [k=2 n=3]"),
        ("note", "         ^^^"),
        ("note", "  hint: transpose it: x2.mT"),
    ]


@pytest.mark.parametrize("broken", ["asking", "noting"])
def test_a_failure_inside_the_plugin_hides_nothing_else(
    broken: str, project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("injected")

    if broken == "asking":
        monkeypatch.setattr(Ask, "__call__", fail)
    else:
        monkeypatch.setattr(notes, "note", fail)
    (project / "program.py").write_text(PROGRAM + '\nnumber: int = "text"\n')
    found = check([project / "program.py"], project, config=CONFIG.replace("show_traceback = True", ""))
    assert [e for m in found[name_of(project / "program.py")].values() for e in errors(m) if "[assignment]" in e]
    if broken == "asking":
        assert not [e for m in found[name_of(project / "program.py")].values() for e in errors(m) if "[shape]" in e]
    assert "injected" not in capfd.readouterr().err


def test_a_failure_is_shown_when_tracebacks_are_asked_for(project: Path) -> None:
    ini = project / "mypy.ini"
    ini.write_text(CONFIG)
    options = ["--config-file", str(ini), "--cache-dir", str(project / "cache"), str(project / "program.py")]
    command = [sys.executable, "-c", _INJECTED, *options]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER)
    assert "RuntimeError: injected" in said.stderr
    assert "INTERNAL ERROR" not in said.stdout


_INJECTED = """
import sys
from mypy.main import main
from typedgrad.mypy_plugin.asking import Ask

def fail(*args):
    raise RuntimeError("injected")

Ask.__call__ = fail
main(args=sys.argv[1:])
"""


def test_the_plugin_s_version_depends_on_its_text() -> None:
    import typedgrad.mypy_plugin as plugin

    assert plugin.plugin("2.4").digest == plugin.__version__
    assert len(plugin.__version__) == 32


def test_the_cache_is_stale_when_a_rule_has_changed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typedgrad.mypy_plugin as plugin

    first = texts(checked(project))
    monkeypatch.setattr(plugin, "__version__", "another")
    monkeypatch.setattr(Ask, "__call__", lambda self, request: (_ for _ in ()).throw(RuntimeError("injected")))
    second = texts(checked(project))
    assert first != second
