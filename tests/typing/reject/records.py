"""Named tuples, data classes and generators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar, reveal_type

from jaxtyping import Float32

from typedgrad import Tensor

T = TypeVar("T")


class State(NamedTuple):
    h: Float32[Tensor, "b 64"]
    c: Float32[Tensor, "b 64"]


@dataclass
class Batch:
    x: Float32[Tensor, "n d"]
    y: Float32[Tensor, "n"]
    z: Float32[Tensor, "n"] | None = None


class Box(Generic[T]):
    def __init__(self, x: T) -> None:
        self.x = x


class Plain:
    def __init__(self, x: Float32[Tensor, "n 4"], y: int = 0) -> None:
        self.x = x


def gen(x: Float32[Tensor, "n d"]) -> Iterator[Float32[Tensor, "32 d"]]:
    for i in range(10):
        yield x[i]  # E: gen: the result must have 2 axes (32 d), not 1 [shape]
        yield x[i : i + 32]
        yield x[:32]


def gen2(x: Float32[Tensor, "n d"]) -> Generator[tuple[Float32[Tensor, "d"], Float32[Tensor, "n"]], None, None]:
    for i in range(10):
        yield x[i], x[:, i]
        yield x[:, 0], x[:, i]  # E: gen2: the result must have d on axis 0 (d), not n [shape]


def gen3(x: Float32[Tensor, "n d"]) -> Iterator[Batch]:
    yield Batch(x, x[:, 0])
    yield Batch(x, x[0])  # E: Batch: `n` is n in `x` but d in `y` [shape]


async def gen4(x: Float32[Tensor, "n d"]) -> AsyncIterator[Float32[Tensor, "d"]]:
    yield x[0]
    yield x  # E: gen4: the result must have 1 axis (d), not 2 [shape]


def st(h: Float32[Tensor, "b 32"], c: Float32[Tensor, "b 64"]) -> State:
    s = State(c, c)
    reveal_type(s.h)  # R: Float32[Tensor, "b 64"]
    reveal_type(Box(h).x)  # R: Tensor
    Plain(h)  # E: Plain: `x` must have 4 on axis 1 (n 4), not 32 [shape]
    return State(h, c)  # E: State: `h` must have 64 on axis 1 (b 64), not 32 [shape]
