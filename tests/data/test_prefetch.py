"""Making batches ahead in a thread: the same elements in the same order, and nothing left behind, whatever happens."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from tests.data.rows import contents, numbered
from typedgrad.data import Loader, Stream


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "typedgrad-prefetch"]


def noted(made: list[int], n: int) -> Iterator[int]:
    for i in range(n):
        made.append(i)
        yield i


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    assert not threads()
    yield
    deadline = time.monotonic() + 5
    while threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not threads()


@pytest.mark.parametrize("ahead", [1, 2, 7, 100])
def test_the_order_does_not_depend_on_prefetching(ahead: int) -> None:
    loader = Loader(numbered(50), batch=4, shuffle=True, seed=3)
    assert contents(loader.prefetch(ahead).epoch(5)) == contents(loader.epoch(5))
    assert len(loader.prefetch(ahead)) == len(loader)


def test_no_more_is_made_ahead_than_was_asked_for() -> None:
    made: list[int] = []
    elements = iter(Stream(lambda _: noted(made, 100)).prefetch(3))
    assert next(elements) == 0
    time.sleep(0.1)
    assert len(made) <= 1 + 3 + 1, "one used, three waiting, one in the hand"
    assert list(elements) == list(range(1, 100))


def test_nothing_is_made_before_the_first_is_asked_for() -> None:
    made: list[int] = []
    elements = iter(Stream(lambda _: noted(made, 3)).prefetch(1))
    time.sleep(0.02)
    assert not made
    assert not threads()
    assert list(elements) == [0, 1, 2]


def test_work_and_waiting_overlap() -> None:
    def slow(_: int) -> Iterator[int]:
        for i in range(10):
            time.sleep(0.03)
            yield i

    start = time.perf_counter()
    for _ in Stream(slow).prefetch(2):
        time.sleep(0.03)
    assert time.perf_counter() - start < 0.55, "one after the other it takes 0.6 s"


def test_what_came_before_an_exception_is_delivered() -> None:
    def fails(_: int) -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("disk")

    elements = iter(Stream(fails).prefetch(5))
    assert [next(elements), next(elements)] == [1, 2]
    with pytest.raises(OSError, match="disk"):
        next(elements)
    with pytest.raises(StopIteration):
        next(elements)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError])
def test_every_kind_of_exception_reaches_the_consumer(error: type[BaseException]) -> None:
    def fails(_: int) -> Iterator[int]:
        yield 1
        raise error

    elements = iter(Stream(fails).prefetch(1))
    next(elements)
    with pytest.raises(error):
        next(elements)


def test_a_function_that_fails_at_once_fails_in_the_consumer() -> None:
    def fails(_: int) -> list[int]:
        raise OSError("no such place")

    with pytest.raises(OSError, match="no such place"):
        list(Stream(fails).prefetch(1))


def test_breaking_off_ends_the_thread_and_closes_the_source() -> None:
    closed = threading.Event()

    def endless(_: int) -> Iterator[int]:
        try:
            i = 0
            while True:
                yield i
                i += 1
        finally:
            closed.set()

    for i in Stream(endless).prefetch(2):
        if i == 3:
            break
    assert closed.wait(5)


def test_an_iterator_that_is_dropped_in_a_cycle_is_collected() -> None:
    elements = iter(Stream(lambda _: iter(int, 1)).prefetch(1))
    next(elements)
    cycle: list[object] = [elements]
    cycle.append(cycle)
    del elements, cycle
    gc.collect()


def test_close_ends_an_epoch() -> None:
    elements = Loader(numbered(20), batch=1).prefetch(2).epoch(0)
    next(elements)
    elements.close()  # type: ignore[attr-defined]  # an Iterator by its type
    assert list(elements) == []
    unused = Loader(numbered(20), batch=1).prefetch(2).epoch(0)
    unused.close()  # type: ignore[attr-defined]  # as above
    assert list(unused) == []


def test_prefetching_in_several_places_and_twice_at_once() -> None:
    loader = Loader(numbered(30), batch=3, shuffle=True).prefetch(1).map(lambda x: x + 1).prefetch(2)
    one, other = loader.epoch(0), loader.epoch(1)
    pairs = list(zip(one, other, strict=True))
    assert len(pairs) == 10
    assert contents(a for a, _ in pairs) == contents(loader.epoch(0))


ENDINGS = {
    "in the middle": "next(elements)",
    "by an exception": "next(elements); 1 / 0",
    "by sys.exit": "next(elements); sys.exit(3)",
    "while the source is stuck": "next(elements); next(elements); stuck.wait(5)",
    "kept by a module": "next(elements); sys.modules['kept'] = elements",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_that_ends_does_not_hang(ending: str) -> None:
    program = f"""
import sys, threading, time
from typedgrad.data import Stream
stuck = threading.Event()
def make(_):
    yield 1
    yield 2
    if {"stuck" in ending}:
        stuck.set()
        time.sleep(60)
    while True:
        yield 3
elements = iter(Stream(make).prefetch(2))
{ENDINGS[ending]}
"""
    done = subprocess.run([sys.executable, "-c", program], timeout=20, capture_output=True, text=True, check=False)
    wanted = {"by an exception": 1, "by sys.exit": 3}.get(ending, 0)
    assert done.returncode == wanted, done.stderr
    assert "Fatal" not in done.stderr
    assert ("ZeroDivisionError" in done.stderr) == (ending == "by an exception")


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_an_interrupt_while_waiting_ends_the_program() -> None:
    program = """
import time
from typedgrad.data import Stream
def make(_):
    yield 1
    time.sleep(60)
elements = iter(Stream(make).prefetch(2))
next(elements)
print("ready", flush=True)
try:
    next(elements)
except KeyboardInterrupt:
    print("interrupted")
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == ("interrupted\n", 0)
