"""What every page must be: well-formed, accessible, without scripts, and without anything from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "input", "link", "img"}
BLOCKS = {
    "div",
    "p",
    "table",
    "figure",
    "section",
    "details",
    "ul",
    "h1",
    "h2",
    "h3",
    "header",
    "main",
    "footer",
    "nav",
}
PARENTS = {
    "tr": {"thead", "tbody", "tfoot"}, "td": {"tr"}, "th": {"tr"}, "li": {"ul"}, "figcaption": {"figure"},
    "summary": {"details"}, "thead": {"table"}, "tbody": {"table"}, "tfoot": {"table"},
}  # fmt: skip
DRAWN = {"rect", "line", "path", "circle", "text", "g"}


class Page(HTMLParser):
    """A page that was read, element by element; what is wrong with it is in `wrong`."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.labels: list[str] = []
        self.names: dict[str, int] = {}
        self.words: list[str] = []
        self.titles: list[str] = []
        self.pictures = 0
        self.feed(text)
        self.close()
        if self.open:
            self.wrong.append(f"not closed: {self.open}")

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.names[tag] = self.names.get(tag, 0) + 1
        parent = self.open[-1] if self.open else ""
        if parent in VOID:
            self.wrong.append(f"{tag} inside {parent}")
        if tag in BLOCKS and "p" in self.open:
            self.wrong.append(f"{tag} ends a paragraph")
        if tag in PARENTS and parent not in PARENTS[tag]:
            self.wrong.append(f"{tag} inside {parent}")
        if len(found) != len(attrs):
            self.wrong.append(f"{tag} has an attribute twice")
        self._attributes(tag, found)
        if tag == "svg":
            self.pictures += 1
            if not (found.get("aria-label") or found.get("aria-hidden")):
                self.wrong.append("a picture without a name")
        if tag in DRAWN and "svg" not in self.open:
            self.wrong.append(f"{tag} outside of a picture")
        if tag not in VOID:
            self.open.append(tag)

    def _attributes(self, tag: str, found: dict[str, str | None]) -> None:
        for name, value in found.items():
            if name.startswith("on"):
                self.wrong.append(f"a script in {name}")
            if name in ("src", "href", "xlink:href", "action", "srcset") and not (value or "").startswith(
                ("#", "data:image/svg+xml;base64,", "/")
            ):
                self.wrong.append(f"{name} leads out: {value}")
            if "nan" in re.split(r"[ ,]", (value or "").lower()) and tag in DRAWN:
                self.wrong.append(f"{tag} {name} is no number")
        if "id" in found:
            self.ids.append(found["id"] or "")
        if (found.get("href") or "").startswith("#"):
            self.targets.append((found["href"] or "")[1:])
        if tag == "img" and not found.get("alt"):
            self.wrong.append("an image without words")
        if tag == "label":
            self.labels.append(found.get("for") or "")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> where {self.open[-1:]} is open")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "svg" in self.open:
            self.titles.append(data)
        elif self.open and self.open[-1] not in ("style", "desc"):
            self.words.append(data)


def checked(text: str) -> Page:
    """The page, after looking for everything that must not be."""
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    assert "<script" not in text.lower()
    assert "Content-Security-Policy" in text
    assert "@import" not in text
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    page = Page(text.removeprefix("<!DOCTYPE html>"))
    assert not page.wrong, page.wrong
    assert len({*page.ids}) == len(page.ids), "an id twice"
    assert {*page.targets, *page.labels} <= {*page.ids}
    assert page.names["title"] >= 1
    assert page.names["h1"] == 1
    text.encode("utf-8")
    return page
