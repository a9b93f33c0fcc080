"""The hooks: which of the plugin's parts looks at what. Whatever goes wrong in one of them, mypy goes on without it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeVar

from mypy.nodes import (
    GDEF,
    CallExpr,
    ComparisonExpr,
    Expression,
    FuncDef,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    OpExpr,
    OverloadedFuncDef,
    RefExpr,
    SymbolTableNode,
    UnaryExpr,
    Var,
)
from mypy.options import Options
from mypy.plugin import (
    AnalyzeTypeContext,
    AttributeContext,
    ClassDefContext,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
    Plugin,
    ReportConfigContext,
)
from mypy.types import AnyType, CallableType, FunctionLike, Instance, Type, get_proper_type

from typedgrad.mypy_plugin import (
    aliases,
    attributes,
    building,
    claims,
    layers,
    methods,
    notes,
    promises,
    rows,
    transforming,
)
from typedgrad.mypy_plugin import annotations as reading
from typedgrad.mypy_plugin.asking import Ask
from typedgrad.mypy_plugin.calls import Callee, Site, actuals_of
from typedgrad.mypy_plugin.constants import Folder
from typedgrad.mypy_plugin.definitions import HIDDEN, Definitions
from typedgrad.mypy_plugin.encoding import PHANTOMS, TENSOR, Codec, is_tensor, map_tensors, tensors_in
from typedgrad.mypy_plugin.sizes import is_layer, is_record

Context = TypeVar("Context")
Result = TypeVar("Result")

FOREIGN: Final = tuple(
    f"{package}."
    for package in (
        "_typeshed", "abc", "attr", "attrs", "builtins", "collections", "contextlib", "ctypes", "dataclasses", "enum",
        "functools", "itertools", "math", "mypy", "numpy", "operator", "os", "pathlib", "pytest", "re", "sys", "types",
        "typing", "typing_extensions",
    )
)  # fmt: skip
"""Whose functions and classes know nothing of our tensors; mypy's own hooks look at some of them."""
# typeshed lets these return Any, because powers of negative numbers are complex; then `x / d**0.5` were Any as well.
POWERS: Final = frozenset(("builtins.float.__pow__", "builtins.float.__rpow__"))
READS: Final = frozenset(
    f"builtins.{name}"
    for name in (
        "list.__getitem__", "list.__iter__", "list.pop", "dict.__getitem__", "dict.pop", "dict.values", "dict.items",
        "dict.setdefault",
    )
)  # fmt: skip
"""Methods that take something out of a container."""
SHAPELESS: Final = frozenset({"typedgrad.core.pytree.tree_map"})
"""Functions whose result has the type of an argument, but not its shapes."""


class TypedgradPlugin(Plugin):
    """Checks shapes: reads jaxtyping annotations, and asks the judge about every call that concerns tensors."""

    digest: ClassVar[str] = ""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.codec = Codec(self.lookup_fully_qualified)
        self.definitions = Definitions()
        self.ask = Ask()

    def report_config_data(self, ctx: ReportConfigContext) -> str:
        """What the cache depends on: the text of the plugin and of the rules it applies."""
        return self.digest

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        """Repair type aliases before they are analysed; have the types at hand that shapes are written with."""
        if not aliases.is_relevant(file):
            return []
        self._prepare(file)
        return [(10, PHANTOMS, -1), (10, "numpy", -1)] if file.fullname != PHANTOMS else []

    def _prepare(self, file: MypyFile) -> None:
        try:
            promises.wrap(file)
            aliases.repair(file)
        except Exception:  # noqa: BLE001  # whatever it is, mypy must go on
            self._failed()

    def _prepared(self, semantic: Any) -> None:
        """Prepare a file that mypy has parsed without telling: one from the cache, which imports something new."""
        file = semantic.modules.get(semantic.cur_mod_id)
        if not isinstance(file, MypyFile) or file.is_stub or promises.is_wrapped(file) or not aliases.is_relevant(file):
            return
        symbol = self.lookup_fully_qualified(promises.PROMISED)
        if symbol is None or semantic.final_iteration:
            return
        self._prepare(file)
        file.names[HIDDEN] = SymbolTableNode(GDEF, symbol.node, module_public=False, module_hidden=True)
        # What has been read of the file so far is read again.
        semantic.defer(force_progress=True)

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        """Read annotations."""
        if fullname == TENSOR:
            return self._guarded(self._plain, lambda ctx: self.codec.unknown_tensor())
        if fullname not in reading.ANNOTATED:
            return None
        return self._guarded(self._annotated, lambda ctx: ctx.api.analyze_type(ctx.type.args[0]))

    def _plain(self, ctx: AnalyzeTypeContext) -> Type:
        self._prepared(_semantic(ctx))
        return reading.plain(ctx, self.codec)

    def _annotated(self, ctx: AnalyzeTypeContext) -> Type:
        self._prepared(_semantic(ctx))
        return reading.analyze(ctx, self.codec, self.ask)

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Note what the text of a class says about its attributes; this hook alone sees every class."""
        if fullname.startswith(FOREIGN):
            return None
        return self._guarded(self._note, lambda ctx: None)

    def _note(self, ctx: ClassDefContext) -> None:
        self._prepared(ctx.api)
        _note(ctx)

    def get_function_signature_hook(self, fullname: str) -> Callable[[FunctionSigContext], FunctionLike] | None:
        """Instantiate a function's signature, or a layer's constructor."""
        if fullname.startswith(FOREIGN):
            return None
        return self._guarded(lambda ctx: self._function(ctx, fullname), self._loosened, _unchanged)

    def get_method_signature_hook(self, fullname: str) -> Callable[[MethodSigContext], FunctionLike] | None:
        """Instantiate a method's signature, an operator of Tensor or the call of a layer."""
        if fullname.startswith(FOREIGN):
            return None
        return self._guarded(lambda ctx: self._method(ctx, fullname), self._loosened, _unchanged)

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Drop the shapes that a type variable has carried where they do not belong."""
        if fullname.startswith("numpy."):
            return self._guarded(self._unlabelled, _as_made)
        return None if fullname.startswith(FOREIGN) else self._guarded(lambda ctx: self._made(ctx, fullname), _as_made)

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """The same for methods; and what is read from a container that changes is of unknown shape."""
        if fullname in READS:
            return self._guarded(self._read, _as_made)
        if fullname in POWERS:
            return self._guarded(_real, _as_made)
        if fullname.startswith("numpy."):
            return self._guarded(self._unlabelled, _as_made)
        return None if fullname.startswith(FOREIGN) else self._guarded(lambda ctx: self._made(ctx, fullname), _as_made)

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Shapes of attributes, `x.shape`, `x.mT`, sub-layers."""
        if fullname.startswith("numpy."):
            return self._guarded(self._of_array, lambda ctx: ctx.default_attr_type)
        if fullname.startswith(FOREIGN):
            return None
        return self._guarded(
            lambda ctx: attributes.attribute(self._site(ctx.api, ctx.context), ctx), lambda ctx: ctx.default_attr_type
        )

    # -- calls -----------------------------------------------------------------------------------------------------

    def _function(self, ctx: FunctionSigContext, fullname: str) -> FunctionLike:
        sig = ctx.default_signature
        if fullname == promises.PROMISED:
            return promises.kept(self._site(ctx.api, ctx.context), sig)
        if fullname == claims.ASSERT:
            return claims.asserted(self._site(ctx.api, ctx.context), sig)
        made = get_proper_type(sig.ret_type)
        site = self._site(ctx.api, ctx.context)
        if sig.is_type_obj() and is_tensor(made):
            return sig.copy_modified(ret_type=site.codec.unknown_tensor())
        if sig.is_type_obj():
            actuals = actuals_of(ctx.args, ctx.context)
            if not is_layer(made) and any(map(tensors_in, sig.arg_types)):
                checked = site.instantiate(sig, actuals, Callee(fullname.rpartition(".")[2]))
                sig = sig.copy_modified(arg_types=checked.arg_types)
            return layers.construct(site, sig, actuals) if is_layer(made) or is_record(made) else sig
        if not _concerns(sig):
            return sig
        site.quiet = self._is_overloaded(ctx.api, ctx.context)
        callee = Callee((sig.name or fullname.rpartition(".")[2]).partition(" of ")[0], _defined(sig) or fullname)
        return site.instantiate(sig, actuals_of(ctx.args, ctx.context), callee)

    def _made(self, ctx: FunctionContext | MethodContext, fullname: str) -> Type:
        made = ctx.default_return_type
        if fullname == promises.PROMISED:
            return made
        if fullname in SHAPELESS or (isinstance(ctx, FunctionContext) and _unseen(ctx.context)):
            return map_tensors(made, self.codec.bare)
        if isinstance(ctx, MethodContext) and fullname.startswith(building.MODULE):
            return building.step(self._site(ctx.api, ctx.context), get_proper_type(ctx.type), fullname, made)
        if transforming.is_transform(fullname):
            site = self._site(ctx.api, ctx.context)
            given = {name: args for name, args in zip(ctx.callee_arg_names, ctx.args, strict=True) if name and args}
            found = transforming.product(site, fullname, given, made)
            if found is None and given.get("f"):
                options = {name: args[0] for name, args in given.items()}
                found = transforming.transformed(site, fullname, site.typed(options["f"]), options)
            return made if found is None else found
        return rows.of_any_number(self.codec, made) if rows.holds_rows(made) else self.codec.outside(made)

    def _unlabelled(self, ctx: FunctionContext | MethodContext) -> Type:
        """What numpy makes of arrays is of unknown shape to us."""
        return map_tensors(ctx.default_return_type, self.codec.bare)

    def _of_array(self, ctx: AttributeContext) -> Type:
        if isinstance(ctx.context, MemberExpr) and ctx.context.name == "shape":
            return attributes.of_array(self._site(ctx.api, ctx.context), ctx)
        return map_tensors(ctx.default_attr_type, self.codec.bare)

    def _read(self, ctx: MethodContext) -> Type:
        made = ctx.default_return_type
        if not tensors_in(made):
            return made
        e = ctx.context if isinstance(ctx.context, NameExpr) else _receiver(ctx.context, ctx.context.__class__.__name__)
        node = e.node if isinstance(e, NameExpr) else None
        if not isinstance(node, Var) or not node.is_inferred:
            return made
        api: Any = ctx.api
        constant = self.definitions.of(node, api.scope.stack) is not None
        return made if constant else map_tensors(made, self.codec.bare)

    def _method(self, ctx: MethodSigContext, fullname: str) -> FunctionLike:
        sig, name = ctx.default_signature, fullname.rpartition(".")[2]
        site = self._site(ctx.api, ctx.context)
        receiver = _receiver(ctx.context, name)
        owner = site.folder.exactly(receiver, ctx.type)
        if isinstance(owner, Instance) and owner.type.has_base(TENSOR):
            return methods.call(site, owner, sig, ctx.args, name, self.lookup_fully_qualified)
        if not _concerns(sig):
            return sig
        site.quiet = self._is_overloaded(ctx.api, ctx.context)
        actuals = actuals_of(ctx.args, ctx.context)
        if isinstance(owner, Instance) and is_layer(owner):
            made = layers.element(site, receiver)
            owner, receiver = (owner, receiver) if made is None or made.type is not owner.type else (made, None)
            return layers.call(site, owner, receiver, sig, actuals, name)
        title = owner.type.name if name == "__call__" and isinstance(owner, Instance) else name
        return site.instantiate(sig, actuals, Callee(title))

    def _site(self, api: Any, context: Any) -> Site:
        return Site(api, context, self.codec, Folder(api, self.codec, self.definitions), self.ask)

    def _is_overloaded(self, api: Any, context: object) -> bool:
        """Whether a clash is only the refusal of one overload among several, nothing to report."""
        if not isinstance(context, CallExpr) or not api.has_type(context.callee):
            return False
        typ = get_proper_type(api.lookup_type(context.callee))
        if isinstance(typ, Instance):
            method = typ.type.get_method("__call__")
            return isinstance(method, OverloadedFuncDef)
        return isinstance(typ, FunctionLike) and len(typ.items) > 1

    # -- failing ---------------------------------------------------------------------------------------------------

    def _guarded(
        self, hook: Callable[[Context], Result], *fallbacks: Callable[[Context], Result]
    ) -> Callable[[Context], Result]:
        """The hook, or what to do without it. A bug of ours must cost a user a check, never the run."""
        attempts = (hook, *fallbacks[:-1])

        def run(ctx: Context) -> Result:
            for attempt in attempts:
                try:
                    return attempt(ctx)
                except Exception:  # noqa: BLE001  # whatever it is, mypy must go on
                    self._failed()
            return fallbacks[-1](ctx)

        return run

    def _loosened(self, ctx: FunctionSigContext | MethodSigContext) -> FunctionLike:
        sig = ctx.default_signature
        return sig.copy_modified(
            arg_types=[map_tensors(typ, self.codec.bare) for typ in sig.arg_types],
            ret_type=map_tensors(sig.ret_type, self.codec.bare),
        )

    def _failed(self) -> None:
        if self.options.show_traceback:
            traceback.print_exc(limit=-5)


def _unseen(context: object) -> bool:
    """Whether this is a call such as `[f, g][0](x)`, whose signature no hook has instantiated."""
    return isinstance(context, CallExpr) and not isinstance(context.callee, (RefExpr, CallExpr))


def _semantic(ctx: AnalyzeTypeContext) -> Any:
    """Mypy's semantic analyser."""
    analyser: Any = ctx.api
    return analyser.api


def _note(ctx: ClassDefContext) -> None:
    file = ctx.api.modules.get(ctx.api.cur_mod_id)
    if file is not None and aliases.is_relevant(file):
        notes.note(ctx.cls)


def _concerns(sig: CallableType) -> bool:
    return bool(tensors_in(sig.ret_type)) or any(map(tensors_in, sig.arg_types))


def _defined(sig: CallableType) -> str:
    """The full name under which a function was defined, whatever it is called here."""
    node = sig.definition
    return node.fullname if isinstance(node, FuncDef) or node is not None else ""


def _receiver(context: object, name: str) -> Expression | None:
    """The expression whose method is called."""
    if isinstance(context, OpExpr):
        return context.right if name.startswith("__r") and name not in ("__rshift__", "__round__") else context.left
    if isinstance(context, UnaryExpr):
        return context.expr
    if isinstance(context, ComparisonExpr):
        return context.operands[0] if len(context.operands) == 2 else None
    if isinstance(context, CallExpr):
        callee = context.callee
        return callee.expr if isinstance(callee, MemberExpr) and name != "__call__" else callee
    return context.base if isinstance(context, IndexExpr) else None


def _unchanged(ctx: FunctionSigContext | MethodSigContext) -> FunctionLike:
    return ctx.default_signature


def _as_made(ctx: FunctionContext | MethodContext) -> Type:
    return ctx.default_return_type


def _real(ctx: MethodContext) -> Type:
    """A float for a power that may be anything."""
    made = ctx.default_return_type
    return ctx.api.named_generic_type("builtins.float", []) if isinstance(get_proper_type(made), AnyType) else made
