"""Messages of the shapes package: every sentence that matching, rules, results and shape strings can say."""

from __future__ import annotations

from collections.abc import Callable

from tests.shapes import ops
from tests.shapes.ops import infer
from typedgrad.shapes import (
    UNKNOWN,
    Argument,
    Complaint,
    Request,
    Shape,
    Signature,
    Slot,
    Star,
    Sym,
    at_most,
    axis_index,
    dtypes,
    judge,
    parse_axes,
    parse_dim,
)

DENSE = Signature(
    {"x": Slot("*batch in_features", "Float")},
    Slot("*batch out_features", "Float"),
    name="Dense(in_features=1568, out_features=10)",
)
DENSE_KNOWN = {"in_features": "1568", "out_features": "10"}
SQUARE = Signature({"x": Slot("n n")}, Slot(""), name="trace")
SCALAR = Signature({"x": Slot("")}, Slot(""), name="backward")
EXACT = Signature({"x": Slot("*batch n"), "y": Slot("*batch m")}, Slot("*batch"), name="distance")
MIXED = Signature({"x": Slot("*b n"), "y": Slot("*#b n")}, Slot("*b n"), name="add_to")
WAITING = Signature({"x": Slot("n*m"), "y": Slot("n"), "z": Slot("m")}, Slot(""), name="unflatten")
ONE_OR = Signature({"x": Slot("n #3")}, Slot("n"), name="pick")
HALVES = Signature({"x": Slot("2*n")}, Slot("n"), name="halves")


def _complain(request: Request) -> Complaint | None:
    return judge(request).complaint


def _result(out: Slot | tuple[Slot, ...], returned: Shape | tuple[Shape, ...]) -> None:
    signature = Signature({"x": Slot("*batch n m")}, out, name="f")
    signature.check_result(signature.bind({"x": (8, 32, 5)}), returned)


def _pool(s: Shape, axis: int) -> dict[str, Shape]:
    return {"out": (s[axis_index(s, axis)],)}


POOL = Signature({"x": Slot("*s")}, Slot("*out"), _pool, "pool")

CASES: dict[str, Callable[[], object]] = {
    # names
    "name-in-two-arguments": lambda: infer(ops.MATMUL, "32 784", "10 784"),
    "name-in-two-arguments-symbolic": lambda: infer(ops.MATMUL, "batch features", "classes features"),
    "name-twice-in-one-argument": lambda: infer(SQUARE, "3 4"),
    "name-behind-a-run": lambda: infer(ops.LINEAR, "*batch 3 784", "10 5"),
    "name-no-repair": lambda: infer(ops.MATMUL, "2 3", "5 7"),
    "name-fixed-by-the-layer": lambda: infer(DENSE, "32 8 14 14", known=DENSE_KNOWN),
    "name-of-an-optional-argument": lambda: infer(ops.LINEAR, "8 784", "784 10", "12"),
    "swapped-arguments": lambda: infer(ops.MATMUL, "32 784", "10 32"),
    # sizes
    "size": lambda: infer(Signature({"x": Slot("n 3 h w")}, Slot(""), name="f"), "8 4 28 28"),
    "size-with-a-label": lambda: infer(ops.RGB, "8 4 28 28"),
    "size-symbolic": lambda: infer(ops.RGB, "n c h w"),
    "size-channels-last": lambda: infer(ops.RGB, "8 28 28 3"),
    "size-or-one": lambda: infer(ONE_OR, "8 4"),
    "size-behind-a-run": lambda: infer(Signature({"x": Slot("*b 3")}, Slot(""), name="f"), "*batch 4"),
    # expressions
    "expression": lambda: infer(Signature({"y": Slot("n m"), "x": Slot("n+1 m")}, Slot(""), name="f"), "4 2", "4 2"),
    "expression-symbolic": lambda: infer(
        Signature({"y": Slot("n m"), "x": Slot("n+1 m")}, Slot(""), name="f"), "a 2", "a 2"
    ),
    "expression-before-its-name": lambda: infer(ops.PAIRS, "4 2", "4 2"),
    "expression-without-a-solution": lambda: infer(HALVES, "7"),
    "expression-that-waited": lambda: infer(WAITING, "6", "2", "4"),
    "expression-of-the-layer": lambda: infer(
        Signature({"x": Slot("*b 4*d")}, Slot(""), name="Mlp(d=16)"), "2 60", known={"d": "16"}
    ),
    # ranks
    "rank": lambda: infer(ops.RGB, "28 28"),
    "rank-one-axis": lambda: infer(Signature({"x": Slot("n")}, Slot(""), name="f"), "2 3"),
    "rank-at-least": lambda: infer(ops.MATMUL, "784", "784 10"),
    "rank-behind-a-run": lambda: infer(Signature({"x": Slot("n")}, Slot(""), name="f"), "*batch 3 4"),
    "rank-scalar": lambda: infer(SCALAR, "32 1"),
    "rank-missing-batch": lambda: infer(Signature({"x": Slot("n 3 h w")}, Slot(""), name="f"), "3 28 28"),
    "rank-extra-one": lambda: infer(Signature({"x": Slot("n")}, Slot(""), name="f"), "32 1"),
    # runs and broadcasting
    "run": lambda: infer(EXACT, "2 3 4", "2 5 4"),
    "run-of-other-rank": lambda: infer(EXACT, "2 3 4", "3 4"),
    "run-symbolic": lambda: infer(EXACT, "*a 4", "*c 4"),
    "losses-refuse-to-broadcast": lambda: infer(ops.MSE, "32 1", "32"),
    "broadcast": lambda: infer(ops.ADD, "32 10", "32"),
    "broadcast-symbolic": lambda: infer(ops.ADD, "batch features", "batch classes"),
    "broadcast-of-three": lambda: infer(ops.WHERE, "2 1 4", "3 1", "2 5 4"),
    "broadcast-behind-axes": lambda: infer(ops.MATMUL, "2 8 3 4", "5 1 4 3"),
    "broadcast-into-a-run": lambda: infer(MIXED, "3 4", "2 3 4"),
    "broadcast-one-axis": lambda: infer(ops.SCALE, "2 3", "2 4"),
    # rules
    "rule-at-most": lambda: infer(ops.CONV2D, "8 3 4 28", "16 3 5 5", stride=1, padding=0),
    "rule-same": lambda: infer(ops.RESHAPE, "2 3", shape=(4,)),
    "rule-divides": lambda: infer(ops.ATTENTION, "8 32 100", heads=7),
    "rule-axis": lambda: infer(POOL, "2 3", axis=2),
    "rule-zero-stride": lambda: infer(ops.CONV2D, "8 3 28 28", "16 3 5 5", stride=0, padding=0),
    "rule-on-a-sequence": lambda: infer(ops.CONCAT, ["2 3", "2 4"], axis=0),
    "rule-negative-size": lambda: infer(Signature({"x": Slot("n")}, Slot("n-5"), name="shrink"), "3"),
    "channels-last": lambda: infer(ops.CONV2D, "8 28 28 3", "16 3 5 5", stride=1, padding=0),
    "sequence-items": lambda: infer(ops.STACK, ["2 3", "2 4"]),
    # results
    "result-size": lambda: _result(Slot("*batch n 3"), (8, 32, 4)),
    "result-name": lambda: _result(Slot("*batch n"), (8, 31)),
    "result-expression": lambda: _result(Slot("*batch n+1"), (8, 32)),
    "result-run": lambda: _result(Slot("*batch n"), (9, 32)),
    "result-rank": lambda: _result(Slot("n m"), (8, 32, 5)),
    "result-second": lambda: _result((Slot("n"), Slot("m")), ((32,), (6,))),
    "result-broadcast": lambda: ops.ADD.check_result(ops.ADD.bind({"x": (2, 1), "y": (3,)}), (2, 1)),
    # kinds of elements
    "dtype": lambda: ops.RELU.check_dtypes({"x": "int64"}),
    "dtype-of-an-item": lambda: Signature({"xs": Slot("n", "Float", many=True)}, None, name="f").check_dtypes(
        {"xs": ["float32", "bool"]}
    ),
    "dtype-no-common-integer": lambda: dtypes.promote("uint64", "int8"),
    # definitions
    "where-asks-for-nothing": lambda: Signature({"x": Slot("n")}, Slot("m"), name="f").attach(
        lambda k: {"m": k}, ("s",)
    ),
    "where-redefines": lambda: infer(Signature({"x": Slot("n")}, Slot("n"), lambda n: {"n": n}, "f"), "3"),
    "name-without-a-meaning": lambda: infer(Signature({"x": Slot("n")}, Slot("m"), name="f"), "3"),
    "where-returns-no-size": lambda: infer(Signature({"x": Slot("n")}, Slot("m"), lambda: {"m": 0.5}, "f"), "3"),
    # symbols
    "symbol-in-an-if": lambda: bool(Sym.named("n")),
    "unknown-in-an-if": lambda: bool(UNKNOWN),
    "at-most-symbolic": lambda: at_most(Sym.named("h") + 1, Sym.named("h"), "the window is taller than the picture"),
    "axis-unknown": lambda: axis_index((Star("batch"), 3), 0),
    # shape strings
    "string-comma": lambda: parse_axes("batch, 784"),
    "string-trailing-mark": lambda: parse_axes("n h#"),
    "string-two-runs": lambda: parse_axes("*a n *b"),
    "string-spaces-in-an-expression": lambda: parse_axes("n + 1"),
    "string-true-division": lambda: parse_axes("n d/2"),
    "string-bracket": lambda: parse_axes("n (h-k//2"),
    "string-brace": lambda: parse_axes("n {h"),
    "string-function": lambda: parse_axes("n sqrt(h)"),
    "string-starred-number": lambda: parse_axes("*3 n"),
    "string-no-name": lambda: parse_axes("n *"),
    "string-negative": lambda: parse_axes("n -1"),
    "string-marked-twice": lambda: parse_axes("n ##m"),
    "string-anonymous-broadcast": lambda: parse_axes("n #_"),
    "string-dots": lambda: parse_axes("n ...m"),
    "string-label": lambda: parse_axes("n 2x=4"),
    "string-number-and-name": lambda: parse_dim("2n"),
    # as mypy shows them
    "mypy-call": lambda: _complain(
        Request(
            "matmul",
            arguments=(
                Argument("x", "*#b m k", "Num", "batch features", "float32"),
                Argument("y", "*#b k n", "Num", "classes features", "float32"),
            ),
        )
    ),
    "mypy-dtype": lambda: _complain(
        Request("relu", arguments=(Argument("x", "*s", "Float", "batch", "int64"),), result=(("*s", "Float"),))
    ),
    "mypy-assignment": lambda: _complain(
        Request("logits", kind="assign", arguments=(Argument("logits", "n 10", "Float", "n 784", None),))
    ),
    "mypy-annotation": lambda: _complain(Request("", kind="annotation", result=(("n, 784", "Float32"),))),
}
