"""Signatures of every form that ops have, with rules, to infer with ints and with symbols."""

from __future__ import annotations

from collections.abc import Mapping

from typedgrad.shapes import (
    Dim,
    Inconclusive,
    Shape,
    Signature,
    Slot,
    Star,
    at_most,
    axis_index,
    divides,
    format_shape,
    parse_dim,
    parse_shape,
    prod,
    same,
)


def _conv2d(h: Dim, w: Dim, kh: Dim, kw: Dim, stride: int, padding: int) -> Mapping[str, Dim]:
    at_most(kh, h + 2 * padding, "the kernel is taller than the padded image")
    at_most(kw, w + 2 * padding, "the kernel is wider than the padded image")
    return {"h_out": (h + 2 * padding - kh) // stride + 1, "w_out": (w + 2 * padding - kw) // stride + 1}


def _sum(s: Shape, axis: int | None, keepdims: bool) -> Mapping[str, Shape]:
    if axis is None:
        if keepdims and any(isinstance(a, Star) for a in s):
            raise Inconclusive("how many axes of size 1 are left is not known")
        return {"reduced": (1,) * len(s) if keepdims else ()}
    i = axis_index(s, axis)
    return {"reduced": (*s[:i], *((1,) if keepdims else ()), *s[i + 1 :])}


def _reshape(old: Shape, shape: Shape) -> Mapping[str, Shape]:
    same(prod(old), prod(shape), "the old and the new shape hold different numbers of elements")
    return {"new": shape}


def _concat(xs: tuple[Shape, ...], axis: int) -> Mapping[str, Shape]:
    i = axis_index(xs[0], axis)
    total: Dim = 0
    rest = (*xs[0][:i], *xs[0][i + 1 :])
    for x in xs:
        size = x[i]
        assert not isinstance(size, Star)
        total = total + size
        rest = same(rest, (*x[:i], *x[i + 1 :]), "all axes but the joined one must agree")
    return {"out": (*rest[:i], total, *rest[i:])}


def _split(x: Shape, sections: int, axis: int) -> Mapping[str, list[Shape]]:
    i = axis_index(x, axis)
    size = x[i]
    assert not isinstance(size, Star)
    divides(sections, size, "the axis cannot be split evenly")
    return {"part": [(*x[:i], size // sections, *x[i + 1 :])] * sections}


def _heads(d: Dim, heads: Dim) -> Mapping[str, Dim]:
    divides(heads, d, "the heads do not share the features evenly")
    return {"d_head": d // heads}


MATMUL = Signature({"x": Slot("*#b m k", "Num"), "y": Slot("*#b k n", "Num")}, Slot("*#b m n", "Num"), name="matmul")
ADD = Signature({"x": Slot("*#b", "Num"), "y": Slot("*#b", "Num")}, Slot("*#b", "Num"), name="add")
WHERE = Signature({"condition": Slot("*#b", "Bool"), "x": Slot("*#b"), "y": Slot("*#b")}, Slot("*#b"), name="where")
RELU = Signature({"x": Slot("*s", "Float")}, Slot("*s", "Float"), name="relu")
MSE = Signature({"prediction": Slot("*s", "Float"), "target": Slot("*s", "Float")}, Slot("", "Float"), name="mse_loss")
LINEAR = Signature(
    {"x": Slot("*batch k", "Float"), "weight": Slot("k n", "Float"), "bias": Slot("n", "Float")},
    Slot("*batch n", "Float"),
    name="linear",
)
RGB = Signature({"x": Slot("n channels=3 h w")}, Slot("n h w"), name="to_grey")
PAIRS = Signature({"x": Slot("n+1 m"), "y": Slot("n m")}, Slot("n 2*m"), name="pairs")
SCALE = Signature({"x": Slot("n #m"), "y": Slot("n #m")}, Slot("n #m"), name="scale")
QR = Signature({"x": Slot("m n")}, (Slot("m min(m,n)"), Slot("min(m,n) n")), name="qr")
CONV2D = Signature(
    {"x": Slot("n c_in h w", "Float"), "kernel": Slot("c_out c_in kh kw", "Float")},
    Slot("n c_out h_out w_out", "Float"),
    _conv2d,
    "conv2d",
)
SUM = Signature({"x": Slot("*s", "Num")}, Slot("*reduced", "Num"), _sum, "sum")
RESHAPE = Signature({"x": Slot("*old")}, Slot("*new"), _reshape, "reshape")
CONCAT = Signature({"xs": Slot("*s", many=True)}, Slot("*out"), _concat, "concat")
STACK = Signature({"xs": Slot("*s", many=True)}, Slot("count *s"), lambda xs: {"count": len(xs)}, "stack")
SPLIT = Signature({"x": Slot("*s")}, Slot("*part", many=True), _split, "split")
ATTENTION = Signature({"x": Slot("*b t d")}, Slot("*b {heads} t d_head"), _heads, "heads")


def infer(signature: Signature, *shapes: str | list[str], known: Mapping[str, str] = {}, **static: object) -> str:
    """Infer from shapes as text, in the order of the arguments; several results are joined by commas."""
    given = dict(zip(signature.args, (_read(shape) for shape in shapes), strict=False))
    out = signature.infer(given, static, {name: parse_dim(text) for name, text in known.items()})
    several = not isinstance(signature.out, Slot) or signature.out.many
    return ", ".join(format_shape(shape) for shape in (out if several else (out,)))  # type: ignore[arg-type]  # by `several`


def _read(shape: str | list[str]) -> Shape | list[Shape]:
    return parse_shape(shape) if isinstance(shape, str) else [parse_shape(item) for item in shape]
