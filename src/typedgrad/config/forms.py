"""What an argument may be, read from its annotation as it is written: the one source of schemas and of checks."""

from __future__ import annotations

import ast
import collections.abc
import sys
import typing
from collections.abc import Callable
from functools import lru_cache
from inspect import Parameter, signature
from types import UnionType
from typing import Any, Final, Literal, NamedTuple, TypeAlias, Union, get_args, get_origin

from typedgrad.core.annotations import own_annotations
from typedgrad.nn import Layer
from typedgrad.nn.activate import Activated

# What is made of parts, and so stands as a mapping with a `type`; a function stands under its name.
Kind: TypeAlias = Literal[
    "updater", "schedule", "initializer", "constraint", "transform", "layer", "activation", "function", "loss"
]


class Plain(NamedTuple):
    """A number, a flag, a word or nothing."""

    name: Literal["int", "float", "bool", "str", "none"]


class Choice(NamedTuple):
    """One of some words."""

    words: tuple[str, ...]


class Row(NamedTuple):
    """A list, of some length if that is fixed."""

    items: tuple[Form, ...]
    many: bool


class Table(NamedTuple):
    """A mapping from words to values of one form."""

    value: Form


class Either(NamedTuple):
    """One of several forms."""

    forms: tuple[Form, ...]


class Of(NamedTuple):
    """Something of a kind."""

    kind: Kind


class Anything(NamedTuple):
    """What cannot be told from an annotation."""


Form: TypeAlias = Plain | Choice | Row | Table | Either | Of | Anything
NONE: Final = Plain("none")
NUMBER: Final = Plain("float")
HYPER: Final = Either((NUMBER, Of("schedule")))
_NAMES: Final[dict[str, Form]] = {
    "int": Plain("int"),
    "float": NUMBER,
    "bool": Plain("bool"),
    "str": Plain("str"),
    "None": NONE,
    "Number": NUMBER,
    "Hyper": HYPER,
    "Schedule": Of("schedule"),
    "Updater": Of("updater"),
    "GradientTransform": Of("transform"),
    "Constraint": Of("constraint"),
    "Initializer": Of("initializer"),
    "Activated": Either((Of("activation"), NONE)),
    "Activation": Of("activation"),
    "Callable": Of("function"),
    "Layer": Of("layer"),
    "Stage": Either((Of("layer"), Of("function"))),
    "L": Of("layer"),
    "Which": Plain("str"),
    "Tensor": Anything(),
    "Weights": Row((NUMBER,), many=True),
    "Mask": Anything(),
}
_LISTS: Final = ("tuple", "list", "Sequence", "Iterable")
_MAPPINGS: Final = ("dict", "Mapping")


class Argument(NamedTuple):
    """What a parameter may be, and whether it must be given; its default, `...` if there is none."""

    form: Form
    required: bool
    default: object


@lru_cache(maxsize=1024)
def arguments_of(made_by: Callable[..., object], skip: int = 0) -> dict[str, Argument]:
    """The arguments of a class of layers, or of a function, but for the first few.

    >>> arguments_of(tg.nn.Flatten)
    {'keep': Argument(form=Plain(name='int'), required=False, default=1)}
    """
    hints = _fields(made_by) if isinstance(made_by, type) else {}
    found: dict[str, Argument] = {}
    for name, parameter in list(signature(made_by).parameters.items())[skip:]:
        listed = parameter.kind is Parameter.VAR_POSITIONAL
        form = _of_type(*hints.get(name, (parameter.annotation, made_by.__module__)))
        if listed and not isinstance(form, Row):
            form = Row((form,), many=True)
        required = parameter.default is Parameter.empty and not listed
        found[name] = Argument(form, required, ... if required else () if listed else parameter.default)
    return found


def _fields(cls: type) -> dict[str, tuple[Any, str]]:
    """The annotations of a class's fields as they are written, or evaluated, and the modules where they are."""
    bases = reversed(cls.__mro__)
    return {name: (hint, base.__module__) for base in bases for name, hint in own_annotations(base).items()}


def form_of(hint: str, module: str) -> Form:
    """What an annotation allows, in the names of the module where it is written.

    >>> form_of("int | tuple[int, int]", "typedgrad.nn.conv")
    Either(forms=(Plain(name='int'), Row(items=(Plain(name='int'), Plain(name='int')), many=False)))
    """
    return _of_tree(ast.parse(hint, mode="eval").body, module)


def _of_tree(tree: ast.expr, module: str) -> Form:
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitOr):
        return _either([_of_tree(tree.left, module), _of_tree(tree.right, module)])
    if isinstance(tree, ast.Subscript) and isinstance(tree.value, ast.Name):
        inner = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        return _of_subscript(tree.value.id, inner, module)
    if isinstance(tree, ast.Constant):
        return (
            NONE if tree.value is None else form_of(tree.value, module) if isinstance(tree.value, str) else Anything()
        )
    return _of_name(tree.id, module) if isinstance(tree, ast.Name) else Anything()


def _of_subscript(name: str, inner: list[ast.expr], module: str) -> Form:
    if name == "Literal":
        return Choice(tuple(str(ast.literal_eval(item)) for item in inner))
    if name in _LISTS:
        many = name != "tuple" or (len(inner) > 1 and isinstance(inner[-1], ast.Constant) and inner[-1].value is ...)
        items = inner[:1] if many else inner
        return Row(tuple(_of_tree(item, module) for item in items), many)
    if name in _MAPPINGS:
        return Table(_of_tree(inner[-1], module))
    return _NAMES.get(name, Anything())


def _of_name(name: str, module: str) -> Form:
    if name in _NAMES:
        return _NAMES[name]
    return _of_type(getattr(sys.modules.get(module), name, None), module)


def _of_type(hint: Any, module: str) -> Form:  # noqa: ANN401  # whatever stands for a type at run time
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, str):
        return form_of(hint, module)
    if hint == Activated:
        return _NAMES["Activated"]
    if isinstance(hint, typing.ForwardRef):
        return form_of(hint.__forward_arg__, module)
    if origin in (Union, UnionType):
        return _either([_of_type(item, module) for item in inner])
    if origin is Literal:
        return Choice(tuple(map(str, inner)))
    if origin in (list, collections.abc.Sequence):
        return Row((_of_type(inner[0], module),), many=True)
    if origin is tuple:
        many = inner[-1] is ...
        return Row(tuple(_of_type(item, module) for item in (inner[:1] if many else inner)), many)
    if origin is not None:
        return _NAMES.get(getattr(origin, "__name__", ""), Anything())
    if isinstance(hint, type) and issubclass(hint, Layer):
        return Of("layer")
    return _NAMES.get("None" if hint is type(None) else getattr(hint, "__name__", ""), Anything())


def _either(forms: list[Form]) -> Form:
    flat: list[Form] = []
    for form in forms:
        flat += [one for one in (form.forms if isinstance(form, Either) else (form,)) if one not in flat]
    if NUMBER in flat and Plain("int") in flat:
        flat.remove(Plain("int"))
    return flat[0] if len(flat) == 1 else Either(tuple(flat))
