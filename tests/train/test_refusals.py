"""What `fit` refuses, and in which words: at once where it can, otherwise with the batch and the epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error
from typedgrad.shapes import ShapeError

KEY = tg.random.key(3)
X = tg.ones((2,))


def attempt(**changes: Any) -> Callable[[], object]:
    arguments: dict[str, Any] = {
        "model": line(),
        "data": doubles(),
        "loss": squared_error,
        "updater": tg.optim.sgd(0.01),
        "epochs": 2,
        "key": KEY,
    }
    arguments |= changes
    model, data = arguments.pop("model"), arguments.pop("data")
    return lambda: tg.fit(model, data, **arguments)


class Endless:
    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError("broken")


AFTER_NINE = tg.train.Moment(
    1, 2, 9, 9, 0.5, line(), tg.optim.sgd(0.01).init(line()), position=tg.train.Position(0, 9, 9, 4.5, 9.0)
)
REFUSED: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    ("epochs True", attempt(epochs=True), ValueError, "fit: `epochs` must be an int of at least 0, got True"),
    ("accumulate 0", attempt(accumulate=0), ValueError, "fit: `accumulate` must be an int of at least 1, got 0"),
    ("accumulate 1.0", attempt(accumulate=1.0), ValueError, "fit: `accumulate` must be an int of at least 1, got 1.0"),
    ("a class", attempt(model=tg.nn.Dense), TypeError, "fit: `model` must be a model, not the class Dense"),
    ("no call", attempt(model={"w": X}), TypeError, "fit: `model` must be a layer or another tree that can be called"),
    (
        "a description",
        attempt(model=tg.nn.Dense(in_features=1, out_features=1)),
        ValueError,
        "fit: `model` has no parameters to train; a layer gets them by tg.init(model, key)",
    ),
    ("a function", attempt(model=tg.relu), ValueError, "fit: `model` has no parameters to train"),
    ("loss", attempt(loss="mse"), TypeError, "fit: `loss` must be a function of the output and the labels, not 'mse'"),
    ("a float", attempt(loss=lambda y, t: 1.0), TypeError, "fit: `loss` must return a Tensor, not float"),
    ("updater", attempt(updater=0.1), TypeError, "fit: `updater` must be an updater such as tg.optim.adam(1e-3), not"),
    ("its class", attempt(updater=tg.optim.Sgd), TypeError, "fit: `updater` must be an updater such as tg.optim.adam"),
    ("updater", attempt(updater=tg.optim.sgd), TypeError, "fit: `updater` must be an updater such as tg.optim.adam"),
    ("data", attempt(data=3), TypeError, "fit: `data` must be a Dataset, a Loader or batches (x, y), not int"),
    (
        "one tensor",
        attempt(data=[(X,)]),
        TypeError,
        "fit: batch 1 of epoch 1 must be a pair (x, y) of Tensors, not a tuple of Tensor",
    ),
    ("four", attempt(data=[(X, X, X, X)]), TypeError, "fit: batch 1 of epoch 1 must be a pair (x, y) of Tensors, not"),
    ("no tensors", attempt(data=[((), X)]), TypeError, "fit: batch 1 of epoch 1 must be a pair (x, y) of Tensors"),
    ("mask", attempt(data=[(X, X, [True])]), TypeError, "fit: the mask of batch 1 of epoch 1 must be a Tensor, not a"),
    ("shapes", attempt(data=[(tg.abstract("n"), X)]), TypeError, "fit: batch 1 of epoch 1 has shapes only, no values"),
    ("rows", attempt(batch=0), ValueError, "Loader: `batch` must be at least 1, got 0"),
    ("resume", attempt(resume=3), TypeError, "fit: `resume` must be a Moment or what was saved of one, not 3"),
    (
        "other data",
        attempt(resume=AFTER_NINE),
        ValueError,
        "fit: `resume` is after batch 9 of an epoch, but `data` has only 1: other data?",
    ),
    ("one listener", attempt(listeners=tg.train.History()), TypeError, "fit: `listeners` must be a list of listeners"),
    ("state", attempt(state=3), ValueError, "fit: the state is a int, but the updater has a SgdState"),
    (
        "no floats",
        attempt(loss=lambda y, t: tg.astype(squared_error(y, t), "int64")),
        TypeError,
        "value_and_grad: the function must return a float, not int64",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_work_is_refused(call: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(words)


def dense() -> Any:
    return tg.init(tg.nn.Dense(in_features=3, out_features=1), KEY)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ((tg.ones((4, 2)), tg.ones((4, 1))), "`x` has in_features=2, but in_features is 3"),
        ((tg.ones((4, 3)), tg.ones((4, 2))), "mse"),
        ((tg.ones((4, 3)), tg.ones((4,))), "mse"),
        ((tg.ones((4, 3)), tg.ones((5, 1))), "mse"),
    ],
)
def test_a_batch_of_another_shape_is_named(second: Any, words: str) -> None:
    batches = [(tg.ones((4, 3)), tg.ones((4, 1))), second]
    with pytest.raises(ShapeError) as caught:
        attempt(model=dense(), data=batches, loss=tg.mse)()
    assert words in str(caught.value)
    assert "in batch 2 of epoch 1" in caught.value.__notes__


def test_the_last_batch_may_have_fewer_rows() -> None:
    batches = [(tg.ones((4, 3)), tg.ones((4, 1))), (tg.ones((1, 3)), tg.ones((1, 1)))]
    attempt(model=dense(), data=batches, loss=tg.mse)()


def test_integers_cannot_go_where_floats_must() -> None:
    with pytest.raises(TypeError, match="Dense"):
        attempt(model=dense(), data=[(tg.ones((4, 3), dtype="int64"), tg.ones((4, 1)))])()


def test_an_error_of_the_data_comes_out_as_it_is() -> None:
    with pytest.raises(RuntimeError, match="broken"):
        attempt(data=Endless())()


def test_nan_in_the_data_is_told_from_a_rate_that_is_too_large() -> None:
    nan = tg.asarray([float("nan"), 1.0])
    with pytest.raises(tg.train.Diverged, match="fit: the loss is nan in epoch 1, step 1; `x` of this batch holds NaN"):
        attempt(data=[(nan, X)])()
    with pytest.raises(tg.train.Diverged, match="a smaller learning rate"):
        attempt(data=[(X, nan)])()
