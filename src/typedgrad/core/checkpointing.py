"""Trading time for memory: run a function without recording it, and run it again when its gradient is wanted."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from typedgrad.core.batching import opened
from typedgrad.core.call import Selection
from typedgrad.core.leaves import refuse_uncallable
from typedgrad.core.mode import mode
from typedgrad.core.pytree import flatten, unflatten
from typedgrad.core.run import Replay
from typedgrad.core.tape import Bundle, detached
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.core.pytree import Structure
    from typedgrad.core.tape import Node, Partial

P = ParamSpec("P")
R = TypeVar("R")


def checkpoint(f: Callable[P, R]) -> Callable[P, R]:
    """A function with the values and gradients of `f` that keeps only its arguments, and recomputes the rest.

    Source: Griewank and Walther, "Algorithm 799: revolve", 2000; Chen et al., "Training deep nets with sublinear memory
    cost", 2016.

    Raises:
        ValueError: from the result, if `f` uses a recorded tensor that is not among its arguments.

    >>> tg.grad(tg.checkpoint(lambda x: tg.sum(tg.exp(x))))(tg.asarray([0.0, 1.0]))
    Tensor([1.       , 2.7182817], dtype=float32)
    """
    refuse_uncallable("checkpoint", f)

    @functools.wraps(f)
    def recomputed(*args: P.args, **kwargs: P.kwargs) -> R:
        if opened.levels:  # all examples are recorded together, so that nothing can be left out for one
            return f(*args, **kwargs)
        leaves, structure = flatten((args, kwargs))
        recorded = [i for i, x in enumerate(leaves) if isinstance(x, Tensor) and x.node is not None]
        plain = [detached(x) if isinstance(x, Tensor) else x for x in leaves]
        bare_args, bare_kwargs = unflatten(structure, plain)
        replay = Replay()
        result = f(*bare_args, **bare_kwargs)
        outs, out_structure = flatten(result)
        if any(isinstance(out, Tensor) and out.node is not None for out in outs):
            raise ValueError("checkpoint: the function uses a recorded tensor that is not an argument; pass it as one")
        if not recorded:
            return result
        entry = _Recompute(f, structure, plain, recorded, replay)
        data = tuple(o.data if isinstance(o, Tensor) else None for o in outs)
        bundle = (Bundle((entry, tuple(leaves[i] for i in recorded), data)),)  # type: ignore[arg-type]  # plays the part of an entry
        boxed = [
            Tensor(o.data, o.aval, (Selection(i), bundle, o.data))  # type: ignore[arg-type]  # as above
            if isinstance(o, Tensor) and o.dtype.kind == "f"
            else o
            for i, o in enumerate(outs)
        ]
        made: R = unflatten(out_structure, boxed)
        return made

    return recomputed


class _Recompute:
    """The entry of a checkpointed call."""

    several = True

    def __init__(
        self, f: Callable[..., Any], structure: Structure, plain: list[Any], recorded: list[int], replay: Replay
    ) -> None:
        self.f = f
        self.structure = structure
        self.plain = plain
        self.recorded = recorded
        self.replay = replay

    def _pull(self, g: Partial, inputs: tuple[Tensor, ...]) -> tuple[Any, ...]:
        from typedgrad.core.transforms import vjp

        def again(*xs: Tensor) -> list[Any]:
            leaves = list(self.plain)
            for i, x in zip(self.recorded, xs, strict=True):
                leaves[i] = x
            args, kwargs = unflatten(self.structure, leaves)
            with self.replay:
                outs = flatten(self.f(*args, **kwargs))[0]
            return [outs[i] for i in sorted(g.parts)]

        _, pull = vjp(again, *inputs)
        return pull([g.parts[i] for i in sorted(g.parts)])

    def pull(self, g: Partial, node: Node) -> tuple[Any, ...]:
        outs = node[2]
        boxed = type(g)({i: Tensor(_like(part, outs[i])) for i, part in g.parts.items()})
        before, mode.raw = mode.raw, 0
        try:
            pulled = self._pull(boxed, tuple(detached(x) for x in node[1]))
        finally:
            mode.raw = before
        return tuple(p.data for p in pulled)

    def pull_taped(self, g: Partial, node: Node) -> tuple[Any, ...]:
        return self._pull(g, node[1])


def _like(part: Any, out: Any) -> Any:
    """0-d arithmetic on numpy arrays gives scalars; the tensors of a cotangent hold arrays."""
    from typedgrad.backends import namespace

    return part if type(part) is type(out) else namespace(out).asarray(part)
