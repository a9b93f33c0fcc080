"""Telling the listeners: who wants to know what, which of them failed, and who says that it is enough."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from typedgrad.train.listener import Listener, StopTraining

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typedgrad.train.listener import Moment

MOMENTS = (
    "on_fit_start", "on_epoch_start", "on_forward", "on_gradients", "on_backward", "on_step_end", "on_epoch_end",
    "on_fit_end",
)  # fmt: skip
_Told = list[tuple[Listener, Callable[..., object]]]


class Audience:
    """The listeners of a training, moment by moment. `stop` is why one of them wants to end it."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        for i, listener in enumerate(listeners):
            _refuse(listener, i)
        self.listeners = listeners
        self.stop: StopTraining | None = None
        self.any = bool(listeners)
        self._told: dict[str, _Told] = {name: _wanting(listeners, name) for name in MOMENTS}

    def wants(self, moment: str) -> bool:
        """Whether anybody does something at a moment."""
        return bool(self._told[moment])

    def tell(self, moment: str, at: Moment, *more: object, **options: object) -> None:
        """Tell those who want to know, in their order."""
        for listener, call in self._told[moment]:
            try:
                call(at, *more, **options)
            except StopTraining as stop:
                self.stop = self.stop or stop
            except Exception as error:
                error.add_note(f"in the listener {_name(listener)}, {moment}, epoch {at.epoch}, step {at.step}")
                raise

    def close(self, *, quietly: bool = False) -> None:
        """Have all of them close what they opened, whatever one of them does; then raise the first error.

        Quietly, if there is another error already, which matters more.
        """
        failed: Exception | None = None
        for listener in self.listeners:
            close = getattr(listener, "close", None)
            if close is None:
                continue
            try:
                close()
            except Exception as error:  # noqa: BLE001  # raised below, when all the others are closed
                error.add_note(f"in the listener {_name(listener)}, close")
                failed = failed or error
        if failed is not None and not quietly:
            raise failed

    def kept(self) -> str | None:
        """Where a listener has kept the training."""
        found = (listener.kept() for listener in self.listeners if hasattr(listener, "kept"))
        return next((path for path in found if path is not None), None)


def _wanting(listeners: Sequence[Listener], moment: str) -> _Told:
    """Those with a method of their own for a moment."""
    told: _Told = []
    for listener in listeners:
        call: Any = getattr(listener, moment, None)
        if call is not None and getattr(call, "__func__", None) is not Listener.__dict__[moment]:
            told.append((listener, call))
    return told


def _refuse(listener: object, i: int) -> None:
    if isinstance(listener, type):
        name = listener.__name__
        raise TypeError(f"fit: `listeners[{i}]` must be a Listener, not the class {name}: write {name}(...)")
    if Listener in type(listener).__mro__:
        return
    calls = [name for name in MOMENTS if callable(getattr(listener, name, None))]
    if not calls or any(inspect.isclass(getattr(listener, name)) for name in calls):
        raise TypeError(f"fit: `listeners[{i}]` must be a Listener, not {listener!r}")


def _name(listener: Listener) -> str:
    return type(listener).__name__
