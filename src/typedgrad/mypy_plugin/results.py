"""What a function returns against what it promises, where the returned expression is a call.

mypy compares plain names and numbers by itself; a returned call is compared here, in our words and with expressions.
"""

from __future__ import annotations

from mypy.nodes import FuncDef
from mypy.types import CallableType, Instance, get_proper_type

from typedgrad.mypy_plugin.calls import Site
from typedgrad.mypy_plugin.encoding import as_actual, bare, is_tensor
from typedgrad.mypy_plugin.report import report
from typedgrad.shapes import Argument


def checked(site: Site, sig: CallableType) -> CallableType:
    """The signature, returning an unknown tensor if the call is returned where another shape is promised."""
    made = get_proper_type(sig.ret_type)
    api = site.api
    if not is_tensor(made) or not api.return_types or api.type_context[-1] is not api.return_types[-1] or site.quiet:
        return sig
    promised = get_proper_type(api.return_types[-1])
    if promised is None or not is_tensor(promised):
        return sig
    assert isinstance(made, Instance)
    wanted, given = site.codec.read(promised), site.codec.read(made)
    function = api.scope.current_function()
    if wanted is None or given is None or not isinstance(function, FuncDef):
        return sig
    argument = Argument("return", wanted.shape, wanted.dtype or "Shaped", as_actual(given.shape), given.dtype)
    complaint = site.ask.fits(function.name, argument).complaint
    if complaint is None:
        return sig
    report(api, complaint, site.context)
    return sig.copy_modified(ret_type=bare(made))
