"""Functions of functions: gradients and what is built on them. All work on trees of tensors, to any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, overload

from typedgrad.backends import namespace
from typedgrad.core.batching import innermost
from typedgrad.core.leaves import (
    cotangents_for,
    leaf_nodes,
    leaf_results,
    matched,
    off_the_tape,
    refuse_uncallable,
    with_leaves,
)
from typedgrad.core.mode import differentiating, mode
from typedgrad.core.pytree import flatten, unflatten
from typedgrad.core.tape import backward, detached
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import VALUELESS
from typedgrad.shapes import ShapeError

A = TypeVar("A")
P = ParamSpec("P")
R = TypeVar("R")
Aux = TypeVar("Aux")


@overload
def value_and_grad(
    f: Callable[Concatenate[A, P], Tensor], argnums: Literal[0] = 0, *, has_aux: Literal[False] = False
) -> Callable[Concatenate[A, P], tuple[Tensor, A]]: ...
@overload
def value_and_grad(
    f: Callable[Concatenate[A, P], tuple[Tensor, Aux]], argnums: Literal[0] = 0, *, has_aux: Literal[True]
) -> Callable[Concatenate[A, P], tuple[tuple[Tensor, Aux], A]]: ...
@overload
def value_and_grad(
    f: Callable[P, Any], argnums: int | Sequence[int], *, has_aux: bool = False
) -> Callable[P, tuple[Any, Any]]: ...
def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Any:
    """A function that returns the value of the scalar function `f` and its gradient.

    Args:
        f: returns a 0-d float tensor, or with `has_aux` a pair of it and anything else.
        argnums: which positional arguments to differentiate; a sequence gives a tuple of gradients.
        has_aux: whether `f` returns a pair; the second part is passed through.

    Raises:
        ShapeError: from the result, if `f` does not return a scalar.
        TypeError: from the result, if an argument cannot be differentiated (an int, a bool, a string).

    >>> tg.value_and_grad(lambda x: tg.sum(x * x))(tg.asarray([1.0, 2.0]))
    (Tensor(5., dtype=float32), Tensor([2., 4.], dtype=float32))
    """
    return differentiated("value_and_grad", f, argnums, has_aux=has_aux)


def differentiated(
    name: str, f: Callable[..., Any], argnums: int | Sequence[int], *, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """What `value_and_grad` does; errors speak of `name`."""
    refuse_uncallable(name, f)
    positions = _positions(name, argnums)

    def of_f(*args: Any, **kwargs: Any) -> Any:
        with differentiating:
            arguments, leaves, structure = with_leaves(name, args, positions)
            result = f(*arguments, **kwargs)
        out, aux = _parts(name, result, has_aux=has_aux)
        # Rules cannot run on arrays that have no values; on tensors without values they can.
        taped = mode.depth > 0 or out.device in VALUELESS
        seeds = [] if out.node is None else [(out.node, _one(out, taped=taped))]
        found = backward(seeds, leaf_nodes(leaves), taped=taped)
        gradients = unflatten(structure, leaf_results(leaves, found, taped=taped))
        if mode.depth == 0:
            out, aux = detached(out), off_the_tape(aux)
            # Rules that ran on raw arrays have recorded nothing.
            gradients = off_the_tape(gradients) if taped else gradients
        gradient = gradients[0] if isinstance(argnums, int) else gradients
        return ((out, aux) if has_aux else out), gradient

    of_f.__wrapped__ = f  # type: ignore[attr-defined]  # whoever asks for its parameters finds those of `f`
    return of_f


@overload
def grad(
    f: Callable[Concatenate[A, P], Tensor], argnums: Literal[0] = 0, *, has_aux: Literal[False] = False
) -> Callable[Concatenate[A, P], A]: ...
@overload
def grad(
    f: Callable[Concatenate[A, P], tuple[Tensor, Aux]], argnums: Literal[0] = 0, *, has_aux: Literal[True]
) -> Callable[Concatenate[A, P], tuple[A, Aux]]: ...
@overload
def grad(f: Callable[P, Any], argnums: int | Sequence[int], *, has_aux: bool = False) -> Callable[P, Any]: ...
def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Any:
    """A function that returns the gradient of the scalar function `f`; with `has_aux` the gradient and the rest.

    Takes and raises what `value_and_grad` does.

    >>> tg.grad(lambda x: x**3)(tg.asarray(2.0))
    Tensor(12., dtype=float32)
    >>> tg.grad(tg.grad(lambda x: x**3))(tg.asarray(2.0))
    Tensor(12., dtype=float32)
    """
    both = differentiated("grad", f, argnums, has_aux=has_aux)

    def of_f(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    of_f.__wrapped__ = f  # type: ignore[attr-defined]  # as above
    return of_f


def vjp(f: Callable[..., R], *primals: Any) -> tuple[R, Callable[[R], tuple[Any, ...]]]:
    """The value of `f` at `primals`, and the function that pulls a cotangent of it back to them.

    Raises ShapeError or TypeError if the cotangent has not the shape and dtype of the value.

    >>> out, pull = tg.vjp(lambda x, y: x * y, tg.asarray(2.0), tg.asarray(3.0))
    >>> pull(tg.asarray(1.0))
    (Tensor(3., dtype=float32), Tensor(2., dtype=float32))
    """
    return pullback("vjp", f, primals, tuple(range(len(primals))), {})


def pullback(
    name: str, f: Callable[..., R], args: tuple[Any, ...], positions: tuple[int, ...], kwargs: Mapping[str, Any]
) -> tuple[R, Callable[[Any], tuple[Any, ...]]]:
    """What `vjp` does, for the arguments at `positions`; errors speak of `name`."""
    refuse_uncallable(name, f)
    with differentiating:
        arguments, leaves, structure = with_leaves(name, args, positions)
        result = f(*arguments, **kwargs)
    outs, out_structure = flatten(result)

    def pull(g: Any) -> tuple[Any, ...]:
        cotangents = cotangents_for(name, outs, out_structure, g)
        taped = mode.depth > 0 or any(isinstance(out, Tensor) and out.device in VALUELESS for out in outs)
        seeds = [
            (out.node, matched(c, out) if taped else matched(c, out).data)
            for out, c in zip(outs, cotangents, strict=True)
            if c is not None and isinstance(out, Tensor) and out.node is not None
        ]
        found = backward(seeds, leaf_nodes(leaves), taped=taped)
        pulled: tuple[Any, ...] = tuple(unflatten(structure, leaf_results(leaves, found, taped=taped)))
        return pulled if mode.depth else off_the_tape(pulled)

    return (result if mode.depth else off_the_tape(result)), pull


def stop_gradient(tree: A) -> A:
    """The same values, which differentiation takes for constants.

    >>> tg.grad(lambda x: x * tg.stop_gradient(x))(tg.asarray(3.0))
    Tensor(3., dtype=float32)
    """
    return off_the_tape(tree)


def _positions(name: str, argnums: int | Sequence[int]) -> tuple[int, ...]:
    positions = (argnums,) if isinstance(argnums, int) else argnums
    if not isinstance(positions, (tuple, list)) or not all(isinstance(i, int) for i in positions):
        raise TypeError(f"{name}: argnums must be an int or a sequence of ints, not {argnums!r}")
    return tuple(positions)


def _parts(name: str, result: Any, *, has_aux: bool) -> tuple[Tensor, Any]:
    if has_aux:
        if not (isinstance(result, tuple) and len(result) == 2):
            raise TypeError(f"{name}: with has_aux the function must return a pair, not {type(result).__name__}")
        out, aux = result
    else:
        out, aux = result, None
    if not isinstance(out, Tensor):
        advice = "; pass has_aux=True if it returns a pair" if isinstance(out, tuple) else ""
        raise TypeError(f"{name}: the function must return a Tensor, not {type(out).__name__}{advice}")
    if out.shape != ():
        raise ShapeError(
            f"the function must return a scalar, but it returned [{' '.join(map(str, out.shape))}]; "
            "reduce it with tg.sum or tg.mean",
            where=name,
        )
    if out.dtype.kind != "f":
        raise TypeError(f"{name}: the function must return a float, not {out.dtype.name}")
    return out, aux


def _one(out: Tensor, *, taped: bool) -> Any:
    out = innermost(out)
    data: Any = out.data
    if out.device == "abstract":
        return detached(out)
    one = namespace(data).ones_like(data)
    return Tensor(one, out.aval) if taped else one
