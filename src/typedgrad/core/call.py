"""What runs when an op is called.

A call whose signature (avals of the tensors, values and types of the static arguments) is known is one dictionary
look-up, the body, and a new tensor. Everything else, the checks above all, happens in `unknown`, once per signature.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from typedgrad.core.aval import Aval
from typedgrad.core.mode import mode
from typedgrad.core.selfwriting import self_writing
from typedgrad.core.tape import Bundle, Partial
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typedgrad.core.accelerate import Kernel
    from typedgrad.core.primitive import Primitive
    from typedgrad.core.tape import Node

_CACHE_LIMIT = 8_192
NUMBERS = frozenset((bool, int, float, complex))
# Numbers met beside tensors: (aval of the tensor, class, number) -> the 0-d tensor it became. Filled by `conversion`.
WEAK: dict[tuple[Aval, type, object], Tensor] = {}


class Entry:
    """One remembered call signature of a primitive: its results' avals, and its body with the static arguments bound.

    `layout` says how the flat tensors of a node fill the tensor arguments: None if each argument is one tensor,
    otherwise per argument -1 for one tensor, None for an absent one, k for a sequence of k.
    """

    __slots__ = (
        *("aval", "avals", "kernel", "layout", "primitive", "pull"),
        *("pull_taped", "record", "run", "several", "statics", "tapes"),
    )

    def __init__(
        self,
        primitive: Primitive,
        run: Callable[..., Any],
        avals: tuple[Aval, ...] | None,
        *,
        statics: dict[str, Any],
        layout: tuple[int | None, ...] | None,
        several: bool,
        complex_: bool = False,
        kernel: Kernel | None = None,
    ) -> None:
        self.primitive = primitive
        self.run = run if kernel is None else kernel.run
        self.avals = avals
        self.several = several
        # The fast paths handle one result of a known aval; None sends the call to `general`.
        saves = kernel is not None and kernel.save is not None
        self.aval: Any = avals[0] if avals is not None and not several and layout is None and not saves else None
        self.kernel = kernel
        # What the results are put into: a tuple, or the named one that the op's annotation says.
        self.record: Callable[[Iterable[Tensor]], Any] = primitive.record if several else tuple
        self.statics = statics
        self.layout = layout
        floats = avals is None or any(a.dtype.kind in "fc" for a in avals)
        self.tapes = floats and (primitive.differentiable or complex_)
        self.pull: Callable[[Any, Node], Any] = primitive.pull
        self.pull_taped: Callable[[Any, Node], Any] = primitive.pull_taped
        if kernel is not None and kernel.pull is not None:
            self.pull = _recalling(kernel.pull, None)
        if complex_:
            # A zero gradient would be wrong, and silent.
            self.pull = self.pull_taped = _complex(primitive.name)

    def recalling(self, saved: Any) -> Entry:
        """The entry of one call, whose kernel wants to find `saved` again when it pulls back."""
        assert self.kernel is not None
        assert self.kernel.pull is not None
        entry = object.__new__(Entry)
        for name in Entry.__slots__:
            setattr(entry, name, getattr(self, name))
        entry.pull = _recalling(self.kernel.pull, saved)
        return entry


def _recalling(pull: Callable[[Any, Node, Any], Any], saved: Any) -> Callable[[Any, Node], Any]:
    return lambda g, node: pull(g, node, saved)


def _complex(name: str) -> Callable[[Any, Node], Any]:
    def pull(g: Any, node: Node) -> Any:
        raise TypeError(f"{name}: gradients through complex numbers are not supported")

    return pull


def make_function(op: Primitive) -> Callable[..., Any]:
    """The public function of `op`: checked, remembered, recorded."""
    code = op.body.__code__
    plain = op.derivatives is not None and code.co_posonlyargcount == code.co_argcount and not code.co_kwonlyargcount
    if plain and code.co_argcount == 1:
        made = _unary(op)
    elif plain and code.co_argcount == 2:
        made = _binary(op)
    else:
        made = _lazy(op)
    return made if hasattr(made, "__wrapped__") else functools.update_wrapper(made, op.body)


def _unary(op: Primitive) -> Callable[..., Any]:
    get = op.cache.get
    new, cls = object.__new__, Tensor

    def call(x: Any, /) -> Any:
        if x.__class__ is not cls:
            return other(op, (x,), {})
        entry = get(x.aval)
        if entry is None:
            return unknown(op, (x,), {}, x.aval)
        data = entry.run(x.data)
        aval = entry.aval
        out: Any = new(cls)
        out.data = data
        out.aval = aval
        out.shape = aval.shape
        out.dtype = aval.dtype
        out.node = (entry, (x,), data) if x.node is not None and entry.tapes else None
        return out

    return call


def _binary(op: Primitive) -> Callable[..., Any]:
    get = op.cache.get
    new, cls = object.__new__, Tensor

    def call(x: Any, y: Any, /) -> Any:
        if y.__class__ is not cls:
            number = WEAK.get((x.aval, y.__class__, y)) if x.__class__ is cls and y.__class__ in NUMBERS else None
            if number is None:
                return other(op, (x, y), {})
            y = number
        elif x.__class__ is not cls:
            return other(op, (x, y), {})
        key = (x.aval, y.aval)
        entry = get(key)
        if entry is None:
            return unknown(op, (x, y), {}, key)
        data = entry.run(x.data, y.data)
        aval = entry.aval
        out: Any = new(cls)
        out.data = data
        out.aval = aval
        out.shape = aval.shape
        out.dtype = aval.dtype
        out.node = (entry, (x, y), data) if (x.node is not None or y.node is not None) and entry.tapes else None
        return out

    return call


def _lazy(op: Primitive) -> Callable[..., Any]:
    """A function that reads its annotations and writes its own fast path when it is first called."""

    def write() -> Any:
        from typedgrad.core.generate import fast_path

        return fast_path(op)

    return self_writing(op.body, write)


def other(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any]) -> Any:
    """A call in which some tensor argument is not plainly a tensor: a scalar, a raw array in a rule, a mistake."""
    if mode.raw and not any(map(_holds_tensor, tensors)):
        return op.body(*tensors, **statics)
    from typedgrad.core.batching import APPLY, is_batched
    from typedgrad.core.conversion import converted
    from typedgrad.core.tracing import with_numbers

    tensors = converted(op, with_numbers(tensors))
    if any(map(is_batched, tensors)):
        return APPLY[-1](op, tensors, statics)
    return op.function(*tensors, **statics)


def unknown(op: Primitive, tensors: tuple[Any, ...], statics: dict[str, Any], key: object) -> Any:
    """A call whose signature is not known yet: convert, check, infer, run, and remember."""
    from typedgrad.core.conversion import converted
    from typedgrad.core.examine import examine, without_lists

    if key is None and op.takes_lists:
        statics, given = {name: without_lists(value) for name, value in statics.items()}, statics
        if statics != given:
            return op.function(*tensors, **statics)
    wanted = converted(op, tensors)
    if wanted is not tensors:
        return op.function(*wanted, **statics)
    entry, data = examine(op, tensors, statics)
    if key is not None:
        if len(op.cache) >= _CACHE_LIMIT:
            op.cache.clear()
        op.cache[key] = entry
    if entry.kernel is not None and entry.kernel.save is not None:
        return general(entry, tensors)  # once more, because what is recorded runs otherwise
    return box(entry, flatten(tensors), data)


def general(entry: Entry, tensors: tuple[Any, ...]) -> Any:
    """A remembered call with optional tensors, sequences of tensors, several results, or a shape that values decide."""
    flat = flatten(tensors)
    arrays = raw_arguments(entry, flat)
    kernel = entry.kernel
    if kernel is not None and kernel.save is not None and entry.tapes and any(x.node is not None for x in flat):
        data, saved = kernel.save(*arrays)
        return box(entry.recalling(saved), flat, data)
    return box(entry, flat, entry.run(*arrays))


def flatten(tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tensors of all tensor arguments in order."""
    flat: list[Any] = []
    for value in tensors:
        if value.__class__ is tuple or value.__class__ is list:
            flat.extend(value)
        elif value is not None:
            flat.append(value)
    return tuple(flat)


def spread(layout: tuple[int | None, ...] | None, flat: tuple[Any, ...] | list[Any]) -> tuple[Any, ...]:
    """The inverse of `flatten`."""
    if layout is None:
        return tuple(flat)
    items: list[Any] = []
    start = 0
    for k in layout:
        if k is None:
            items.append(None)
        elif k < 0:
            items.append(flat[start])
            start += 1
        else:
            items.append(tuple(flat[start : start + k]))
            start += k
    return tuple(items)


def raw_arguments(entry: Entry, flat: tuple[Any, ...]) -> tuple[Any, ...]:
    """The raw arrays of a node's tensors, as the body takes them."""
    return spread(entry.layout, [x.data for x in flat])


def box(entry: Entry, flat: tuple[Any, ...], data: Any) -> Any:
    """The result as tensors, recorded if something it depends on is being differentiated."""
    taped = entry.tapes and any(x.node is not None for x in flat)
    if not entry.several:
        aval = None if entry.avals is None else entry.avals[0]
        return Tensor(data, aval, (entry, flat, data) if taped else None)
    avals: Any = entry.avals or (None,) * len(data)
    if not taped:
        return entry.record([Tensor(d, a) for d, a in zip(data, avals, strict=True)])
    bundle = (Bundle((entry, flat, tuple(data))),)
    return entry.record(
        [
            Tensor(d, a, (Selection(i), bundle, d) if a is None or a.dtype.kind in "fc" else None)  # type: ignore[arg-type]  # plays the part of an entry
            for i, (d, a) in enumerate(zip(data, avals, strict=True))
        ]
    )


class Selection:
    """The entry of one of several results: hands its cotangent on to the op that made them all."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index

    def pull(self, g: Any, node: Node) -> tuple[Partial]:
        """Hand a cotangent on."""
        return (Partial({self.index: g}),)

    pull_taped = pull


def _holds_tensor(value: object) -> bool:
    if isinstance(value, Tensor):
        return True
    return isinstance(value, (tuple, list)) and any(isinstance(item, Tensor) for item in value)
