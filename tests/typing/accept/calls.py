"""Calling functions whose annotations name dimensions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, overload, reveal_type

from jaxtyping import Float, Float32, Int64, Shaped

import typedgrad as tg
from typedgrad import Tensor

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def dense(x: Float[Tensor, "*batch n"], w: Float[Tensor, "n m"], b: Float[Tensor, "m"]) -> Float[Tensor, "*batch m"]:
    return x @ w + b


def swap(x: Float32[Tensor, "n m"]) -> Float32[Tensor, "m n"]:
    return x.mT


def split(x: Float32[Tensor, "n m"]) -> tuple[Float32[Tensor, "n"], Float32[Tensor, "m n"]]:
    return x[:, 0], swap(x)


def double(x: Float32[Tensor, "n"]) -> Float32[Tensor, "2*n"]:
    return tg.concat([x, x])


def many(*xs: Float32[Tensor, "n"], scale: float = 1.0) -> Float32[Tensor, "n"]:
    return xs[0] * scale


def add_all(xs: Sequence[Float32[Tensor, "n"]]) -> Float32[Tensor, "n"]:
    return xs[0]


def sized(n: int, x: Float32[Tensor, "{n}"]) -> Float32[Tensor, "{n} 2"]:
    return tg.stack([x, x], axis=1)


def maybe(x: Float32[Tensor, "n"], y: Float32[Tensor, "n"] | None = None) -> Float32[Tensor, "n"]:
    return x if y is None else x + y


def fresh(x: Float32[Tensor, "n"]) -> Float32[Tensor, "k n"]:
    return tg.expand_dims(x, 0)


def broadcasting(x: Float32[Tensor, "#n m"], y: Float32[Tensor, "#n m"]) -> Float32[Tensor, "n m"]:
    return x + y


def identity(x: T) -> T:
    return x


def logged(f: F) -> F:
    return f


@logged
@tg.typed
def decorated(x: Float32[Tensor, "n m"], y: Float32[Tensor, "m"]) -> Float32[Tensor, "n"]:
    return x @ y


class Model:
    def step(self, x: Float32[Tensor, "b n"], *, flip: bool = False) -> Float32[Tensor, "n b"]:
        return x.mT

    @staticmethod
    def static(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "n"]:
        return x[0]

    @classmethod
    def by_class(cls, x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b"]:
        return x[:, 0]

    def __call__(self, x: Float32[Tensor, "b n"], y: Float32[Tensor, "b"]) -> Float32[Tensor, "n b"]:
        return self.step(x) * y


class Applies(Protocol):
    def __call__(self, x: Float32[Tensor, "n"]) -> Float32[Tensor, "n n"]: ...


@overload
def either(x: Float32[Tensor, "2 n"]) -> Float32[Tensor, "n"]: ...
@overload
def either(x: Float32[Tensor, "3 n"]) -> Float32[Tensor, "n n"]: ...
def either(x: Any) -> Any:
    return x


def literal(x: Float32[Tensor, "32 784"], w: Float32[Tensor, "784 10"], b: Float32[Tensor, "10"]) -> None:
    reveal_type(dense(x, w, b))  # R: Float[Tensor, "32 10"]
    reveal_type(dense(w=w, b=b, x=x))  # R: Float[Tensor, "32 10"]
    reveal_type(dense(x, b=b, w=w))  # R: Float[Tensor, "32 10"]
    reveal_type(swap(x))  # R: Float32[Tensor, "784 32"]
    reveal_type(swap(swap(x)))  # R: Float32[Tensor, "32 784"]
    first, second = split(x)
    reveal_type(second)  # R: Float32[Tensor, "784 32"]
    reveal_type(double(b))  # R: Float32[Tensor, "20"]
    reveal_type(many(b, b, scale=2.0))  # R: Float32[Tensor, "10"]
    reveal_type(add_all([b, b, b]))  # R: Float32[Tensor, "10"]
    reveal_type(maybe(b))  # R: Float32[Tensor, "10"]
    reveal_type(maybe(b, None))  # R: Float32[Tensor, "10"]
    reveal_type(maybe(b, b))  # R: Float32[Tensor, "10"]
    reveal_type(fresh(b))  # R: Float32[Tensor, "_ 10"]
    reveal_type(sized(10, b))  # R: Float32[Tensor, "10 2"]
    reveal_type(decorated(x, w[:, 0]))  # R: Float32[Tensor, "32"]
    reveal_type(identity(x))  # R: Float32[Tensor, "32 784"]


def symbolic(x: Float32[Tensor, "p q"], y: Float32[Tensor, "q"], z: Float32[Tensor, "1 q"]) -> None:
    reveal_type(swap(x))  # R: Float32[Tensor, "q p"]
    reveal_type(double(y))  # R: Float32[Tensor, "2*q"]
    reveal_type(double(double(y)))  # R: Float32[Tensor, "4*q"]
    reveal_type(broadcasting(x, z))  # R: Float32[Tensor, "p q"]
    reveal_type(broadcasting(z, z))  # R: Float32[Tensor, "1 q"]


def methods(m: Model, x: Float32[Tensor, "4 5"], y: Float32[Tensor, "4"]) -> None:
    reveal_type(m.step(x))  # R: Float32[Tensor, "5 4"]
    reveal_type(m.step(x, flip=True))  # R: Float32[Tensor, "5 4"]
    reveal_type(Model.static(x))  # R: Float32[Tensor, "5"]
    reveal_type(Model.by_class(x))  # R: Float32[Tensor, "4"]
    reveal_type(m(x, y))  # R: Float32[Tensor, "5 4"]


def protocols(f: Applies, y: Float32[Tensor, "4"]) -> None:
    reveal_type(f(y))  # R: Float32[Tensor, "4 4"]


def overloads(x: Float32[Tensor, "2 7"], y: Float32[Tensor, "3 7"]) -> None:
    reveal_type(either(x))  # R: Float32[Tensor, "7"]
    either(y)


def indirect(x: Float32[Tensor, "4 5"], y: Float32[Tensor, "5"], xs: list[Float32[Tensor, "4 5"]]) -> None:
    f = decorated
    reveal_type(f(x, y))  # R: Float32[Tensor, "4"]
    g = functools.partial(decorated, y=y)
    g(x)
    results = list(map(swap, xs))
    table = {"a": swap, "b": swap}
    table["a"](x)
    [swap, swap][0](x)
    reveal_type([swap(a) for a in xs])  # R: list[Float32[Tensor, "5 4"]]
    args = (x, y)
    decorated(*args)
    keywords: dict[str, Any] = {"x": x, "y": y}
    decorated(**keywords)
    results.append(swap(x))


def callback(f: Callable[[Float32[Tensor, "n"]], Float32[Tensor, "n"]], x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return f(x)


def uses_callback(x: Float32[Tensor, "4"]) -> Float32[Tensor, "4"]:
    def halve(y: Float32[Tensor, "m"]) -> Float32[Tensor, "m"]:
        return y / 2

    return callback(lambda y: y * 2, x) + callback(halve, x)


def untyped(x, y):  # type: ignore[no-untyped-def]
    return swap(x) @ swap(y)


def dynamic(x: Any, y: Tensor) -> Float32[Tensor, "3 4"]:
    swap(x)
    dense(y, x, y)
    return swap(y)


def labels(x: Float32[Tensor, "b c"], t: Int64[Tensor, "b"]) -> Shaped[Tensor, "b"]:
    return t
