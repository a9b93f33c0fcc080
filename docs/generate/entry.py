"""One name of the library as Markdown."""

from __future__ import annotations

import ast
import inspect
import re

from docs.generate.source import Name, head, segment, statements, tree


def entry(name: Name) -> str:
    """The heading, the signature as it was written, and the docstring."""
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
    hidden = _hidden_bases(module, node)
    bases = [base for owner in [*hidden, node] for base in [*owner.bases, *(k.value for k in owner.keywords)]]
    names = dict.fromkeys(segment(module, base) for base in bases)
    shown = ", ".join(name for name in names if name not in {owner.name for owner in hidden})
    fields: dict[str, list[str]] = {}
    methods: dict[str, list[str]] = {}
    for item in (item for owner in [*hidden, node] for item in statements(owner.body)):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            if not item.target.id.startswith("_") and "ClassVar" not in segment(module, item.annotation):
                fields[item.target.id] = [_field(module, item)]
        elif isinstance(item, ast.FunctionDef) and (not item.name.startswith("_") or item.name in _SHOWN):
            methods[item.name] = _method(module, item)
    body = [line for lines in [*fields.values(), *methods.values()] for line in lines] or ["..."]
    return "\n".join([f"class {node.name}({shown}):" if shown else f"class {node.name}:", *(f"    {x}" for x in body)])


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
