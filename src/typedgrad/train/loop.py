"""`fit`: epochs of batches, each a gradient and an update."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from typedgrad.core.pytree import flatten
from typedgrad.core.random import Key
from typedgrad.core.random import key as seeded
from typedgrad.core.tensor import Tensor
from typedgrad.data import Dataset
from typedgrad.train.batches import count, pairs_of
from typedgrad.train.course import Course, Plan
from typedgrad.train.interruption import Interruption
from typedgrad.train.objective import Objective
from typedgrad.train.progress import Progress, wanted
from typedgrad.train.refusals import checked_counts, checked_precision, refuse_other_data, refuse_what_is_none_of_them
from typedgrad.train.resuming import restored
from typedgrad.train.solvers import Solver
from typedgrad.train.telling import Audience

if TYPE_CHECKING:
    from typedgrad.optim import Updater
    from typedgrad.train.batches import Data
    from typedgrad.train.listener import Listener, Position, Resumable
    from typedgrad.train.precision import Precision
    from typedgrad.train.trainable import Trainable

M = TypeVar("M", bound=Callable[..., Tensor])
N = TypeVar("N", bound=Callable[..., tuple[Tensor, ...]])
T = TypeVar("T", bound="Trainable")
S = TypeVar("S")
BATCH = 32


@overload
def fit(
    model: M,
    data: Data,
    *,
    loss: Callable[[Tensor, Tensor], Tensor],
    updater: Updater[S] | Solver,
    epochs: int,
    key: Key,
    batch: int | None = None,
    listeners: Sequence[Listener] = (),
    state: S | None = None,
    progress: bool = True,
    accumulate: int = 1,
    truncate: int | None = None,
    precision: Precision | None = None,
    resume: Resumable | None = None,
) -> M: ...


@overload
def fit(
    model: N,
    data: Data,
    *,
    loss: Callable[..., Tensor],
    updater: Updater[S] | Solver,
    epochs: int,
    key: Key,
    batch: int | None = None,
    listeners: Sequence[Listener] = (),
    state: S | None = None,
    progress: bool = True,
    accumulate: int = 1,
    truncate: int | None = None,
    precision: Precision | None = None,
    resume: Resumable | None = None,
) -> N: ...


@overload
def fit(
    model: T,
    data: Data,
    *,
    epochs: int,
    loss: Callable[..., Tensor] | None = None,
    updater: Updater[Any] | Solver | None = None,
    key: Key | None = None,
    batch: int | None = None,
    listeners: Sequence[Listener] = (),
    state: object = None,
    progress: bool = True,
    accumulate: int = 1,
    truncate: int | None = None,
    precision: Precision | None = None,
    resume: Resumable | None = None,
) -> T: ...


def fit(
    model: Any,
    data: Data,
    *,
    epochs: int,
    loss: Callable[..., Tensor] | None = None,
    updater: Updater[Any] | Solver | None = None,
    key: Key | None = None,
    batch: int | None = None,
    listeners: Sequence[Listener] = (),
    state: object = None,
    progress: bool = True,
    accumulate: int = 1,
    truncate: int | None = None,
    precision: Precision | None = None,
    resume: Resumable | None = None,
) -> object:
    """The model after training it to make `loss(model(x), y)` small.

    A network with a recipe says itself what the loss and the updater are, from which seed its randomness comes, and
    where back-propagation through time is cut; what is given here counts instead.

    The same arguments give the same model, bit by bit on the same machine: dropout and the like draw from `key`, one
    child of it per step, and a dataset is shuffled by it. A loader has its own seed and counts its own epochs.

    Ctrl-C stops after the current step and returns the model as it is then, saying so on standard error.

    Args:
        model: a network with a recipe, a layer, or any tree of tensors that can be called.
        data: a dataset, to be shuffled and cut into batches anew each epoch; or a loader or other iterable of batches
            `(x, y)`, which is iterated over once per epoch. Several inputs or outputs are tuples. A batch that is a
            named tuple may have a `mask`, for the model if its call takes one and for the loss if it is one of the
            labels, and `weights` of its examples, for the loss.
        epochs: how often to go through the data, with those before if the training is resumed.
        loss: the scalar to minimise, of the model's output and the labels of a batch.
        updater: how to follow the gradients; or a `solver`.
        key: where the randomness comes from.
        batch: rows per batch of a dataset; 32 unless given.
        listeners: told at each step and epoch, in this order.
        state: the updater's state to go on from, such as a listener was told; a new one unless given.
        progress: whether to draw a bar if standard error is a terminal.
        accumulate: make one update of so many batches, as if they were one; fewer at the end of an epoch. The loss
            must be a mean.
        truncate: cut sequences, whose second axis is time, into windows of so many steps, each with its own update.
            Recurrent layers go on where they stopped, but no gradient flows from one window into the one before.
        precision: compute with narrower numbers; see `mixed`.
        resume: go on from a `Moment`, or from what was saved of one, as if there had been no interruption. `model` is
            that of the moment. A loader must have the seed that it had.

    Raises:
        Diverged: (a FloatingPointError) if the loss is NaN or infinite; names the epoch and the step.
        TypeError: if a batch is not a pair of tensors, `batch` is given for data that has its own batches, or the model
            has no recipe and something is missing.
        ValueError: if there are no batches, a batch is empty, a number is negative, or a state is of another model.
        ShapeError: if shapes do not fit, or the loss is not a scalar.

    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0]]), tg.asarray([[1.0], [3.0], [5.0]]))
    >>> model = tg.fit(model, data, loss=tg.mse, updater=tg.optim.sgd(0.1), epochs=200, key=tg.random.key(1))
    >>> round(model.weight.item(), 3), round(model.bias.item(), 3)
    (2.0, 1.0)
    """
    checked_counts(epochs, accumulate, truncate)
    checked_precision(precision)
    loss, updater, key, truncate = _recipe(model, loss, updater, key, truncate, resume)
    refuse_what_is_none_of_them(model, loss, updater, key, accumulate, truncate, precision)
    pairs = _batches(data, batch, updater, key)
    audience = Audience(_with_bar(listeners, progress=progress))
    state, position = _start(model, updater, state, precision, resume)
    batches = count(pairs)
    refuse_other_data(position, batches)
    objective = Objective(model, loss, precision)
    plan = Plan(objective, updater, key, audience, epochs, batches, accumulate, truncate, precision)
    course: Course[object] = Course(plan, model, state, position)
    try:
        with Interruption() as interruption:
            course.run(pairs, interruption)
    except BaseException:
        audience.close(quietly=True)
        raise
    audience.close()
    if interruption.asked:
        _say_where(course, audience.kept())
    return course.model


def _with_bar(listeners: Sequence[Listener], *, progress: bool) -> Sequence[Listener]:
    """The listeners, with a bar if somebody looks and there is none yet."""
    if not isinstance(listeners, Sequence):
        raise TypeError(f"fit: `listeners` must be a list of listeners, not {listeners!r}")
    bar = wanted(progress) and not any(isinstance(listener, Progress) for listener in listeners)
    return (*listeners, Progress()) if bar else tuple(listeners)


def _recipe(
    model: object,
    loss: Callable[..., Tensor] | None,
    updater: Updater[Any] | Solver | None,
    key: Key | None,
    truncate: int | None,
    resume: Resumable | None,
) -> tuple[Callable[..., Tensor], Updater[Any] | Solver, Key, int | None]:
    """What was given, and else what the model's recipe says."""
    if resume is not None and not (hasattr(resume, "state") and hasattr(resume, "position")):
        raise TypeError(f"fit: `resume` must be a Moment or what was saved of one, not {resume!r}")
    kept = None if resume is None else getattr(resume, "key", None)
    if key is not None and kept is not None and key != kept:
        raise ValueError(f"fit: `resume` was trained with {kept}, not {key}: leave `key` out, or give that")
    key = kept if key is None else key
    recipe: Any = getattr(model, "recipe", None)
    if recipe is not None:
        loss = recipe.loss if loss is None else loss
        updater = recipe.updater if updater is None else updater
        key = seeded(recipe.seed) if key is None else key
        truncate = recipe.truncate if truncate is None else truncate
    for name, value in (("loss", loss), ("updater", updater), ("key", key)):
        if value is None:
            raise TypeError(f"fit: {type(model).__name__} has no recipe, so `{name}` must be given")
    assert loss is not None
    assert updater is not None
    assert key is not None
    return loss, updater, key, truncate


def _batches(data: Data, batch: int | None, updater: object, key: Key) -> Any:
    """The data in batches. A solver has all of it at once, in its own order, unless batches are asked for."""
    if isinstance(updater, Solver) and batch is None and isinstance(data, Dataset):
        return pairs_of("fit", data, len(data), BATCH, shuffle=False)
    return pairs_of("fit", data, batch, BATCH, shuffle=True, seed=key.words[0])


def _start(
    model: object,
    updater: Updater[Any] | Solver,
    state: object,
    precision: Precision | None,
    resume: Resumable | None,
) -> tuple[object, Position | None]:
    """The state and the position to start from."""
    if not any(isinstance(leaf, Tensor) for leaf in flatten(model)[0]):
        raise ValueError("fit: `model` has no parameters to train; a layer gets them by tg.init(model, key)")
    given: object | None = state
    if resume is not None:
        if state is not None:
            raise TypeError("fit: give `state` or `resume`, which has one, not both")
        if not getattr(resume, "resumable", True):
            raise ValueError(
                "fit: `resume` is from between two windows of a sequence; take a moment that is `resumable`"
            )
        given = resume.state
    if isinstance(updater, Solver):
        return (None if isinstance(given, Mapping) else given), None if resume is None else resume.position
    fresh: object = updater.init(model)
    if precision is not None:
        fresh = precision.first(fresh)
    made = fresh if given is None else restored(given, fresh)
    return made, None if resume is None else resume.position


def _say_where(course: Course[object], path: str | None) -> None:
    """How to go on after Ctrl-C."""
    resume = "returning the model as it is"
    if path is not None:
        resume = (
            f"saved to {path}; to go on: saved = tg.load({path!r}), and "
            f"fit(saved.model, data, epochs={course.plan.epochs}, resume=saved)"
        )
    sys.stderr.write(
        f"fit: interrupted after step {course.step}, in epoch {course.epochs + bool(course.batch)} of "
        f"{course.plan.epochs}; {resume}\n"
    )
