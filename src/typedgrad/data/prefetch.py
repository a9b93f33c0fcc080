"""Elements that are made ahead, in a thread, while the consumer works on earlier ones."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.data.source import Source

E = TypeVar("E")
# How long one who stops waits for the element that is being made. The thread is a daemon: it never holds up the exit.
PATIENCE = 1.0


@dataclass(frozen=True)
class Prefetched(Generic[E]):
    """The elements of a source in the same order, up to `ahead` of them made before they are asked for."""

    source: Source[E]
    ahead: int

    @property
    def size(self) -> int | None:
        """As many as the source has."""
        return self.source.size

    def epoch(self, number: int) -> Iterator[E]:
        """The elements of one epoch; its thread starts with the first that is asked for."""
        source = self.source
        return Prefetching(lambda: source.epoch(number), self.ahead)


class _Shelf(Generic[E]):
    """What the thread and the consumer share. It does not know the consumer, so that the consumer can be collected."""

    __slots__ = ("ahead", "changed", "done", "error", "items", "stopped")

    def __init__(self, ahead: int) -> None:
        self.ahead = ahead
        self.changed = threading.Condition()
        self.items: deque[E] = deque()
        self.error: BaseException | None = None
        self.done = False
        self.stopped = False

    def put(self, item: E) -> bool:
        """Wait for room and put an element there; False once nobody wants it."""
        with self.changed:
            self.changed.wait_for(lambda: self.stopped or len(self.items) < self.ahead)
            if not self.stopped:
                self.items.append(item)
                self.changed.notify_all()
            return not self.stopped

    def finish(self, error: BaseException | None) -> None:
        with self.changed:
            self.error, self.done = error, True
            self.changed.notify_all()

    def stop(self) -> None:
        with self.changed:
            self.stopped = True
            self.items.clear()
            self.changed.notify_all()


def _fill(shelf: _Shelf[E], make: Callable[[], Iterator[E]]) -> None:
    """The thread: put elements on the shelf until there are no more, or nobody wants them."""
    error: BaseException | None = None
    try:
        elements = make()
        for element in elements:
            if not shelf.put(element):
                break
            # Waiting for room must not keep an element alive that the consumer is done with.
            del element
        close = getattr(elements, "close", None)
        if close is not None:
            close()
    except BaseException as caught:  # noqa: BLE001  # whatever it is belongs to the consumer
        error = caught
    shelf.finish(error)


def _stop(shelf: _Shelf[E], thread: threading.Thread) -> None:
    shelf.stop()
    # The garbage collector may run in any thread, this one included.
    if thread is not threading.current_thread():
        thread.join(PATIENCE)


class Prefetching(Iterator[E]):
    """One epoch, made ahead. An exception of the source is raised where its element would have come.

    The thread ends with the elements, and also when this is closed, collected or interrupted, or the program ends.

    >>> list(Prefetching(lambda: iter([1, 2, 3]), 2))
    [1, 2, 3]
    """

    def __init__(self, make: Callable[[], Iterator[E]], ahead: int) -> None:
        self._shelf: _Shelf[E] = _Shelf(ahead)
        self._thread = threading.Thread(target=_fill, args=(self._shelf, make), name="typedgrad-prefetch", daemon=True)
        self._started = False
        self._finalizer: weakref.finalize[[_Shelf[E], threading.Thread], Prefetching[E]] | None = None

    def __next__(self) -> E:
        shelf = self._shelf
        if not self._started:
            self._started = True
            self._thread.start()
            # Also runs when the program ends, before the interpreter is taken down.
            self._finalizer = weakref.finalize(self, _stop, shelf, self._thread)
        try:
            with shelf.changed:
                shelf.changed.wait_for(lambda: shelf.items or shelf.done or shelf.stopped)
                if shelf.items:
                    item = shelf.items.popleft()
                    shelf.changed.notify_all()
                    return item
                error, shelf.error = shelf.error, None
        except BaseException:
            self.close()
            raise
        self.close()
        if error is None:
            raise StopIteration
        try:
            raise error
        finally:
            del error  # it holds this frame, which must not hold it

    def close(self) -> None:
        """End the thread; there are no more elements."""
        self._started = True
        self._shelf.stop()
        if self._finalizer is not None:
            self._finalizer()
