"""Writes docs/api: one page for each part of the library, with every public name. Run by `make docs`."""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from docs.generate.entry import entry
from docs.generate.source import ROOT, Name, is_module, public_names, summary

FOLDER = ROOT / "docs" / "api"
NOTE = "<!-- Written by docs/generate/api.py from the docstrings: change those, then run `make docs`. -->"


class Page(NamedTuple):
    """A page: its file, its title, what is said at the top, and the names on it."""

    file: str
    title: str
    about: str
    names: list[Name]


# Packages with a page of their own: the module, what users call it, the title.
PACKAGES = (
    ("typedgrad.nn", "tg.nn", "Layers"),
    ("typedgrad.config", "tg.config", "Networks, described"),
    ("typedgrad.optim", "tg.optim", "Optimisers, schedules and solvers"),
    ("typedgrad.data", "tg.data", "Data"),
    ("typedgrad.train", "tg.train", "Training"),
    ("typedgrad.io", "tg.io", "Files"),
    ("typedgrad.metrics", "tg.metrics", "Metrics"),
    ("typedgrad.reports", "tg.reports", "Reports"),
    ("typedgrad.zoo", "tg.zoo", "Well-known models"),
    ("typedgrad.linalg", "tg.linalg", "Linear algebra"),
    ("typedgrad.fft", "tg.fft", "Fourier transforms"),
    ("typedgrad.core.random", "tg.random", "Random numbers"),
    ("typedgrad.overview", "typedgrad.overview", "Looking at a model"),
    ("typedgrad.testing", "typedgrad.testing", "For authors of ops and layers"),
)
# How parameters get their values is another page than layers.
MAKING = ("initialise", "initialisers", "scaling", "patterns")
# The names of the package itself that are from none of these go to pages by the module that defines them.
FAMILIES = {
    "tensors": "Tensors: making them, types, places",
    "transforms": "Transforms: gradients and what else is done to functions",
    "elementwise": "Element by element",
    "moving": "Moving, joining, picking",
    "reductions": "Reductions, sorting, searching",
    "products": "Products",
    "convolutions": "Convolution, pooling, pictures",
    "activations": "Activations and normalisation",
    "losses": "Losses",
    "sequences": "Sequences and control flow",
    "more": "More",
}
MODULES = {
    "tensors": "tensor constants abstract casting broadcasting claims typed interchange inspection create like one_hot "
    "masks errors namespace",
    "transforms": "transforms forward_mode jacobians checkpointing pytree run keys mapping",
    "elementwise": "arithmetic elementwise power trigonometry comparison logic rounding selection floating complexes "
    "special difference",
    "moving": "move rearrange join repeat brackets gather diagonals triangle reversal",
    "reductions": "reduce product variance truth cumulative search sort unique",
    "products": "matmul einsum tensordot outer vectors matrices linear distance",
    "convolutions": "adaptive resize pad local unshared unfold unpool interpolation shuffle crop",
    "activations": "softmax gates simplex normalise",
    "losses": "loss cross_entropy ctc",
    "sequences": "attention positions recurrent control time",
}
PREFIXES = {"conv": "convolutions", "pool": "convolutions", "activation": "activations"}


def pages() -> dict[str, str]:
    """The text of every page, by the name of its file."""
    made = _made()
    texts = {f"{page.file}.md": _page(page) for page in made}
    texts["README.md"] = _index(made)
    return texts


def links() -> dict[str, str]:
    """Where each public name stands: the file and the heading."""
    return _links(_made())


def _made() -> list[Page]:
    return [*_families(), *(page for package in PACKAGES if is_module(package[0]) for page in _package(*package))]


def _families() -> list[Page]:
    family_of = {module: family for family, modules in MODULES.items() for module in modules.split()}
    found: dict[str, list[Name]] = {family: [] for family in FAMILIES}
    for name in public_names("typedgrad", "tg"):
        module = name.module.rpartition(".")[2]
        near = [family for prefix, family in PREFIXES.items() if module.startswith(prefix)]
        family = family_of.get(module) or (near[0] if near else "losses" if module.endswith("_loss") else "more")
        if _package_of(name) is None and name.short != "__version__":
            found[family].append(name)
    return [Page(family, title, "", found[family]) for family, title in FAMILIES.items() if found[family]]


def _package_of(name: Name) -> str | None:
    """The package, of those with a page, that a name of the package itself is from."""
    return next((module for module, *_ in PACKAGES if name.module.startswith(f"{module}.")), None)


def _package(module: str, title: str, says: str) -> list[Page]:
    names = public_names(module, title)
    known = {name.short for name in names}
    names += [n for n in public_names("typedgrad", "tg") if _package_of(n) == module and n.short not in known]
    file, about = title.rpartition(".")[2], f"`{title}`. {summary(module)}."
    if file != "nn":
        return [Page(file, says, about, names)]
    making = [name for name in names if name.module.rpartition(".")[2] in MAKING]
    return [
        Page("nn", says, about, [name for name in names if name not in making]),
        Page("init", "Initialisers", "How a description becomes a model, and its parameters get values.", making),
    ]


def _page(page: Page) -> str:
    parts = [NOTE, f"# {page.title}"]
    if page.about:
        parts.append(page.about)
    anchors = _anchors(page)
    sections = [(section, list(names)) for section, names in groupby(_in_order(page), _section)]
    parts.append(
        "\n".join(
            f"* {section}: {', '.join(f'[`{n.short}`](#{anchors[n.public]})' for n in names)}"
            for section, names in sections
        )
    )
    for section, names in sections:
        parts += [f"## {section}", *(entry(name) for name in names)]
    return "\n\n".join(parts) + "\n"


def _section(name: Name) -> str:
    return summary(name.module)


def _in_order(page: Page) -> list[Name]:
    return sorted(page.names, key=lambda name: (_section(name), name.short.lower(), name.short))


def _anchors(page: Page) -> dict[str, str]:
    """The name of each heading in a link. Headings that differ in capitals alone are numbered."""
    found: dict[str, str] = {}
    for name in _in_order(page):
        anchor = re.sub(r"[^\w-]", "", name.public.lower())
        same = sum(other.partition("-")[0] == anchor for other in found.values())
        found[name.public] = f"{anchor}-{same}" if same else anchor
    return found


def _index(made: list[Page]) -> str:
    about = "Every public name, with its signature as it is written in the source, what it does, and an example."
    parts = [NOTE, "# The library, name by name", about]
    parts.append("\n".join(f"* [{page.title}]({page.file}.md): {len(page.names)} names" for page in made))
    places = _links(made)
    parts.append("## All names")
    parts.append("\n".join(f"* [`{public}`]({places[public]})" for public in sorted(places, key=str.lower)))
    return "\n\n".join(parts) + "\n"


def _links(made: list[Page]) -> dict[str, str]:
    found = {public: f"{page.file}.md#{anchor}" for page in made for public, anchor in _anchors(page).items()}
    titles = {module: title for module, title, _ in PACKAGES}
    for name in public_names("typedgrad", "tg"):
        package = _package_of(name)
        if package is not None and name.public not in found:
            found[name.public] = found[f"{titles[package]}.{name.short}"]
    return found


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write the pages, and remove those that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for file, content in texts.items():
        (folder / file).write_text(content, "utf-8")


if __name__ == "__main__":
    write(FOLDER, pages())
    sys.stdout.write(f"{FOLDER.relative_to(ROOT)} is up to date\n")
