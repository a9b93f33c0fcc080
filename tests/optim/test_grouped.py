"""Groups, accumulation, constraints, penalties and norms per layer do what they say, to those they are meant for."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from tests.optim.test_formulas import GRADS, START, run
from typedgrad import optim
from typedgrad.core.pytree import tree_map
from typedgrad.core.state import State

WRONG: Any = 0.1  # a type checker would see it


def model() -> dict[str, Any]:
    return {
        "encoder": {"weight": tg.asarray(START), "bias": tg.asarray(START[0])},
        "head": {"weight": tg.asarray(START), "bias": tg.asarray(START[1])},
        "running": State(tg.ones((1,))),
    }


def slopes(number: int) -> dict[str, Any]:
    g = GRADS[number]
    return {
        "encoder": {"weight": tg.asarray(g), "bias": tg.asarray(g[0])},
        "head": {"weight": tg.asarray(2 * g), "bias": tg.asarray(g[1])},
        "running": State(tg.ones((1,))),
    }


def after(updater: optim.Updater[Any], steps: int = 5) -> dict[str, Any]:
    params = model()
    state = updater.init(params)
    for i in range(steps):
        params, state = updater.update(params, slopes(i), state)
    return params


def test_each_group_follows_its_own_updater() -> None:
    mixed = after(optim.grouped(optim.adam(0.1), {"bias": optim.sgd(0.5), "encoder.*": None}))
    adam, sgd = after(optim.adam(0.1)), after(optim.sgd(0.5))
    assert mixed["head"]["weight"].tolist() == adam["head"]["weight"].tolist()
    assert mixed["head"]["bias"].tolist() == sgd["head"]["bias"].tolist()
    # The first pattern that fits counts.
    assert mixed["encoder"]["bias"].tolist() == sgd["encoder"]["bias"].tolist()
    assert mixed["encoder"]["weight"].tolist() == START.tolist()
    assert isinstance(mixed["running"], State)


def test_a_group_may_be_chosen_by_a_function_as_for_muon() -> None:
    matrices = optim.grouped(optim.adamw(0.1), {lambda path, p: p.ndim == 2: optim.muon(0.1)})
    found = after(matrices)
    assert found["head"]["bias"].tolist() == after(optim.adamw(0.1))["head"]["bias"].tolist()
    np.testing.assert_allclose(found["encoder"]["weight"].tolist(), run(optim.muon(0.1), 5), rtol=1e-12)


def test_one_group_of_all_is_the_updater_itself() -> None:
    for updater in (optim.grouped(optim.adam(0.1), {}), optim.grouped(optim.sgd(9.0), {"*": optim.adam(0.1)})):
        np.testing.assert_array_equal(
            after(updater)["head"]["weight"].tolist(), after(optim.adam(0.1))["head"]["weight"].tolist()
        )


def test_accumulated_gradients_are_one_of_their_mean() -> None:
    updater = optim.accumulate(4, optim.adam(0.1))
    inner = optim.adam(0.1)
    w = tg.asarray(START)
    state = inner.init(w)
    for i in range(0, 20, 4):
        w, state = inner.update(w, tg.asarray(np.mean(GRADS[i : i + 4], axis=0)), state)
    np.testing.assert_allclose(run(updater, 20), tg.to_numpy(w), rtol=1e-12)
    # Three more change nothing yet.
    assert run(updater, 23).tolist() == run(updater, 20).tolist()


def columns(x: Any) -> list[float]:
    found: list[float] = np.linalg.norm(tg.to_numpy(x), axis=0).tolist()
    return found


@pytest.mark.parametrize(
    ("constraint", "wanted"),
    [
        (optim.max_norm(2.0), [0.5, 2.0, 0.0]),
        (optim.min_max_norm(1.0, 3.0), [1.0, 3.0, 0.0]),
        (optim.unit_norm(), [1.0, 1.0, 0.0]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("device", ["cpu", "strict"])
def test_norms_are_brought_back_and_directions_kept(
    constraint: optim.Constraint, wanted: list[float], device: str
) -> None:
    w = tg.to(tg.asarray([[0.3, -3.0, 0.0], [0.4, 4.0, 0.0]], dtype="float64"), device)
    updater = optim.constrained(optim.sgd(1.0), constraint)
    found, _ = updater.update(w, tg.zeros_like(w), updater.init(w))
    assert columns(found) == pytest.approx(wanted, rel=1e-12)
    if wanted[1]:
        np.testing.assert_allclose(tg.to_numpy(found)[:, 1] / wanted[1], [-0.6, 0.8], rtol=1e-12)


def test_a_constraint_is_for_those_it_is_meant_for() -> None:
    updater = optim.constrained(
        optim.sgd(0.1), optim.non_negative(on="weight"), optim.max_norm(1.0, axis=None, on="head.*")
    )
    found = after(updater)
    assert min(np.min(found[part]["weight"].tolist()) for part in ("encoder", "head")) >= 0
    assert np.min(found["encoder"]["bias"].tolist()) < 0
    assert np.linalg.norm(found["head"]["weight"].tolist()) <= 1 + 1e-12
    assert np.linalg.norm(found["encoder"]["weight"].tolist()) > 1


def test_penalties_are_the_gradients_of_what_they_stand_for() -> None:
    w = tg.asarray([2.0, -3.0, 0.0], dtype="float64")

    def penalty(w: tg.Tensor) -> tg.Tensor:
        return 0.5 * tg.sum(tg.abs(w)) + 0.25 / 2 * tg.sum(w * w)

    wanted = tg.to_numpy(w) - tg.to_numpy(tg.grad(penalty)(w))
    updater = optim.l1_l2(optim.sgd(1.0), l1=0.5, l2=0.25)
    found, _ = updater.update(w, tg.zeros_like(w), updater.init(w))
    np.testing.assert_allclose(tg.to_numpy(found), wanted, rtol=1e-15)
    np.testing.assert_allclose(
        run(optim.l2(optim.momentum(0.1), 0.3), 100), run(optim.momentum(0.1, weight_decay=0.3), 100), rtol=1e-12
    )


def norm(*tensors: tg.Tensor) -> float:
    return optim.global_norm(list(tensors))


@pytest.mark.parametrize("per", ["parameter", "layer", "global"])
def test_norms_are_clipped_per_part(per: Any) -> None:
    grads = slopes(0)
    parts: dict[str, Callable[[Any], list[list[tg.Tensor]]]] = {
        "parameter": lambda t: [[t[a][b]] for a in ("encoder", "head") for b in ("weight", "bias")],
        "layer": lambda t: [list(t[a].values()) for a in ("encoder", "head")],
        "global": lambda t: [[t[a][b] for a in ("encoder", "head") for b in ("weight", "bias")]],
    }
    before = [norm(*part) for part in parts[per](grads)]
    limit = min(before) * 1.01 if len(before) > 1 else before[0] / 2
    clipped = optim.clip_norm(limit, per=per)(grads)
    assert [norm(*part) for part in parts[per](clipped)] == pytest.approx([min(n, limit) for n in before])
    ones = optim.renormalize(per=per)(grads)
    assert [norm(*part) for part in parts[per](ones)] == pytest.approx([1.0] * len(before))


def test_clipping_all_together_is_clipping_by_the_global_norm() -> None:
    ours, other = optim.clip_norm(0.7, per="global")(slopes(1)), optim.clip_global_norm(0.7)(slopes(1))
    for part in ("encoder", "head"):
        tree_map(lambda a, b: np.testing.assert_allclose(a.tolist(), b.tolist(), rtol=1e-15), ours[part], other[part])
    assert optim.renormalize()(tg.zeros((2,))).tolist() == [0.0, 0.0]


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (
        lambda: optim.grouped(optim.sgd(0.1), {"biass": None}).init({"w": tg.ones((1,)), "bias": tg.ones((1,))}),
        ValueError,
        "grouped: no parameter for 'biass'; there are `w`, `bias`",
    ),
    (
        lambda: optim.grouped(optim.sgd(0.1), {"bias": WRONG}),
        TypeError,
        "grouped: for 'bias' there must be an updater or None, not float",
    ),
    (
        lambda: optim.grouped(optim.sgd(0.1), {WRONG: None}),
        TypeError,
        "grouped: parameters are chosen by a pattern of paths or a function of path and parameter, not float",
    ),
    (lambda: optim.accumulate(0, optim.sgd(0.1)), ValueError, "accumulate: `every` must be at least 1, got 0"),
    (lambda: optim.max_norm(0.0), ValueError, "max_norm: `limit` must be positive and finite, got 0.0"),
    (lambda: optim.min_max_norm(2.0, 1.0), ValueError, "min_max_norm: `low` must be at most `high`, got 2.0 and 1.0"),
    (lambda: optim.non_negative(on=WRONG), TypeError, "non_negative: parameters are chosen by a pattern"),
    (lambda: optim.l1(optim.sgd(0.1), -1.0), ValueError, "l1_l2: `l1` must be at least 0 and finite, got -1.0"),
    (lambda: optim.l2(optim.sgd(0.1), math.nan), ValueError, "l1_l2: `l2` must be at least 0 and finite, got nan"),
    (lambda: optim.clip_norm(-1.0), ValueError, "clip_norm: `max_norm` must be positive and finite, got -1.0"),
    (lambda: optim.renormalize(per=WRONG), ValueError, 'renormalize: `per` must be "parameter", "layer" or "global"'),
    (
        lambda: optim.clip_norm(1.0, per="layer")({"a": {"w": tg.asarray([math.nan])}}),
        FloatingPointError,
        "clip_norm: the gradient of `a` is NaN or infinite; no scale can mend that",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), REFUSED, ids=[words for _, _, words in REFUSED])
def test_what_cannot_be_meant_is_refused(call: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(words)
