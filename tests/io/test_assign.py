"""Weights of another library go where a map of names says, and all that does not fit is listed."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.io import assign


def model() -> Any:
    layers = [tg.nn.Dense(in_features=n, out_features=m) for n, m in ((4, 3), (3, 2))]
    return tg.init(tg.nn.Sequential(*layers, tg.nn.BatchNorm(features=2)), tg.random.key(0))


def elsewhere() -> dict[str, tg.Tensor]:
    dice = np.random.default_rng(0)
    shapes = {"fc.0.weight": (3, 4), "fc.0.bias": (3,), "fc.1.weight": (2, 3), "fc.1.bias": (2,)}
    shapes |= {f"norm.{name}": (2,) for name in ("weight", "bias", "running_mean", "running_var")}
    return {name: tg.asarray(dice.random(shape), dtype="float32") for name, shape in shapes.items()}


NAMES: Any = {
    "fc.*.weight": ("layers.*.weight", lambda w: w.mT),
    "fc.*.*": "layers.*.*",
    "norm.*": "layers.2.*",
    "*.num_batches_tracked": None,
}


def test_names_are_mapped_and_tensors_changed_on_the_way() -> None:
    given = {**elsewhere(), "norm.num_batches_tracked": tg.asarray(3)}
    names = {"norm.num_batches_tracked": None, **NAMES}
    made = assign(model(), given, rename=names)
    x = tg.ones((1, 4))
    expected = (x @ given["fc.0.weight"].mT + given["fc.0.bias"]) @ given["fc.1.weight"].mT + given["fc.1.bias"]
    normal = (expected - given["norm.running_mean"]) / (given["norm.running_var"] + 1e-5).__pow__(0.5)
    assert np.allclose(made(x).numpy(), (normal * given["norm.weight"] + given["norm.bias"]).numpy(), atol=1e-6)


def test_a_function_can_map_names() -> None:
    made = assign(
        model(), elsewhere(), rename=lambda n: n.replace("norm", "layers.2") if "norm" in n else None, missing=True
    )
    assert made[2].running_mean.tolist() == elsewhere()["norm.running_mean"].tolist()


def test_all_that_does_not_fit_is_listed() -> None:
    given = {
        "layers.0.weight": tg.ones((3, 4)), "layers.0.bias": tg.ones(3, dtype="float64"), "layers.1.bias": tg.ones(2),
        "layers.2.weight": tg.ones(2), "layers.2.bias": tg.ones(2), "layers.2.running_mean": tg.ones(()),
        "more": tg.ones(1),
    }  # fmt: skip
    with pytest.raises(ValueError, match="assign") as error:
        assign(model(), given)
    assert str(error.value).splitlines()[1:] == [
        "  missing     `layers.1.weight`: should be float32[3 2]",
        "  missing     `layers.2.running_var`: should be float32[2]",
        "  unexpected  `more`: is float32[1]",
        "  mis-shaped  `layers.0.weight`: should be float32[4 3], is float32[3 4]",
        "  mis-typed   `layers.0.bias`: should be float32[3], is float64[3]",
        "  mis-shaped  `layers.2.running_mean`: should be float32[2], is float32[]",
    ]


def test_a_long_list_is_cut() -> None:
    with pytest.raises(ValueError, match=re.escape("... and 60 more")):
        assign({"w": tg.ones(1)}, {"w": tg.ones(1), **{f"x{i}": tg.ones(1) for i in range(100)}})


def test_some_may_be_missing_or_left_over_if_one_says_so() -> None:
    first = model()
    made = assign(first, {"layers.0.bias": tg.ones(3), "head.weight": tg.ones(1)}, missing=True, unexpected=True)
    assert made[0].bias.tolist() == [1.0, 1.0, 1.0]
    assert made[1].weight is first[1].weight
    given = {"layers.0.bias": tg.ones(3), "head.weight": tg.ones(1)}
    with pytest.raises(ValueError, match="unexpected"):
        assign(first, given, missing=True)
    with pytest.raises(ValueError, match="missing"):
        assign(first, given, unexpected=True)


def test_two_tensors_for_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="both `a` and `b` go to `w`"):
        assign({"w": tg.ones(1)}, {"a": tg.ones(1), "b": tg.ones(1)}, rename={"*": "w"})
    with pytest.raises(ValueError, match=r"more `\*`"):
        assign({"w": tg.ones(1)}, {"a": tg.ones(1)}, rename={"*": "w.*.*"})


def test_layers_that_are_used_twice_and_frozen_ones_get_their_tensors() -> None:
    shared = tg.nn.Dense(in_features=2, out_features=2)
    made = tg.init(tg.nn.Sequential(shared, shared, tg.nn.freeze(shared)), tg.random.key(0))
    found = assign(made, {path: tensor * 0.0 for path, tensor in tensors(made).items()})
    assert found[0] is found[1]
    assert float(tg.sum(tg.abs(found(tg.ones((1, 2)))))) == 0.0


def tensors(tree: Any) -> dict[str, tg.Tensor]:
    from typedgrad.io.assign import tensors_of

    return tensors_of(tree)


def test_two_places_with_one_path_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two places of the tree have the path `a\.b`"):
        assign({"a.b": tg.ones(1), "a": {"b": tg.ones(1)}}, {})


@pytest.mark.peers
def test_a_network_of_torch_gives_the_same_here() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).eval()
    given = {name: tg.asarray(value.numpy()) for name, value in theirs.state_dict().items()}
    names: Any = {"*.num_batches_tracked": None, "2.*": "layers.2.*", "*.weight": ("layers.*.weight", lambda w: w.mT)}
    ours = assign(model(), given, rename={**names, "*.*": "layers.*.*"})
    x = np.random.default_rng(1).random((5, 4), np.float32)
    assert np.allclose(ours(tg.asarray(x)).numpy(), theirs(torch.from_numpy(x)).detach().numpy(), atol=1e-6)
