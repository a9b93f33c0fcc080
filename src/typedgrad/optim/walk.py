"""Parameters, gradients and what an updater remembers, side by side: checked, then handed to a rule as raw arrays."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TypeAlias, TypeVar, cast

import numpy as np

from typedgrad.backends import namespace
from typedgrad.core.accelerate import updating
from typedgrad.core.pytree import Structure, flatten, leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.optim.refusals import different, other_state, refuse_kind, refuse_leaf, spelt, unlike

P = TypeVar("P")
# What an updater remembers of each parameter, by the parameter's path; in the order of the leaves.
Moments: TypeAlias = dict[str, Tensor]
# New values from old ones: the parameter, its gradient, its moments -> the parameter, its moments. It runs on raw
# arrays (`Tensor` stands for them, as in the bodies of ops) and must not change its arguments.
Rule: TypeAlias = Callable[..., tuple[Tensor, ...]]

# The name of a kernel for an optimiser's updates, and the settings that it takes.
Fused: TypeAlias = tuple[str, tuple[float, ...]]

raw = cast("Callable[[Tensor], Tensor]", attrgetter("data"))


def zeros(title: str, params: object, *, as_they_are: bool = False) -> Moments:
    """One zero tensor like each parameter; or the parameters themselves.

    Raises TypeError for a parameter that is not a float.
    """
    made: Moments = {}
    for path, p in leaves_with_paths(params):
        if isinstance(p, Tensor):
            if p.dtype.kind != "f":
                raise TypeError(f"{title}: {spelt(path)} is {p.dtype.name}; only float tensors can be updated")
            made[path] = p if as_they_are or p.device == "abstract" else boxed(namespace(raw(p)).zeros_like(raw(p)), p)
    return made


def stepped(
    title: str,
    params: P,
    grads: P,
    moments: tuple[Moments, ...],
    rule: Rule,
    unlike: Callable[[Tensor, Tensor], bool] = unlike,
    *,
    fused: Fused | None = None,
) -> tuple[P, tuple[Moments, ...]]:
    """The parameters and moments after `rule`. What is not a tensor stays as it is; so does what has no values.

    Moments are tensors like the parameter unless `unlike` has another opinion of a moment and its parameter. `fused`
    names what does the same as `rule` in one pass, if it is there.

    Raises:
        ShapeError: if the trees differ, or the shape of a leaf.
        TypeError: if a leaf cannot be updated.
    """
    leaves, places, slopes, structure = paired(title, params, grads)
    if any(len(m) != len(places) for m in moments):
        other_state(title, params, moments, unlike)
    rows: list[tuple[Tensor, ...]] = []
    name, settings = fused or ("", ())
    kernels = updating(name) if fused else None
    for i, g, *old in zip(places, slopes, *(m.values() for m in moments), strict=True):
        p = leaves[i]
        aval = p.aval
        for m in old:
            if m.aval is not aval and unlike(m, p):
                other_state(title, params, moments, unlike)
        if aval.device == "abstract":
            new: tuple[Tensor, ...] = (p, *old)
        elif (
            kernels is not None and type(p.data) is type(g.data) is np.ndarray and (kernel := kernels(aval)) is not None
        ):
            new = tuple([Tensor(data, aval) for data in kernel(p.data, g.data, *map(raw, old), *settings)])
        else:
            new = tuple(map(boxed, rule(p.data, g.data, *map(raw, old)), (p, *old)))
        leaves[i] = new[0]
        rows.append(new)
    _, *columns = zip(*rows, strict=True) if rows else ((), *((),) * len(moments))
    renewed = tuple(dict(zip(m, column, strict=True)) for m, column in zip(moments, columns, strict=True))
    return unflatten(structure, leaves), renewed


def boxed(data: Tensor, like: Tensor) -> Tensor:
    """A raw array as a tensor like another one."""
    if not like.shape:
        # Arithmetic on 0-d arrays of numpy gives scalars, which are no arrays.
        data = namespace(raw(like)).asarray(data)
    return Tensor(data, like.aval)


def placed(params: P, values: Moments) -> P:
    """The tree with other tensors in it, such as `Moments` made for it; each by its path."""
    leaves, structure = flatten(params)
    paths = [path for path, _ in leaves_with_paths(params)]
    made: P = unflatten(structure, [values.get(path, leaf) for path, leaf in zip(paths, leaves, strict=True)])
    return made


def changed(
    title: str,
    params: P,
    grads: P,
    chosen: Callable[[str, Tensor], bool],
    change: Callable[[Tensor, Tensor], Tensor],
) -> P:
    """The tree of gradients, with those of the chosen parameters changed: a function of raw arrays `p` and `g`.

    Raises what `stepped` does.
    """
    leaves, places, slopes, structure = paired(title, params, grads)
    paths = [path for path, _ in leaves_with_paths(params)]
    for i, g in zip(places, slopes, strict=True):
        p = leaves[i]
        picked = p.device != "abstract" and chosen(paths[i], p)
        leaves[i] = boxed(change(raw(p), raw(g)), g) if picked else g
    made: P = unflatten(structure, leaves)
    return made


def into(memory: Tensor, function: Callable[..., Tensor], *arrays: Tensor) -> Tensor:
    """`function` of raw arrays, in memory that is no longer needed where the library can do that."""
    return function(*arrays, out=memory) if isinstance(memory, np.ndarray) else function(*arrays)


def paired(title: str, params: object, grads: object) -> tuple[list[Tensor], list[int], list[Tensor], Structure]:
    """The leaves of `params`, which of them are tensors, the gradients of those, and the structure of both trees."""
    leaves, structure = flatten(params)
    others, found = flatten(grads)
    if found != structure:
        different(title, params, grads)
    places, slopes = [], []
    for i, (p, g) in enumerate(zip(leaves, others, strict=True)):
        if isinstance(p, Tensor) and isinstance(g, Tensor):
            if (g.aval is not p.aval and unlike(p, g)) or p.node is not None or p.dtype.kind != "f":
                refuse_leaf(title, leaves_with_paths(params)[i][0], p, g)
            places.append(i)
            slopes.append(g)
        elif isinstance(p, Tensor) or isinstance(g, Tensor):
            refuse_kind(title, leaves_with_paths(params)[i][0], p, g)
    return leaves, places, slopes, structure
