"""Every spelling of an annotation, in every position."""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, Optional, TypedDict, Union, cast, reveal_type

import jaxtyping
import jaxtyping as jt
import numpy as np
from jaxtyping import Bool, Complex64, Float, Float32, Float64, Int, Int64, Num, Shaped, UInt8
from jaxtyping import Float32 as F32

import typedgrad as tg
from typedgrad import Tensor

Image = Float32[Tensor, "c h w"]
Batch = Shaped[Image, "b"]
Either = Union[Float32[Tensor, "2"], Float32[Tensor, "3"]]
Table: typing.TypeAlias = Float32[Tensor, "rows columns"]


def by_name(x: Float32[Tensor, "batch 784"]) -> None:
    reveal_type(x)  # R: Float32[Tensor, "batch 784"]


def by_alias(x: F32[Tensor, "batch 784"]) -> None:
    reveal_type(x)  # R: Float32[Tensor, "batch 784"]


def by_module(x: jaxtyping.Float32[tg.Tensor, "batch 784"], y: jt.Int64[Tensor, "n"]) -> None:
    reveal_type(x)  # R: Float32[Tensor, "batch 784"]
    reveal_type(y)  # R: Int64[Tensor, "n"]


def families(
    a: Float[Tensor, "n"], b: Num[Tensor, "n"], c: Shaped[Tensor, "n"], d: Int[Tensor, "n"], e: Bool[Tensor, "n"]
) -> None:
    reveal_type(a)  # R: Float[Tensor, "n"]
    reveal_type(b)  # R: Num[Tensor, "n"]
    reveal_type(c)  # R: Shaped[Tensor, "n"]
    reveal_type(d)  # R: Int[Tensor, "n"]
    reveal_type(e)  # R: Bool[Tensor, "n"]


def widths(a: Float64[Tensor, ""], b: Complex64[Tensor, ""], c: UInt8[Tensor, ""]) -> None:
    reveal_type(a)  # R: Float64[Tensor, ""]
    reveal_type(b)  # R: Complex64[Tensor, ""]
    reveal_type(c)  # R: UInt8[Tensor, ""]


def grammar(
    a: Float32[Tensor, "..."],
    b: Float32[Tensor, "*batch n"],
    c: Float32[Tensor, "_ n"],
    d: Float32[Tensor, "rows=4 2*n+1"],
    e: Float32[Tensor, "n+n"],
    f: Float32[Tensor, "#n 3"],
    g: Float32[Tensor, "(n-1)//2 min(n,4)"],
    h: Float32[Tensor, "... n"],
) -> None:
    reveal_type(a)  # R: Float32[Tensor, "..."]
    reveal_type(b)  # R: Float32[Tensor, "*batch n"]
    reveal_type(c)  # R: Float32[Tensor, "_ n"]
    reveal_type(d)  # R: Float32[Tensor, "4 2*n+1"]
    reveal_type(e)  # R: Float32[Tensor, "2*n"]
    reveal_type(f)  # R: Float32[Tensor, "#n 3"]
    reveal_type(g)  # R: Float32[Tensor, "(n+1)//2-1 min(4,n)"]
    reveal_type(h)  # R: Float32[Tensor, "... n"]


def containers(
    a: Optional[Float32[Tensor, "n"]],
    b: list[Float32[Tensor, "n"]],
    c: tuple[Float32[Tensor, "n"], Float32[Tensor, "m"]],
    d: dict[str, Float32[Tensor, "n 2"]],
    e: Float32[Tensor, "n"] | None,
    f: Sequence[Float32[Tensor, "n"]],
    g: Callable[[Float32[Tensor, "n"]], Float32[Tensor, "m"]],
) -> None:
    reveal_type(a)  # R: Float32[Tensor, "n"] | None
    reveal_type(b)  # R: list[Float32[Tensor, "n"]]
    reveal_type(c[1])  # R: Float32[Tensor, "m"]
    reveal_type(d["k"])  # R: Float32[Tensor, "n 2"]
    reveal_type(e)  # R: Float32[Tensor, "n"] | None
    reveal_type(f[0])  # R: Float32[Tensor, "n"]
    reveal_type(g(b[0]))  # R: Float32[Tensor, "_"]


def variadic(*xs: Float32[Tensor, "n"], **ys: Float32[Tensor, "m"]) -> None:
    reveal_type(xs[0])  # R: Float32[Tensor, "n"]
    reveal_type(ys["k"])  # R: Float32[Tensor, "m"]


def quoted(x: "Float32[Tensor, 'n 3']", y: 'Float32["Tensor", "n"]') -> "Float32[Tensor, 'n 3']":
    reveal_type(x)  # R: Float32[Tensor, "n 3"]
    reveal_type(y)  # R: Float32[Tensor, "n"]
    return x


def aliases(x: Image, y: Batch, z: Either, t: Table) -> None:
    reveal_type(x)  # R: Float32[Tensor, "c h w"]
    reveal_type(y)  # R: Float32[Tensor, "b c h w"]
    reveal_type(z)  # R: Float32[Tensor, "2"] | Float32[Tensor, "3"]
    reveal_type(t)  # R: Float32[Tensor, "rows columns"]


def local(anything: Any) -> None:
    x: Float32[Tensor, "n 3"] = anything
    reveal_type(x)  # R: Float32[Tensor, "n 3"]
    y = cast(Float32[Tensor, "2 2"], anything)
    reveal_type(y)  # R: Float32[Tensor, "2 2"]
    typing.assert_type(y, Float32[Tensor, "2 2"])
    for z in anything:
        w: Float32[Tensor, "4"] = z
        reveal_type(w)  # R: Float32[Tensor, "4"]


@dataclass
class Sample:
    picture: Float32[Tensor, "28 28"]
    label: Int64[Tensor, ""]


class Pair(NamedTuple):
    x: Float32[Tensor, "2 3"]
    y: Int64[Tensor, "2"]


class Row(TypedDict):
    x: Float32[Tensor, "3"]


class Plain:
    weight: Float32[Tensor, "4 5"]

    def __init__(self, bias: Float32[Tensor, "5"]) -> None:
        self.bias = bias


def attributes(a: Sample, b: Pair, c: Row, d: Plain) -> None:
    reveal_type(a.picture)  # R: Float32[Tensor, "28 28"]
    reveal_type(b.x)  # R: Float32[Tensor, "2 3"]
    reveal_type(b[1])  # R: Int64[Tensor, "2"]
    reveal_type(c["x"])  # R: Float32[Tensor, "3"]
    reveal_type(d.weight)  # R: Float32[Tensor, "4 5"]
    reveal_type(d.bias)  # R: Float32[Tensor, "5"]


def somebody_elses(a: Annotated[int, "b, c"], b: Annotated[Tensor, "b, c"], c: Float32[np.ndarray, "n, 3"]) -> int:
    reveal_type(b)  # R: Tensor
    return a


def arrays(x: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "3 n"]:
    y: Float32[np.ndarray, "n 3"] = x + x
    return y.T
