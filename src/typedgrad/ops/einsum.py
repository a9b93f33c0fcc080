"""Sums of products over axes that are named by letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Num

from typedgrad.core.tensor import Tensor
from typedgrad.ops import contraction
from typedgrad.ops.subscripts import parse, signature_of
from typedgrad.shapes import Signature, Slot, registry

if TYPE_CHECKING:
    from typedgrad.shapes import Shape


def einsum(subscripts: str, /, *operands: Num[Tensor, "..."]) -> Num[Tensor, "..."]:
    """Multiply operands whose axes are named by letters, and sum over the letters that the result does not have.

    `"ij,jk->ik"` multiplies matrices, `"ii->i"` takes a diagonal, `"...ij->...ji"` transposes. Without `->` the result
    has every letter that occurs once, in alphabetical order, after the axes of `...`. Axes under one letter must have
    one size; those under `...` broadcast.

    Raises:
        ShapeError: for a malformed string, operands that it does not fit, or a letter with two sizes.

    >>> x = tg.asarray([[1.0, 2.0], [3.0, 4.0]])
    >>> tg.einsum("ij,j->i", x, tg.asarray([1.0, 10.0]))
    Tensor([21., 43.], dtype=float32)
    """
    if not isinstance(subscripts, str):
        raise TypeError(
            f'einsum: the first argument must be a string such as "ij,jk->ik", not {type(subscripts).__name__}'
        )
    parse(subscripts, len(operands))
    return contraction.einsum(operands, subscripts=subscripts)


def _result(operands: tuple[Shape, ...], subscripts: str) -> dict[str, Shape]:
    shapes = {f"operands[{i}]": shape for i, shape in enumerate(operands)}
    (result,) = signature_of(parse(subscripts, len(operands))).infer_all(shapes)
    return {"result": result}


def _judged() -> registry.Entry:
    signature = Signature({"operands": Slot("...", "Num", many=True)}, Slot("*result", "Num"), _result, name="einsum")
    return registry.Entry(signature, parameters=("subscripts", "operands"))


# The judge of types meets the public function, not the primitive: the string in front, and operands one by one.
registry.register_lazy(f"{__name__}.einsum", _judged)
