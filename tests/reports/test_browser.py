"""A real browser draws the pages: everything is there, in light and in dark, and it has nothing to complain about."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from tests.reports.test_evaluation import every_kind
from tests.reports.test_training import records
from typedgrad.reports import evaluation_page, training_page

FOUND = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(FOUND is None, reason="no Chromium is installed here (Debian: apt install chromium)")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
)  # fmt: skip
DARK = "--blink-settings=preferredColorScheme=0"
PAGES = {
    "training": training_page(records(60), title="A training"),
    "evaluation": evaluation_page(*every_kind().values(), title="An evaluation"),
}


def browser(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it with an empty profile of its own."""
    assert FOUND is not None
    command = [FOUND, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


def colours(png: bytes) -> dict[bytes, int]:
    """How often each colour is in a picture, one of 16 neighbouring points looked at."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    at, packed = 8, b""
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        packed += png[at + 8 : at + 8 + size] if name == b"IDAT" else b""
        at += 12 + size
    found: dict[bytes, int] = {}
    stride, before = width * channels, bytearray(width * channels)
    raw = zlib.decompress(packed)
    for row in range(height):
        start = row * (stride + 1)
        line = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, channels)
        before = line
        if row % 4 == 0:
            for x in range(0, stride, 4 * channels):
                colour = bytes(line[x : x + 3])
                found[colour] = found.get(colour, 0) + 1
    return found


def _unfiltered(kind: int, line: bytearray, above: bytearray, channels: int) -> bytearray:
    for i in range(len(line)):
        a = line[i - channels] if i >= channels else 0
        b = above[i]
        c = above[i - channels] if i >= channels else 0
        p = a + b - c
        paeth = a if abs(p - a) <= abs(p - b) and abs(p - a) <= abs(p - c) else b if abs(p - b) <= abs(p - c) else c
        line[i] = (line[i] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
    return line


@pytest.mark.parametrize("name", PAGES)
def test_a_browser_reads_the_page_as_it_was_written_and_without_complaint(name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGES[name], "utf-8")
    done = browser(tmp_path, "--dump-dom", path.as_uri())
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not complaints
    # Nothing was moved elsewhere, as browsers do where a page is not valid.
    for piece in ("<svg ", "<table", "<figure>", "<section>", "<tr>", "<rect ", "<path "):
        assert done.stdout.count(piece) == PAGES[name].count(piece), piece


@pytest.mark.parametrize("name", PAGES)
def test_a_browser_draws_the_page_in_light_and_in_dark(name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGES[name], "utf-8")
    backs = []
    for i, flags in enumerate(((), (DARK,))):
        shot = tmp_path / f"{i}.png"
        browser(tmp_path, *flags, "--window-size=800,700", f"--screenshot={shot}", path.as_uri())
        found = colours(shot.read_bytes())
        assert len(found) > 30, "there are letters and lines"
        assert max(found.values()) < 0.97 * sum(found.values()), "the page is not empty"
        most, _ = max(found.items(), key=lambda pair: pair[1])
        backs.append(sum(most))
    assert backs[0] > 3 * 200 > 3 * 80 > backs[1]
