"""Colours of the pages are far enough apart to be read, in light and in dark."""

from __future__ import annotations

import re

import pytest

from typedgrad.reports.heat import strength_of
from typedgrad.reports.style import COLOURS, STYLE

Colour = tuple[float, ...]


def themes() -> dict[str, dict[str, Colour]]:
    found = {}
    for name, text in zip(("light", "dark"), re.findall(r":root \{([^}]*)\}", STYLE), strict=True):
        values = dict(re.findall(r"--([\w]+): ([^;]+);", text))
        found[name] = {key: parsed(value) for key, value in values.items()}
    return found


def parsed(value: str) -> Colour:
    if value.startswith("#"):
        return tuple(int(value[i : i + 2], 16) for i in (1, 3, 5))
    return tuple(float(part) for part in value.split(","))


def luminance(colour: Colour) -> float:
    """Source: the Web Content Accessibility Guidelines 2.1, "relative luminance"."""
    parts = [v / 255 for v in colour]
    red, green, blue = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: Colour, b: Colour) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


THEMES = themes()
each = pytest.mark.parametrize("theme", THEMES)


@each
@pytest.mark.parametrize("ink", ["ink", "faint", "accent", "bad", "good"])
def test_text_is_read_on_the_page_and_on_cards(theme: str, ink: str) -> None:
    for back in ("back", "card"):
        assert contrast(THEMES[theme][ink], THEMES[theme][back]) >= 4.5


@each
def test_lines_and_bars_are_seen_on_cards(theme: str) -> None:
    for name in [*(f"c{i}" for i in range(COLOURS)), "bar"]:
        assert contrast(THEMES[theme][name], THEMES[theme]["card"]) >= 3.0, name


@each
@pytest.mark.parametrize("kind", ["heat", "wrong"])
def test_counts_are_read_in_cells_of_every_strength(theme: str, kind: str) -> None:
    colours = THEMES[theme]
    for percent in range(1, 101):
        share = strength_of(percent / 100)
        cell = tuple(share * c + (1 - share) * b for c, b in zip(colours[kind], colours["card"], strict=True))
        letters = colours["strong" if percent >= 60 else "ink"]
        assert contrast(cell, letters) >= 4.5, percent


def test_stronger_cells_are_of_larger_shares() -> None:
    found = [strength_of(i / 100) for i in range(101)]
    assert found == sorted({*found})
    assert found[-1] == 1.0
