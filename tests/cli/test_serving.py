"""The server shows the pages that it was given, to this machine, and nothing else."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reports.pages import checked
from tests.reports.test_training import records
from typedgrad.cli.serving import Refused, Server, loopback


@contextmanager
def served(*files: Path, public: bool = False, host: str = "127.0.0.1") -> Iterator[Server]:
    with Server(files, host=host, public=public) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def asked(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)  # type: ignore[arg-type]  # an address of the internet is a host and a port
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, dict(answer.getheaders())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run <1>.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records(20, ended=False)))
    (tmp_path / "secret.txt").write_text("secret")
    return path


def test_the_page_is_served_as_it_is_now(file: Path) -> None:
    with served(file) as server:
        status, text, headers = asked(server, "/")
        assert status == 200
        assert "run <1>" in checked(text).text
        assert 'http-equiv="refresh" content="5"' in text
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        with file.open("a") as out:
            out.write(json.dumps({"kind": "step", "step": 99, "score": 0.125}) + "\n")
        assert "Step 99" in checked(asked(server, "/?again")[1]).text


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt", "/../secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/etc/passwd", "/1", "/-1", "/0x0",
        "/%2e%2e/secret.txt", "/run%20%3C1%3E.jsonl", "\\secret.txt", "/0/../secret.txt", "http://127.0.0.1/secret.txt",
    ],
)  # fmt: skip
def test_no_path_leads_to_another_file(path: str, file: Path) -> None:
    with served(file) as server:
        try:
            status, text, _ = asked(server, path)
        except http.client.InvalidURL:
            return
        assert status in (400, 404)
        assert "secret" not in text.replace("secret.txt", "")


def test_several_files_have_a_page_each(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text("")
    with served(file, other) as server:
        status, text, _ = asked(server, "/")
        assert status == 200
        assert "run &lt;1&gt;.jsonl" in text
        assert "run <1>" in checked(asked(server, "/0")[1]).text
        assert "nothing is recorded yet" in checked(asked(server, "/1")[1]).text
        assert asked(server, "/2")[0] == 404


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1", "", "[::2]", "[bad", "127.0.0.1.evil"],
)
def test_a_page_elsewhere_that_points_its_name_at_this_server_learns_nothing(host: str, file: Path) -> None:
    with served(file) as server:
        status, text, _ = asked(server, "/", Host=host)
        assert status == 403
        assert "score" not in text


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1:1", "[::1]:9000", "LOCALHOST"])
def test_this_machine_is_answered_by_any_of_its_names(host: str, file: Path) -> None:
    with served(file) as server:
        assert asked(server, "/", Host=host)[0] == 200


def test_other_methods_are_refused_and_head_has_no_body(file: Path) -> None:
    with served(file) as server:
        assert asked(server, "/", "POST")[0] == 501
        status, text, headers = asked(server, "/", "HEAD")
        assert (status, text) == (200, "")
        assert int(headers["Content-Length"]) > 1000


def test_files_that_cannot_be_shown_are_no_end_of_the_server(file: Path) -> None:
    with served(file) as server:
        file.write_text("no\nno\nno\n")
        status, text, _ = asked(server, "/")
        assert status == 500
        assert text == "run <1>.jsonl: the file is damaged\n"
        file.unlink()
        assert asked(server, "/")[0] == 500
        file.write_text("")
        assert asked(server, "/")[0] == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])  # it is refused
def test_an_address_that_others_reach_is_refused_unless_told(host: str, file: Path) -> None:
    with pytest.raises(Refused, match="other machines can reach"):
        Server([file], host=host)
    assert not loopback(host)


def test_it_may_be_told(file: Path) -> None:
    with served(file, public=True) as server:
        assert asked(server, "/", Host="other.example")[0] == 200


def test_the_command_serves_until_it_is_stopped(file: Path) -> None:
    command = [sys.executable, "-m", "typedgrad", "ui", str(file), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        url = run.stdout.readline().split()[0]
        assert url.startswith("http://127.0.0.1:")
        connection = http.client.HTTPConnection(url.removeprefix("http://").strip("/"), timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
        run.terminate()
        run.wait(timeout=10)
