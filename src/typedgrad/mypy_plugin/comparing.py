"""What a function, or the class around it, compares with `==`: in some of its branches these sizes are equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mypy.nodes import Context, FuncItem, Node, TypeInfo
from mypy.types import Instance

from typedgrad.mypy_plugin import evaluating
from typedgrad.mypy_plugin.definitions import comparisons
from typedgrad.mypy_plugin.notes import noted
from typedgrad.mypy_plugin.statics import Serial

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.calls import Site


def related(site: Site) -> tuple[tuple[str, str], ...]:
    """The sizes that are compared up to the place at hand."""
    found: list[tuple[str, str]] = []
    for scope in site.api.scope.stack:
        if isinstance(scope, FuncItem):
            for left, right in comparisons(scope):
                if _before(left, site.context):
                    found.extend(_pairs(site.folder.fold(left), site.folder.fold(right)))
        elif isinstance(scope, TypeInfo):
            found.extend(_of_class(site, scope))
    return tuple(dict.fromkeys(found))


def _of_class(site: Site, info: TypeInfo) -> Iterator[tuple[str, str]]:
    owner = Instance(info, [])
    for left, right in noted(info, "compared").values():
        evaluator = evaluating.Evaluator(site, owner, None, info.module_name)
        evaluator.stand_for_itself()
        yield from _pairs(evaluator.value(left), evaluator.value(right))


def _pairs(left: object, right: object) -> Iterator[tuple[str, str]]:
    """Two sizes, or those of two shapes axis by axis."""
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        for a, b in zip(left, right, strict=True):
            yield from _pairs(a, b)
    elif isinstance(left, Serial) or isinstance(right, Serial):
        sizes = [value for value in (left, right) if isinstance(value, Serial) or type(value) is int]
        if len(sizes) == 2 and not any(str(value).startswith("*") for value in sizes):
            yield str(left), str(right)


def _before(node: Node, place: Context) -> bool:
    return node.line <= place.line
