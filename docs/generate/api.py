"""Writes docs/api: one page for each part of the library, with every public name. Run by `make docs`."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from docs.generate.source import ROOT, Name, head, is_module, named, public_names, segment, summary, tree

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
    ("typedgrad.optim", "tg.optim", "Optimisers, schedules and solvers"),
    ("typedgrad.data", "tg.data", "Data"),
    ("typedgrad.train", "tg.train", "Training"),
    ("typedgrad.metrics", "tg.metrics", "Metrics"),
    ("typedgrad.zoo", "tg.zoo", "Well-known models"),
    ("typedgrad.linalg", "tg.linalg", "Linear algebra"),
    ("typedgrad.fft", "tg.fft", "Fourier transforms"),
    ("typedgrad.core.random", "tg.random", "Random numbers"),
    ("typedgrad.testing", "typedgrad.testing", "For authors of ops and layers"),
)
# Names of the package itself that stand on a page of another package.
ELSEWHERE = {"__version__": "", "init": "init", "fit": "train", "evaluate": "train"}
# The others go to these pages, by the module that defines them.
FAMILIES = {
    "tensors": "Tensors: making them, types, places",
    "transforms": "Transforms: gradients and what else is done to functions",
    "elementwise": "Element by element",
    "moving": "Moving, joining, picking",
    "reductions": "Reductions, sorting, searching",
    "products": "Products",
    "convolutions": "Convolution, pooling, pictures",
    "activations": "Activations",
    "losses": "Losses",
    "sequences": "Sequences and control flow",
    "more": "More",
}
MODULES = {
    "tensors": "tensor constants abstract casting broadcasting claims typed interchange inspection create like one_hot "
    "masks errors",
    "transforms": "transforms forward_mode jacobians checkpointing pytree run keys",
    "elementwise": "arithmetic elementwise power trigonometry comparison logic rounding selection floating complexes "
    "special difference",
    "moving": "move rearrange join repeat brackets gather diagonals triangle reversal",
    "reductions": "reduce product variance truth cumulative search sort unique",
    "products": "matmul einsum tensordot outer vectors matrices linear distance bilinear",
    "convolutions": "adaptive resize pad local unpool unpooling crop upsample lrn",
    "activations": "activation activations softmax shrink gates sparsemax maxout",
    "losses": "cross_entropy ctc targets",
    "sequences": "attention positions recurrent control",
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
        if name.short not in ELSEWHERE:
            found[family].append(name)
    return [Page(family, title, "", found[family]) for family, title in FAMILIES.items() if found[family]]


def _package(module: str, title: str, says: str) -> list[Page]:
    """The page of a package. How parameters get their values is another page than layers."""
    names = public_names(module, title)
    file = title.rpartition(".")[2]
    if file != "nn":
        return [Page(file, says, f"`{title}`. {summary(module)}.", names)]
    making = [name for name in names if "initialis" in name.module]
    layers = [name for name in names if name not in making]
    init = named("tg.init", "typedgrad.nn.initialise", "init")
    return [
        Page("nn", says, f"`{title}`. {summary(module)}.", layers),
        Page(
            "init", "Initialisers", "How a description becomes a model, and its parameters get values.", [init, *making]
        ),
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
        parts += [f"## {section}", *(_entry(name) for name in names)]
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
    return found | {f"tg.{name}": found[f"tg.{page}.{name}"] for name, page in ELSEWHERE.items() if page == "train"}


def _entry(name: Name) -> str:
    node = name.definition
    if isinstance(node, ast.FunctionDef):
        code, doc = head(name.module, node), ast.get_docstring(node)
    elif isinstance(node, ast.ClassDef):
        code, doc = _class(name.module, node), ast.get_docstring(node)
    else:
        code, doc = segment(name.module, node), None
    return "\n\n".join([f"### {name.public}", f"```python\n{code}\n```", *_prose(doc or "")])


def _class(module: str, node: ast.ClassDef) -> str:
    """A class as it would be declared in a stub: its fields, then its public methods with what they do."""
    bases = ", ".join(segment(module, base) for base in [*node.bases, *(k.value for k in node.keywords)])
    lines = [f"class {node.name}({bases}):" if bases else f"class {node.name}:"]
    body: dict[str, list[str]] = {}
    for owner in [*_hidden_bases(module, node), node]:
        for item in owner.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                if not item.target.id.startswith("_") and "ClassVar" not in segment(module, item.annotation):
                    body[item.target.id] = [_field(module, item)]
            elif isinstance(item, ast.FunctionDef) and (not item.name.startswith("_") or item.name in _SHOWN):
                body[item.name] = _method(module, item)
    inner = [line for lines_of in body.values() for line in lines_of]
    return "\n".join([*lines, *(f"    {line}" if line else "" for line in inner or ["..."])])


_SHOWN = ("__call__", "__init__", "__getitem__", "__len__", "__iter__")


def _hidden_bases(module: str, node: ast.ClassDef) -> list[ast.ClassDef]:
    """The bases in the same file, whose fields and methods the class has as well."""
    names = {base.id for base in node.bases if isinstance(base, ast.Name)}
    found = [item for item in tree(module).body if isinstance(item, ast.ClassDef) and item.name in names]
    return [base for each in found for base in [*_hidden_bases(module, each), each]]


def _field(module: str, item: ast.AnnAssign) -> str:
    declared = f"{segment(module, item.target)}: {segment(module, item.annotation)}"
    value = segment(module, item.value) if item.value else ""
    if isinstance(item.value, ast.Call) and (len(value) > 60 or value.startswith("sub(")):
        value = f"{segment(module, item.value.func)}(...)"
    return f"{declared} = {value}" if value else declared


def _method(module: str, item: ast.FunctionDef) -> list[str]:
    marks = [f"@{segment(module, d)}" for d in item.decorator_list if segment(module, d) in _KINDS]
    doc = (ast.get_docstring(item) or "").partition("\n\n")[0].replace("\n", " ")
    lines = [*marks, *f"{head(module, item)}: ...".splitlines()]
    return [*lines, f"    # {doc}"] if doc else lines


_KINDS = ("property", "classmethod", "staticmethod", "overload")


def _prose(doc: str) -> list[str]:
    """A docstring as Markdown: examples in blocks, what stands under `Raises:` and the like as lists."""
    parts: list[str] = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(doc)):
        first, _, rest = block.partition("\n")
        if block.startswith(">>>"):
            joined = parts and parts[-1].startswith("```pycon")
            example = f"{parts.pop()[: -len('```')]}\n{block}\n```" if joined else f"```pycon\n{block}\n```"
            parts.append(example)
        elif re.fullmatch(r"[A-Z][\w ]*:", first) and rest.startswith(" "):
            items = re.split(r"\n(?=\S)", inspect.cleandoc(rest))
            parts.append("\n".join([f"{first}\n", *(f"* {' '.join(item.split())}" for item in items)]))
        else:
            parts.append(block)
    return [part for part in parts if part]


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
