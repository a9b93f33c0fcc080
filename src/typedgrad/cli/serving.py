"""A small server for training pages: it shows the files that it was given, to this machine, and nothing else."""

from __future__ import annotations

import html
import ipaddress
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from typedgrad.reports import training_page
from typedgrad.train import read_records
from typedgrad.version import __version__

# Seconds after which a browser loads the page of a running training again.
REFRESH: Final = 5
_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Refused(ValueError):
    """An address that others could reach, without having been told that they may."""


class Server(ThreadingHTTPServer):
    """Shows the page of each file under its number, the only one there is under `/`."""

    daemon_threads = True

    def __init__(self, files: Sequence[Path], *, host: str = "127.0.0.1", port: int = 0, public: bool = False) -> None:
        if not public and not loopback(host):
            raise Refused(
                f"other machines can reach {host}, and the page shows all that was recorded; say --public if they may"
            )
        self.files = tuple(files)
        self.public = public
        if ":" in host:
            import socket

            self.address_family = socket.AF_INET6
        super().__init__((host, port), Handler)

    @property
    def url(self) -> str:
        """Where to point a browser."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}/"

    def answers_to(self, host: str | None) -> bool:
        """Whether a request meant this server. Another name in it is a page elsewhere that wants to read ours."""
        if self.public:
            return True
        name = urlsplit(f"//{host or ''}").hostname if host else None
        return name in _NAMES or (name is not None and loopback(name))


def loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    >>> loopback("127.0.0.1"), loopback("::1"), loopback("localhost"), loopback("0.0.0.0"), loopback("example.org")
    (True, True, True, False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for the pages that there are."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = f"typedgrad/{__version__}"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:  # the name that http.server looks for
        """Send a page."""
        self._answer(body=True)

    def do_HEAD(self) -> None:  # likewise
        """Send what comes before a page."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        # A malformed name in the request is an error of the client's.
        try:
            known = self.server.answers_to(self.headers.get("Host"))
        except ValueError:
            known = False
        if not known:
            self._send(403, "This server answers to localhost only.", "text/plain", body=body)
            return
        status, kind, text = self._page(self.path.partition("?")[0])
        self._send(status, text, kind, body=body)

    def _page(self, path: str) -> tuple[int, str, str]:
        """The pages are counted, so no path leads to a file that was not given."""
        names = ["/"] if len(self.server.files) == 1 else [f"/{i}" for i in range(len(self.server.files))]
        if path in names:
            file = self.server.files[names.index(path)]
            try:
                return 200, "text/html", training_page(read_records(file), title=file.stem, refresh=REFRESH)
            except (OSError, ValueError) as error:
                return 500, "text/plain", f"{file.name}: {_reason(error)}\n"
        if path == "/":
            return 200, "text/html", _list(self.server.files)
        return 404, "text/plain", "There is no such page.\n"

    def _send(self, status: int, text: str, kind: str, *, body: bool) -> None:
        data = text.encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # its name in http.server
        """Say nothing of every request."""


def _reason(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "the file is damaged"


def _list(files: Sequence[Path]) -> str:
    entries = "".join(f'<li><a href="/{i}">{html.escape(str(f), quote=True)}</a></li>' for i, f in enumerate(files))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Trainings</title>'
        '<meta name="color-scheme" content="light dark"></head>'
        '<body style="font-family:system-ui,sans-serif;margin:3rem"><h1>Trainings</h1>'
        f"<ul>{entries}</ul></body></html>\n"
    )
