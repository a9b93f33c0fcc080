"""A training on its way: epochs, batches, steps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from typedgrad.core.pytree import flatten, tree_map
from typedgrad.core.random import fold_in
from typedgrad.core.run import training
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.train.batches import begun, checked, epoch_of
from typedgrad.train.diverged import diverged
from typedgrad.train.listener import Moment, Position, Update
from typedgrad.train.objective import Piece, counts_for
from typedgrad.train.precision import finite, unscaled
from typedgrad.train.recording import activations_of
from typedgrad.train.solvers import Solver
from typedgrad.train.windows import windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.core.random import Key
    from typedgrad.core.run import Run
    from typedgrad.optim import Updater
    from typedgrad.train.batches import Batches, Example
    from typedgrad.train.interruption import Interruption
    from typedgrad.train.objective import Descent, Objective
    from typedgrad.train.precision import Precision
    from typedgrad.train.telling import Audience

M = TypeVar("M")


class Plan(NamedTuple):
    """How a training goes; what does not change."""

    objective: Objective
    updater: Updater[Any] | Solver  # what its state is, it alone knows
    key: Key
    audience: Audience
    epochs: int
    batches: int | None
    accumulate: int
    truncate: int | None
    precision: Precision | None


class _Group:
    """The gradients of the batches since the last update, and the mean of their losses."""

    def __init__(self, model: object) -> None:
        self.before: Any = model
        self.gradients: Any = None
        self.loss, self.weight, self.rows, self.size = 0.0, 0.0, 0, 0

    def add(self, found: Descent, weight: float, rows: int, *, alone: bool) -> None:
        """One more gradient, which counts as much as its batch."""
        if alone:
            self.gradients, self.loss = found.gradients, found.loss
        elif self.gradients is None:
            self.gradients, self.loss = _scaled(found.gradients, weight), found.loss * weight
        else:
            self.gradients = tree_map(_sum, self.gradients, _scaled(found.gradients, weight))
            self.loss += found.loss * weight
        self.weight += weight
        self.rows += rows
        self.size += 1

    def mean(self, *, alone: bool) -> None:
        """Make means of the sums."""
        if not alone:
            if self.weight == 0:
                raise ValueError("fit: masks and weights leave nothing of the batches of a step")
            self.gradients = _scaled(self.gradients, 1.0 / self.weight)
            self.loss /= self.weight


class Course(Generic[M]):
    """A training on its way: the only thing here that changes."""

    def __init__(self, plan: Plan, model: M, state: object, position: Position | None) -> None:
        self.plan = plan
        self.model = model
        self.state: Any = state
        self.resumed = position is not None
        start = Position() if position is None else position
        self.epochs, self.batch, self.step, self.total, self.weight, self.offset = start
        self.group = _Group(model)
        self.exhausted = False
        # Most models have none, and to look for them costs as much as a small layer.
        self.has_states = any(isinstance(leaf, State) for leaf in flatten(model)[0])
        self.wants_forward = plan.audience.wants("on_forward")

    def at(self, loss: float = math.nan, rows: int = 0, *, resumable: bool = True, epoch: int | None = None) -> Moment:
        """Now, as listeners see it."""
        plan = self.plan
        position = Position(self.epochs, self.batch, self.step, self.total, self.weight, self.offset)
        number = self.epochs + 1 if epoch is None else epoch
        model: Any = self.model  # which can be called, as `fit` saw to
        return Moment(
            number, plan.epochs, plan.batches, self.step, loss, model, self.state, rows, position, plan.key, resumable
        )

    def run(self, data: Batches, interruption: Interruption) -> None:
        """All epochs, or as many as there is time for."""
        audience = self.plan.audience
        if not self.resumed:
            self.offset = begun(data)
        audience.tell("on_fit_start", self.at(epoch=self.epochs))
        loss = math.nan
        epoch = self.epochs
        while self.epochs < self.plan.epochs and not self._halted(interruption):
            epoch = self.epochs + 1
            loss = self._epoch(data, interruption)
        audience.tell("on_fit_end", self.at(loss, epoch=epoch), interrupted=interruption.asked)

    def _halted(self, interruption: Interruption) -> bool:
        return interruption.asked or self.plan.audience.stop is not None or self.exhausted

    def _epoch(self, data: Batches, interruption: Interruption) -> float:
        """The mean loss over the rows of an epoch."""
        plan = self.plan
        plan.audience.tell("on_epoch_start", self.at())
        if plan.audience.stop is not None:
            return math.nan
        number = self.offset + self.epochs if self.resumed else None
        for batch in epoch_of(data, number, self.batch):
            self._batch(checked("fit", batch, f"batch {self.batch + 1} of epoch {self.epochs + 1}"))
            if not self.group.size and self._halted(interruption) and not self.exhausted:
                return self.total / self.weight if self.weight else math.nan
        if self.batch == 0:
            used_up = "; an iterator is used up after one epoch: pass a list or a Loader" if self.epochs else ""
            raise ValueError(f"fit: `data` has no batches in epoch {self.epochs + 1}{used_up}")
        if self.group.size:
            self._update()
        mean = self.total / self.weight if self.weight else math.nan
        self.epochs, self.batch, self.total, self.weight = self.epochs + 1, 0, 0.0, 0.0
        plan.audience.tell("on_epoch_end", self.at(mean, epoch=self.epochs))
        return mean

    def _batch(self, example: Example) -> None:
        """The gradients of a batch, and the updates that are due."""
        plan, carried = self.plan, () if self.plan.truncate else None
        last = False
        try:
            for part, weight, last in self._pieces(example):
                self.batch += last
                if isinstance(plan.updater, Solver):
                    self._solve(part, weight)
                    continue
                found = self._gradient(part, carried)
                carried = found.carried if plan.truncate else None
                self.group.add(found, weight, part.rows, alone=plan.accumulate == 1)
                if self.group.size == plan.accumulate:
                    self._update(resumable=last)
        except (TypeError, ValueError) as error:
            error.add_note(f"in batch {self.batch + (not last)} of epoch {self.epochs + 1}")
            raise

    def _pieces(self, example: Example) -> Iterator[tuple[Example, float, bool]]:
        """What a batch is cut into, how much that counts, and whether it is the last. Not what is padding alone."""
        if self.plan.truncate is None:
            yield example, counts_for(example), True
            return
        pieces = [(part, counts_for(part) * factor) for part, factor in windows(example, self.plan.truncate)]
        pieces = [piece for piece in pieces if piece[1] > 0] or pieces[:1]
        for i, (part, weight) in enumerate(pieces, 1):
            yield part, weight, i == len(pieces)

    def _gradient(self, example: Example, carried: tuple[Any, ...] | None) -> Descent:
        """The gradient of a batch; the model has its new states."""
        plan = self.plan
        key = fold_in(plan.key, self.step)
        if self.group.size:
            key = fold_in(key, f"batch {self.group.size}")
        scale = self.state.scale if plan.precision is not None else 1.0
        piece = Piece(example, key, carried, scale)
        model = self.model
        found = plan.objective.gradient(model, piece)
        if scale == 1.0 and not math.isfinite(found.loss):
            raise diverged(f"the loss is {found.loss}", example.x, self.epochs + 1, self.step + 1, self.group.before)
        if self.wants_forward:
            activations = activations_of(lambda look: plan.objective.value(model, piece, look), key)
            plan.audience.tell("on_forward", self.at(found.loss, example.rows), activations)
        if self.has_states:
            self.model = found.run.updated(model)
        return found

    def _update(self, *, resumable: bool = True) -> None:
        """The model after a step."""
        plan, group = self.plan, self.group
        assert not isinstance(plan.updater, Solver)
        group.mean(alone=plan.accumulate == 1)
        inner = self.state
        if plan.precision is not None:
            group.gradients = unscaled(group.gradients, self.state.scale)
            inner = self.state.inner
            if not (math.isfinite(group.loss) and finite(group.gradients)):
                self._skip()
                return
        audience = plan.audience
        before: Moment | None = None
        if audience.any:
            before = self.at(group.loss, group.rows)._replace(model=group.before)
            audience.tell("on_gradients", before, group.gradients)
        after, inner = plan.updater.update(self.model, group.gradients, inner)
        if before is not None and audience.wants("on_backward"):
            audience.tell("on_backward", before, Update(group.before, group.gradients, after))
        self.model = after
        self.state = inner if plan.precision is None else plan.precision.kept(self.state, inner)
        self.total += group.loss * group.weight
        self.weight += group.weight
        self._stepped(group.loss, group.rows, resumable=resumable)

    def _skip(self) -> None:
        """A step that is left out, as its gradient is too large for the dtype."""
        group, precision = self.group, self.plan.precision
        assert precision is not None
        if self.state.scale == 1.0:
            epoch, step = self.epochs + 1, self.step + 1
            raise diverged("a gradient is not finite", (), epoch, step, group.before)
        self.model, self.state = group.before, precision.skipped(self.state)
        self._stepped(group.loss, group.rows, resumable=True)

    def _solve(self, example: Example, weight: float) -> None:
        """The model after a step of a solver."""
        plan = self.plan
        runs: list[Run] = []
        assert isinstance(plan.updater, Solver)
        key = fold_in(plan.key, 0)

        def objective(model: M) -> Tensor:
            with training(key) as run:
                runs[:] = [run]
                return plan.objective.value(model, Piece(example, key))[0]

        whole = plan.batches == 1
        try:
            result = plan.updater(objective, self.model, self.state if whole else None)
        except FloatingPointError:
            what = "the loss is NaN or infinite"
            raise diverged(what, example.x, self.epochs + 1, self.step + 1, self.model) from None  # type: ignore[arg-type]  # as above
        self.model = runs[-1].updated(result.x) if self.has_states else result.x
        self.state = result.state if whole else None
        self.exhausted = whole and result.reason != "iterations"
        self.total += result.value * weight
        self.weight += weight
        self._stepped(result.value, example.rows, resumable=True)

    def _stepped(self, loss: float, rows: int, *, resumable: bool) -> None:
        self.step += 1
        self.group = _Group(self.model)
        if self.plan.audience.any:
            self.plan.audience.tell("on_step_end", self.at(loss, rows, resumable=resumable))


def _scaled(gradients: Any, weight: float) -> Any:
    return tree_map(lambda g: g * weight if isinstance(g, Tensor) else g, gradients)


def _sum(a: Any, b: Any) -> Any:
    return a + b if isinstance(a, Tensor) else a
