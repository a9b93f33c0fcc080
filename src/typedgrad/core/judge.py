"""How one function's calls are judged: the full check, and the wrapper that remembers its verdicts."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from beartype import beartype
from jaxtyping import AnnotationError, TypeCheckError, jaxtyped
from jaxtyping import _storage as jaxtyping_storage

from typedgrad.core.explain import (
    explain_arguments,
    explain_result,
    explain_strings,
    located,
    refuse_tuples,
    shapes_of,
)
from typedgrad.core.mode import mode
from typedgrad.core.remember import Remembered, class_of, wrapper_source
from typedgrad.core.signatures import is_required, is_variadic, read, signature_of
from typedgrad.core.tensor import Tensor
from typedgrad.core.watching import BLIND, watch
from typedgrad.shapes import ShapeError

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive
    from typedgrad.core.selfwriting import Written
    from typedgrad.shapes import Dim

_LIMIT = 8_192


class _Escaping(Exception):  # carries an error past jaxtyping, is none itself
    """An error of the body that jaxtyping must not mistake for its own verdict."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class _Enough(Exception):  # as above
    """The arguments are fine, and nothing else was asked."""


class _Calls(threading.local):
    """The calls of one function that are on their way through the full check, on this thread."""

    def __init__(self) -> None:
        self.stack: list[_Call] = []


class Judge:
    """Judges the calls of one function.

    Args:
        function: what is called.
        title: what messages call it; given the first argument (a layer names its sizes).
        known: the names that the first argument fixes (a layer's integer fields).
        self_key: an attribute of the first argument that stands for it in cache keys.
        names: what annotations mention beside the names of the function's module.
        learn: told what the names of axes turned out to be, when the arguments have shapes but no values.
        check: told them as well, on the first call with a signature; raises ShapeError for what may not be.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        title: Callable[[Any], str] | None = None,
        known: Callable[[Any], Mapping[str, Dim]] | None = None,
        self_key: str | None = None,
        learn: Callable[[Any, Mapping[str, Any]], None] | None = None,
        names: Mapping[str, object] | None = None,
        check: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        self.learn, self.check = learn, check
        self.function = function
        self.reading = read(function, names)
        self.signature = signature_of(self.reading, function.__name__)
        self.title = title or (lambda first: function.__name__)
        self.known = known or (lambda first: {})
        self.self_key = self_key
        self.cache: dict[Any, Remembered] = {}
        self._calls = _Calls()
        self._parameters = inspect.signature(function)
        self._checked = jaxtyped(typechecker=beartype)(self._inner())

    def _inner(self) -> Callable[..., Any]:
        """The function as jaxtyping sees it: it notes the bindings of the axes, then runs the body."""

        @functools.wraps(self.function)
        def inner(*args: Any, **kwargs: Any) -> Any:
            return self._calls.stack[-1].body(args, kwargs)

        # jaxtyping would evaluate postponed annotations in this module instead of the function's own.
        hints = {a.name: a.hint for a in self.reading.arguments} | {"return": self.reading.out_hint}
        inner.__annotations__ = {name: hint for name, hint in hints.items() if name in self.function.__annotations__}
        signature = self._parameters
        parameters = [
            p.replace(annotation=hints[p.name]) if p.annotation is not p.empty else p
            for p in signature.parameters.values()
        ]
        returned = hints["return"] if signature.return_annotation is not signature.empty else signature.empty
        del inner.__wrapped__
        inner.__signature__ = signature.replace(parameters=parameters, return_annotation=returned)  # type: ignore[attr-defined]  # read by inspect
        return inner

    def full(self, args: tuple[Any, ...], kwargs: dict[str, Any], made: tuple[Any, ...] = ()) -> tuple[Any, Remembered]:
        """Check, run (unless the result is there already, in `made`), check the result.

        Raises:
            ShapeError, TypeError: as `typed` says.
        """
        try:
            self._parameters.bind(*args, **kwargs)
        except TypeError:
            self.function(*args, **kwargs)  # Python refuses the call in its own words, as it does on the fast path
            raise
        call = _Call(self, args, kwargs, made)
        self._calls.stack.append(call)
        try:
            out = self._checked(*args, **kwargs)
        except _Escaping as escaping:
            raise escaping.error from escaping.error.__cause__
        except (TypeCheckError, AnnotationError) as error:
            if isinstance(error, AnnotationError) and not call.ran and call.refusal is None:
                return call.ours_alone()
            raise call.refused(error) from error
        finally:
            self._calls.stack.pop()
        return out, call.remembered(out)

    def written(self, *, keep: bool) -> Written:
        """The function to call: remembers verdicts if `keep`, and if they depend on types and shapes alone."""
        source = wrapper_source(self.function, self.reading, self.self_key) if keep else None
        if source is None:
            return lambda *args, **kwargs: self.unknown(None, args, kwargs)
        if ".aval" not in source:
            BLIND.add(self)
        return source, {
            "_get_": self.cache.get,
            "_function_": self.function,
            "_unknown_": self.unknown,
            "_returned_": self.returned,
            "_Tensor_": Tensor,
            "_class_": class_of,
            "_len_": len,
            "_tuple_": tuple,
            "_storage_": jaxtyping_storage._shape_storage,
            **{f"_default_{a.name}_": a.default for a in self.reading.arguments},
        }

    def unknown(self, key: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call whose signature is not known yet."""
        if mode.raw and not any(isinstance(a, Tensor) for a in (*args, *kwargs.values())):
            return self.function(*args, **kwargs)
        if any(map(_has_no_values, (*args, *kwargs.values()))):
            # Sizes may be symbols, which jaxtyping cannot compare, and layers may be learning their own.
            def judged() -> Any:
                return _Call(self, args, kwargs).ours_alone()[0]

            return judged() if watch.watcher is None else watch.watcher.call(self.function, args, kwargs, judged)
        out, entry = self.full(args, kwargs)
        if key is not None and entry.result is not None:
            if len(self.cache) >= _LIMIT:
                self.cache.clear()
            self.cache[key] = entry
        return out

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Check the arguments alone."""
        with contextlib.suppress(_Enough):
            self.full(args, kwargs, made=(_Enough,))

    def returned(self, out: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A known call whose result has another signature than last time: judge the result, which is there already."""
        return self.full(args, kwargs, made=(out,))[0]


class _Call:
    """One call on its way through the full check."""

    def __init__(self, judge: Judge, args: tuple[Any, ...], kwargs: dict[str, Any], made: tuple[Any, ...] = ()) -> None:
        self.judge = judge
        self.args = args
        self.kwargs = kwargs
        self.made = made
        self.ran = False
        self.memos: tuple[dict[str, int], dict[str, Any]] = ({}, {})
        self.out: Any = None
        first = args[0] if args else None
        self.title = judge.title(first)
        self.known = judge.known(first)
        self.arguments = _bound(judge, args, kwargs)
        self.refusal: ShapeError | None = None
        self.env: Any = None
        shapes = shapes_of(judge.reading, self.arguments)
        try:
            self.env = judge.signature.bind(shapes, self.known)
            if judge.check is not None:
                judge.check(self.env)
        except ShapeError as error:
            self.refusal = located(error, judge.signature, shapes, self.known, self.title)
        except ValueError:
            # An axis that only jaxtyping can read (`?n`), or a string that it will refuse itself.
            self.env = None

    def body(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What runs between jaxtyping's two checks."""
        self.ran = True
        if self.refusal is not None:
            raise _Escaping(self.refusal)
        single, variadic, *_ = jaxtyping_storage.get_shape_memo()  # type: ignore[no-untyped-call]  # jaxtyping has no types there
        for name, size in self.known.items():  # what is checked inside a layer's call may name the layer's fields
            if isinstance(size, int):
                single.setdefault(name, size)
        self.memos = (dict(single), dict(variadic))
        if self.made:
            self.out = self.made[0]
            if self.out is _Enough:
                raise _Enough
        else:
            try:
                self.out = self.judge.function(*args, **kwargs)
            except (TypeCheckError, AnnotationError) as error:
                raise _Escaping(error) from error
        return self.out

    def check_result(self) -> None:
        """Our own reading of the result, which also knows class fields and broadcasts."""
        if self.env is not None:
            refusal = explain_result(self.judge.reading, self.judge.signature, self.env, self.out, self.title)
            if refusal is not None:
                raise refusal

    def ours_alone(self) -> tuple[Any, Remembered]:
        """Jaxtyping cannot evaluate some axis; ours can, so it decides alone."""
        judge = self.judge
        refusal = explain_arguments(judge.reading, judge.signature, self.arguments, self.known, self.title)
        if refusal is not None or self.refusal is not None:
            raise refusal or self.refusal or AssertionError
        if judge.learn is not None and self.env is not None:
            judge.learn(self.args[0], self.env)
        self.memos = _sizes({**self.known, **(self.env or {})})
        single, variadic, *_ = jaxtyping_storage.push_shape_memo(self.arguments)
        single |= self.memos[0]
        variadic |= self.memos[1]
        try:
            self.out = self.made[0] if self.made else judge.function(*self.args, **self.kwargs)
        finally:
            jaxtyping_storage.pop_shape_memo()
        return self.out, self.remembered(self.out)

    def refused(self, error: Exception) -> Exception:
        """Our words for jaxtyping's verdict."""
        judge = self.judge
        if self.ran:
            refusal = explain_result(judge.reading, judge.signature, self.env, self.out, self.title)
            what = "the result"
        else:
            refusal = explain_arguments(judge.reading, judge.signature, self.arguments, self.known, self.title)
            what = "an argument"
        refusal = refusal or explain_strings(judge.reading, self.title)
        if refusal is not None:
            return refusal
        return ShapeError(f"{what} does not fit the annotations: {_last_words(error)}", where=self.title)

    def remembered(self, out: Any) -> Remembered:
        """The verdict, in the form that the fast path wants."""
        self.check_result()
        return Remembered(out, *self.memos, self.judge.reading)


def _has_no_values(value: object) -> bool:
    """Whether an argument holds a tensor without values."""
    if isinstance(value, Tensor):
        return value.device == "abstract"
    if isinstance(value, (tuple, list)):
        return any(map(_has_no_values, value))
    return isinstance(value, dict) and any(map(_has_no_values, value.values()))


def _sizes(names: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, Any]]:
    """What our names mean, as jaxtyping keeps it."""
    single = {name: size for name, size in names.items() if isinstance(size, int)}
    runs = {name[1:]: (False, run) for name, run in names.items() if isinstance(run, tuple) and name[0] == "*"}
    return single, runs


def _bound(judge: Judge, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name; a wrong number of them is left to the call itself to refuse."""
    names = [a for a in judge.reading.arguments if not is_variadic(a)]
    found = {a.name: a.default for a in names if not is_required(a)}
    positional = [a.name for a in names if a.kind is not a.kind.KEYWORD_ONLY]
    found.update(zip(positional, args, strict=False))
    found.update({k: v for k, v in kwargs.items() if k in {a.name for a in names}})
    found |= {a.name: args[len(positional) :] for a in judge.reading.arguments if a.kind is a.kind.VAR_POSITIONAL}
    return found


def _last_words(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


_CHECKERS: dict[str, Callable[..., None]] = {}


def check_call(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any]) -> None:
    """Let jaxtyping and beartype judge an op's arguments; explain what they refuse."""
    checker = _CHECKERS.get(op.full_name)
    if checker is None:
        checker = _CHECKERS[op.full_name] = _checker(op)
    try:
        checker(*tensors, **statics)
    except (TypeCheckError, AnnotationError) as error:
        arguments = dict(zip((a.name for a in op.reading.tensors), tensors, strict=True)) | statics
        refusal = explain_arguments(op.reading, op.signature, arguments, {}, op.name, statics=statics)
        if refusal is not None:
            raise refusal from error
        if not isinstance(error, AnnotationError):
            words = f"an argument does not fit the annotations: {_last_words(error)}"
            raise ShapeError(words, where=op.name) from error
    refuse_tuples(op.reading, statics, op.name)


def _checker(op: Primitive) -> Callable[..., None]:
    """A function with the annotated parameters of `op` that does nothing but have them checked."""
    names = [a.name for a in op.reading.arguments]
    scope: dict[str, Any] = {}
    exec(f"def {op.name}({', '.join(names)}): pass", scope)  # made of parameter names alone
    checker: Any = scope[op.name]
    checker.__annotations__ = {a.name: a.hint for a in op.reading.arguments}
    checker.__module__ = op.body.__module__
    checked: Callable[..., None] = jaxtyped(typechecker=beartype)(checker)
    return checked
