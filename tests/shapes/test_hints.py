from __future__ import annotations

import pytest

from tests.shapes import ops
from tests.shapes.ops import infer
from typedgrad.shapes import Shape, ShapeError, Signature, Slot, axis_index

FLAT = Signature({"x": Slot("n 1568")}, Slot("n"), name="f")
CHANNELS_LAST = Signature({"x": Slot("n h w 3")}, Slot("n"), name="f")
PAIR = Signature({"image": Slot("n c h w"), "labels": Slot("n")}, Slot(""), name="f")


def hint(signature: Signature, *shapes: str, **static: object) -> str:
    with pytest.raises(ShapeError) as caught:
        infer(signature, *shapes, known={}, **static)
    return caught.value.hint


@pytest.mark.parametrize(
    ("signature", "shapes", "expected"),
    [
        (ops.MATMUL, ["32 784", "10 784"], "transpose it: y.mT"),
        (ops.MATMUL, ["784 32", "784 10"], "transpose it: x.mT"),
        (ops.MATMUL, ["*b n k", "m k"], "transpose it: y.mT"),
        (ops.MATMUL, ["32 784", "10 32"], "swap `x` and `y`"),
        (ops.MATMUL, ["784", "784 10"], "add a batch axis: x[None]"),
        (ops.MATMUL, ["784 10", "784"], ""),
        (ops.LINEAR, ["784", "10 784"], "transpose it: weight.mT"),
        (ops.MATMUL, ["2 4", "2 3 4"], "transpose it: y.mT"),
        (ops.ADD, ["32 10", "32"], "add an axis at the end: y[..., None]"),
        (ops.MSE, ["32 1", "32"], "drop the axis of size 1: squeeze(prediction, axis=-1)"),
        (ops.MSE, ["1 32", "32"], "drop the axis of size 1: squeeze(prediction, axis=0)"),
        (FLAT, ["32 8 14 14"], "flatten it first: flatten(x, start=1)"),
        (ops.RGB, ["8 28 28 3"], "move the channels to axis 1: moveaxis(x, -1, 1)"),
        (CHANNELS_LAST, ["8 3 28 28"], "move the channels to the back: moveaxis(x, 1, -1)"),
        (PAIR, ["8 3 28 28", "8 1"], "drop the axis of size 1: squeeze(labels, axis=-1)"),
        (PAIR, ["8", "8 3 28 28"], ""),
    ],
)
def test_the_first_repair_that_fits_is_offered(signature: Signature, shapes: list[str], expected: str) -> None:
    assert hint(signature, *shapes) == expected


@pytest.mark.parametrize(
    ("signature", "shapes"),
    [
        (ops.MATMUL, ["2 3", "5 7"]),
        (ops.MATMUL, ["_ 3", "4 _"]),
        (ops.LINEAR, ["*b 3 784", "10 5"]),
        (ops.MSE, ["*a", "*b"]),
    ],
)
def test_nothing_is_offered_that_is_not_certain_to_fit(signature: Signature, shapes: list[str]) -> None:
    assert hint(signature, *shapes) == ""


def test_an_objection_of_a_rule_is_not_met_by_transposing() -> None:
    tall = Signature({"x": Slot("*s")}, Slot("*out"), _tall, "f")
    assert hint(tall, "2 3", axis=0) == "did you mean axis=1?"
    assert hint(tall, "2 2", axis=0) == ""


def _tall(s: Shape, axis: int) -> dict[str, Shape]:
    if s[axis_index(s, axis)] != 3:
        raise ShapeError("the axis must have 3 entries")
    return {"out": s}


def test_the_nearest_axis_is_offered() -> None:
    last = Signature({"x": Slot("*s")}, Slot("*out"), lambda s, axis: {"out": (s[axis_index(s, axis)],)}, "f")
    assert hint(last, "2 3 4", axis=3) == "did you mean axis=2?"
    assert hint(last, "2 3 4", axis=-5) == "did you mean axis=0?"
