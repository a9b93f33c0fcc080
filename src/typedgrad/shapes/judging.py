"""The one question the mypy plugin asks: whether a call fits, and what comes out of it.

Shapes travel as text (`batch 784 _ *rest`), so that whoever asks needs to know nothing about dimensions. The names in
actual shapes are those of the calling function's body and differ from one another; the names in a formal shape string
are bound by the call. What cannot be decided is unknown, silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from typedgrad.shapes import hints, registry
from typedgrad.shapes.axes import format_shape, parse_shape
from typedgrad.shapes.dim import Dim, Shape
from typedgrad.shapes.dim_text import parse_dim
from typedgrad.shapes.env import Series
from typedgrad.shapes.errors import ShapeError, SignatureError
from typedgrad.shapes.judging_dtypes import dtype_clash, result_dtypes
from typedgrad.shapes.judging_text import annotation, arithmetic, assign, claimed, known_names, promise
from typedgrad.shapes.questions import Answer, Request, Spelled, complaint_of
from typedgrad.shapes.related import alternatives, assuming
from typedgrad.shapes.relations import Inconclusive
from typedgrad.shapes.rules import rule_parameters
from typedgrad.shapes.signature import Shapes, Signature, Slot
from typedgrad.shapes.unknown import ANY_AXES, UNKNOWN, Star

UNDECIDABLE = (Inconclusive, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What a rule may run into when sizes or static arguments are not known."""


def judge(request: Request) -> Answer:
    """Answer one question.

    * `call`: match `arguments` against the callee's signature, and infer the results.
    * `annotation`: read the shape strings in `result`; the answer is how the annotated function's body sees them.
    * `assign`: whether each argument's `shape` may stand where its `axes`, another actual shape, is declared.
    * `return`: whether each argument's `shape` is what `axes`, the annotation of the result, promises inside the body.
    * `claim`: whether each argument's `shape` is what `axes` claims, where only the names in `known` mean something.
    * `dim`: compute the dimension expressions in `result`, with `known` put in.

    >>> from typedgrad.shapes import Argument, Request
    >>> x = Argument("x", "n k", "Float", "32 784", "float32")
    >>> judge(Request("f", arguments=(x,), result=(("k n", "Float32"),))).shapes
    ('784 32',)
    """
    answers = {
        "call": _call,
        "annotation": annotation,
        "assign": assign,
        "return": promise,
        "claim": claimed,
        "dim": arithmetic,
    }
    answer = answers[request.kind](request)
    if answer.complaint is not None:
        for env in alternatives(request.related):
            other = answers[request.kind](assuming(request, env))
            if other.complaint is None:
                return other
    return answer


def _call(request: Request) -> Answer:
    if any(argument.repeated for argument in request.arguments):
        return _for_any_number(request)
    entry = registry.find(request.callee) if request.callee else None
    request = _named(request, entry.parameters if entry else ())
    signature = entry.signature if entry else _signature(*_formals(request))
    slots = signature.outs
    wanted = {name: slot.dtype for name, slot in signature.args.items()}
    found = result_dtypes(entry, request.arguments, request.statics, [slot.dtype for slot in slots])
    clash = dtype_clash(request.title, wanted, request.arguments)
    if clash is not None:
        return Answer((None,) * len(slots), found, complaint_of(clash, "dtype"))
    try:
        shapes, static, known = _actuals(signature, request), _statics(request.statics), known_names(request.known)
        if entry is not None:
            static = {**entry.static_defaults, **static}
        if signature.where is not None:
            static = {**dict.fromkeys(rule_parameters(signature.where), UNKNOWN), **static}
        results = _infer(signature, shapes, static, known)
    except ShapeError as error:
        error.where = request.title
        error.hint = hints.find(signature.infer_all, error, shapes, static, known)
        return Answer((None,) * len(slots), found, complaint_of(error, "shape"))
    except UNDECIDABLE:
        return Answer((None,) * len(slots), found)
    if len(found) != len(results):
        found = found[:1] * len(results)
    return Answer(tuple(map(format_shape, results)), found)


def _for_any_number(request: Request) -> Answer:
    """What holds for one, two and three items, and so for as many as there are."""
    answers = []
    for count in (1, 2, 3):
        arguments = [
            argument._replace(many=argument.many * count, repeated=False)
            if argument.repeated and argument.many is not None
            else argument
            for argument in request.arguments
        ]
        answers.append(_call(request._replace(arguments=tuple(arguments))))
    one, two, three = answers
    complaint = two.complaint if one.complaint is not None and three.complaint is not None else None
    if len(one.shapes) != len(two.shapes) or any(answer.complaint is not None for answer in answers):
        return Answer((None,) * len(request.result), two.dtypes[:1] * len(request.result), complaint)
    return Answer(tuple(map(_common, one.shapes, two.shapes, three.shapes)), two.dtypes)


def _common(first: str | None, *others: str | None) -> str | None:
    """What shapes have in common."""
    axes = None if first is None else first.split()
    for other in others:
        if axes is None or other is None or len(other.split()) != len(axes):
            return None
        pairs = list(zip(axes, other.split(), strict=True))
        if any(a != b and not {a[0], b[0]}.isdisjoint("*.") for a, b in pairs):
            return None
        axes = [a if a == b else "_" for a, b in pairs]
    return None if axes is None else " ".join(axes)


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
        except UNDECIDABLE as error:
            if isinstance(error, Inconclusive):
                env |= {_key(name, meaning): Series([meaning]) for name, meaning in error.each.items()}
    return signature.spell(env, static, lenient=True)


def _key(name: str, meaning: Dim | Shape) -> str:
    return f"*{name}" if isinstance(meaning, tuple) else name


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
