"""`tg.summary`: the numbers that were published, those that can be counted by hand, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jaxtyping import Float

import typedgrad as tg
from typedgrad import nn, zoo
from typedgrad.overview.amounts import count, memory
from typedgrad.shapes import ShapeError, parse_dim, substitute

KEY = tg.random.key(0)


@pytest.mark.parametrize(
    ("model", "inputs", "parameters", "multiply_adds"),
    [
        (zoo.lenet, "n 1 28 28", 431_080, 2_293_000),
        (zoo.alexnet, "n 3 227 227", 60_965_224, 724_406_816),
        (zoo.vgg16, "n 3 224 224", 138_357_544, 15_470_264_320),
        (zoo.resnet18, "n 3 224 224", 11_689_512, 1_814_073_344),
        (zoo.resnet50, "n 3 224 224", 25_557_032, 4_089_184_256),
        (zoo.mobilenet_v2, "n 3 224 224", 3_504_872, 300_774_272),
        (zoo.densenet121, "n 3 224 224", 7_978_856, 2_834_161_664),
        (lambda: nn.Lstm(in_features=5, features=7), "n 4 5", 364, 4 * (5 + 7) * 28),
    ],
)
def test_published_networks_have_the_numbers_that_were_published(
    model: Any, inputs: str, parameters: int, multiply_adds: int
) -> None:
    found = tg.summary(model(), inputs)
    assert found.parameters == parameters
    assert found.multiply_adds == parse_dim("n") * multiply_adds


def rows(model: nn.Layer, inputs: object) -> dict[str, Any]:
    return {row.path: row for row in tg.summary(model, inputs).rows}


def test_lenet_row_by_row() -> None:
    found = tg.summary(zoo.lenet(), "n 1 28 28")
    assert [(r.path, r.layer, r.outputs[0], r.again) for r in found.rows] == [
        ("", "LeNet", "float32[n 10]", False),
        ("first", "Conv2d", "float32[n 20 24 24]", False),
        ("pool", "MaxPool2d", "float32[n 20 12 12]", False),
        ("second", "Conv2d", "float32[n 50 8 8]", False),
        ("pool", "MaxPool2d", "float32[n 50 4 4]", True),
        ("third", "Dense", "float32[n 500]", False),
        ("head", "Dense", "float32[n 10]", False),
    ]
    assert [r.parameters for r in found.rows] == [0, 520, 0, 25_050, 0, 400_500, 5_010]
    assert [str(r.multiply_adds) for r in found.rows] == ["0", "288000*n", "0", "1600000*n", "0", "400000*n", "5000*n"]
    assert found.inputs == ("float32[n 1 28 28]",)
    assert {*found.rows[1].options.split(", ")} == {"in_channels=1", "out_channels=20", "kernel=5"}


MODELS: dict[str, tuple[nn.Layer, Any, dict[str, Any]]] = {
    "lenet": (zoo.lenet(), "n 1 28 28", {"n": 7}),
    "transformer": (nn.TransformerEncoderBlock(features=8, heads=2), "n t 8", {"n": 3, "t": 5}),
    "decoder": (nn.TransformerDecoderBlock(features=8, heads=2), ("n t 8", "n s 8"), {"n": 3, "t": 5, "s": 4}),
    "lstm": (nn.Bidirectional(forward=nn.Lstm(in_features=3, features=2)), "n time 3", {"n": 2, "time": 6}),
    "gru": (nn.Gru(in_features=3, features=2), "n time 3", {"n": 2, "time": 6}),
    "sized": (
        nn.Sequential(nn.Conv2d(in_channels=1, out_channels=2, kernel=3), nn.BatchNorm()),
        "n 1 h w",
        {"n": 2, "h": 9, "w": 7},
    ),
}
each_model = pytest.mark.parametrize(("model", "inputs", "sizes"), MODELS.values(), ids=MODELS)


@each_model
def test_symbols_give_what_numbers_give(model: nn.Layer, inputs: Any, sizes: dict[str, int]) -> None:
    def put_in(text: str) -> str:
        return " ".join(str(sizes.get(word, word)) for word in text.split())

    numbers = tuple(map(put_in, inputs)) if isinstance(inputs, tuple) else put_in(inputs)
    general, special = tg.summary(model, inputs), tg.summary(model, numbers)
    for name in ("parameters", "states", "parameter_bytes", "multiply_adds", "activation_bytes"):
        assert substitute(getattr(general, name), sizes) == getattr(special, name), name
    assert [row.layer for row in general.rows] == [row.layer for row in special.rows]


@each_model
def test_values_change_nothing_and_columns_add_up(model: nn.Layer, inputs: Any, sizes: dict[str, int]) -> None:
    plain = tg.summary(model, inputs)
    numbers = {"n": "2", "t": "2", "s": "2", "time": "2", "h": "9", "w": "9"}
    given = tuple(
        " ".join(numbers.get(w, w) for w in text.split()) for text in ([inputs] if isinstance(inputs, str) else inputs)
    )
    filled = tg.summary(tg.init(model, KEY, input=given), inputs)
    assert json.loads(filled.to_json()) == json.loads(plain.to_json())
    for column, total in (("parameters", plain.parameters), ("multiply_adds", plain.multiply_adds)):
        added: Any = 0
        for row in plain.rows:
            added = added + getattr(row, column)
        assert added == total


def single(f: Any, *inputs: str, **options: Any) -> Any:
    """The multiply-adds of a function of tensors."""

    class Model(nn.Layer):
        def __call__(self, *xs: tg.Tensor) -> Any:
            return f(*xs, **options)

    return tg.summary(Model(), inputs).multiply_adds


def test_multiply_adds_of_ops_are_those_of_their_definitions() -> None:
    assert single(tg.matmul, "5 2 3", "3 4") == 5 * 2 * 3 * 4
    assert single(tg.conv2d, "2 6 8 8", "10 3 3 3", groups=2) == 2 * 10 * 6 * 6 * 3 * 9
    assert single(tg.conv1d, "2 6 8", "10 6 3", stride=2) == 2 * 10 * 3 * 6 * 3
    assert single(tg.conv_transpose2d, "2 6 4 4", "6 10 3 3") == 2 * 6 * 4 * 4 * 10 * 9
    assert single(tg.local_conv1d, "2 3 6", "4 5 3 3") == 2 * 4 * 5 * 3 * 3
    assert single(tg.scaled_dot_product_attention, "2 4 5 8", "2 2 7 8", "2 2 7 3") == 2 * 4 * 5 * 7 * (8 + 3)
    assert single(lambda x, y: tg.einsum("bij,bjk->bik", x, y), "2 3 4", "2 4 5") == 2 * 3 * 4 * 5
    assert single(lambda x, y, z: tg.einsum("ij,jk,kl->il", x, y, z), "2 3", "3 4", "4 5") == 2 * 3 * 4 + 2 * 4 * 5
    assert single(tg.tensordot, "2 3 4", "3 4 5") == 2 * 3 * 4 * 5
    assert single(tg.tensordot, "2 3 4", "4 5", axes=((2,), (0,))) == 2 * 3 * 4 * 5
    assert single(tg.vecdot, "3 4", "3 4") == 12
    assert single(lambda x: tg.exp(x) * x + 1.0, "3 4") == 0
    assert single(lambda x, w: tg.scan(lambda c, y: (c, y @ w), tg.zeros(1), x)[1], "9 2 3", "3 4") == 9 * 2 * 3 * 4


class Tied(nn.Layer):
    """Two names for one layer, and a parameter that another layer uses."""

    words: nn.Embedding = nn.sub(lambda self: nn.Embedding(vocabulary=10, features=4))
    unused: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=4, out_features=3))
    dense: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=4, out_features=4))

    def __call__(self, x: tg.Tensor) -> tuple[tg.Tensor, tg.Tensor]:
        y = self.dense(self.dense(self.words(x)))
        return y, y @ self.words.weight.mT


def test_what_is_shared_counts_once_and_what_is_not_called_is_listed() -> None:
    found = tg.summary(Tied(), "Int n t")
    assert found.parameters == 10 * 4 + 4 * 4 + 4 + 4 * 3 + 3 == nn.count_parameters(Tied())
    assert [(r.path, r.again, r.called) for r in found.rows] == [
        ("", False, True),
        ("words", False, True),
        ("dense", False, True),
        ("dense", True, True),
        ("unused", False, False),
    ]
    assert found.rows[0].outputs == ("float32[n t 4]", "float32[n t 10]")
    assert "as above" in str(found)
    assert "unused: Dense, not called" in str(found)


def test_states_are_no_parameters() -> None:
    found = tg.summary(nn.BatchNorm(features=5), "n 5")
    assert (found.parameters, found.states, found.parameter_bytes) == (10, 10, 80)


def test_frozen_parameters_are_not_trained() -> None:
    model = nn.Sequential(nn.freeze(nn.Dense(in_features=4, out_features=2)), nn.Dense(in_features=2, out_features=1))
    found = tg.summary(model, "n 4")
    assert (found.parameters, found.states) == (3, 10)
    assert "3, and 10 that are not trained" in str(found)


def test_layers_around_layers_and_graphs_of_layers() -> None:
    image, words = nn.Input(name="image", shape="n 8"), nn.Input(name="words", shape="n 6")
    seen = image.then(nn.Dense(out_features=4), name="seen")
    both = seen.then(nn.Concat(axis=-1), words).then(nn.Dense(out_features=3), name="both")
    found = tg.summary(nn.Dag(inputs=(image, words), outputs=both), ("n 8", "n 6"))
    assert [(r.path, r.options) for r in found.rows] == [
        ("", ""),
        ("layers.seen", "in_features=8, out_features=4"),
        ("layers.concat", "axis=-1"),
        ("layers.both", "in_features=10, out_features=3"),
    ]
    dense = nn.Dense(in_features=4, out_features=2)
    for layer, held in ((nn.WeightNorm(layer=dense), 12), (nn.TimeDistributed(layer=dense), 10)):
        assert tg.summary(layer, "n t 4" if held == 10 else "n 4").parameters == held


def test_a_plain_init_may_hold_tensors_and_half_precision_is_half_as_much() -> None:
    class Own(nn.Layer):
        table: Any

        def __init__(self) -> None:
            self.table = {"a": [tg.ones((2, 3), dtype=tg.float16)]}  # type: ignore[misc]  # before the layer is sealed

        def __call__(self, x: tg.Tensor) -> tg.Tensor:
            return x @ tg.astype(self.table["a"][0], x.dtype)

    found = tg.summary(Own(), "n 2")
    assert (found.parameters, found.parameter_bytes) == (6, 12)


def test_activations_are_the_results_that_are_no_views() -> None:
    class Views(nn.Layer):
        def __call__(self, x: tg.Tensor) -> tg.Tensor:
            return tg.exp(tg.reshape(x, (-1, 2)).mT)[0] + 1.0

    assert tg.summary(Views(), "Float64 4 6").activation_bytes == 8 * (24 + 12)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("n 4", "float32[n 4]"),
        ("Float64 n 4", "float64[n 4]"),
        ("Float64[n 4]", "float64[n 4]"),
        ("Int n 4", "int64[n 4]"),
        ("UInt8 n 4", "uint8[n 4]"),
        ("Bool n 4", "bool[n 4]"),
        ("Float n 4", "float32[n 4]"),
    ],
)
def test_a_dtype_may_stand_in_front_of_a_shape(text: str, shown: str) -> None:
    assert tg.summary(nn.Flatten(), text).inputs == (shown,)


def test_a_wrong_input_names_the_layer_that_refuses_it() -> None:
    model = nn.Sequential(
        nn.Dense(in_features=3, out_features=4), nn.Sequential(nn.Dense(in_features=5, out_features=4))
    )
    with pytest.raises(ShapeError) as caught:
        tg.summary(model, "n 3")
    assert str(caught.value).splitlines()[0] == (
        "at layers.1.layers.0, Dense(in_features=5, out_features=4): `x` has in_features=4, but in_features is 5"
    )
    with pytest.raises(ShapeError, match=r"^at second, .*conv2d: "):
        tg.summary(Narrow(), "n 1 9 9")


class Narrow(nn.Layer):
    """A second kernel that is larger than what the first one leaves."""

    first: nn.Conv2d = nn.sub(lambda self: nn.Conv2d(in_channels=1, out_channels=1, kernel=7))
    second: nn.Conv2d = nn.sub(lambda self: nn.Conv2d(in_channels=1, out_channels=1, kernel=5))

    def __call__(self, x: Float[tg.Tensor, "n 1 h w"]) -> tg.Tensor:
        return self.second(self.first(x))


def test_a_function_is_no_layer() -> None:
    with pytest.raises(TypeError, match="summary: `model` must be a Layer, not function"):
        tg.summary(lambda x: x, "n 3")  # type: ignore[arg-type]  # what is being tested


def test_json_is_valid_and_its_amounts_can_be_read() -> None:
    read = json.loads(tg.summary(nn.TransformerEncoderBlock(features=8, heads=2), "n t 8").to_json())
    assert parse_dim(read["multiply_adds"]) == parse_dim("16*n*t*t + 768*n*t")
    assert read["parameters"] == sum(row["parameters"] for row in read["layers"])
    assert read["layers"][0]["outputs"] == ["float32[n t 8]"]


def test_the_table_is_aligned() -> None:
    lines = str(tg.summary(zoo.lenet(), "n 1 28 28")).splitlines()
    assert lines[0] == "LeNet(float32[n 1 28 28])"
    table = lines[2:11]
    assert len({len(line) for line in (*table[1:],)} | {len(table[0])}) == 1
    assert lines[-3:] == ["parameters     431,080 (1.72 MB)", "multiply-adds  2,293,000 n", "activations    79.7 kB n"]


@pytest.mark.parametrize(
    ("amount", "counted", "weighed"),
    [
        ("0", "0", "0 B"),
        ("999", "999", "999 B"),
        ("1000", "1,000", "1 kB"),
        ("12345678", "12,345,678", "12.3 MB"),
        ("999600", "999,600", "1000 kB"),
        ("4096*n", "4,096 n", "4.1 kB n"),
        ("n", "n", "1 B n"),
        ("n*t*t+20000*n-1", "n t² + 20,000 n - 1", "n t² + 20,000 n - 1 B"),
    ],
)
def test_amounts_read_well(amount: str, counted: str, weighed: str) -> None:
    assert count(parse_dim(amount)) == counted
    assert memory(parse_dim(amount)) == weighed
