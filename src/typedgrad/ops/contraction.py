"""The primitive behind `einsum`: sums of products over labelled axes, closed under differentiation.

More strings mean something than users may write. The result may repeat a letter, which puts the elements on a diagonal
among zeros, and may have letters of no operand, along which the elements are repeated; `sizes` says how often. So the
gradient of every such sum of products is another one.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxtyping import Num

from typedgrad.backends import namespace
from typedgrad.core.primitive import jvp, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.contraction_program import Program, program, run
from typedgrad.ops.subscripts import explicit, read, signature_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.shapes import Shape

Sizes = tuple[tuple[str, int], ...]


@primitive
def einsum(operands: Sequence[Num[Tensor, "..."]], /, *, subscripts: str, sizes: Sizes = ()) -> Num[Tensor, "*result"]:
    """`typedgrad.einsum` of a tuple of operands.

    >>> from typedgrad.ops import contraction
    >>> contraction.einsum((tg.asarray([1, 2]),), subscripts="i->ii")
    Tensor([[1, 0],
            [0, 2]], dtype=int64)
    """
    steps, held, output = _plan(subscripts, tuple([x.shape for x in operands]), sizes)
    made = run(steps, operands)
    return made if output == held else _spread(made, held, output, dict(sizes))


@functools.lru_cache(maxsize=4096)
def _plan(subscripts: str, shapes: tuple[tuple[int, ...], ...], sizes: Sizes) -> tuple[Program, str, str]:
    """How to contract operands of these shapes; the different labels of the result that they have, and all of them."""
    inputs, output = explicit(read(subscripts, len(shapes)), shapes)
    held = "".join(dict.fromkeys(label for label in output if label not in dict(sizes)))
    return program(inputs, held, shapes), held, output


def _spread(x: Tensor, held: str, output: str, given: dict[str, int]) -> Tensor:
    """Repeat `x`, with the axes `held`, along new axes, and put it on the diagonals of axes that share a label."""
    xp = namespace(x)
    sizes = dict(zip(held, x.shape, strict=True)) | given
    labels = dict.fromkeys(output)
    x = xp.reshape(x, tuple(1 if label in given else sizes[label] for label in labels))
    x = xp.broadcast_to(x, tuple(sizes[label] for label in labels))
    # One new axis at a time: where its index is that of the label's first axis there is an element, elsewhere a zero.
    places = {label: [axis] for axis, label in enumerate(labels)}
    for label in labels:
        for _ in range(output.count(label) - 1):
            on_diagonal = xp.eye(sizes[label], dtype=xp.bool, device=x.device)
            rest = len(x.shape) - places[label][0] - 1
            on_diagonal = xp.reshape(on_diagonal, (sizes[label], *(1,) * rest, sizes[label]))
            places[label].append(len(x.shape))
            x = xp.where(on_diagonal, xp.expand_dims(x, axis=-1), xp.zeros((), dtype=x.dtype, device=x.device))
    axes = tuple(places[label].pop(0) for label in output)
    return x if axes == tuple(range(len(axes))) else xp.permute_dims(x, axes)


@where(einsum)
def _(operands: tuple[Shape, ...], subscripts: str, sizes: Sizes) -> dict[str, Shape]:
    signature = signature_of(read(subscripts, len(operands)))
    shapes = {f"operands[{i}]": shape for i, shape in enumerate(operands)}
    (result,) = signature.infer_all(shapes, known=dict(sizes))
    return {"result": result}


@vjp(einsum, "operands")
def _(
    g: Tensor, out: Tensor, operands: tuple[Tensor, ...], *, subscripts: str, sizes: Sizes
) -> Callable[[int], Tensor]:
    # The sum is linear in each operand, and the gradient of sum g[o] x[i] y[j] by x[i] is sum g[o] y[j]: the same
    # letters, operand and result exchanged. Letters that the operand alone has, which were summed, repeat the elements.
    inputs, output = explicit(read(subscripts, len(operands)), tuple(x.shape for x in operands))

    def cotangent(i: int) -> Tensor:
        others = inputs[:i] + inputs[i + 1 :]
        known = output + "".join(others)
        alone = {label: n for label, n in zip(inputs[i], operands[i].shape, strict=True) if label not in known}
        return einsum(
            (g, *operands[:i], *operands[i + 1 :]),
            subscripts=f"{','.join((output, *others))}->{inputs[i]}",
            sizes=tuple(alone.items()),
        )

    return cotangent


@jvp(einsum)
def _(
    ts: tuple[Tensor | None, ...], out: Tensor, operands: tuple[Tensor, ...], *, subscripts: str, sizes: Sizes
) -> Tensor:
    parts = [
        einsum((*operands[:i], t, *operands[i + 1 :]), subscripts=subscripts, sizes=sizes)
        for i, t in enumerate(ts)
        if t is not None
    ]
    return sum(parts[1:], parts[0])
