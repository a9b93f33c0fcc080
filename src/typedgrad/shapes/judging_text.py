"""The judge's questions about a shape by itself: annotations, assignments, returns, arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

from typedgrad.shapes.alignment import Subject, align
from typedgrad.shapes.axes import format_shape, parse_axes, parse_shape
from typedgrad.shapes.claiming import claim
from typedgrad.shapes.compare import compare_runs
from typedgrad.shapes.dim import Dim, Shape, Sym, names_of, substitute
from typedgrad.shapes.dim_text import parse_dim
from typedgrad.shapes.env import Meaning
from typedgrad.shapes.errors import Operand, ShapeError, ShapeStringError, show
from typedgrad.shapes.judging_dtypes import dtype_clash
from typedgrad.shapes.questions import Answer, Complaint, Request, complaint_of
from typedgrad.shapes.signature import Signature, Slot
from typedgrad.shapes.unknown import ANY_AXES, UNKNOWN, Star


def known_names(names: Mapping[str, str]) -> dict[str, Dim]:
    """Names fixed beforehand, read."""
    return {name: parse_dim(text) for name, text in names.items()}


def annotation(request: Request) -> Answer:
    """How the body of a function sees the shape strings in `result`; or what is wrong with one of them."""
    shapes: list[str] = []
    for text, _ in request.result:
        try:
            shapes.append(format_shape(rigid(text)))
        except ShapeStringError as error:
            head = f"{request.title}: {error.first_line}" if request.title else error.first_line
            complaint = Complaint("shape", head, tuple(filter(None, error.details())), None)
            return Answer((None,) * len(request.result), (None,) * len(request.result), complaint)
    return Answer(tuple(shapes), tuple(dtype for _, dtype in request.result))


def rigid(text: str) -> Shape:
    """The shape that a body sees where its function's annotation says `text`.

    An axis with `#` may be 1 instead, so that the body knows nothing about it.

    >>> rigid("*batch rows=4 n+1 #m _")
    (*batch, 4, n+1, _, _)
    """
    shape: list[Dim | Star] = []
    for axis in parse_axes(text):
        if axis.star:
            shape.append(ANY_AXES if axis.stretch or axis.kind == "anonymous" else Star(axis.text))
        else:
            shape.append(UNKNOWN if axis.stretch else axis.dim if axis.kind != "anonymous" else UNKNOWN)
    return tuple(shape)


def assign(request: Request) -> Answer:
    """Whether each argument's shape may stand where its `axes`, another actual shape, is declared."""
    clash = dtype_clash(request.title, {a.name: a.dtype for a in request.arguments}, request.arguments)
    if clash is not None:
        return Answer(complaint=complaint_of(clash, "dtype"))
    for argument in request.arguments:
        if argument.axes is None or argument.shape is None:
            continue
        declared, actual = parse_shape(argument.axes), parse_shape(argument.shape)
        if compare_runs(declared, actual) == "refuted":
            blamed = [i for i, pair in enumerate(zip(declared, actual, strict=False)) if _differ(*pair)]
            same_rank = len(declared) == len(actual)
            error = ShapeError(
                f"`{argument.name}` is declared as {show(declared)}, not {show(actual)}",
                where=request.title,
                operands=[
                    Operand("declared", list(map(str, declared)), blamed if same_rank else ()),
                    Operand("actual", list(map(str, actual)), blamed if same_rank else ()),
                ],
            )
            return Answer(complaint=complaint_of(error, "shape")._replace(argument=argument.name))
    return Answer()


def promise(request: Request) -> Answer:
    """Whether each argument's shape is what `axes`, the annotation of the result, promises inside the body."""
    clash = dtype_clash(request.title, {a.name: a.dtype for a in request.arguments}, request.arguments)
    if clash is not None:
        return Answer(complaint=complaint_of(clash, "dtype"))
    for argument in request.arguments:
        if argument.axes is None or argument.shape is None:
            continue
        signature = Signature({}, Slot(argument.axes), name=request.title)
        # In the body every name stands for itself.
        names: dict[str, Meaning] = {}
        for axis in parse_axes(argument.axes):
            if axis.star:
                names[axis.key] = (Star(axis.text),)
            else:
                names |= {name: Sym.named(name) for name in names_of(axis.dim)}
                # A value in braces is looked up by what stands between them.
                names |= {name.strip("{}"): Sym.named(name) for name in names_of(axis.dim) if "{" in name}
        try:
            signature.check_result(names, parse_shape(argument.shape))
        except ShapeError as error:
            return Answer(complaint=complaint_of(error, "shape")._replace(argument=argument.name))
    return Answer()


def claimed(request: Request) -> Answer:
    """Each argument's shape after `axes` has been claimed of it: with the names of the claim where it was not known."""
    names: dict[str, Meaning] = {n: parse_shape(t) if n[0] == "*" else parse_dim(t) for n, t in request.known.items()}
    shapes: list[str | None] = []
    for argument in request.arguments:
        actual = (ANY_AXES,) if argument.shape is None else parse_shape(argument.shape)
        try:
            env = claim(argument.axes or "", actual, names, where=request.title)
        except ShapeStringError as error:
            complaint = Complaint("shape", error.first_line, tuple(filter(None, error.details())), None)
            return Answer((None,), (None,), complaint)
        except ShapeError as error:
            return Answer((None,), (None,), complaint_of(error, "shape"))
        shapes.append(format_shape(_settled(argument.axes or "", actual, env)))
    return Answer(tuple(shapes), tuple(argument.actual_dtype for argument in request.arguments))


def _settled(axes: str, actual: Shape, env: Mapping[str, Meaning]) -> Shape:
    """What is claimed, with the sizes that were met; a name that met nothing known stands for itself."""
    pattern = parse_axes(axes)
    met = {id(axis): got for axis, got, _, _ in align(Subject("x", axes, pattern, actual))}
    out: list[Dim | Star] = []
    for declared, axis in zip(rigid(axes), pattern, strict=True):
        got: Meaning | None = met[id(axis)]
        if axis.kind == "name" and not axis.stretch:
            got = env.get(axis.key)
        elif isinstance(declared, Sym):
            known = {n: m for n in names_of(declared) if isinstance(m := env.get(n), int | Sym)}
            got = substitute(declared, known)
        elif isinstance(declared, int):
            got = declared
        if isinstance(got, tuple):
            out.extend([declared] if got == (ANY_AXES,) else got)
        else:
            out.append(got if isinstance(got, int | Sym) else declared)
    return tuple(out)


def _differ(a: Dim | Star, b: Dim | Star) -> bool:
    return compare_runs((a,), (b,)) == "refuted"


def arithmetic(request: Request) -> Answer:
    """The dimension expressions in `result`, with the known names put in."""
    known = known_names(request.known)
    sizes: list[str | None] = []
    for text, _ in request.result:
        try:
            sizes.append(str(substitute(parse_dim(text), known)))
        except (ValueError, ArithmeticError):
            sizes.append(None)
    return Answer(tuple(sizes), (None,) * len(sizes))
