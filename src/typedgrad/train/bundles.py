"""`save` and `load`: a model with all that a training needs to go on, in one file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, overload

import numpy as np

from typedgrad.core.random import Key
from typedgrad.core.tensor import Tensor
from typedgrad.data import Normaliser, from_parts, to_parts
from typedgrad.io.assign import listed, misfits, place_of, tensors_of, with_tensors
from typedgrad.io.bundle import Bundle, read_bundle, write_bundle
from typedgrad.io.files import on_host, placed
from typedgrad.io.refusal import BundleError
from typedgrad.optim import SolverState
from typedgrad.train.known import classes_in, known_classes
from typedgrad.train.listener import Position
from typedgrad.train.listeners import History
from typedgrad.train.precision import ScaledState
from typedgrad.train.rebuilding import PART, network_of, spelt_network
from typedgrad.train.templates import template
from typedgrad.train.trees import Reader, spelt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.io.strict_json import JSON
    from typedgrad.optim import Updater
    from typedgrad.train.listener import Resumable

M = TypeVar("M")


class Loaded(NamedTuple, Generic[M]):
    """What `load` found. `fit(loaded.model, data, ..., resume=loaded)` goes on from there.

    >>> tg.train.Loaded("model.zip", tg.ones(2)).position is None
    True
    """

    file: str
    model: M
    # The updater's state; a mapping from the paths of its leaves where that is of a class that is not known here.
    state: Any = None
    position: Position | None = None
    key: Key | None = None
    normaliser: Normaliser | None = None
    history: History | None = None
    # What the model was worth to a `Checkpoint`.
    score: float | None = None
    extras: Mapping[str, Any] = {}


def save(
    path: str | os.PathLike[str],
    model: object,
    *,
    at: Resumable | None = None,
    state: object = None,
    position: Position | None = None,
    key: Key | None = None,
    normaliser: Normaliser | None = None,
    history: History | None = None,
    score: float | None = None,
    extras: Mapping[str, object] | None = None,
) -> None:
    """Write a model to a file: its parameters and states, and of a network what it is; `load` reads it again.

    The file is written under another name and then renamed: what was there before stays until all is written, also
    if the process is killed or the disk is full. The same things give the same bytes. On a GPU, tensors come from it.

    Args:
        path: a zip file of JSON and safetensors, so `model.zip` is a good name.
        model: a network, a layer after `init`, or any tree of tensors.
        at: the moment of a training (what a listener is told), for its state, position and key.
        state: the updater's state: a tree of tensors, numbers, texts, tuples, named tuples and dicts.
        position: where the training is.
        key: the random key of the training.
        normaliser: a fitted one, of those in `data.NORMALISERS`.
        history: the losses so far.
        score: what the model is worth.
        extras: further trees of that kind by name, such as the state of a schedule that looks at the losses.

    Raises:
        TypeError: for what cannot be written, naming its path.
        BundleError: (a ValueError) for a dtype that the format does not have.
        OSError: if the file cannot be written.

    >>> import pathlib, tempfile
    >>> model = tg.init(tg.nn.Dense(in_features=2, out_features=1), tg.random.key(0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "model.zip")
    ...     tg.save(path, model)
    ...     loaded = tg.load(path, tg.nn.Dense(in_features=2, out_features=1))
    >>> loaded.model.weight.tolist() == model.weight.tolist()
    True
    """
    if at is not None:
        state = at.state if state is None else state
        position = at.position if position is None else position
        key = at.key if key is None else key
    for name, given, kind in (("key", key, Key), ("history", history, History), ("position", position, Position)):
        if given is not None and not isinstance(given, kind):
            raise TypeError(f"save: `{name}` must be a {kind.__name__}, not a {type(given).__name__}")
    found = tensors_of(model)
    if not found:
        raise TypeError(f"save: {_kind(model)} has no tensors; a layer gets its parameters by tg.init(model, key)")
    tensors: dict[str, NDArray[Any]] = {}
    whole = {
        "state": state,
        "position": position,
        "key": key,
        "normaliser": None if normaliser is None else to_parts(normaliser),
        "history": None if history is None else _losses(history),
        "score": None if score is None else float(score),
        "extras": dict(extras or {}),
    }
    training = {name: spelt(tree, name, tensors) for name, tree in whole.items()}
    described: JSON = {"kind": _kind(model), "network": spelt_network(model)}
    write_bundle(
        path,
        documents={"model": described, "training": training},
        tensors={"model": {p: on_host(x) for p, x in found.items()}, "training": tensors},
    )


@overload
def load(path: str | os.PathLike[str], *, updater: Updater[Any] | None = None, device: str = "cpu") -> Loaded[Any]: ...


@overload
def load(
    path: str | os.PathLike[str], expecting: type[M], *, updater: Updater[Any] | None = None, device: str = "cpu"
) -> Loaded[M]: ...


@overload
def load(
    path: str | os.PathLike[str], expecting: M, *, updater: Updater[Any] | None = None, device: str = "cpu"
) -> Loaded[M]: ...


def load(
    path: str | os.PathLike[str], expecting: Any = None, *, updater: Updater[Any] | None = None, device: str = "cpu"
) -> Loaded[Any]:
    """What `save` wrote. Nothing in the file is executed, and nothing in it is believed before it was checked.

    Args:
        path: the file.
        expecting: a model of the kind that was saved, with parameters or only described. For a network, which the file
            describes itself, nothing; or its class, as `tg.config.Network`, for those who read types.
        updater: for states with classes of your own: that whose state was saved.
        device: where the tensors go.

    Raises:
        BundleError: (a ValueError) if the file is not what `save` writes, is damaged, or holds another model than the
            one that is expected: then all that is missing, not expected, or of another shape or dtype is listed.
        TypeError: if there is nothing that says what the model is.
        OSError: if the file cannot be read at all.

    >>> tg.load("no/such/model.zip")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/model.zip'
    """
    bundle = read_bundle(path)
    described, training = (_document(bundle, name) for name in ("model", "training"))
    for name in ("model", "training"):
        if name not in bundle.tensors:
            raise BundleError(bundle.file, f"{name}.safetensors", "it is missing")
    if expecting is None or isinstance(expecting, type):
        model: Any = network_of(bundle, described.get("network"), device)
        if expecting is not None and not isinstance(model, expecting):
            raise BundleError(bundle.file, PART, f"it is a {_kind(model)}, but a {expecting.__name__} is expected")
    else:
        model = _filled(bundle, expecting, device)
    updater = getattr(getattr(model, "recipe", None), "updater", None) if updater is None else updater
    first = None if updater is None else updater.init(model)
    reader = Reader(bundle, "training", {**known_classes(), **classes_in(first)}, device)
    state = reader.tree(training["state"])
    if updater is not None and state is not None:
        _check_state(bundle.file, first, state)
    loaded = Loaded(
        bundle.file,
        model,
        state,
        _position(reader, training["position"]),
        reader.one(Key, training["key"]),
        _normaliser(reader, training["normaliser"]),
        _history(reader, training["history"]),
        reader.one(float, training["score"]),
        reader.one(dict, training["extras"]) or {},
    )
    reader.finish()
    return loaded


def _filled(bundle: Bundle, expecting: M, device: str) -> M:
    """The expected model, with the tensors of the file."""
    wanted, arrays = template(expecting), bundle.tensors["model"]
    lines = misfits(wanted.places, arrays)
    if lines:
        reason = f"these are not the tensors of {_kind(expecting)}:{listed(lines)}"
        raise BundleError(bundle.file, "model.safetensors", reason)
    made: M = with_tensors(wanted.model, {path: placed(array, device) for path, array in arrays.items()})
    return made


_TRAINING = {"state", "position", "key", "normaliser", "history", "score", "extras"}


def _document(bundle: Bundle, name: str) -> Mapping[str, JSON]:
    found = bundle.documents.get(name)
    if not isinstance(found, dict) or (name == "training" and found.keys() != _TRAINING):
        raise BundleError(bundle.file, f"{name}.json", "it is missing, or is not what `save` writes")
    return found


def _check_state(file: str, first: object, state: object) -> None:
    """A state has what the updater's first one has; solvers, which start with less than they come to have, apart."""
    if isinstance(state, ScaledState):  # that of mixed precision, around that of the updater
        state = state.inner
    wanted = {path: place_of(x) for path, x in tensors_of(first).items()}
    lines = misfits(wanted, tensors_of(state), unexpected=not isinstance(state, SolverState))
    if lines:
        raise BundleError(file, "training.json", f"this is not the state of the updater:{listed(lines)}")


def _kind(model: object) -> str:
    return type(model).__name__


def _losses(history: History) -> dict[str, Tensor]:
    return {name: Tensor(np.asarray(getattr(history, name), np.float64)) for name in ("steps", "epochs")}


def _history(reader: Reader, said: JSON) -> History | None:
    found = reader.one(dict, said)
    if found is None:
        return None
    history = History()
    for name, losses in (("steps", history.steps), ("epochs", history.epochs)):
        values = found.get(name)
        if not isinstance(values, Tensor) or values.ndim != 1 or values.dtype.name != "float64":
            raise reader.refusal(f"the history has no {name}")
        losses.extend(values.tolist())
    return history


def _position(reader: Reader, said: JSON) -> Position | None:
    found = reader.one(Position, said)
    if found is None:
        return None
    counts = (found.epochs, found.batch, found.step, found.offset)
    sums = (found.total, found.weight)
    if not all(type(n) is int and n >= 0 for n in counts) or not all(type(x) in (int, float) for x in sums):
        raise reader.refusal(f"{found} is no position")
    return found


def _normaliser(reader: Reader, said: JSON) -> Normaliser | None:
    found = reader.one(tuple, said)
    if found is None:
        return None
    match found:
        case (dict() as document, dict() as tensors):
            try:
                return from_parts(document, tensors)
            except (TypeError, ValueError) as error:
                raise reader.refusal(f"the normaliser: {error}") from error
    raise reader.refusal("the normaliser is none")
