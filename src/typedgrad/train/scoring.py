"""How good a model is by its own loss, as a whole and example by example; and what its layers give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.ops.move import concat, reshape, stack
from typedgrad.ops.reduce import mean
from typedgrad.train.batches import checked, pairs_of
from typedgrad.train.objective import Objective, counts_for, masks_labels, takes
from typedgrad.train.recording import recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.train.batches import Data, Example

BATCH = 256


def score(
    model: Callable[..., Any],
    data: Data,
    *,
    loss: Callable[..., Tensor] | None = None,
    batch: int | None = None,
) -> float:
    """The mean loss of a model on data that it does not learn from: no dropout, statistics as they are.

    Penalties are no part of it: they belong to the updater.

    Args:
        model: a network with a recipe, or any other with a `loss`.
        data: as for `fit`; nothing is shuffled.
        loss: instead of the recipe's; a mean over the examples.
        batch: rows per batch of a dataset; 256 unless given.

    Raises what `fit` does about models, losses and batches; TypeError inside `with tg.training(...)`.

    >>> data = tg.data.Dataset(tg.asarray([1.0, 2.0]), tg.asarray([1.0, 4.0]))
    >>> tg.score(lambda x: x, data, loss=tg.mse)
    2.0
    """
    objective = _objective("score", model, loss)
    total = weight = 0.0
    for example in _examples("score", data, batch):
        value = objective.of(objective.outputs(model, example), example)
        counts = counts_for(example)
        total += float(value) * counts
        weight += counts
    return total / weight


def score_examples(
    model: Callable[..., Any],
    data: Data,
    *,
    loss: Callable[..., Tensor] | None = None,
    batch: int | None = None,
) -> Tensor:
    """The loss of each example alone, in the order of the data. Takes and raises what `score` does.

    A loss that has a `reduction` is asked once for each batch, others once for each example. What is masked does not
    count; weights do not either.

    >>> data = tg.data.Dataset(tg.asarray([[1.0], [2.0]]), tg.asarray([[1.0], [4.0]]))
    >>> tg.train.score_examples(lambda x: x, data, loss=tg.mse)
    Tensor([0., 4.], dtype=float32)
    """
    objective = _objective("score_examples", model, loss)
    found = []
    for example in _examples("score_examples", data, batch):
        output = objective.outputs(model, example)
        alone = example._replace(weights=None)
        whole = isinstance(output, Tensor) and not masks_labels(alone) and takes(objective.loss, "reduction")
        found.append(_at_once(objective, output, alone) if whole else _one_by_one(objective, output, alone))
    return concat(found, axis=0)


def activations(model: Callable[..., Any], *inputs: Tensor) -> dict[str, Tensor]:
    """What every layer of a model gives for these inputs, by the path of the layer, in the order of the calls.

    The model's own output has the path "". The second output of a layer that is called twice has `#2` behind its path.

    Raises what the model does.

    >>> model = tg.nn.Sequential(tg.nn.Dense(in_features=2, out_features=3), tg.relu)
    >>> model = tg.init(model, tg.random.key(0))
    >>> {path: x.shape for path, x in tg.activations(model, tg.ones((4, 2))).items()}
    {'layers.0': (4, 3), 'layers.1': (4, 3), '': (4, 3)}
    """
    found: dict[str, Tensor] = {}
    recording(model, found)(*inputs)
    return found


def _objective(title: str, model: object, loss: Callable[..., Tensor] | None) -> Objective:
    if current_run() is not None:
        raise TypeError(f"{title}: inside `with tg.training(...)` layers train; call it outside")
    recipe = getattr(model, "recipe", None)
    if loss is None:
        if recipe is None:
            raise TypeError(f"{title}: {type(model).__name__} has no recipe, so `loss` must be given")
        loss = recipe.loss
    if not callable(loss):
        raise TypeError(f"{title}: `loss` must be a function of the output and the labels, not {loss!r}")
    return Objective(model, loss, None)


def _examples(title: str, data: Data, batch: int | None) -> Iterator[Example]:
    """The batches. Raises ValueError if there are none."""
    number = 0
    for number, given in enumerate(pairs_of(title, data, batch, BATCH, shuffle=False), 1):
        yield checked(title, given, f"batch {number}")
    if not number:
        raise ValueError(f"{title}: `data` has no batches")


def _at_once(objective: Objective, output: Tensor, example: Example) -> Tensor:
    losses = objective.loss(output, example.y, reduction="none")
    return mean(reshape(losses, (example.rows, -1)), axis=1)


def _one_by_one(objective: Objective, output: Any, example: Example) -> Tensor:
    return stack([objective.of(_row(output, i), _only(example, i)) for i in range(example.rows)])


def _only(example: Example, i: int) -> Example:
    """A batch of one of the examples of a batch."""
    mask = None if example.mask is None else _row(example.mask, i)
    inputs: tuple[Tensor, ...] = _row(example.x, i)
    return example._replace(x=inputs, y=_row(example.y, i), mask=mask)


def _row(tensors: Any, i: int) -> Any:
    return tuple(t[i : i + 1] for t in tensors) if isinstance(tensors, tuple) else tensors[i : i + 1]
