"""The picture: well-formed, complete, nothing on top of anything else, and all arrows point down."""

from __future__ import annotations

import itertools
import random
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import typedgrad as tg
from typedgrad import nn, zoo
from typedgrad.overview.arrange import GAP_X, Link, arrange
from typedgrad.overview.flow import Graph, graph_of
from typedgrad.overview.picture import _Laid, _lay

SVG = "{http://www.w3.org/2000/svg}"


class Block(nn.Layer):
    """A residual block."""

    channels: int
    first: nn.Conv2d = nn.sub(lambda s: nn.Conv2d(in_channels=s.channels, out_channels=s.channels, kernel=3, padding=1))
    norm: nn.BatchNorm = nn.sub(lambda s: nn.BatchNorm(features=s.channels))

    def __call__(self, x: tg.Tensor) -> tg.Tensor:
        return tg.relu(x + self.norm(tg.relu(self.first(x))))


class Two(nn.Layer):
    """Two inputs, two outputs, one layer called twice, and an input that is only looked at in another way."""

    dense: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=4, out_features=4))

    def __call__(self, x: tg.Tensor, y: tg.Tensor) -> tuple[tg.Tensor, tg.Tensor]:
        a, b = self.dense(x), self.dense(tg.reshape(y, (-1, 4)))
        return a - b, b


RESIDUAL = nn.Sequential(nn.Conv2d(in_channels=3, out_channels=8, kernel=3), Block(channels=8), nn.Flatten())
MODELS: dict[str, tuple[nn.Layer, Any]] = {
    "lenet": (zoo.lenet(), "n 1 28 28"),
    "residual": (RESIDUAL, "n 3 32 32"),
    "encoder": (nn.TransformerEncoderBlock(features=64, heads=4), "n t 64"),
    "decoder": (nn.TransformerDecoderBlock(features=64, heads=4), ("n t 64", "n s 64")),
    "recurrent": (nn.Bidirectional(forward=nn.Lstm(in_features=3, features=2)), "n time 3"),
    "two": (Two(), ("n 4", "n 2 2")),
    "unet": (zoo.unet(), "n 1 572 572"),
    "inception": (zoo.googlenet(), "n 3 224 224"),
}
each_model = pytest.mark.parametrize(("model", "inputs"), MODELS.values(), ids=MODELS)


def texts(svg: str) -> list[str]:
    found = ET.fromstring(svg).iter(f"{SVG}text")
    return ["".join(t.itertext()) for t in found if "aria-hidden" not in t.attrib]


@each_model
@pytest.mark.parametrize("depth", [None, 0, 1, 9])
def test_it_is_well_formed_and_the_same_every_time(model: nn.Layer, inputs: Any, depth: int | None) -> None:
    found = tg.summary(model, inputs)
    svg = found.to_svg(depth=depth)
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert "nan" not in svg
    assert svg == tg.summary(model, inputs).to_svg(depth=depth)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for rect in root.iter(f"{SVG}rect"):
        if rect.attrib["width"] != "100%":
            x, y, w, h = (float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
            assert min(x, y) >= 0
            assert x + w <= width
            assert y + h <= height


def test_all_layers_ops_and_shapes_are_there() -> None:
    found = texts(tg.summary(zoo.lenet(), "n 1 28 28").to_svg())
    for text in (
        "Conv2d",
        "MaxPool2d",
        "Dense",
        "relu",
        "flatten",
        "n 20 24 24",
        "n 800",
        "n 10",
        "float32[n 1 28 28]",
    ):
        assert text in found
    assert "first · 520 parameters" in found
    assert "pool · shared" in found
    assert {"out_channels=20, kernel=5", "kernel=5, out_channels=20"} & {*found}


def edges(graph: Graph) -> set[tuple[str, str]]:
    def name(k: int | None) -> str:
        return "out" if k is None else f"in {-k}" if k < 0 else f"{k} {graph.boxes[k].step.name}"

    return {(name(a.source), name(a.target)) for a in graph.arrows}


def test_a_residual_branch_goes_around() -> None:
    graph = graph_of(tg.summary(Block(channels=8), "n 8 5 5").trace, None)
    (block,) = graph.boxes
    assert block.inside is not None
    assert edges(block.inside) == {
        ("in 1", "0 Conv2d"),
        ("0 Conv2d", "1 relu"),
        ("1 relu", "2 BatchNorm"),
        ("2 BatchNorm", "3 add"),
        ("in 1", "3 add"),
        ("3 add", "4 relu"),
        ("4 relu", "out"),
    }
    assert edges(graph) == {("in 1", "0 Block"), ("0 Block", "out")}


def test_several_inputs_and_outputs_and_views() -> None:
    graph = graph_of(tg.summary(Two(), ("n 4", "n 2 2")).trace, None)
    (two,) = graph.boxes
    assert two.inside is not None
    assert edges(two.inside) == {
        ("in 1", "0 Dense"),
        ("in 2", "1 Dense"),
        ("0 Dense", "2 subtract"),
        ("1 Dense", "2 subtract"),
        ("2 subtract", "out"),
        ("1 Dense", "out"),
    }
    # The arrow shows the shape in which the array is used.
    assert {a.label for a in two.inside.arrows if a.target == 1} == {"n 4"}
    assert edges(graph) == {("in 1", "0 Two"), ("in 2", "0 Two"), ("0 Two", "out")}


def test_layers_that_do_nothing_are_boxes_too() -> None:
    model = nn.Sequential(nn.Dropout(drop=0.5), nn.Identity(), nn.Dense(in_features=4, out_features=4))
    (box,) = graph_of(tg.summary(model, "n 4").trace, None).boxes
    assert box.inside is not None
    assert edges(box.inside) == {
        ("in 1", "0 Dropout"),
        ("0 Dropout", "1 Identity"),
        ("1 Identity", "2 Dense"),
        ("2 Dense", "out"),
    }


def test_depth_says_how_deep_to_look() -> None:
    found = tg.summary(RESIDUAL, "n 3 32 32")
    wanted = {"BatchNorm", "Sequential"}
    names = [sorted(wanted.intersection(texts(found.to_svg(depth=d)))) for d in (0, 1, 2)]
    assert names == [["Sequential"], ["Sequential"], ["BatchNorm", "Sequential"]]
    assert "Block" in " ".join(texts(found.to_svg(depth=1)))
    with pytest.raises(ValueError, match="`depth` must be at least 0, got -1"):
        found.to_svg(depth=-1)


def test_large_models_are_seen_from_further_away() -> None:
    found = tg.summary(zoo.resnet50(), "n 3 224 224")
    assert graph_of(found.trace, None).count() < 60
    assert graph_of(found.trace, 9).count() > 150


def test_names_are_escaped() -> None:
    class Odd(nn.Layer):
        kind: str

        def __call__(self, x: tg.Tensor) -> tg.Tensor:
            return x + 1.0

    svg = tg.summary(Odd(kind='<b>&"'), "n 2").to_svg()
    assert "<b>" not in svg
    assert any("<b>&" in text for text in texts(svg))


def overlapping(boxes: list[tuple[float, float, float, float]]) -> list[Any]:
    return [
        (a, b)
        for a, b in itertools.combinations(boxes, 2)
        if a[0] < b[2] - 0.5 and b[0] < a[2] - 0.5 and a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5
    ]


def every_level(laid: _Laid) -> list[_Laid]:
    return [laid, *(inner for part in laid.inside if part is not None for inner in every_level(part))]


@each_model
def test_no_box_covers_another_and_arrows_point_down(model: nn.Layer, inputs: Any) -> None:
    found = tg.summary(model, inputs)
    for laid in every_level(_lay(graph_of(found.trace, 9), found.inputs)):
        n = len(laid.graph.boxes)
        boxes = [
            (x - w / 2, y, x + w / 2, y + h)
            for x, y, (w, h) in zip(laid.places.x[:n], laid.places.y[:n], laid.sizes[:n], strict=True)
        ]
        assert not overlapping(boxes)
        for way in laid.places.ways:
            assert all(y1 <= y2 for (_, y1), (_, y2) in itertools.pairwise(way))
            for x, y in way[1:-1]:
                assert not any(l < x < r and t < y < b for l, t, r, b in boxes)


@pytest.mark.parametrize("seed", range(25))
def test_any_graph_is_arranged(seed: int) -> None:
    rng = random.Random(seed)
    n = rng.randint(1, 14)
    sizes = [(rng.uniform(20, 200), rng.uniform(20, 80)) for _ in range(n)] + [(10.0, 0.0)] * 2
    links = [Link(rng.choice([*range(k), n]), k) for k in range(n) for _ in range(rng.randint(1, 3))]
    links = [*dict.fromkeys(links), Link(n - 1, n + 1)]
    found = arrange(sizes, links, n, n + 1)
    boxes = [(x - w / 2, y, x + w / 2, y + h) for x, y, (w, h) in zip(found.x, found.y, sizes, strict=True) if h]
    assert not overlapping(boxes)
    assert min(left for left, *_ in boxes) >= -0.01
    assert max(right for _, _, right, _ in boxes) <= found.width + 0.01
    for link, way in zip(links, found.ways, strict=True):
        assert way[0] == pytest.approx((found.x[link.source], found.y[link.source] + sizes[link.source][1]))
        assert way[-1] == pytest.approx((found.x[link.target], found.y[link.target]))
        assert way[0][1] < way[-1][1]


def test_a_chain_is_straight_and_so_is_the_way_around_it() -> None:
    sizes = [(100.0, 40.0), (160.0, 40.0), (80.0, 40.0), (26.0, 26.0), (10.0, 0.0), (10.0, 0.0)]
    links = [Link(4, 0), Link(0, 1), Link(1, 2), Link(2, 3), Link(4, 3), Link(3, 5)]
    found = arrange(sizes, links, 4, 5)
    assert max(found.x) - min(found.x) < 0.01
    around = {round(x, 3) for x, _ in found.ways[4][1:-1]}
    assert len(around) == 1
    assert abs(around.pop() - found.x[1]) >= 80 + GAP_X


def test_it_needs_no_colour_to_be_read() -> None:
    svg = tg.summary(zoo.lenet(), "n 1 28 28").to_svg()
    root = ET.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert re.search(r"LeNet: 431,080 parameters, 2,293,000 n multiply-adds", root.attrib["aria-label"])
