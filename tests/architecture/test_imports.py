"""Who may import whom: the floors, the packages that only one place may know, and what `import typedgrad` loads."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, for_checkers_only, imports, package_files, short, tree

# Third-party packages that the library may import, and where; None: anywhere but in `shapes`.
ALLOWED: dict[str, tuple[str, ...] | None] = {
    "numpy": None,
    "jaxtyping": None,
    "beartype": None,
    "tqdm": ("train",),
    "tensorboardX": ("train/files.py",),
    "PIL": ("data/images.py",),
    "safetensors": ("io/tensors.py",),
    "mypy": ("mypy_plugin",),
    "cupy": ("backends/cupy.py", "codegen"),
    "cupyx": ("backends/cupy.py", "codegen"),
    "array_api_compat": ("backends/cupy.py",),
}
# Of those, what comes with extras rather than with the base installation.
EXTRAS = {"mypy", "cupy", "cupyx", "array_api_compat", "tensorboardX", "PIL"}
# Python's own modules, those that only later versions have among them, and ours.
OWN = {*sys.stdlib_module_names, "annotationlib", "typedgrad"}


def third_party() -> list[tuple[Path, str, int]]:
    """Imports of the library, those for type checkers left out, that are neither its own nor Python's."""
    return [
        (path, name, line)
        for path in package_files()
        for module, line in imports(tree(path))
        if (name := module.partition(".")[0]) not in OWN and line not in for_checkers_only(tree(path))
    ]


def test_the_floors_hold() -> None:
    program = (
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_third_party_packages_are_known_only_where_they_belong() -> None:
    strays = [
        f"{short(path)}:{line}: {name}"
        for path, name, line in third_party()
        if name not in ALLOWED or not _may(ALLOWED[name], path)
    ]
    assert not strays


def _may(places: tuple[str, ...] | None, path: Path) -> bool:
    inside = path.relative_to(PACKAGE).as_posix()
    if places is None:
        return not inside.startswith("shapes/")
    return any(inside == place or inside.startswith(f"{place}/") for place in places)


def test_the_algebra_of_shapes_knows_no_third_party_package_even_for_checkers() -> None:
    strays = [
        f"{short(path)}:{line}: {module}"
        for path in (PACKAGE / "shapes").rglob("*.py")
        for module, line in imports(tree(path))
        if module.partition(".")[0] not in OWN
    ]
    assert not strays


def test_the_base_installation_is_exactly_what_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {requirement.partition(">")[0].strip() for requirement in project["dependencies"]}
    assert declared == set(ALLOWED) - EXTRAS
    imported = {name for _, name, _ in third_party()}
    assert declared <= imported, "a dependency that nothing imports"


@pytest.mark.parametrize("unwanted", ["mypy", "cupy", "tqdm", "scipy", "torch", "jax", "pytest", "typing_extensions"])
def test_import_typedgrad_does_not_load(unwanted: str) -> None:
    assert unwanted not in _loaded(), f"`import typedgrad` loads {unwanted}"


def _loaded() -> set[str]:
    """The packages that `import typedgrad` adds to those that its three dependencies load themselves."""
    program = (
        "import sys, numpy, jaxtyping, beartype; before = set(sys.modules); import typedgrad; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())
