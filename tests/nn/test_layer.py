from __future__ import annotations

import gc
import inspect

import numpy as np
import pytest
from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor, nn


class Affine(nn.Layer):
    n_in: int
    n_out: int
    weight: Float[Tensor, "n_in n_out"] = nn.param(nn.glorot_uniform)
    bias: Float[Tensor, "n_out"] = nn.param(nn.zeros)

    def __call__(self, x: Float[Tensor, "*batch n_in"]) -> Float[Tensor, "*batch n_out"]:
        return x @ self.weight + self.bias


class Block(nn.Layer):
    width: int
    up: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.width, out_features=4 * self.width))
    down: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=4 * self.width, out_features=self.width))

    def __call__(self, x: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        return x + self.down(tg.relu(self.up(x)))


class Tower(nn.Layer):
    blocks: list[Block]
    heads: dict[str, nn.Dense]

    def __call__(self, x: Float[Tensor, "*batch n"]) -> dict[str, Tensor]:
        for block in self.blocks:
            x = block(x)
        return {name: head(x) for name, head in self.heads.items()}


class Handmade(nn.Layer):
    def __init__(self, width: int) -> None:
        self.inner = nn.Dense(in_features=width, out_features=2)
        self.name = "handmade"

    def __call__(self, x: Tensor) -> Tensor:
        return self.inner(x)


def tower() -> Tower:
    return Tower(
        blocks=[Block(width=3), Block(width=3)],
        heads={"a": nn.Dense(in_features=3, out_features=2), "b": nn.Dense(in_features=3, out_features=1)},
    )


def test_parameters_are_allocated_from_their_annotations() -> None:
    model = tg.init(Affine(n_in=3, n_out=2), tg.random.key(0))
    assert model.weight.shape == (3, 2)
    assert model.bias.tolist() == [0.0, 0.0]
    assert model(tg.ones((4, 5, 3))).shape == (4, 5, 2)


def test_a_description_says_what_to_call() -> None:
    with pytest.raises(AttributeError, match=r"Affine.weight has no value yet.*tg\.init\(model, key\)"):
        Affine(n_in=3, n_out=2)(tg.ones((1, 3)))


def test_names_of_fields_are_sizes_in_messages() -> None:
    model = tg.init(Affine(n_in=3, n_out=2), tg.random.key(0))
    with pytest.raises(tg.ShapeError) as caught:
        model(tg.ones((4, 5)))
    assert str(caught.value).splitlines()[0] == "Affine(n_in=3, n_out=2): `x` has n_in=5, but n_in is 3"


def test_a_wrong_size_is_refused_when_the_signature_was_seen_with_another_layer() -> None:
    three = tg.init(Affine(n_in=3, n_out=2), tg.random.key(0))
    four = tg.init(Affine(n_in=4, n_out=2), tg.random.key(0))
    x = tg.ones((5, 3))
    three(x)
    with pytest.raises(tg.ShapeError, match="n_in is 4"):
        four(x)


@pytest.mark.parametrize("size", [0, -1, 2.0, True, "3"])
def test_sizes_must_be_positive_ints(size: object) -> None:
    with pytest.raises(ValueError, match=r"Affine: `n_in` must be a positive int, got"):
        Affine(n_in=size, n_out=2)  # type: ignore[arg-type]  # the mistake under test


def test_constructor_arguments_are_checked_by_name() -> None:
    with pytest.raises(TypeError, match="missing the field `n_out`"):
        Affine(n_in=3)  # type: ignore[call-arg]  # the mistake under test
    with pytest.raises(TypeError, match="there is no field `n_outs`; the fields are n_in, n_out"):
        Affine(n_in=3, n_out=2, n_outs=2)  # type: ignore[call-arg]  # as above
    with pytest.raises(TypeError):
        Affine(3, 2)  # type: ignore[call-arg]  # as above


def test_layers_are_frozen() -> None:
    model = Affine(n_in=3, n_out=2)
    with pytest.raises(AttributeError, match="frozen"):
        model.n_in = 4  # type: ignore[misc]  # the mistake under test
    with pytest.raises(AttributeError, match="frozen"):
        del model.n_in


def test_a_layer_is_a_tree_with_paths() -> None:
    model = tg.init(tower(), tg.random.key(0))
    paths = [path for path, _ in tg.leaves_with_paths(model)]
    assert paths[:4] == ["blocks.0.up.weight", "blocks.0.up.bias", "blocks.0.down.weight", "blocks.0.down.bias"]
    assert paths[-1] == "heads.b.bias"
    doubled = tg.tree_map(lambda x: x * 2, model)
    assert isinstance(doubled, Tower)
    assert np.array_equal(doubled.blocks[1].up.weight.numpy(), 2 * model.blocks[1].up.weight.numpy())


def test_a_parameter_s_key_follows_from_its_path_alone() -> None:
    small = tg.init(Tower(blocks=[Block(width=3)], heads={}), tg.random.key(0))
    large = tg.init(tower(), tg.random.key(0))
    assert np.array_equal(small.blocks[0].up.weight.numpy(), large.blocks[0].up.weight.numpy())
    assert not np.array_equal(large.blocks[0].up.weight.numpy(), large.blocks[1].up.weight.numpy())


def test_init_keeps_what_has_a_value() -> None:
    model = tg.init(Affine(n_in=3, n_out=2), tg.random.key(0))
    assert tg.init(model, tg.random.key(1)).weight is model.weight


def test_init_chooses_the_dtype() -> None:
    model = tg.init(Affine(n_in=3, n_out=2), tg.random.key(0), dtype="float64")
    assert model.weight.dtype == np.float64
    assert model(tg.ones((1, 3), dtype="float64")).dtype == np.float64


def test_the_gradient_of_a_model_is_a_model() -> None:
    model = tg.init(tower(), tg.random.key(0))
    gradient = tg.grad(lambda m, x: tg.sum(m(x)["a"]))(model, tg.ones((4, 3)))
    assert isinstance(gradient, Tower)
    assert gradient.heads["a"].bias is not None
    assert gradient.heads["a"].bias.tolist() == [4.0, 4.0]
    assert not gradient.heads["b"].weight.numpy().any()


def test_a_plain_init_works() -> None:
    model = tg.init(Handmade(3), tg.random.key(0))
    assert model(tg.ones((2, 3))).shape == (2, 2)
    assert model.name == "handmade"
    with pytest.raises(AttributeError, match="frozen"):
        model.name = "other"


def test_missing_sizes_are_learnt_from_the_input() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Dense(out_features=5), nn.Relu(), nn.Dense(out_features=2))
    made = tg.init(model, tg.random.key(0), input="n 2 3")
    assert [made[1].in_features, made[3].in_features] == [6, 5]
    assert made(tg.ones((7, 2, 3))).shape == (7, 2)
    with pytest.raises(TypeError, match=r"Dense.in_features is not known yet.*input='n \.\.\.'"):
        tg.init(model, tg.random.key(0))


def test_a_size_that_is_a_symbol_cannot_be_learnt() -> None:
    with pytest.raises(TypeError, match=r"in_features would be `n`.*give that axis"):
        tg.init(nn.Dense(out_features=2), tg.random.key(0), input="batch n")


def test_learning_refuses_an_input_that_does_not_fit() -> None:
    model = nn.Sequential(nn.Dense(in_features=4, out_features=5), nn.Dense(in_features=6, out_features=2))
    with pytest.raises(tg.ShapeError, match="in_features=5, but in_features is 6"):
        tg.init(model, tg.random.key(0), input="n 4")


def test_a_shared_layer_stays_shared() -> None:
    dense = nn.Dense(out_features=3)
    model = tg.init(nn.Sequential(dense, nn.Relu(), dense), tg.random.key(0), input="n 3")
    assert model[0] is model[2]
    assert [path for path, _ in tg.leaves_with_paths(model)] == ["layers.0.weight", "layers.0.bias"]
    gradient = tg.grad(lambda m, x: tg.sum(m(x)))(model, tg.ones((2, 3)))
    assert gradient[0] is gradient[2]
    moved = tg.tree_map(lambda p, g: p - 0.1 * g, model, gradient)
    assert moved[0] is moved[2]
    once = tg.grad(lambda m, x: tg.sum(m(tg.relu(m(x)))))(model[0], tg.ones((2, 3)))
    assert np.allclose(once.weight.numpy(), gradient[0].weight.numpy())


def test_functions_among_layers_stay_where_they_are() -> None:
    model = tg.init(nn.Sequential(nn.Dense(in_features=2, out_features=2), tg.relu), tg.random.key(0))
    gradient = tg.grad(lambda m, x: tg.sum(m(x)))(model, tg.ones((1, 2)))
    assert gradient[1] is tg.relu
    optimiser = tg.optim.sgd(0.1)
    moved, _ = optimiser.update(model, gradient, optimiser.init(model))
    assert moved[1] is tg.relu


def test_descriptions_have_shapes() -> None:
    out = tg.eval_shape(tower(), "n 3")
    assert {name: str(x.shape[0]) for name, x in out.items()} == {"a": "n", "b": "n"}
    assert out["a"].shape[1] == 2


def test_layers_print_as_they_are_written() -> None:
    assert repr(nn.Dense(in_features=4, out_features=2)) == "Dense(in_features=4, out_features=2)"
    assert repr(nn.Dense(in_features=4, out_features=2, use_bias=False)) == (
        "Dense(in_features=4, out_features=2, use_bias=False)"
    )


def test_without_a_bias_there_is_no_parameter() -> None:
    model = tg.init(nn.Dense(in_features=2, out_features=2, use_bias=False), tg.random.key(0))
    assert model.bias is None
    assert [path for path, _ in tg.leaves_with_paths(model)] == ["weight"]


def test_inheritance_keeps_fields_and_parameters() -> None:
    class Scaled(Affine):
        factor: float = 2.0

        def __call__(self, x: Float[Tensor, "*batch n_in"]) -> Float[Tensor, "*batch n_out"]:
            return super().__call__(x) * self.factor

    model = tg.init(Scaled(n_in=3, n_out=2), tg.random.key(0))
    plain = tg.init(Affine(n_in=3, n_out=2), tg.random.key(0))
    x = tg.ones((1, 3))
    assert np.allclose(model(x).numpy(), 2 * plain(x).numpy())


def test_a_step_leaves_no_garbage() -> None:
    model = tg.init(Block(width=3), tg.random.key(0))
    step = tg.value_and_grad(lambda m, x: tg.sum(m(x)))
    x = tg.ones((2, 3))
    step(model, x)
    gc.collect()
    gc.disable()
    try:
        step(model, x)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_help_shows_the_fields_that_can_be_given() -> None:
    class Longer(tg.nn.Dense):
        extra: int = 3

    assert list(inspect.signature(tg.nn.Dense).parameters) == ["in_features", "out_features", "use_bias", "activation"]
    assert str(inspect.signature(Longer)) == (
        "(*, in_features: 'int' = inferred, out_features: 'int', use_bias: 'bool' = True, "
        "activation: 'Activated' = None, extra: 'int' = 3)"
    )
    assert list(inspect.signature(tg.nn.Sequential).parameters) == ["layers"]
