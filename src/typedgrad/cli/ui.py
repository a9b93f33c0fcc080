"""`typedgrad ui FILE...`: the page of a training, in a browser on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from typedgrad.cli.outcome import Failure

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="what tg.train.Stats records into")
    parser.add_argument("--out", metavar="PAGE", help="write the page of one FILE to this file of HTML, and stop")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: %(default)s)")
    parser.add_argument("--port", type=int, default=9000, help="the port; 0 for a free one (default: %(default)s)")
    parser.add_argument("--public", action="store_true", help="allow an address that other machines can reach")


def run(given: Namespace) -> int:
    """Serve until Ctrl-C, or write one page."""
    from typedgrad.cli.serving import Refused, Server

    files = [Path(name) for name in given.files]
    for file in files:
        if not file.is_file():
            raise Failure(f"there is no file {file}")
    if given.out is not None:
        return _written(files, Path(given.out))
    try:
        server = Server(files, host=given.host, port=given.port, public=given.public)
    except Refused as error:
        raise Failure(str(error)) from None
    except (OSError, OverflowError) as error:
        raise Failure(f"cannot listen at {given.host}, port {given.port}: {error}") from None
    with server:
        sys.stdout.write(f"{server.url}  (Ctrl-C ends)\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("\n")
    return 0


def _written(files: list[Path], out: Path) -> int:
    from typedgrad.reports import training_page
    from typedgrad.train import read_records

    if len(files) > 1:
        raise Failure("--out takes the page of one FILE")
    out.write_text(training_page(read_records(files[0]), title=files[0].stem), "utf-8")
    return 0
