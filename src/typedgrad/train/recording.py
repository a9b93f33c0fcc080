"""What every layer of a model gives: the model with its layers replaced by ones that write down their outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from typedgrad.core.run import training
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import stop_gradient
from typedgrad.nn.layer import Layer, forwarding

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.train.listener import Activations

M = TypeVar("M")
Note = Callable[[Any], None]

# For each class of layers one that tells its outputs.
_RECORDING: WeakKeyDictionary[type, type] = WeakKeyDictionary()


def recording(model: M, found: dict[str, Tensor]) -> M:
    """The same model, which writes the outputs of its layers into a dict when it is called.

    They are named by their paths; the second output of a layer that is called twice has `#2` behind its path. Outputs
    that are no tensors, such as the states of cells, are left out.
    """

    def noting(path: str) -> Note:
        def note(output: Any) -> None:
            name, times = path, 1
            while name in found:
                times += 1
                name = f"{path}#{times}"
            if isinstance(output, Tensor):
                found[name] = stop_gradient(output)

        return note

    seen: dict[int, Any] = {}
    made: M = _noted(model, "", noting, seen)
    return made


def activations_of(run: Callable[[Callable[[Any], Any]], object], key: Key) -> Activations:
    """What calls `run`, a forward pass that is told how to look at its model, and gives what the layers gave."""

    def activations() -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        with training(key):
            run(lambda model: recording(model, found))
        return found

    return activations


def _noted(value: Any, path: str, noting: Callable[[str], Note], seen: dict[int, Any]) -> Any:
    if isinstance(value, Layer):
        if id(value) not in seen:
            copy: Any = object.__new__(_recording(type(value)))
            seen[id(value)] = copy
            for name, inner in value.__dict__.items():
                copy.__dict__[name] = _noted(inner, f"{path}.{name}" if path else name, noting, seen)
            copy.__dict__["_note"] = noting(path)
        return seen[id(value)]
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        items = [_stage(item, f"{path}.{i}", noting, seen) for i, item in enumerate(value)]
        return type(value)(items)
    if isinstance(value, dict):
        return {k: _stage(item, f"{path}.{k}", noting, seen) for k, item in value.items()}
    return value


def _stage(value: Any, path: str, noting: Callable[[str], Note], seen: dict[int, Any]) -> Any:
    """As `_noted`; plain functions among layers are stages as well."""
    if callable(value) and not isinstance(value, (Layer, Tensor, type)):
        note = noting(path)

        def noted(*inputs: Any, **options: Any) -> Any:
            output = value(*inputs, **options)
            note(output)
            return output

        return noted
    return _noted(value, path, noting, seen)


def _recording(cls: type) -> type:
    """The class of layers like those of `cls` that tell what they give."""
    found = _RECORDING.get(cls)
    if found is None:
        call: Callable[..., Any] = cls.__call__

        @forwarding
        def noted(self: Any, *inputs: Any, **options: Any) -> Any:
            output = call(self, *inputs, **options)
            self.__dict__["_note"](output)
            return output

        found = _RECORDING[cls] = type(cls)(cls.__name__, (cls,), {"__call__": noted, "__module__": cls.__module__})
    return found
