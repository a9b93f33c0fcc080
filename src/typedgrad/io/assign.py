"""Tensors by name into the places of a tree, with a full account of what does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.io.refusal import shown
from typedgrad.ops.interchange import to

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")
Change: TypeAlias = Callable[[Tensor], Tensor]
Rename: TypeAlias = "Callable[[str], str | None] | Mapping[str, str | tuple[str, Change] | None]"
MOST_SHOWN = 40


class Place(NamedTuple):
    """What a place in a tree takes: a shape, and elements of one of some dtypes (None: of any)."""

    shape: tuple[int, ...]
    dtypes: tuple[str, ...] | None

    def __str__(self) -> str:
        names = "any" if self.dtypes is None else " or ".join(self.dtypes)
        return f"{names}[{' '.join(map(str, self.shape))}]"


def place_of(x: Tensor) -> Place:
    """The place that exactly such a tensor takes."""
    return Place(x.shape, (x.dtype.name,))


def tensors_of(tree: object) -> dict[str, Tensor]:
    """The tensors and states in a tree by their paths.

    Raises ValueError if two places have the same path, as with the keys "a.b" and "a" of dicts in each other.

    >>> list(tensors_of({"a": tg.ones(2), "b": [tg.zeros(1), "no tensor"]}))
    ['a', 'b.0']
    """
    found: dict[str, Tensor] = {}
    for path, leaf in leaves_with_paths(tree):
        value = leaf.value if isinstance(leaf, State) else leaf
        if isinstance(value, Tensor):
            if path in found:
                raise ValueError(f"two places of the tree have the path `{path}`")
            found[path] = value
    return found


def with_tensors(tree: T, found: Mapping[str, Tensor]) -> T:
    """The tree with other tensors at some paths. States keep their tokens."""
    leaves, structure = flatten(tree)
    paths = [path for path, _ in leaves_with_paths(tree)]
    changed: list[Any] = []
    for path, leaf in zip(paths, leaves, strict=True):
        inside = leaf.value if isinstance(leaf, State) else leaf
        if not isinstance(inside, Tensor) or path not in found:
            changed.append(leaf)
        else:
            changed.append(State(found[path], leaf.token) if isinstance(leaf, State) else found[path])
    made: T = unflatten(structure, changed)
    return made


def misfits(
    wanted: Mapping[str, Place],
    found: Mapping[str, Tensor | NDArray[Any]],
    *,
    missing: bool = True,
    unexpected: bool = True,
) -> list[str]:
    """A line for every path where what is found is not what is wanted; the two flags say which lines to leave out.

    >>> wanted = {"w": Place((2, 3), ("float32",)), "b": Place((3,), ("float32",))}
    >>> for line in misfits(wanted, {"w": tg.ones((3, 2)), "c": tg.ones(1)}):
    ...     print(line)
    missing     `b`: should be float32[3]
    unexpected  `c`: is float32[1]
    mis-shaped  `w`: should be float32[2 3], is float32[3 2]
    """
    lines = []
    if missing:
        lines += [f"missing     `{shown(p)}`: should be {place}" for p, place in wanted.items() if p not in found]
    if unexpected:
        lines += [f"unexpected  `{shown(p)}`: is {_is(x)}" for p, x in found.items() if p not in wanted]
    for path, place in wanted.items():
        x = found.get(path)
        if x is None:
            continue
        if tuple(x.shape) != place.shape:
            lines.append(f"mis-shaped  `{shown(path)}`: should be {place}, is {_is(x)}")
        elif place.dtypes is not None and x.dtype.name not in place.dtypes:
            lines.append(f"mis-typed   `{shown(path)}`: should be {place}, is {_is(x)}")
    return lines


def listed(lines: list[str]) -> str:
    """Lines as the end of a message, not more than one can read."""
    more = [f"... and {len(lines) - MOST_SHOWN} more"] if len(lines) > MOST_SHOWN else []
    return "".join(f"\n  {line}" for line in (*lines[:MOST_SHOWN], *more))


def _is(x: Tensor | NDArray[Any]) -> str:
    return f"{x.dtype.name}[{' '.join(map(str, x.shape))}]"


def assign(
    model: T,
    tensors: Mapping[str, Tensor],
    *,
    rename: Rename | None = None,
    missing: bool = False,
    unexpected: bool = False,
) -> T:
    """The model with its parameters and states replaced by tensors that have other names elsewhere.

    Args:
        model: any tree with tensors, such as a layer after `init`.
        tensors: by name, such as `load_tensors` gives them.
        rename: from those names to paths in the model. A function; or a dict, whose keys may hold `*`, which stands for
            one part of a dotted name and goes where the path has its `*`. None, for a tensor that is not wanted, or for
            a path a pair of it and a function of the tensor, as `("*.weight", lambda w: w.mT)`. Names that the dict
            does not have are paths as they are.
        missing: whether places of the model may keep what they have because no tensor goes there.
        unexpected: whether tensors may be left over.

    Raises:
        ValueError: if anything does not fit: all of it is listed, by path, with both shapes and dtypes.

    >>> model = tg.init(tg.nn.Dense(in_features=2, out_features=1), tg.random.key(0))
    >>> elsewhere = {"fc.weight": tg.asarray([[1.0, 2.0]]), "fc.bias": tg.asarray([3.0])}
    >>> names = {"fc.weight": ("weight", lambda w: w.mT), "fc.*": "*"}
    >>> tg.io.assign(model, elsewhere, rename=names)(tg.asarray([10.0, 1.0]))
    Tensor([15.], dtype=float32)
    """
    wanted = tensors_of(model)
    found: dict[str, Tensor] = {}
    source: dict[str, str] = {}
    for name, tensor in tensors.items():
        path, change = _renamed(name, rename)
        if path is None:
            continue
        if path in found:
            raise ValueError(f"assign: both `{shown(source[path])}` and `{shown(name)}` go to `{shown(path)}`")
        found[path], source[path] = tensor if change is None else change(tensor), name
    lines = misfits({p: place_of(x) for p, x in wanted.items()}, found, missing=not missing, unexpected=not unexpected)
    if lines:
        raise ValueError(f"assign: the tensors are not those of the model:{listed(lines)}")
    moved = {path: to(found[path], place.device) for path, place in wanted.items() if path in found}
    return with_tensors(model, moved)


def _renamed(name: str, rename: Rename | None) -> tuple[str | None, Change | None]:
    """Where a tensor goes, and what becomes of it on the way."""
    if rename is None:
        return name, None
    if callable(rename):
        return rename(name), None
    for pattern, target in rename.items():
        fitted = re.fullmatch(re.escape(pattern).replace(r"\*", r"([^.]+)"), name)
        if fitted is not None:
            path, change = target if isinstance(target, tuple) else (target, None)
            return (None if path is None else _filled(path, fitted.groups())), change
    return name, None


def _filled(path: str, parts: tuple[str, ...]) -> str:
    """A path with each `*` replaced by what stood there."""
    if path.count("*") > len(parts):
        raise ValueError(f"assign: `{path}` has more `*` than the name that it is for")
    left = iter(parts)
    return re.sub(r"\*", lambda _: next(left), path)
