"""A whole page: head, navigation, sections. It needs nothing from elsewhere, and no script."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Final, NamedTuple

from typedgrad.reports.markup import Child, Markup, element, joined
from typedgrad.reports.style import STYLE
from typedgrad.version import __version__

# A browser that knows it loads nothing and runs nothing, whatever a name in the page tries.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


class Section(NamedTuple):
    """A part of a page: its anchor, its heading, and what is in it."""

    anchor: str
    heading: str
    body: Markup


def page(title: str, subtitle: str, head: Markup, sections: Sequence[Section], *, refresh: int | None = None) -> str:
    """The page as text. With `refresh`, browsers load it again after so many seconds.

    >>> page("Digits", "test set", Markup(""), [Section("a", "A", Markup("<p>b</p>"))])[:15]
    '<!DOCTYPE html>'
    """
    meta = joined(
        [
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            element("meta", name="color-scheme", content="light dark"),
            element("meta", name="referrer", content="no-referrer"),
            None if refresh is None else element("meta", http_equiv="refresh", content=str(refresh)),
            element("title", title),
            element("style", Markup(STYLE)),
        ]
    )
    links = [element("a", s.heading, href=f"#{s.anchor}") for s in sections]
    name = element("span", "typedgrad", class_="name")
    top = element("header", element("div", name, element("nav", *links, aria_label="Sections")), class_="top")
    parts = [element("section", element("h2", s.heading, id=s.anchor), s.body) for s in sections]
    foot = element("footer", f"Made by typedgrad {__version__}.")
    main = element("main", element("h1", title), element("p", subtitle, class_="faint"), head, *parts, foot)
    return f"<!DOCTYPE html>\n{element('html', element('head', meta), element('body', top, main), lang='en')}\n"


def card(what: str, value: str, more: str = "") -> Markup:
    """A number that matters, with its name above and a remark below.

    >>> card("Accuracy", "97.5 %")
    '<div class="card"><div class="what">Accuracy</div><div class="value">97.5 %</div></div>'
    """
    below = element("div", more, class_="more") if more else None
    return element(
        "div", element("div", what, class_="what"), element("div", value, class_="value"), below, class_="card"
    )


def cards(found: Sequence[Markup]) -> Markup:
    """Several beside each other."""
    return element("div", *found, class_="cards")


def figure(caption: str, *content: Child, remark: str = "") -> Markup:
    """A picture with its caption."""
    more = element("span", f" {remark}", class_="faint") if remark else None
    return element("figure", element("figcaption", caption, more), *content)


def row(figures: Sequence[Markup], *, small: bool = False) -> Markup:
    """Pictures beside each other, as many as there is room for."""
    return element("div", *figures, class_="row small" if small else "row")


def table(
    head: Sequence[str], rows: Sequence[Sequence[Child]], foot: Sequence[Sequence[Child]] = (), *, left: int = 1
) -> Markup:
    """A table whose first column names the rows; so many columns are aligned to the left.

    >>> table(["class", "n"], [["cat", "3"]])[:57]
    '<div class="scroll"><table><thead><tr><th scope="col">cla'
    """

    def lines(cells: Sequence[Sequence[Child]]) -> list[Markup]:
        return [
            element("tr", element("th", line[0], scope="row"), *(element("td", cell) for cell in line[1:]))
            for line in cells
        ]

    titles = element("thead", element("tr", *(element("th", cell, scope="col") for cell in head)))
    wide = f"left{left}" if left > 1 else None
    last = element("tfoot", *lines(foot)) if foot else None
    return element("div", element("table", titles, element("tbody", *lines(rows)), last, class_=wide), class_="scroll")


def pairs(rows: Sequence[tuple[str, str]]) -> Markup:
    """Names and what they stand for, below each other."""
    lines = [element("tr", element("th", name, scope="row"), element("td", value)) for name, value in rows]
    return element("table", element("tbody", *lines), class_="key")


def panel(*content: Child) -> Markup:
    """A box around something that is no picture."""
    return element("div", *content, class_="panel")


def folded(heading: str, *content: Child, opened: bool = False) -> Markup:
    """What is shown when its heading is clicked."""
    return element("details", element("summary", heading), *content, open=opened)


def meter(share: float) -> Markup:
    """A small bar beside a number from 0 to 1; for the eye only."""
    width = 0.0 if isnan(share) else 100 * min(1.0, max(0.0, share))
    return element("span", element("i", style=f"width:{width:.1f}%"), class_="meter", aria_hidden="true")
