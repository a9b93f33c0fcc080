"""Colours and type of the picture, and how wide a text is."""

from __future__ import annotations

from typing import Final

FONT: Final = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif"
MONO: Final = "'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
# What a layer's or op's name contains, and its colour; the first that fits.
COLOURS: Final = (
    (("Conv", "conv", "Depthwise", "LocallyConnected"), "#2563eb"),
    (("Attention", "attention", "Queries"), "#7c3aed"),
    (("Lstm", "Gru", "Rnn", "lstm", "gru", "Recurrent"), "#be185d"),
    (("Norm", "norm"), "#0f766e"),
    (("Pool", "pool", "Upsample", "upsample", "Resize"), "#0891b2"),
    (("Dense", "Linear", "Bilinear", "matmul", "einsum", "linear"), "#c2410c"),
    (("Embed", "one_hot", "take", "Position"), "#a16207"),
    (("Drop", "drop", "Noise"), "#64748b"),
)
OTHER: Final = "#475569"
INK: Final = "#0f172a"
FAINT: Final = "#64748b"
LINE: Final = "#94a3b8"
# Ops that are drawn as a sign in a circle.
SIGNS: Final = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "matmul": "@"}

_NARROW = frozenset("fijlt.,:;'|!()[]{}I/ ")
_WIDE = frozenset("mwMWOQ@%=+")


def colour_of(name: str) -> str:
    """The colour of a kind of layer."""
    return next((colour for parts, colour in COLOURS if any(part in name for part in parts)), OTHER)


def text_width(text: str, size: float, *, mono: bool = False) -> float:
    """About how wide a text is: fonts differ, so a little more than most need."""
    if mono:
        return 0.62 * size * len(text)
    units = sum(0.37 if c in _NARROW else 0.93 if c in _WIDE else 0.72 if c.isupper() else 0.61 for c in text)
    return units * size


def shortened(text: str, size: float, most: float) -> str:
    """The text, or as much of its beginning as fits."""
    if text_width(text, size) <= most:
        return text
    while text and text_width(text + "…", size) > most:
        text = text[:-1]
    return text.rstrip(", ") + "…"
