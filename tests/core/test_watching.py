from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import typedgrad as tg
from typedgrad.core.watching import watch, watching


class Seen:
    def __init__(self) -> None:
        self.ops: list[tuple[str, Any]] = []
        self.calls: list[str] = []
        self.made: list[int] = []

    def op(self, name: str, statics: Mapping[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
        self.ops.append((name, watch.times))
        self.made.extend(id(x) for x in outputs)
        self.keep = (*getattr(self, "keep", ()), *outputs)

    def call(self, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], run: Callable[[], Any]) -> Any:
        if isinstance(args[0], tg.nn.Layer):
            self.calls.append(type(args[0]).__name__)
        return run()


def test_ops_and_layers_of_a_run_on_shapes_are_seen_every_time() -> None:
    model = tg.nn.Sequential(tg.nn.Dense(in_features=4, out_features=4), tg.relu)
    for _ in range(2):
        seen = Seen()
        with watching(seen):
            tg.eval_shape(lambda x: model(model(x)), "n 4")
        assert seen.calls == ["Sequential", "Dense"] * 2
        assert [name for name, _ in seen.ops].count("relu") == 2
        assert len(set(seen.made)) == len(seen.made)
    assert watch.watcher is None


def test_layers_that_look_at_no_shape_are_seen_after_calls_with_values_too() -> None:
    model = tg.nn.Sequential(tg.nn.Identity(), tg.nn.Flatten())
    model(tg.ones((2, 3)))
    model(tg.ones((2, 3)))
    seen = Seen()
    with watching(seen):
        tg.eval_shape(model, "n 3")
    assert seen.calls == ["Sequential", "Identity", "Flatten"]


def test_what_a_loop_runs_once_is_known_to_be_repeated() -> None:
    seen = Seen()
    with watching(seen):
        tg.eval_shape(lambda x: tg.scan(lambda c, y: (c + tg.exp(y), y), tg.zeros(3), x), "time 3")
    times = dict(seen.ops)
    assert str(times["exp"]) == "time"
    assert times["broadcast_to"] == 1


def test_containers_of_tensors_without_values_are_judged_without_values() -> None:
    class Pair(tg.nn.Layer):
        n: int

        def __call__(self, xs: dict[str, tg.Tensor]) -> tg.Tensor:
            return xs["a"] + xs["b"]

    seen = Seen()
    with watching(seen):
        for _ in range(2):
            tg.eval_shape(Pair(n=2), {"a": tg.abstract("n 2"), "b": tg.abstract("n 2")})
    assert seen.calls == ["Pair", "Pair"]


def test_values_are_not_watched() -> None:
    seen = Seen()
    with watching(seen):
        tg.exp(tg.ones(3))
    assert not seen.ops
