"""Bodies that do not fit the annotations around them."""

from __future__ import annotations

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor


def not_transposed(x: Float[Tensor, "batch n_in"], w: Float[Tensor, "n_out n_in"]) -> Float[Tensor, "batch n_out"]:
    return x @ w  # E: matmul: `k` is n_in in `x1` but n_out in `x2` [shape]


def wrong_result(x: Float[Tensor, "batch n_in"], w: Float[Tensor, "n_in n_out"]) -> Float[Tensor, "batch n_in"]:
    return x @ w  # E: wrong_result: the result must have n_in on axis 1 (batch n_in), not n_out [shape]


def wrong_result_by_variable(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "m b"]:
    h = x @ w
    h = h * 2
    return h  # E: wrong_result_by_variable: the result must have m on axis 0 (m b), not b [shape]


def wrong_argument_returned(x: Float32[Tensor, "b n"], y: Float32[Tensor, "n b"]) -> Float32[Tensor, "b n"]:
    return y  # E: wrong_argument_returned: the result must have b on axis 0 (b n), not n [shape]


def wrong_rank(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b n"]:
    return x.sum(axis=0)  # E: wrong_rank: the result must have 2 axes (b n), not 1 [shape]


def one_branch(x: Float32[Tensor, "b n"], c: bool) -> Float32[Tensor, "b n"]:
    if c:
        return x.mT  # E: one_branch: the result must have b on axis 0 (b n), not n [shape]
    return x


def one_of_two(x: Float32[Tensor, "b n"], c: bool) -> tuple[Float32[Tensor, "b n"], Float32[Tensor, "n"]]:
    return x, x[:, 0]  # E: one_of_two: the result must have n on axis 0 (n), not b [shape]


def broadcast(x: Float32[Tensor, "b n"], bias: Float32[Tensor, "b"]) -> Float32[Tensor, "b n"]:
    return x + bias  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but b in `x2` [shape]


def broadcast_numbers(x: Float32[Tensor, "b 3"], bias: Float32[Tensor, "4"]) -> Float32[Tensor, "b 3"]:
    return x * bias  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is 3 in `x1` but 4 in `x2` [shape]


def augmented(x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> None:
    x += y  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]


def no_cascade(x: Float32[Tensor, "a b"], y: Float32[Tensor, "c d"]) -> Float32[Tensor, "a d"]:
    z = x @ y  # E: matmul: `k` is b in `x1` but c in `x2` [shape]
    w = z + x
    return tg.relu(w) @ y


def batches(x: Float32[Tensor, "b1 m k"], y: Float32[Tensor, "b2 k n"]) -> Float32[Tensor, "b1 m n"]:
    return x @ y  # E: matmul: `x1` and `x2` do not broadcast: axis -3 is b1 in `x1` but b2 in `x2` [shape]


def runs(x: Float32[Tensor, "*a n"], y: Float32[Tensor, "*a m"]) -> Float32[Tensor, "*a n"]:
    return x + y  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]


def expression(x: Float32[Tensor, "n"], y: Float32[Tensor, "n+1"]) -> Float32[Tensor, "n"]:
    return x + y  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but n+1 in `x2` [shape]


def off_by_one(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return x[1:]  # E: off_by_one: the result must have n on axis 0 (n), not n-1 [shape]


def doubled(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return tg.concat([x, x])  # E: doubled: the result must have n on axis 0 (n), not 2*n [shape]


def local(x: Float32[Tensor, "b 5"]) -> None:
    y: Float32[Tensor, "b 3"] = x[:, :4]  # E: `y` is declared as [b 3], not [b 4] [shape]
    z: Float32[Tensor, "n"] = x  # E: `z` is declared as [_], not [b 5] [shape]
    del y, z


def rebound(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "b m"]:
    x = x @ w
    x = x @ w  # E: matmul: `k` is m in `x1` but n in `x2` [shape]
    return x


def in_loop(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "b n"]:
    for _ in range(2):
        y = x @ w
        y = y @ w  # E: matmul: `k` is m in `x1` but n in `x2` [shape]
    return x


def in_comprehension(xs: list[Float32[Tensor, "b n"]], w: Float32[Tensor, "m n"]) -> list[Tensor]:
    return [x @ w for x in xs]  # E: matmul: `k` is n in `x1` but m in `x2` [shape]


def nested_function(x: Float32[Tensor, "b n"]) -> None:
    def inner(y: Float32[Tensor, "n b"]) -> Float32[Tensor, "b b"]:
        return y @ x  # E: inner: the result must have b on axis 0 (b b), not n [shape]

    inner(x.mT)


def optional(x: Float32[Tensor, "n"], y: Float32[Tensor, "m"] | None) -> Float32[Tensor, "n"]:
    if y is not None:
        return x + y  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]
    return x


class Model:
    weight: Float32[Tensor, "3 4"]

    def forward(self, x: Float32[Tensor, "b 4"]) -> Float32[Tensor, "b 4"]:
        return x @ self.weight  # E: matmul: `k` is 4 in `x1` but 3 in `x2` [shape]

    def result(self, x: Float32[Tensor, "b 3"]) -> Float32[Tensor, "b 3"]:
        return x @ self.weight  # E: result: the result must have 3 on axis 1 (b 3), not 4 [shape]


def float_wanted(i: Int64[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return tg.relu(i)  # E: relu: `x` must be Float, not int64 [dtype]


def wrong_dtype(i: Int64[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return i + 1  # E: wrong_dtype: `return` must be Float32, not int64 [dtype]


def wrong_width(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return x.astype("float64")  # E: wrong_width: `return` must be Float32, not float64 [dtype]


def comparison(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return x > 0  # E: comparison: `return` must be Float32, not bool [dtype]
