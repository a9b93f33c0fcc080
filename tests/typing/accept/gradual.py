"""What mypy sees without asking the plugin: containers, callbacks, overriding, generics, attributes. No false alarms."""

from __future__ import annotations

import asyncio
import copy
import functools
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, reveal_type

from jaxtyping import Float, Float32, Int64, Num

import typedgrad as tg
from typedgrad import Tensor

T = TypeVar("T")
A = TypeVar("A", bound=Tensor)
Params = dict[str, Tensor]

GLOBAL: Float32[Tensor, "n m"] = tg.zeros((3, 4))
WEIGHTS = tg.ones((3, 4))


def appended(x: Float32[Tensor, "b n"]) -> list[Tensor]:
    outs = []
    outs.append(x)
    outs.append(x.mT)
    more = [x]
    more.append(x[0])
    more += [x.mT]
    more[0] = x.sum()
    more.extend([x, x.mT])
    return outs + more


def read_back(x: Float32[Tensor, "b n"], y: Float32[Tensor, "n"]) -> None:
    outs = [x]
    outs.append(x.mT)
    outs[1] @ x
    for out in outs:
        out.mT @ out
    table = {"x": x}
    table["y"] = y
    table["y"] + tg.zeros(x.shape[1])
    for value in table.values():
        value + 1
    constant = [x, x]
    reveal_type(constant[0])  # R: Float32[Tensor, "b n"]
    fixed = (x, y)
    reveal_type(fixed[1])  # R: Float32[Tensor, "n"]
    squares = [z * z for z in constant]
    reveal_type(squares[0])  # R: Float32[Tensor, "b n"]


def indexed(x: Float32[Tensor, "b n"], y: Float32[Tensor, "n"]) -> Tensor:
    cache: dict[str, Tensor] = {"x": x}
    cache["y"] = y
    table = {"x": x}
    table["y"] = y
    pairs = [(x, y), (x.mT, x[:, 0])]
    for a, b in pairs:
        a @ b
    found = defaultdict(list)
    found["x"].append(x)
    found["x"].append(y)
    return cache["y"] + table["y"]


def parameters() -> Params:
    made = {"w": tg.zeros((3, 4)), "b": tg.zeros((4,))}
    return {name: value * 2 for name, value in made.items()}


def step(params: Params, gradients: Params) -> Params:
    return tg.tree_map(lambda p, g: p - 0.1 * g, params, gradients)


def norms(params: dict[str, Float32[Tensor, "n"]]) -> None:
    sizes = tg.tree_map(lambda p: tg.sum(p * p), params)
    sizes["w"] + tg.zeros(7)


class Stateful:
    def __init__(self, x: Float32[Tensor, "3"]) -> None:
        self.state = x
        self.history: list[Tensor] = []
        self.last: Tensor | None = None

    def grow(self) -> None:
        self.state = tg.concat([self.state, self.state])
        self.history.append(self.state)
        self.last = self.state

    def use(self, y: Float32[Tensor, "12"]) -> Tensor:
        return self.state + y


class Base(ABC):
    @abstractmethod
    def forward(self, x: Float32[Tensor, "a b"]) -> Float32[Tensor, "a b"]: ...

    def shared(self, x: Float32[Tensor, "..."]) -> Float32[Tensor, "..."]:
        return x


class Derived(Base):
    def forward(self, x: Float32[Tensor, "n m"]) -> Float32[Tensor, "n m"]:
        return super().shared(x)

    def shared(self, x: Float32[Tensor, "*batch"]) -> Float32[Tensor, "*batch"]:
        return super().shared(x)


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value

    def get(self) -> T:
        return self.value


def boxes(x: Float32[Tensor, "2"]) -> None:
    box = Box(x)
    box.get() + tg.zeros(3)
    box.value = tg.zeros(3)
    reveal_type(Box(x).get())  # R: Tensor


def same(x: A) -> A:
    return x


def generics(x: Float32[Tensor, "n"], xs: list[Float32[Tensor, "n"]]) -> Float32[Tensor, "n"]:
    y = copy.deepcopy(x)
    z = max(xs, key=lambda t: float(t.sum()))
    w = functools.reduce(lambda a, b: a + b, xs)
    return same(y) + z + w + next(iter(xs)) + (xs or [x])[0]


class Activation(Protocol):
    def __call__(self, x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]: ...


def apply(f: Activation, x: Float32[Tensor, "b n"]) -> Float[Tensor, "b n"]:
    return f(x)


def applications(x: Float32[Tensor, "2 3"]) -> None:
    apply(tg.relu, x)
    apply(tg.tanh, x)
    functions: list[Callable[[Tensor], Tensor]] = [tg.relu, tg.tanh, lambda y: y * 2]
    for f in functions:
        x = f(x)
    list(map(tg.relu, [x, x.mT]))
    sorted([x, x], key=lambda t: t.shape[0])


class Batch(NamedTuple):
    x: Float32[Tensor, "b 784"]
    y: Int64[Tensor, "b"]


@dataclass(frozen=True)
class State:
    mean: Float32[Tensor, "n"]
    seen: list[Float32[Tensor, "n"]] = field(default_factory=list)


def records(batch: Batch, logits: Float32[Tensor, "n 10"], state: State) -> State:
    tg.softmax_cross_entropy(logits, batch.y)
    batch.x @ tg.zeros((784, 10)) + logits
    state = replace(state, mean=state.mean + logits[:, 0])
    Batch(x=tg.zeros((3, 784)), y=tg.asarray([1, 2, 3]))
    return State(mean=tg.zeros(4))


def uses_globals(x: Float32[Tensor, "k 3"], y: Float32[Tensor, "a b"]) -> None:
    x @ GLOBAL
    x @ WEIGHTS
    y + GLOBAL


def closures(x: Float32[Tensor, "b n"]) -> Callable[[Tensor], Tensor]:
    def inner(y: Tensor) -> Tensor:
        return y @ x

    return inner


def generated(x: Float32[Tensor, "b n"]) -> Iterator[Float32[Tensor, "n"]]:
    for i in range(x.shape[0]):
        yield x[i]
    yield from x


async def later(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    await asyncio.sleep(0)
    return x * 2


async def stream(x: Float32[Tensor, "b n"]) -> AsyncIterator[Float32[Tensor, "n"]]:
    for row in x:
        yield row


async def awaiting(x: Float32[Tensor, "n"], f: Awaitable[Tensor]) -> Float32[Tensor, "n"]:
    y = await later(x)
    return y + await later(x) + await f


def scalar_or_tensor(x: Float32[Tensor, "n"] | float) -> Float32[Tensor, "n"] | float:
    return x * 2


def union_returned(x: Tensor | float) -> Tensor:
    return x  # type: ignore[return-value]


def either(x: Float32[Tensor, "b n"], c: bool) -> Float32[Tensor, "b n"]:
    y = x if c else x.mT
    if not c:
        y = y.mT
    return y


def guarded(x: Float32[Tensor, "..."]) -> Float32[Tensor, "..."]:
    if x.ndim == 2:
        return x.mT
    if len(x.shape) == 1:
        return x[:, None]
    b, *rest = x.shape
    return x.reshape(b, -1) if rest else x


def chosen(x: Num[Tensor, "n"], dtype: str, axis: int, shape: tuple[int, ...]) -> Tensor:
    y = x.astype(dtype)
    z = tg.reshape(y, shape)
    return tg.sum(z, axis=axis) + tg.zeros(shape)


def starred(xs: list[Float32[Tensor, "n"]], options: dict[str, Any]) -> Tensor:
    def total(*parts: Float32[Tensor, "n"], scale: float = 1.0) -> Float32[Tensor, "n"]:
        return parts[0] * scale

    return total(*xs) + total(xs[0], *xs[1:], scale=2.0) + tg.concat([*xs, *xs], **options)


def recursive(x: Float32[Tensor, "n"], depth: int) -> Float32[Tensor, "m"]:
    return x if not depth else recursive(tg.concat([x, x]), depth - 1)


def narrowing(x: Tensor | None, y: object, z: Float32[Tensor, "n"] | list[Float32[Tensor, "n"]]) -> Tensor:
    if x is None or not isinstance(y, Tensor):
        raise ValueError
    first = z[0] if isinstance(z, list) else z
    return x + y + first


def with_try(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    try:
        y = tg.relu(x)
    except ValueError:
        y = x
    finally:
        x = x + 1
    return y + x


def walrus(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b"]:
    if (y := x.sum(axis=1)).shape[0] > 2:
        return y
    return y * 2


def deleted(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "n"]:
    y = x
    del x
    x = y[0]
    return x


def differentiated(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> Float32[Tensor, "n m"]:
    def loss(w: Float32[Tensor, "n m"]) -> Float32[Tensor, ""]:
        return tg.mean(x @ w)

    gradient = tg.grad(loss)(w)
    return w - 0.1 * gradient


def mapped(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b m"]:
    def one(x: Float32[Tensor, "n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "m"]:
        return x @ w

    return tg.vmap(one, in_axes=(0, None))(x, w)
