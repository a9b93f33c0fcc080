"""What an updater says when parameters, gradients and state do not belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from typedgrad.core.pytree import leaves_with_paths
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError
from typedgrad.shapes.errors import Operand

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.optim.walk import Moments


def unlike(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors differ in more than their values."""
    return a.shape != b.shape or a.dtype != b.dtype or a.device != b.device


def refuse_leaf(title: str, path: str, p: Tensor, g: Tensor) -> NoReturn:
    """Say what is wrong with a parameter and its gradient."""
    if p.shape != g.shape:
        refuse_shapes(title, path, p, g)
    if p.dtype.kind != "f":
        raise TypeError(f"{title}: {spelt(path)} is {p.dtype.name}; only float tensors can be updated")
    if p.dtype != g.dtype:
        raise TypeError(f"{title}: {spelt(path)} is {p.dtype.name}, but its gradient is {g.dtype.name}")
    if p.device != g.device:
        raise TypeError(f"{title}: {spelt(path)} is on {p.device}, but its gradient is on {g.device}")
    raise TypeError(
        f"{title}: {spelt(path)} is being differentiated, but no gradient flows through an update; "
        "use tg.stop_gradient(params)"
    )


def refuse_shapes(title: str, path: str, p: Tensor, g: Tensor) -> NoReturn:
    """Show the shapes of a parameter and its gradient."""
    if len(p.shape) == len(g.shape):
        blamed = [i for i, (a, b) in enumerate(zip(p.shape, g.shape, strict=True)) if a != b]
    else:
        blamed = []
    operands = [Operand(name, [str(n) for n in x.shape], blamed) for name, x in (("parameter", p), ("gradient", g))]
    raise ShapeError(f"{spelt(path)} and its gradient differ in shape", where=title, operands=operands)


def refuse_kind(title: str, path: str, p: object, g: object) -> NoReturn:
    """Say that only one of a parameter and its gradient is a tensor."""
    if isinstance(p, Tensor):
        raise TypeError(f"{title}: the gradient of {spelt(path)} must be a Tensor, not {type(g).__name__}")
    raise TypeError(
        f"{title}: {spelt(path)} is {type(p).__name__} {p!r}, but has a gradient; make it a tensor: tg.asarray({p!r})"
    )


def different(title: str, params: object, grads: object) -> NoReturn:
    """Say where two trees part."""
    of_params, of_grads = dict(leaves_with_paths(params)), dict(leaves_with_paths(grads))
    for path in of_params:
        if path not in of_grads:
            raise ShapeError(f"`params` has {spelt(path)}, which `grads` has not", where=title)
    for path in of_grads:
        if path not in of_params:
            raise ShapeError(f"`grads` has {spelt(path)}, which `params` has not", where=title)
    for path, p in of_params.items():
        g = of_grads[path]
        if isinstance(p, Tensor) and isinstance(g, Tensor) and p.shape != g.shape:
            refuse_shapes(title, path, p, g)
    raise ShapeError(
        f"`params` and `grads` have the same leaves but are different trees: {_shown(params)} and {_shown(grads)}",
        where=title,
    )


def other_state(
    title: str, params: object, moments: tuple[Moments, ...], unlike: Callable[[Tensor, Tensor], bool] = unlike
) -> NoReturn:
    """Say in what a state and the parameters disagree."""
    tensors = {path: p for path, p in leaves_with_paths(params) if isinstance(p, Tensor)}
    advice = f"make a new one with {title}(...).init(params)"
    for column in moments:
        for path, p in tensors.items():
            if path not in column:
                raise ShapeError(
                    f"`state` was made for other parameters: it lacks {spelt(path)}; {advice}", where=title
                )
            m = column[path]
            if unlike(m, p):
                raise ShapeError(
                    f"`state` was made for other parameters: {spelt(path)} is {p.aval}, but {m.aval} in it; {advice}",
                    where=title,
                )
        for path in column:
            if path not in tensors:
                raise ShapeError(
                    f"`state` was made for other parameters: `params` lacks {spelt(path)}; {advice}", where=title
                )
    raise ShapeError(f"`state` was made for other parameters; {advice}", where=title)


def spelt(path: str) -> str:
    """How messages call a leaf; a tree that is a leaf itself has no path."""
    return f"`{path}`" if path else "the parameter"


def _shown(tree: object) -> str:
    text = repr(tree)
    return text if len(text) <= 60 else type(tree).__name__
