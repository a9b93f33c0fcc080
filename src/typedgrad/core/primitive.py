"""`primitive`: one small definition that is an op.

    @primitive
    def scale(x: Float[Tensor, "*s"], *, by: float) -> Float[Tensor, "*s"]:
        return x * by

    @vjp(scale)
    def _(g: Tensor, out: Tensor, x: Tensor, *, by: float) -> tuple[Tensor]:
        return (g * by,)

Decorated functions keep their own type, name, signature and docstring: `primitive` is typed as the identity. The rules
are attached by free decorators. See `docs/how-it-works.md`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from typedgrad.core.annotations import shape_strings
from typedgrad.shapes import SignatureError, registry

if TYPE_CHECKING:
    from typedgrad.core.call import Entry
    from typedgrad.core.signatures import Reading
    from typedgrad.core.tape import Node
    from typedgrad.shapes import Dim, Shape, Signature

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", bound=Callable[..., Any])
Rule: TypeAlias = Callable[..., Any]

REGISTRY: dict[str, Primitive] = {}
_BY_FUNCTION: dict[Callable[..., Any], Primitive] = {}
_NAME = re.compile(r"[^\W\d]\w*")


class Primitive:
    """A forward body, its signature, and the rules attached to it."""

    def __init__(self, body: Callable[..., Any], derivatives: tuple[Rule, ...] | None = None) -> None:
        self.body = body
        self.name = body.__name__
        self.full_name = f"{body.__module__}.{body.__qualname__}"
        self.derivatives = derivatives
        self.where_rule: Callable[..., Mapping[str, Dim | Shape]] | None = None
        self.vjp_rule: Rule | None = None
        self.vjp_rules: dict[str, Rule] = {}
        self.jvp_rule: Rule | None = None
        self.dtype_rule: Callable[..., str] | None = None
        self.is_linear = False
        self.differentiable = True
        self.is_dynamic = False
        self.is_direct = False
        self.takes_lists = False
        self.function: Callable[..., Any] = body
        self.cache: dict[Any, Entry] = {}

    def __repr__(self) -> str:
        return f"<primitive {self.full_name}>"

    @functools.cached_property
    def reading(self) -> Reading:
        """The annotations, read on first use."""
        from typedgrad.core.signatures import read

        return read(self.body)

    @functools.cached_property
    def record(self) -> Callable[[Iterable[Any]], Any]:
        """Makes a tuple of several results: a plain one, or the named one in the annotation."""
        from typedgrad.core.signatures import record_of

        found = record_of(self.reading.out_hint)
        return tuple if found is None else found._make  # type: ignore[attr-defined]  # named tuples have it

    @functools.cached_property
    def signature(self) -> Signature:
        """The shape signature, with the `where` rule attached."""
        from typedgrad.core.signatures import signature_of

        made = signature_of(self.reading, self.name)
        if self.where_rule is not None:
            made.attach(self.where_rule, statics=tuple(a.name for a in self.reading.statics))
        return made

    @functools.cached_property
    def pull(self) -> Callable[[Any, Node], Any]:
        """Pull a raw cotangent back through one node."""
        from typedgrad.core.pulls import pull_on_arrays

        return pull_on_arrays(self)

    @functools.cached_property
    def pull_taped(self) -> Callable[[Any, Node], Any]:
        """Pull a cotangent back through one node, recording what is done."""
        from typedgrad.core.pulls import pull_on_tensors

        return pull_on_tensors(self)

    @property
    def has_gradient(self) -> bool:
        """Whether some rule pulls cotangents back."""
        return bool(self.derivatives or self.vjp_rule or self.vjp_rules)

    def names(self) -> set[str]:
        """Every name that a `where` rule may ask for: dimensions, static arguments and tensor arguments."""
        found = set(self.body.__annotations__)
        for parameter, annotation in self.body.__annotations__.items():
            if parameter != "return":
                for text in shape_strings(annotation):
                    found.update(_NAME.findall(text))
        return found


def _define(body: F, derivatives: tuple[Rule, ...] | None) -> F:
    from typedgrad.core.call import make_function

    op = Primitive(body, derivatives)
    function = make_function(op)
    op.function = function
    REGISTRY[op.full_name] = op
    _BY_FUNCTION[function] = op
    registry.register_lazy(op.full_name, lambda: _describe(op))
    return cast("F", function)  # it behaves as `body`, checked and recorded


def _describe(op: Primitive) -> registry.Entry:
    """What the shape judge knows of `op`."""
    from typedgrad.core.signatures import is_required

    defaults = {a.name: a.default for a in op.reading.statics if not is_required(a)}
    return registry.Entry(op.signature, defaults, op.dtype_rule, tuple(a.name for a in op.reading.arguments))


def primitive(body: F) -> F:
    """Make `body`, which computes on raw arrays, a checked and differentiable op.

    The annotations are its shape rule. Attach `where`, `vjp`, `jvp`, `dtype`; mark it `linear`, `nondifferentiable`.
    """
    return _define(body, None)


def elementwise(*derivatives: Rule) -> Callable[[F], F]:
    """A primitive that works element by element, with one derivative for each tensor argument.

    Each derivative is `lambda g, out, x, ...: cotangent`; it says nothing about broadcasting, which is undone for it,
    and it serves forward mode as well, because elementwise Jacobians are diagonal.
    """

    def decorate(body: F) -> F:
        return _define(body, derivatives)

    return decorate


def lookup(op: Callable[..., Any]) -> Primitive:
    """The record of a function made by `primitive` or `elementwise`."""
    try:
        return _BY_FUNCTION[op]
    except (KeyError, TypeError):
        name = getattr(op, "__qualname__", repr(op))
        raise SignatureError(f"{name} is not a primitive; decorate it with @primitive first") from None


def where(op: Callable[..., Any]) -> Callable[[R], R]:
    """Attach the rule that computes the output's new dimensions from the named dimensions and static arguments."""
    found = lookup(op)

    def attach(rule: R) -> R:
        code = rule.__code__
        wanted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        unknown = [name for name in wanted if name not in found.names() - {"return"}]
        if unknown:
            raise SignatureError(
                f"where({found.name}): `{unknown[0]}` is neither a dimension nor an argument of {found.name}; "
                f"it has {', '.join(sorted(found.names() - {'return'}))}"
            )
        found.where_rule = rule
        return rule

    return attach


def vjp(op: Callable[..., Any], *arguments: str) -> Callable[[R], R]:
    """Attach the rule that pulls a cotangent of the output back to the inputs.

    With the name of an argument, the rule gives the cotangent of that argument alone and only runs if it is wanted. For
    a sequence of tensors it may give a function from positions to cotangents, which is called where one is wanted.
    """
    found = lookup(op)

    def attach(rule: R) -> R:
        if arguments:
            for name in arguments:
                if name not in found.body.__annotations__:
                    raise SignatureError(f"vjp({found.name}): `{name}` is no argument of {found.name}")
                found.vjp_rules[name] = rule
        else:
            found.vjp_rule = rule
        return rule

    return attach


def jvp(op: Callable[..., Any]) -> Callable[[R], R]:
    """Attach the rule that pushes tangents of the inputs (None where there is none) forward to the output.

    Optional: without it forward mode differentiates the vjp rule, which is linear in its cotangent.
    """
    found = lookup(op)

    def attach(rule: R) -> R:
        found.jvp_rule = rule
        return rule

    return attach


def linear(op: F) -> F:
    """Say that `op` is linear in its tensor argument, so that forward mode applies it to the tangent."""
    lookup(op).is_linear = True
    return op


def dynamic(op: F) -> F:
    """Say that the result's shape depends on values, so that it cannot be inferred."""
    lookup(op).is_dynamic = True
    return op


def direct(op: F) -> F:
    """Say that the body is the namespace's function of the same name and nothing more, so that it may be called itself.

    A law compares the two. Only for functions that give the right dtype without help.
    """
    lookup(op).is_direct = True
    return op


def takes_lists(op: F) -> F:
    """Say that lists among the static arguments stand for tuples. Such calls are slower: lists have no hash."""
    lookup(op).takes_lists = True
    return op


def nondifferentiable(op: F) -> F:
    """Say that no gradient flows through `op`: its result is piecewise constant, or not a float."""
    lookup(op).differentiable = False
    return op


def dtype(op: Callable[..., Any]) -> Callable[[R], R]:
    """Attach the rule that names the result's dtype; it asks by name for dtypes of tensors and for static arguments."""
    found = lookup(op)

    def attach(rule: R) -> R:
        found.dtype_rule = rule
        return rule

    return attach
