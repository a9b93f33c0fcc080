"""`tg.compile`: calls, signatures, what changes around a function, donation, refusals. With or without a compiler."""

from __future__ import annotations

import gc
import warnings
import weakref
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.graph.test_primitives import same
from tests.graph.test_trace import numbers


def test_a_compiled_function_gives_what_the_function_gives() -> None:
    @tg.compile
    def f(x: tg.Tensor, w: tg.Tensor) -> tg.Tensor:
        """A docstring."""
        return tg.sum(tg.tanh(x @ w) * 2.0, axis=0)

    x, w = numbers(0, 4, 3), numbers(1, 3, 2)
    for _ in range(3):
        same(f(x, w), f.function(x, w))
    same(f(x=x, w=w), f(x, w))
    assert (f.__name__, f.__doc__) == ("f", "A docstring.")


def test_each_signature_is_compiled_once() -> None:
    runs = []

    @tg.compile
    def f(x: tg.Tensor, options: dict[str, Any]) -> tg.Tensor:
        runs.append(x.shape)
        return x * options["scale"] if options["on"] else x

    for _ in range(2):
        for n in (2, 3):
            for on in (True, False):
                for scale in (2.0, 3.0):  # a number that changes is no new signature
                    same(f(tg.ones(n), {"on": on, "scale": scale}), tg.ones(n) * (scale if on else 1.0))
    assert len(runs) == len(f.signatures) == 4
    f(tg.ones(2, dtype="float64"), {"on": True, "scale": 1.0})
    assert len(runs) == 5
    f.clear()
    assert f.signatures == []


def test_numbers_that_python_must_know_are_built_in() -> None:
    @tg.compile
    def power(x: tg.Tensor, n: int) -> tg.Tensor:
        for _ in range(n):
            x = x * 2.0
        return x

    assert [power(tg.ones(1), n).item() for n in (1, 2, 3, 1)] == [2.0, 4.0, 8.0, 2.0]
    assert len(power.signatures) == 3


def test_shapes_that_change_every_call_are_bounded_and_the_culprit_is_named() -> None:
    @tg.compile(limit=4)
    def f(x: tg.Tensor, batch: tg.Tensor) -> tg.Tensor:
        return x * tg.sum(batch)

    with pytest.warns(
        RuntimeWarning, match=r"f was compiled 8 times: `batch` was float32\[7\] and now is float32\[8\]"
    ):
        _ = [f(tg.ones(2), tg.ones(n)) for n in range(1, 9)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(9, 20):  # said once
            f(tg.ones(2), tg.ones(n))
    assert len(f.signatures) == 4


def test_what_is_around_a_function_is_watched() -> None:
    scale = tg.asarray(2.0)
    f = tg.compile(lambda x: x * scale)
    assert f(tg.ones(1)).item() == 2.0
    scale = tg.asarray(3.0)
    assert f(tg.ones(1)).item() == 3.0
    slope = tg.compile(tg.grad(lambda x: tg.sum(x * scale)))
    assert slope(tg.ones(1)).item() == 3.0
    scale = tg.asarray(4.0)
    assert slope(tg.ones(1)).item() == 4.0
    g = tg.compile(_with_a_global)
    assert g(tg.ones(1)).item() == 5.0
    globals()["GLOBAL"] = tg.asarray(7.0)
    assert g(tg.ones(1)).item() == 7.0


def test_what_is_in_a_dict_or_an_object_around_a_function_is_watched() -> None:
    table = {"w": tg.asarray(2.0)}
    f = tg.compile(lambda x: x * table["w"])
    assert f(tg.ones(1)).item() == 2.0
    table["w"] = tg.asarray(3.0)
    assert f(tg.ones(1)).item() == 3.0

    class Holder:
        def __init__(self) -> None:
            self.w = tg.asarray(4.0)

        def scaled(self, x: tg.Tensor) -> tg.Tensor:
            return x * self.w

    holder = Holder()
    g = tg.compile(holder.scaled)
    assert g(tg.ones(1)).item() == 4.0
    holder.w = tg.asarray(5.0)
    assert g(tg.ones(1)).item() == 5.0


GLOBAL = tg.asarray(5.0)


def _with_a_global(x: tg.Tensor) -> tg.Tensor:
    return x * GLOBAL


def test_models_states_keys_and_updaters_go_through() -> None:
    updater = tg.optim.adam(tg.optim.cosine(1e-2, steps=20))

    @tg.compile
    def step(model: Any, state: Any, x: tg.Tensor, y: tg.Tensor, key: tg.Key) -> Any:
        with tg.training(key) as run:
            loss, g = tg.value_and_grad(lambda m: tg.softmax_cross_entropy(m(x), y))(model)
        model, state = updater.update(model, g, state)
        return loss, run.updated(model), state

    model = tg.init(
        tg.nn.Sequential(
            tg.nn.BatchNorm(), tg.nn.Dense(out_features=6), tg.nn.Dropout(drop=0.3), tg.nn.Dense(out_features=3)
        ),
        tg.random.key(0),
        input="n 4",
    )
    x, y = numbers(1, 8, 4), tg.asarray([0, 1, 2, 0, 1, 2, 0, 1])
    ours: Any = (model, updater.init(model))
    theirs: Any = ours
    for i in range(6):
        key = tg.random.key(i)
        loss, ours = _apart(step(ours[0], ours[1], x, y, key))
        wanted, theirs = _apart(step.function(theirs[0], theirs[1], x, y, key))
        assert abs(float(loss) - float(wanted)) < 1e-4
    assert len(step.signatures) == 1
    assert ours[1].step == 6
    mine, known = (tg.leaves_with_paths(tree) for tree in (ours[0], theirs[0]))
    for (_, a), (_, b) in zip(mine, known, strict=True):
        assert np.allclose(getattr(a, "value", a), getattr(b, "value", b), rtol=1e-3, atol=1e-4)


def _apart(result: Any) -> tuple[Any, Any]:
    return result[0], result[1:]


def test_a_training_run_that_is_open_outside_is_not_compiled() -> None:
    drop = tg.nn.Dropout(drop=0.5)
    f = tg.compile(drop)
    x = tg.ones(100)
    with tg.training(tg.random.key(0)):
        with pytest.warns(RuntimeWarning, match="open the run inside"):
            a = f(x)
        with pytest.warns(RuntimeWarning, match="open the run inside"):
            b = f(x)
    assert a.tolist() != b.tolist()
    assert f(x).tolist() == x.tolist()


def test_a_compiled_function_can_be_differentiated_mapped_and_traced() -> None:
    f = tg.compile(lambda x: tg.sum(tg.tanh(x) ** 3))
    x = numbers(0, 3)
    f(x)
    same(tg.grad(f)(x), tg.grad(f.function)(x))
    same(tg.vmap(f)(tg.stack((x, x))), tg.vmap(f.function)(tg.stack((x, x))))
    same(tg.trace(lambda x: f(x) * 2.0)(x).run(x), f(x) * 2.0)
    assert tg.eval_shape(f, x).shape == ()


def test_what_a_function_returns_may_be_anything() -> None:
    x = tg.ones(2)

    @tg.compile
    def f(x: tg.Tensor, n: int) -> Any:
        return {"x": x, "again": [x, (x * 2.0, None)], "constant": tg.zeros(1), "name": "f", "next": n + 1}

    for n in (1, 5):
        made = f(x, n)
        assert made["x"].tolist() == [1.0, 1.0]
        assert made["again"][1][0].tolist() == [2.0, 2.0]
        assert made["again"][1][1] is None
        assert (made["name"], made["next"], made["constant"].item()) == ("f", n + 1, 0.0)


def test_results_are_new_each_time() -> None:
    f = tg.compile(lambda x: (x * 2.0 + 1.0, tg.sum(x)))
    a = f(tg.ones(5))
    b = f(tg.zeros(5))
    assert a[0].tolist() == [3.0] * 5
    assert b[0].tolist() == [1.0] * 5


def test_donated_tensors_are_of_no_use_afterwards() -> None:
    @tg.compile(donate=("params", "state"))
    def step(params: Any, state: Any, x: tg.Tensor) -> Any:
        return {k: p * 0.9 + tg.sum(x) for k, p in params.items()}, state + 1.0

    params, state, x = {"w": tg.ones(3)}, tg.zeros(2), tg.ones(2)
    array = weakref.ref(tg.to_numpy(params["w"]).base)
    new, _ = step(params, state, x)
    gc.collect()
    assert array() is None  # its memory is free
    for use in (
        lambda: params["w"] + 1.0,
        lambda: state * state,
        lambda: params["w"][0],
        lambda: float(tg.sum(params["w"])),
        params["w"].numpy,
        lambda: np.asarray(params["w"]),
        lambda: params["w"] @ params["w"],
        lambda: step(params, tg.zeros(2), x),
        lambda: tg.grad(tg.sum)(state),
        lambda: tg.stack((state, state)),
    ):
        with pytest.raises(TypeError, match=r"was donated to step, which reused its memory"):
            use()
    assert "donated" in repr(state)
    assert x.tolist() == [1.0, 1.0]
    new, _ = step(new, tg.zeros(2), x)
    assert new["w"].shape == (3,)


def test_donation_wants_names_of_parameters() -> None:
    with pytest.raises(TypeError, match=r"`y` in `donate` is no parameter of f; it has x"):

        @tg.compile(donate="y")
        def f(x: tg.Tensor) -> tg.Tensor:
            return x


def test_arguments_that_cannot_be_told_apart_are_refused() -> None:
    f = tg.compile(lambda x, o: x)
    with pytest.raises(TypeError, match=r"`o` is a numpy.ndarray.*wrap it with tg.asarray"):
        f(tg.ones(1), np.ones(2))
    with pytest.raises(TypeError, match=r"`o.a` is a builtins.set"):
        f(tg.ones(1), {"a": {1, 2}})


def test_looking_at_values_is_refused_when_called() -> None:
    f = tg.compile(lambda x: x if x > 0 else -x)
    with pytest.raises(TypeError, match=r"tg\.where"):
        f(tg.asarray(1.0))


def test_compile_wants_a_function() -> None:
    with pytest.raises(TypeError, match="must be a function"):
        tg.compile(3)  # type: ignore[call-overload]  # what is refused
    with pytest.raises(ValueError, match="positive"):
        tg.compile(limit=0)


def test_reports_need_a_call() -> None:
    f = tg.compile(lambda x: tg.sum(tg.exp(x) * 2.0 + x))
    for report in (f.explain, f.source, lambda: f.graph):
        with pytest.raises(ValueError, match="not called yet"):
            report()
    f(tg.ones(3))
    assert "traced:    4 steps" in f.explain()
    assert "def run(values):" in f.source()
    assert f.graph.outputs


def test_errors_of_ops_are_those_of_the_ops() -> None:
    f = tg.compile(tg.softmax_cross_entropy)
    logits = numbers(0, 4, 3)
    f(logits, tg.asarray([0, 1, 2, 0]))
    with pytest.raises(ValueError, match="label"):
        f(logits, tg.asarray([0, 1, 2, 3]))
    with pytest.raises(TypeError):
        f(logits, tg.asarray([0, 1, 2]))


def test_without_generated_code_the_graph_runs_op_by_op(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYPEDGRAD_CODEGEN", "off")
    f = tg.compile(tg.value_and_grad(lambda x: tg.sum(tg.tanh(x) * x)))
    x = numbers(0, 5)
    same(f(x), f.function(x))
    assert "fused" not in f.explain()
