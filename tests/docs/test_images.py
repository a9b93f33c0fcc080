"""Pictures in the pages are there, are shown, and are small."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LARGEST = 300_000


def test_every_picture_that_is_shown_is_there_with_words_for_who_cannot_see_it() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    found = [
        (page, words, page.parent / path) for page in pages for words, path in SHOWN.findall(page.read_text("utf-8"))
    ]
    assert {path.name for _, _, path in found} >= {"training-page.png", "summary.png", "evaluation-page.png"}
    assert all(words for _, words, _ in found)
    assert all(path.is_file() for _, _, path in found)


def test_pictures_are_small_and_shown_somewhere() -> None:
    pages = " ".join(page.read_text("utf-8") for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    for path in (ROOT / "docs" / "images").iterdir():
        assert path.stat().st_size < LARGEST, path.name
        assert path.name in pages, path.name
