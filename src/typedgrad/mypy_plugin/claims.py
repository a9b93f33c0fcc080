"""`assert_shape(x, "b t d")`: proved or refused where it stands, and taken on trust where too little is known."""

from __future__ import annotations

import re
from typing import Any, Final

from mypy.nodes import CallExpr, FuncItem, TypeInfo
from mypy.types import CallableType, Instance, get_proper_type

from typedgrad.mypy_plugin.annotations import fields
from typedgrad.mypy_plugin.calls import Site
from typedgrad.mypy_plugin.encoding import Known, as_actual, map_tensors, read_shape, tensors_in
from typedgrad.mypy_plugin.report import report
from typedgrad.shapes import Argument, Request

ASSERT: Final = "typedgrad.core.claims.assert_shape"
_NAME: Final = re.compile(r"(?:(?<!\S)\*)?[A-Za-z_]\w*")  # the star of a run stands first; that of a product does not
_BRACES: Final = re.compile(r"\{[^}]*\}")


def asserted(site: Site, sig: CallableType) -> CallableType:
    """The signature of one assertion: it returns its argument, with the shape that was claimed."""
    call = site.context
    if not isinstance(call, CallExpr) or len(call.args) != 2:
        return sig
    value, axes = call.args[0], site.folder.fold(call.args[1])
    typ = get_proper_type(site.folder.narrowed(value, site.api.get_expression_type(value)))
    known = site.codec.read(typ)
    if known is None:
        return sig
    out = Known(None, known.dtype)
    if isinstance(axes, str):
        actual = as_actual(known.shape)
        names = _bound(site.api) | _names(actual or "")
        argument = Argument("x", axes, "Shaped", actual, known.dtype)
        answer = site.answered(
            Request("assert_shape", kind="claim", arguments=(argument,), known={name: name for name in sorted(names)})
        )
        if answer.complaint is not None:
            report(site.api, answer.complaint, call)
        out = out._replace(shape=answer.shapes[0])
    made = map_tensors(typ, lambda tensor: site.codec.tensor(tensor, out))
    return sig.copy_modified(arg_types=[site.codec.anything(), sig.arg_types[1]], ret_type=made, variables=[])


def _bound(api: Any) -> set[str]:
    """The names that mean something where the assertion stands: of the functions around it, and of the class."""
    names: set[str] = set()
    for scope in api.scope.stack:
        if isinstance(scope, TypeInfo):
            names.update(fields(scope))
        elif isinstance(scope, FuncItem) and isinstance(scope.type, CallableType):
            for typ in scope.type.arg_types:
                names.update(name for tensor in tensors_in(typ) for name in _names(_shape(tensor)))
    return names


def _shape(tensor: Instance) -> str:
    return as_actual(read_shape(tensor.args[0])) or ""


def _names(shape: str) -> set[str]:
    return {name for name in _NAME.findall(_BRACES.sub("", shape)) if name.strip("*") not in ("_", "min", "max", "")}
