from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.shapes import ops
from typedgrad.shapes import UNKNOWN, Answer, Argument, Request, Spelled, judge, registry


def _astype(dtype: str) -> str:
    return dtype


@pytest.fixture(autouse=True)
def entries() -> Iterator[None]:
    registry.register("ops.matmul", ops.MATMUL)
    registry.register("ops.add", ops.ADD)
    registry.register("ops.concat", ops.CONCAT, static_defaults={"axis": 0})
    registry.register("ops.conv2d", ops.CONV2D, static_defaults={"stride": 1, "padding": 0})
    registry.register("ops.reshape", ops.RESHAPE)
    registry.register("ops.split", ops.SPLIT, static_defaults={"axis": 0})
    registry.register("ops.astype", ops.RELU, dtype_rule=_astype)
    registry.register("ops.power", ops.ADD, dtype_rule=lambda x, y: x if x != "int64" else "float32")
    yield
    for name in registry.names():
        if name.startswith("ops."):
            registry.forget(name)


def tensor(name: str, shape: str | None, dtype: str | None = "float32") -> Argument:
    return Argument(name, None, "Shaped", shape, dtype)


def ask(callee: str, *arguments: Argument, **statics: object) -> Answer:
    return judge(Request(callee.removeprefix("ops."), callee, arguments, statics=statics))


def test_an_op_is_found_by_its_name() -> None:
    answer = ask("ops.matmul", tensor("x", "batch 784"), tensor("y", "784 10", "float64"))
    assert answer == Answer(("batch 10",), ("float64",), None)


def test_a_clash_is_a_complaint() -> None:
    answer = ask("ops.matmul", tensor("x", "batch features"), tensor("y", "classes features"))
    assert answer.shapes == (None,)
    assert answer.complaint is not None
    assert answer.complaint == (
        "shape",
        "matmul: `k` is features in `x` but classes in `y`",
        (
            "    x  [m=batch k=features]",
            "                ^^^^^^^^^^",
            "    y  [k=classes n=features]",
            "        ^^^^^^^^^",
            "  hint: transpose it: y.mT",
        ),
        "y",
    )


@pytest.mark.parametrize(
    ("shape", "statics", "result"),
    [
        ("n 3 h w", {}, "n 8 h-2 w-2"),
        ("n 3 h w", {"stride": UNKNOWN}, "n 8 _ _"),
        ("n 3 h w", {"padding": Spelled("p")}, "n 8 h+2*p-2 2*p+w-2"),
        ("n _ 28 28", {"stride": 2}, "n 8 13 13"),
        (None, {}, "_ 8 _ _"),
        ("...", {}, "_ 8 _ _"),
    ],
)
def test_what_is_not_known_stays_unknown(shape: str | None, statics: dict[str, object], result: str) -> None:
    answer = ask("ops.conv2d", tensor("x", shape), tensor("kernel", "8 3 3 3"), **statics)
    assert answer == Answer((result,), ("float32",), None)


def test_a_rule_that_cannot_decide_leaves_the_shape_open() -> None:
    items = (("n 3", "float32"), ("m 3", "float32"))
    xs = Argument("xs", None, "Shaped", None, None, items)
    assert ask("ops.concat", xs).shapes == ("m+n 3",)
    assert ask("ops.concat", xs, axis=UNKNOWN).shapes == ("...",)
    assert ask("ops.concat", tensor("xs", None)).shapes == (None,)
    assert ask("ops.concat", xs._replace(many=((None, None), ("m 3", None)))).shapes == ("...",)


def test_static_shapes_are_tuples_of_text() -> None:
    assert ask("ops.reshape", tensor("x", "b t d"), shape=("b", Spelled("t*d"))).shapes == ("b d*t",)
    answer = ask("ops.reshape", tensor("x", "2 3"), shape=(4,))
    assert answer.complaint is not None
    assert answer.complaint.first == ("reshape: the old and the new shape hold different numbers of elements: 6 and 4")


def test_a_sequence_of_results() -> None:
    assert ask("ops.split", tensor("x", "6 n"), sections=3) == Answer(("2 n",) * 3, ("float32",) * 3, None)
    assert ask("ops.split", tensor("x", "6 n"), sections=UNKNOWN).shapes == (None,)


def test_the_dtype_of_a_result() -> None:
    assert ask("ops.add", tensor("x", "n", "float32"), tensor("y", "n", "int64")).dtypes == ("float32",)
    assert ask("ops.add", tensor("x", "n", "Float"), tensor("y", "n", "Float")).dtypes == ("Float",)
    assert ask("ops.add", tensor("x", "n", "Float"), tensor("y", "n", "float32")).dtypes == ("Float",)
    assert ask("ops.add", tensor("x", "n", "Float"), tensor("y", "n", "Int")).dtypes == ("Float",)
    assert ask("ops.add", tensor("x", "n", "Real"), tensor("y", "n", "Int")).dtypes == (None,)
    assert ask("ops.add", tensor("x", "n", "Float"), tensor("y", "", "weak complex")).dtypes == ("Complex",)
    assert ask("ops.add", tensor("x", "n", None), tensor("y", "n", "float32")).dtypes == ("Num",)
    assert ask("ops.add", tensor("x", "n", "int64"), tensor("y", "", "weak float")).dtypes == ("float32",)
    assert ask("ops.add", tensor("x", "n", "float64"), tensor("y", "", "weak float")).dtypes == ("float64",)
    assert ask("ops.astype", tensor("x", "n"), dtype="float64").dtypes == ("float64",)
    assert ask("ops.astype", tensor("x", "n"), dtype=UNKNOWN).dtypes == ("Float",)
    assert ask("ops.power", tensor("x", "n", "int64"), tensor("y", "n")).dtypes == ("float32",)
    assert ask("ops.power", tensor("x", "n", "Float"), tensor("y", "n")).dtypes == ("Float",)
    assert ask("ops.power", tensor("x", "", "weak int"), tensor("y", "n", "float64")).dtypes == ("float64",)


def test_a_wrong_kind_is_a_dtype_complaint() -> None:
    answer = ask("ops.astype", tensor("x", "n", "Int"), dtype="float64")
    assert answer.complaint is not None
    assert answer.complaint == (
        "dtype", "astype: `x` must be Float, not Int", ("  hint: convert it first: astype(x, float32)",), "x"
    )  # fmt: skip


def test_a_user_function_is_known_by_its_annotations_alone() -> None:
    x = Argument("x", "n k", "Float", "32 784", "float32")
    y = Argument("y", "k m", "Float", "784 h", "float32")
    request = Request("f", arguments=(x, y), result=(("n m new", "Float32"), ("*fresh", "Int")))
    assert judge(request) == Answer(("32 h _", "..."), ("float32", "Int"), None)
    wrong = judge(request._replace(arguments=(x, y._replace(shape="10 h"))))
    assert wrong.complaint is not None
    assert wrong.complaint.first == "f: `k` is 784 in `x` but 10 in `y`"


def test_fields_of_a_layer_are_known_names() -> None:
    request = Request(
        "Dense(in_features=784, out_features=10)",
        arguments=(Argument("x", "*b in_features", "Float", "32 784", "float32"),),
        result=(("*b out_features", "Float"),),
        known={"in_features": "784", "out_features": "10"},
    )
    assert judge(request).shapes == ("32 10",)


def test_a_callee_with_a_malformed_string_says_nothing_at_the_call() -> None:
    request = Request("f", arguments=(Argument("x", "n,m", "Float", "2", None),), result=(("n", "Float"),))
    assert judge(request) == Answer((None,), ("Float",), None)


def test_annotations() -> None:
    def read(text: str) -> Answer:
        return judge(Request("", kind="annotation", result=((text, "Float32"),)))

    assert read("*b n+1 #m rows=4 _ {k}").shapes == ("*b n+1 _ 4 _ {k}",)
    assert read("*#b n").shapes == ("... n",)
    complaint = read("b,784").complaint
    assert complaint is not None
    assert complaint.first == '"b,784" is not a shape: axes are separated by spaces, not commas'
    assert complaint.lines == ("    b,784", "    ^^^^^")


@pytest.mark.parametrize(
    ("declared", "actual", "fits"),
    [("n 3", "n 3", True), ("n 3", "_ 3", True), ("n 3", "...", True), ("n 3", "n 4", False), ("n", "n 3", False)],
)
def test_assignments(declared: str, actual: str, fits: bool) -> None:
    answer = judge(Request("y", kind="assign", arguments=(Argument("y", declared, "Float", actual, "float32"),)))
    assert (answer.complaint is None) == fits


def test_a_wrong_dtype_does_not_fit_an_assignment() -> None:
    answer = judge(Request("y", kind="assign", arguments=(Argument("y", "n", "Float", "n", "int64"),)))
    assert answer.complaint is not None
    assert answer.complaint.code == "dtype"


def test_arithmetic() -> None:
    request = Request("", kind="dim", result=(("(b*t*d)//(b*t)", ""), ("d+1", ""), ("h//0", ""), ("_+1", "")))
    assert judge(request).shapes == ("d", "d+1", None, "_")
    assert judge(request._replace(known={"d": "64"})).shapes == ("64", "65", None, "_")


def test_ops_are_entered_lazily() -> None:
    made: list[int] = []

    def make() -> registry.Entry:
        made.append(1)
        return registry.Entry(ops.RELU)

    registry.register_lazy("ops.lazy", make)
    assert "ops.lazy" in registry.names()
    assert not made
    assert registry.find("ops.lazy") is registry.find("ops.lazy")
    assert made == [1]
    assert registry.find("ops.nothing") is None
