"""Shape strings with a slip of the pen."""

from __future__ import annotations

from jaxtyping import Float32, Int64

from typedgrad import Tensor


def comma(x: Float32[Tensor, "batch, 784"]) -> None: ...  # E: "batch, 784" is not a shape: axes are separated by spaces, not commas [shape]


def two_runs(x: Float32[Tensor, "*a *b"]) -> None: ...  # E: "*a *b" is not a shape: only one axis may stand for a run (`*name` or `...`) [shape]


def dots(x: Float32[Tensor, "...b"]) -> None: ...  # E: "...b" is not a shape: `...` stands by itself [shape]


def operator(x: Float32[Tensor, "n+"]) -> None: ...  # E: "n+" is not a shape: it ends where a size is expected; expressions are written without spaces [shape]


def bracket(x: Float32[Tensor, "(n+1"]) -> None: ...  # E: "(n+1" is not a shape: `)` is missing [shape]


def late_mark(x: Float32[Tensor, "n#"]) -> None: ...  # E: "n#" is not a shape: `#` stands in front of an axis [shape]


def symbol(x: Float32[Tensor, "n-m$"]) -> None: ...  # E: "n-m$" is not a shape: `$` is not expected here [shape]


def in_result(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n,m"]:  # E: "n,m" is not a shape: axes are separated by spaces, not commas [shape]
    return x


def in_container(x: list[Float32[Tensor, "2n"]]) -> None: ...  # E: "2n" is not a shape: `2n` is neither a name nor a number [shape]


class Holder:
    weight: Int64[Tensor, "n m]"]  # E: "n m]" is not a shape: `]` is not expected here [shape]
