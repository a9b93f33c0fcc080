"""docs/catalogue.md is made of the table, and its links lead to what they name."""

from __future__ import annotations

import re

from docs.generate.api import pages
from docs.generate.catalogue import FILE, page
from tests.catalogue.row import SYSTEMS
from tests.catalogue.table import ROWS


def test_the_page_is_what_the_generator_writes() -> None:
    assert FILE.read_text("utf-8") == page(), "run `make docs`"


def test_every_name_of_ours_on_the_page_is_a_link() -> None:
    text = page()
    for row in ROWS:
        for name in row.names():
            assert f"[`{name}`](api/" in text, f"{name} is not in docs/api"


def test_the_links_lead_to_pages_that_there_are() -> None:
    files = {*pages()}
    assert set(re.findall(r"\]\(api/([\w-]+\.md)#", page())) <= files


def test_every_name_of_theirs_can_be_looked_up() -> None:
    text = page()
    assert all(f"* `{name}`: " in text for row in ROWS for system in SYSTEMS for name in row.theirs(system))
