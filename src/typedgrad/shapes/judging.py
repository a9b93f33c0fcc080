"""The one question the mypy plugin asks: whether a call fits, and what comes out of it.

Shapes travel as text (`batch 784 _ *rest`), so that whoever asks needs to know nothing about dimensions. The names in
actual shapes are those of the calling function's body and differ from one another; the names in a formal shape string
are bound by the call. What cannot be decided is unknown, silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from typedgrad.shapes import hints, registry
from typedgrad.shapes.axes import format_shape, parse_axes, parse_shape
from typedgrad.shapes.compare import compare_runs
from typedgrad.shapes.dim import ANY_AXES, UNKNOWN, Dim, Shape, Star, Sym, names_of, substitute
from typedgrad.shapes.dim_text import parse_dim
from typedgrad.shapes.errors import Operand, ShapeError, ShapeStringError, SignatureError, show
from typedgrad.shapes.judging_dtypes import dtype_clash, result_dtypes
from typedgrad.shapes.relations import Inconclusive
from typedgrad.shapes.rules import rule_parameters
from typedgrad.shapes.signature import Shapes, Signature, Slot

UNDECIDABLE = (Inconclusive, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What a rule may run into when sizes or static arguments are not known."""


class Spelled(NamedTuple):
    """A static argument that is a size, as text: `Spelled("2*n")`. Inside tuples plain strings will do."""

    text: str


class Argument(NamedTuple):
    """One tensor argument of a call."""

    name: str  # of the formal, or its place, as in "#0"
    axes: str | None  # the formal's shape string, None if it has none
    dtype: str  # the formal's jaxtyping class, "Shaped" if it has none
    shape: str | None  # the actual shape, None if nothing is known about it
    actual_dtype: str | None  # a dtype, a jaxtyping class, "weak float" for a Python scalar; None if not known
    many: tuple[tuple[str | None, str | None], ...] | None = None  # of a sequence: shape and dtype of each item


class Request(NamedTuple):
    """What is asked. `kind` says how the fields are read; see `judge`."""

    title: str
    callee: str = ""  # the full name; an op's signature and rules are found by it
    arguments: tuple[Argument, ...] = ()
    result: tuple[tuple[str, str], ...] = ()  # shape string and dtype class of each declared result
    statics: Mapping[str, object] = {}
    known: Mapping[str, str] = {}  # names fixed beforehand, such as the fields of a layer
    kind: Literal["call", "annotation", "assign", "return", "dim"] = "call"


class Complaint(NamedTuple):
    """What is wrong: the first line, and the lines below it."""

    code: Literal["shape", "dtype"]
    first: str
    lines: tuple[str, ...]
    argument: str | None


class Answer(NamedTuple):
    """Shape and dtype (or class) of each result, None where nothing is known; and what is wrong, if anything is."""

    shapes: tuple[str | None, ...] = ()
    dtypes: tuple[str | None, ...] = ()
    complaint: Complaint | None = None


def judge(request: Request) -> Answer:
    """Answer one question.

    * `call`: match `arguments` against the callee's signature, and infer the results.
    * `annotation`: read the shape strings in `result`; the answer is how the annotated function's body sees them.
    * `assign`: whether each argument's `shape` may stand where its `axes`, another actual shape, is declared.
    * `return`: whether each argument's `shape` is what `axes`, the annotation of the result, promises inside the body.
    * `dim`: compute the dimension expressions in `result`, with `known` put in.

    >>> x = Argument("x", "n k", "Float", "32 784", "float32")
    >>> judge(Request("f", arguments=(x,), result=(("k n", "Float32"),))).shapes
    ('784 32',)
    """
    answers = {"call": _call, "annotation": _annotation, "assign": _assign, "return": _return, "dim": _dim}
    return answers[request.kind](request)


def _call(request: Request) -> Answer:
    entry = registry.find(request.callee) if request.callee else None
    request = _named(request, entry.parameters if entry else ())
    signature = entry.signature if entry else _signature(*_formals(request))
    slots = signature.outs
    wanted = {name: slot.dtype for name, slot in signature.args.items()}
    found = result_dtypes(entry, request.arguments, request.statics, [slot.dtype for slot in slots])
    clash = dtype_clash(request.title, wanted, request.arguments)
    if clash is not None:
        return Answer((None,) * len(slots), found, _complaint(clash, "dtype"))
    try:
        shapes, static, known = _actuals(signature, request), _statics(request.statics), _known(request.known)
        if entry is not None:
            static = {**entry.static_defaults, **static}
        if signature.where is not None:
            static = {**dict.fromkeys(rule_parameters(signature.where), UNKNOWN), **static}
        results = _infer(signature, shapes, static, known)
    except ShapeError as error:
        error.where = request.title
        error.hint = hints.find(lambda s, t: signature.infer_all(s, t, known), error, shapes, static)
        return Answer((None,) * len(slots), found, _complaint(error, "shape"))
    except UNDECIDABLE:
        return Answer((None,) * len(slots), found)
    if len(found) != len(results):
        found = found[:1] * len(results)
    return Answer(tuple(map(format_shape, results)), found)


def _named(request: Request, parameters: Sequence[str]) -> Request:
    """Put the names of positional-only arguments, which mypy does not know, for their places `#0`, `#1`."""

    def name(given: str) -> str:
        if not given.startswith("#"):
            return given
        place = int(given[1:])
        return parameters[place] if place < len(parameters) else f"argument {place + 1}"

    arguments = tuple(argument._replace(name=name(argument.name)) for argument in request.arguments)
    return request._replace(arguments=arguments, statics={name(key): value for key, value in request.statics.items()})


def _infer(
    signature: Signature, shapes: Shapes, static: Mapping[str, object], known: Mapping[str, Dim]
) -> tuple[Shape, ...]:
    """The results' shapes, with unknown axes for whatever the rule could not decide."""
    env = signature.bind(shapes, known, static)
    if signature.where is not None:
        try:
            signature.run_where(env, shapes, static)
        except (ShapeError, SignatureError):
            raise
        except UNDECIDABLE:
            pass
    return signature.spell(env, static, lenient=True)


def _formals(request: Request) -> tuple[tuple[tuple[str, Slot], ...], tuple[Slot, ...]]:
    slots = [(a.name, Slot(a.axes, a.dtype, a.many is not None)) for a in request.arguments if a.axes is not None]
    return tuple(slots), tuple(Slot(*result) for result in request.result)


@lru_cache(maxsize=4096)
def _signature(arguments: tuple[tuple[str, Slot], ...], results: tuple[Slot, ...]) -> Signature:
    return Signature(dict(arguments), results)


def _actuals(signature: Signature, request: Request) -> Shapes:
    shapes: dict[str, Shape | Sequence[Shape] | None] = {}
    for argument in request.arguments:
        slot = signature.args.get(argument.name)
        if slot is None:
            continue
        if not slot.many:
            shapes[argument.name] = _shape(argument.shape)
        elif argument.many is not None:
            shapes[argument.name] = [_shape(shape) for shape, _ in argument.many]
        else:
            raise Inconclusive(f"the tensors in {argument.name} are not known")
    return shapes


def _shape(text: str | None) -> Shape:
    return (ANY_AXES,) if text is None else parse_shape(text)


def _known(names: Mapping[str, str]) -> dict[str, Dim]:
    return {name: parse_dim(text) for name, text in names.items()}


def _statics(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value if isinstance(value, str) else _static(value) for name, value in values.items()}


def _static(value: object) -> object:
    if isinstance(value, Spelled):
        return parse_dim(value.text)
    if isinstance(value, str):
        return Star(value[1:]) if value.startswith("*") else parse_dim(value)
    if isinstance(value, slice):
        return slice(_static(value.start), _static(value.stop), _static(value.step))
    return tuple(map(_static, value)) if isinstance(value, tuple | list) else value


def _annotation(request: Request) -> Answer:
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


def _assign(request: Request) -> Answer:
    clash = dtype_clash(request.title, {a.name: a.dtype for a in request.arguments}, request.arguments)
    if clash is not None:
        return Answer(complaint=_complaint(clash, "dtype"))
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
            return Answer(complaint=_complaint(error, "shape")._replace(argument=argument.name))
    return Answer()


def _return(request: Request) -> Answer:
    clash = dtype_clash(request.title, {a.name: a.dtype for a in request.arguments}, request.arguments)
    if clash is not None:
        return Answer(complaint=_complaint(clash, "dtype"))
    for argument in request.arguments:
        if argument.axes is None or argument.shape is None:
            continue
        promise = Signature({}, Slot(argument.axes), name=request.title)
        # In the body every name stands for itself.
        names: dict[str, Dim | Shape] = {}
        for axis in parse_axes(argument.axes):
            if axis.star:
                names[axis.key] = (Star(axis.text),)
            else:
                names |= {name: Sym.named(name) for name in names_of(axis.dim)}
        try:
            promise.check_result(names, parse_shape(argument.shape))
        except ShapeError as error:
            return Answer(complaint=_complaint(error, "shape")._replace(argument=argument.name))
    return Answer()


def _differ(a: Dim | Star, b: Dim | Star) -> bool:
    return compare_runs((a,), (b,)) == "refuted"


def _dim(request: Request) -> Answer:
    known = _known(request.known)
    sizes: list[str | None] = []
    for text, _ in request.result:
        try:
            sizes.append(str(substitute(parse_dim(text), known)))
        except (ValueError, ArithmeticError):
            sizes.append(None)
    return Answer(tuple(sizes), (None,) * len(sizes))


def _complaint(error: ShapeError, code: Literal["shape", "dtype"]) -> Complaint:
    return Complaint(code, error.first_line, tuple(filter(None, error.details())), error.argument)
