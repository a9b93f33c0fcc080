from __future__ import annotations

import pytest

from tests.shapes import ops
from tests.shapes.ops import infer
from typedgrad.shapes import (
    UNKNOWN,
    Dim,
    Inconclusive,
    ShapeError,
    Signature,
    SignatureError,
    Slot,
    parse_shape,
)


@pytest.mark.parametrize(
    ("signature", "shapes", "static", "out"),
    [
        (ops.MATMUL, ["32 784", "784 10"], {}, "32 10"),
        (ops.MATMUL, ["8 1 m k", "5 k 7"], {}, "8 5 m 7"),
        (ops.MATMUL, ["*batch m k", "k n"], {}, "*batch m n"),
        (ops.MATMUL, ["... m k", "*c k n"], {}, "... m n"),
        (ops.MATMUL, ["_ k", "k _"], {}, "_ _"),
        (ops.MATMUL, ["...", "784 10"], {}, "... _ 10"),
        (ops.ADD, ["", ""], {}, ""),
        (ops.ADD, ["2 1", "3"], {}, "2 3"),
        (ops.WHERE, ["n 1", "m", "1"], {}, "n m"),
        (ops.RELU, ["*s n 3"], {}, "*s n 3"),
        (ops.MSE, ["n 3", "_ 3"], {}, ""),
        (ops.LINEAR, ["*b 784", "784 n", "n"], {}, "*b n"),
        (ops.LINEAR, ["*b 784", "784 n"], {}, "*b n"),
        (ops.PAIRS, ["b+1 4", "b 4"], {}, "b 8"),
        (ops.PAIRS, ["_ 4", "b 4"], {}, "b 8"),
        (ops.SCALE, ["n 1", "n 3"], {}, "n 3"),
        (ops.SCALE, ["n 1", "n 1"], {}, "n 1"),
        (ops.QR, ["5 3"], {}, "5 3, 3 3"),
        (ops.QR, ["m n"], {}, "m min(m,n), min(m,n) n"),
        (ops.CONV2D, ["n 3 h w", "8 3 3 3"], {"stride": 2, "padding": 1}, "n 8 (h+1)//2 (w+1)//2"),
        (ops.CONV2D, ["n 3 h w", "8 3 3 3"], {"stride": UNKNOWN, "padding": 1}, "n 8 _ _"),
        (ops.SUM, ["n 3 m"], {"axis": -2, "keepdims": False}, "n m"),
        (ops.SUM, ["*b m"], {"axis": -1, "keepdims": True}, "*b 1"),
        (ops.RESHAPE, ["b t d"], {"shape": parse_shape("b d*t")}, "b d*t"),
        (ops.CONCAT, [["n 3", "m 3"]], {"axis": 0}, "m+n 3"),
        (ops.STACK, [["n 3", "n _"]], {}, "2 n 3"),
        (ops.SPLIT, ["6 n"], {"sections": 3, "axis": 0}, "2 n, 2 n, 2 n"),
        (ops.ATTENTION, ["*b t 512"], {"heads": 8}, "*b 8 t 64"),
    ],
)
def test_a_signature_infers(
    signature: Signature, shapes: list[str | list[str]], static: dict[str, object], out: str
) -> None:
    assert infer(signature, *shapes, known={}, **static) == out


def test_bind_tells_what_names_mean() -> None:
    env = ops.LINEAR.bind({"x": (2, 3, 784), "weight": (784, 10), "bias": None})
    assert env == {"*batch": (2, 3), "k": 784, "n": 10}


def test_known_names_are_bound_beforehand() -> None:
    layer = Signature({"x": Slot("*b n_in")}, Slot("*b n_out"), name="Dense")
    assert infer(layer, "32 784", known={"n_in": "784", "n_out": "h"}) == "32 h"
    with pytest.raises(ShapeError, match=r"^Dense: `x` has n_in=14, but n_in is 784") as caught:
        infer(layer, "32 14", known={"n_in": "784", "n_out": "h"})
    assert caught.value.argument == "x"


@pytest.mark.parametrize(
    ("pattern", "shape", "n"),
    [
        ("n+1", "5", "4"),
        ("2*n+1", "9", "4"),
        ("7-n", "3", "4"),
        ("n+k k", "9 5", "4"),
        ("n+1", "b+1", "b"),
        ("2*n", "2*b*c", "b*c"),
    ],
)
def test_an_expression_before_its_name_is_bound_is_solved(pattern: str, shape: str, n: str) -> None:
    assert str(Signature({"x": Slot(pattern)}, None).bind({"x": parse_shape(shape)})["n"]) == n


@pytest.mark.parametrize(("pattern", "shape"), [("2*n", "7"), ("n+5", "4"), ("2*n", "2*b+1"), ("2*n+1", "b+b")])
def test_an_expression_that_no_size_solves_is_refused(pattern: str, shape: str) -> None:
    with pytest.raises(ShapeError, match=r"^`x` must have"):
        Signature({"x": Slot(pattern)}, None).bind({"x": parse_shape(shape)})


@pytest.mark.parametrize("pattern", ["n*m", "n//2", "n*n", "n*k k*n", "min(n,3)"])
def test_an_expression_that_cannot_be_solved_binds_nothing(pattern: str) -> None:
    assert "n" not in Signature({"x": Slot(pattern)}, None).bind({"x": (6,) * len(pattern.split())})


def test_an_expression_waits_for_a_later_argument() -> None:
    signature = Signature({"x": Slot("n*m"), "y": Slot("n"), "z": Slot("m")}, None)
    signature.bind({"x": (6,), "y": (2,), "z": (3,)})
    with pytest.raises(ShapeError, match=r"^`x` must have n\*m=8 on axis 0"):
        signature.bind({"x": (6,), "y": (2,), "z": (4,)})


def test_braces_are_values_from_outside() -> None:
    class Config:
        width = 4

    signature = Signature({"x": Slot("{n} {config.width}")}, Slot("{n}+1"))
    assert signature.infer({"x": (3, 4)}, {"n": 3, "config": Config()}) == (4,)
    assert signature.infer({"x": parse_shape("b c")}, {"n": UNKNOWN}) == (UNKNOWN,)
    with pytest.raises(ShapeError, match=r"^`x` must have \{n\}=3 on axis 0"):
        signature.bind({"x": (5, 4)}, static={"n": 3})


def test_a_field_in_braces_is_found_among_the_known_names() -> None:
    signature = Signature({"x": Slot("{self.n}")}, None)
    with pytest.raises(ShapeError):
        signature.bind({"x": (5,)}, known={"n": 3})


def test_nothing_in_braces_is_executed() -> None:
    signature = Signature({"x": Slot("{__import__('os').getpid()}")}, None)
    signature.bind({"x": (5,)})


def test_items_of_a_sequence_have_names_of_their_own() -> None:
    assert infer(ops.CONCAT, ["2 3", "4 3"], axis=0) == "6 3"
    shared = Signature({"xs": Slot("n m", many=True), "y": Slot("m")}, None)
    shared.bind({"xs": [(2, 3), (4, 3)], "y": (3,)})
    with pytest.raises(ShapeError, match=r"^`m` is 3 in `xs\[0\]` but 5 in `xs\[1\]`"):
        shared.bind({"xs": [(2, 3), (4, 5)], "y": (3,)})
    with pytest.raises(ShapeError, match=r"`\*s` is \[2 3\] in `xs\[0\]` but \[2 4\] in `xs\[1\]`"):
        infer(ops.STACK, ["2 3", "2 4"])


def test_a_run_that_has_been_fixed_no_longer_grows() -> None:
    """As in jaxtyping: `*b` after `*#b` takes its own size, and every later `*#b` must broadcast to exactly that."""
    signature = Signature({"x": Slot("*#b"), "y": Slot("*b"), "z": Slot("*#b")}, Slot("*b"), name="f")
    assert signature.infer({"x": (1, 3), "y": (2, 3), "z": (3,)}) == (2, 3)
    with pytest.raises(ShapeError, match=r"^f: `\*b` is \[2 3\] in `y` but \[4 2 3\] in `z`"):
        signature.infer({"x": (1, 3), "y": (2, 3), "z": (4, 2, 3)})
    with pytest.raises(ShapeError, match=r"^f: `\*b` is \[2 1 3\] in `x` but \[2 3\] in `y`"):
        signature.infer({"x": (2, 1, 3), "y": (2, 3), "z": ()})


class TestResults:
    broadcasting = Signature({"x": Slot("*#b"), "y": Slot("*#b")}, Slot("*#b"), name="f")

    def test_a_broadcast_in_a_return_is_that_of_the_arguments(self) -> None:
        env = self.broadcasting.bind({"x": (2, 1), "y": (3,)})
        self.broadcasting.check_result(env, (2, 3))
        with pytest.raises(ShapeError, match=r"^f: the result must have \*b=\[2 3\] \(\*#b\), not \[2 1\]"):
            self.broadcasting.check_result(env, (2, 1))

    def test_a_single_broadcast_axis_in_a_return(self) -> None:
        env = ops.SCALE.bind({"x": (2, 1), "y": (2, 1)})
        ops.SCALE.check_result(env, (2, 1))
        with pytest.raises(ShapeError, match=r"^scale: the result must have m=1 on axis 1 \(n #m\), not 4"):
            ops.SCALE.check_result(env, (2, 4))

    def test_new_names_are_bound_by_the_result(self) -> None:
        signature = Signature({"x": Slot("n")}, (Slot("n k"), Slot("k")), name="f")
        env = signature.bind({"x": (2,)})
        assert signature.check_result(env, ((2, 5), (5,)))["k"] == 5
        with pytest.raises(ShapeError, match=r"^f: result\[1\] must have k=5 on axis 0 \(k\), not 6"):
            signature.check_result(env, ((2, 5), (6,)))

    def test_ranks(self) -> None:
        signature = Signature({"x": Slot("n m")}, Slot("n m"), name="f")
        env = signature.bind({"x": (2, 3)})
        with pytest.raises(ShapeError, match=r"^f: the result must have 2 axes \(n m\), not 1"):
            signature.check_result(env, (2,))


class TestRules:
    def test_a_rule_may_only_ask_for_what_there_is(self) -> None:
        signature = Signature({"x": Slot("n *s")}, Slot("m"), name="f")
        signature.attach(lambda n, s, x, stride: {"m": n}, statics=("stride",))
        with pytest.raises(
            SignatureError, match=r"^f: `where` asks for `q`, which is neither .*; there are n, s, stride, x$"
        ):
            signature.attach(lambda q: {"m": q}, statics=("stride",))

    def test_a_rule_must_not_redefine_a_bound_name(self) -> None:
        signature = Signature({"x": Slot("n")}, Slot("n"), lambda n: {"n": n}, "f")
        with pytest.raises(SignatureError, match=r"^f: `where` must not redefine `n`"):
            signature.infer({"x": (3,)})

    def test_every_name_of_the_result_needs_a_meaning(self) -> None:
        with pytest.raises(SignatureError, match=r"^f: `m` of the result is neither bound by an argument nor returned"):
            Signature({"x": Slot("n")}, Slot("m"), name="f").infer({"x": (3,)})
        with pytest.raises(SignatureError, match=r"^f: `\*m` of the result is neither"):
            Signature({"x": Slot("n")}, Slot("*m"), name="f").infer({"x": (3,)})

    def test_a_missing_static_argument_is_named(self) -> None:
        with pytest.raises(SignatureError, match=r"^conv2d: `where` asks for `padding`"):
            ops.CONV2D.infer({"x": (1, 3, 8, 8), "kernel": (4, 3, 3, 3)}, {"stride": 1})

    def test_defaults_of_a_rule_hold(self) -> None:
        def rule(n: Dim, k: int = 2, *, j: int = 1) -> dict[str, Dim]:
            return {"m": n * k + j}

        assert Signature({"x": Slot("n")}, Slot("m"), rule).infer({"x": (3,)}) == (7,)

    def test_what_is_returned_must_be_sizes(self) -> None:
        with pytest.raises(SignatureError, match=r"^f: `where` returned m=1.5, which is no size"):
            Signature({"x": Slot("n")}, Slot("m"), lambda: {"m": 1.5}, "f").infer({"x": (3,)})

    def test_a_negative_size_is_a_shape_error(self) -> None:
        with pytest.raises(ShapeError, match=r"^f: `m` would be -2"):
            Signature({"x": Slot("n")}, Slot("m"), lambda n: {"m": n - 5}, "f").infer({"x": (3,)})
        with pytest.raises(ShapeError, match=r"^f: `n-5` would be -2"):
            Signature({"x": Slot("n")}, Slot("n-5"), name="f").infer({"x": (3,)})

    def test_dividing_by_a_static_argument_that_is_zero_names_it(self) -> None:
        with pytest.raises(ShapeError, match=r"^conv2d: a size is divided by zero, and `stride` is 0"):
            infer(ops.CONV2D, "1 3 8 8", "4 3 3 3", stride=0, padding=1)

    def test_an_absent_tensor_is_none(self) -> None:
        signature = Signature({"x": Slot("n"), "y": Slot("m")}, Slot("k"), lambda x, y: {"k": 0 if y is None else 1})
        assert signature.infer({"x": (3,)}) == (0,)
        assert signature.infer({"x": (3,), "y": (2,)}) == (1,)

    @pytest.mark.parametrize(
        "look",
        [
            lambda mode: mode == "same",
            lambda mode: mode in ("same", "valid"),
            lambda mode: {"same": 1}[mode],
            len,
            list,
            lambda mode: mode.upper(),
            lambda mode: mode > 3,
            lambda mode: 1 if mode else 2,
        ],
    )
    def test_an_unknown_static_argument_cannot_be_looked_at(self, look: object) -> None:
        assert callable(look)
        signature = Signature({"x": Slot("n")}, Slot("m"), lambda mode: {"m": look(mode)})
        with pytest.raises((Inconclusive, TypeError)):
            signature.infer({"x": (3,)}, {"mode": UNKNOWN})


def test_dtypes_are_checked_by_class() -> None:
    ops.MATMUL.check_dtypes({"x": "float32", "y": None})
    with pytest.raises(ShapeError, match=r"^matmul: `y` must be Num, not bool"):
        ops.MATMUL.check_dtypes({"x": "float32", "y": "bool"})
    many = Signature({"xs": Slot("n", "Float", many=True)}, None, name="f")
    with pytest.raises(ShapeError, match=r"^f: `xs\[1\]` must be Float, not int64"):
        many.check_dtypes({"xs": ["float32", "int64"]})


def test_a_malformed_string_is_reported_on_first_use() -> None:
    signature = Signature({"x": Slot("n,m")}, None)
    with pytest.raises(ValueError, match='"n,m" is not a shape'):
        signature.bind({"x": (2, 3)})
