"""Annotated functions, and calls of them, right and wrong: what the judge is judged by.

Everything here is plain jaxtyping grammar, so that jaxtyping and beartype alone must come to the same verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Optional, Union

import numpy as np
from jaxtyping import Bool, Complex, Float, Float32, Float64, Inexact, Int, Int64, Integer, Num, Real, Shaped, UInt8

import typedgrad as tg
from typedgrad import Tensor

Image = Float[Tensor, "h w c"]


class Call(NamedTuple):
    """One call, and whether it fits the annotations."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    fits: bool
    kwargs: Mapping[str, Any] = MappingProxyType({})


def f(*shape: int) -> Tensor:
    return tg.zeros(shape)


def d(*shape: int) -> Tensor:
    return tg.zeros(shape, dtype="float64")


def i(*shape: int) -> Tensor:
    return tg.zeros(shape, dtype="int64")


def b(*shape: int) -> Tensor:
    return tg.zeros(shape, dtype="bool")


def vector(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
    return x


def scores(x: Float32[Tensor, "batch n"], w: Float32[Tensor, "n k"]) -> Float32[Tensor, "batch k"]:
    return tg.sum(tg.reshape(x, (*x.shape, 1)) * w, axis=1)


def square(x: Shaped[Tensor, "n n"]) -> Shaped[Tensor, "n"]:
    return x[0]


def fixed(x: Shaped[Tensor, "3 4"]) -> None:
    return None


def batched(x: Num[Tensor, "*batch n"], y: Num[Tensor, "*batch n"]) -> Num[Tensor, "*batch"]:
    return tg.sum(x * y, axis=-1)


def around(x: Shaped[Tensor, "first *middle last"]) -> Shaped[Tensor, "last *middle first"]:
    return tg.moveaxis(tg.moveaxis(x, 0, -1), -2, 0) if x.ndim > 1 else x


def anything(x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
    return x


def anonymous(x: Shaped[Tensor, "_ 3 _rows"]) -> Shaped[Tensor, "_"]:
    return x[0, 0]


def scalar(x: Float[Tensor, ""]) -> Float[Tensor, ""]:
    return x


def stretched(x: Float[Tensor, "#n"], y: Float[Tensor, "#n"]) -> None:
    return None


def broadcast(x: Float[Tensor, "*#s"], y: Float[Tensor, "*#s"]) -> Float[Tensor, "*s"]:
    return x + y


def longer(x: Shaped[Tensor, "n"], y: Shaped[Tensor, "n+1"]) -> Shaped[Tensor, "2*n+1"]:
    return tg.concat((x, y))


def labelled(x: Shaped[Tensor, "rows=2 columns=3"]) -> None:
    return None


def sliced(x: Shaped[Tensor, "n"], size: int) -> Shaped[Tensor, "{size}"]:
    return x[:size]


def floats(x: Float[Tensor, "n"]) -> None:
    return None


def doubles(x: Float64[Tensor, "n"]) -> None:
    return None


def integers(x: Int[Tensor, "n"], y: Integer[Tensor, "n"]) -> Int64[Tensor, "n"]:
    return x + y


def flags(x: Bool[Tensor, "n"], y: Real[Tensor, "n"], z: Inexact[Tensor, "n"]) -> Complex[Tensor, "n"]:
    return tg.astype(x, "complex64")


def bytes_(x: UInt8[Tensor, "n"]) -> None:
    return None


def optional(x: Float[Tensor, "n"], bias: Float[Tensor, "n"] | None = None) -> Optional[Float[Tensor, "n"]]:  # noqa: UP045  # both spellings
    return None if bias is None else x + bias


def either(x: Float[Tensor, "n"] | Int[Tensor, "n m"]) -> Union[Float[Tensor, "n"], Int[Tensor, "m"]]:  # noqa: UP007  # both spellings
    return x if x.ndim == 1 else x[0]


def numbers(x: Float[Tensor, "n"] | float, y: int = 2, *, flag: bool = False, name: str = "") -> float | None:
    return None


def several(x: Float[Tensor, "n m"]) -> tuple[Float[Tensor, "n"], Float[Tensor, "m"]]:
    return tg.sum(x, axis=1), tg.sum(x, axis=0)


def many(xs: tuple[Float[Tensor, "n"], ...], ys: Sequence[Float[Tensor, "n"]] = ()) -> list[Float[Tensor, "n"]]:
    return [*xs, *ys]


def rest(x: Float[Tensor, "n"], *xs: Float[Tensor, "n"], **named: Float[Tensor, "n"]) -> None:
    return None


def chosen(x: Shaped[Tensor, "n"], how: Literal["a", "b"], size: tuple[int, int] | int) -> None:
    return None


def on_numpy(x: Float[np.ndarray, "n m"], y: Int[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:
    return np.zeros(x.shape[0])


def alias(x: Image, y: Image) -> Image:
    return x


def lies_in_shape(x: Float[Tensor, "n m"]) -> Float[Tensor, "m n"]:
    return x


def lies_in_rank(x: Float[Tensor, "n"]) -> Float[Tensor, "n n"]:
    return x


def lies_in_dtype(x: Float[Tensor, "n"]) -> Int[Tensor, "n"]:
    return x


def lies_in_type(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
    return 3.0  # type: ignore[return-value]  # on purpose


def lies_in_count(x: Float[Tensor, "n"]) -> tuple[Float[Tensor, "n"], Float[Tensor, "n"]]:
    return (x,)  # type: ignore[return-value]  # on purpose


def unannotated(x, y=1):  # type: ignore[no-untyped-def]  # on purpose
    return x


def half(x: Float[Tensor, "n"], y) -> Float[Tensor, "n"]:  # type: ignore[no-untyped-def]  # on purpose
    return x


RIGHT: list[Call] = [
    Call(vector, (f(3),), True),
    Call(vector, (d(0),), True),
    Call(vector, (), True, {"x": f(2)}),
    Call(scores, (f(2, 3), f(3, 4)), True),
    Call(scores, (f(5, 3), f(3, 1)), True),
    Call(scores, (f(2, 3),), True, {"w": f(3, 4)}),
    Call(square, (i(3, 3),), True),
    Call(fixed, (b(3, 4),), True),
    Call(batched, (f(3), f(3)), True),
    Call(batched, (i(2, 5, 3), i(2, 5, 3)), True),
    Call(around, (f(2, 3),), True),
    Call(around, (f(2, 5, 7, 3),), True),
    Call(anything, (f(),), True),
    Call(anything, (b(1, 2, 3, 4),), True),
    Call(anonymous, (f(9, 3, 8),), True),
    Call(scalar, (f(),), True),
    Call(stretched, (f(1), f(4)), True),
    Call(stretched, (f(4), f(4)), True),
    Call(broadcast, (f(2, 3), f(3)), True),
    Call(broadcast, (f(2, 1), f(5, 1, 3)), True),
    Call(longer, (f(3), f(4)), True),
    Call(labelled, (f(2, 3),), True),
    Call(sliced, (f(9), 4), True),
    Call(floats, (d(2),), True),
    Call(doubles, (d(2),), True),
    Call(integers, (i(2), i(2)), True),
    Call(flags, (b(2), i(2), f(2)), True),
    Call(bytes_, (tg.zeros(2, dtype="uint8"),), True),
    Call(optional, (f(2),), True),
    Call(optional, (f(2), f(2)), True),
    Call(optional, (f(2), None), True),
    Call(either, (f(2),), True),
    Call(either, (i(2, 3),), True),
    Call(numbers, (f(2),), True),
    Call(numbers, (1.0, 3), True, {"flag": True, "name": "x"}),
    Call(several, (f(2, 3),), True),
    Call(many, ((f(2), f(2)), [f(2)]), True),
    Call(many, ((),), True),
    Call(rest, (f(2), f(2), f(2)), True, {"more": f(2)}),
    Call(chosen, (f(2), "a", (1, 2)), True),
    Call(chosen, (f(2), "b", 1), True),
    Call(on_numpy, (np.zeros((2, 3)), np.zeros(3, int)), True),
    Call(alias, (f(4, 4, 3), f(4, 4, 3)), True),
    Call(lies_in_shape, (f(2, 2),), True),
    Call(unannotated, ("anything",), True),
    Call(half, (f(2), object()), True),
]

WRONG: list[Call] = [
    Call(vector, (f(3, 1),), False),
    Call(vector, (f(),), False),
    Call(vector, (i(3),), False),
    Call(vector, (np.zeros(3),), False),
    Call(vector, (None,), False),
    Call(vector, ([1.0, 2.0],), False),
    Call(scores, (f(2, 3), f(4, 3)), False),
    Call(scores, (f(2, 3), d(3, 4)), False),
    Call(scores, (f(2, 3),), False, {"w": f(2, 3)}),
    Call(square, (f(3, 4),), False),
    Call(fixed, (f(3, 5),), False),
    Call(fixed, (f(4, 3),), False),
    Call(batched, (f(2, 3), f(3)), False),
    Call(batched, (f(2, 5, 3), f(2, 4, 3)), False),
    Call(batched, (f(2, 3), f(2, 4)), False),
    Call(batched, (b(2), b(2)), False),
    Call(around, (f(2),), False),
    Call(anonymous, (f(9, 4, 8),), False),
    Call(anonymous, (f(9, 3),), False),
    Call(scalar, (f(1),), False),
    Call(stretched, (f(3), f(4)), False),
    Call(broadcast, (f(2, 3), f(2)), False),
    Call(longer, (f(3), f(3)), False),
    Call(labelled, (f(3, 2),), False),
    Call(sliced, (f(3), 4), False),
    Call(sliced, (f(3), 1.0), False),
    Call(floats, (i(2),), False),
    Call(doubles, (f(2),), False),
    Call(integers, (i(2), f(2)), False),
    Call(integers, (i(2), i(3)), False),
    Call(flags, (i(2), i(2), f(2)), False),
    Call(flags, (b(2), tg.zeros(2, dtype="complex64"), f(2)), False),
    Call(bytes_, (i(2),), False),
    Call(optional, (f(2), f(3)), False),
    Call(optional, (f(2), 0), False),
    Call(either, (f(2, 3),), False),
    Call(numbers, ("x",), False),
    Call(numbers, (f(2), 2.0), False),
    Call(numbers, (f(2),), False, {"flag": 1}),
    Call(numbers, (i(2),), False),
    Call(many, ((i(2),),), False),
    Call(many, ((f(2),), [f(3)]), False),
    Call(many, (f(2),), False),
    Call(many, ((f(2),), [i(2)]), False),
    Call(rest, (f(2), f(3)), False),
    Call(rest, (f(2),), False, {"more": f(3)}),
    Call(chosen, (f(2), "c", 1), False),
    Call(chosen, (f(2), "a", (1, 2, 3)), False),
    Call(on_numpy, (np.zeros((2, 3)), np.zeros(2, int)), False),
    Call(on_numpy, (f(2, 3), np.zeros(3, int)), False),
    Call(on_numpy, (np.zeros((2, 3)), np.zeros(3)), False),
    Call(alias, (f(4, 4, 3), f(4, 3, 4)), False),
    Call(lies_in_shape, (f(2, 3),), False),
    Call(lies_in_rank, (f(2),), False),
    Call(lies_in_dtype, (f(2),), False),
    Call(lies_in_type, (f(2),), False),
    Call(lies_in_count, (f(2),), False),
    Call(half, ("x", 1), False),
    # Calls that do not even have the right number of arguments.
    Call(vector, (), False),
    Call(vector, (f(2), f(2)), False),
    Call(vector, (f(2),), False, {"y": 1}),
    Call(numbers, (f(2), 1, True), False),
]
