from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.nn.test_recurrent import made, normal
from typedgrad import nn

MERGES: dict[str, Callable[[Any, Any], Any]] = {
    "concat": lambda a, b: np.concatenate((a, b), axis=-1),
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "average": lambda a, b: (a + b) / 2,
}


@pytest.mark.parametrize("merge", MERGES)
def test_bidirectional_merges_both_directions(merge: Any) -> None:
    layer = made(nn.Bidirectional(forward=nn.Lstm(in_features=3, features=2), merge=merge))
    x, lengths = normal(0, 3, 4, 3), tg.asarray([4, 2, 1])
    assert layer.backward.reverse
    there, back = layer.forward(x, lengths=lengths), layer.backward(x, lengths=lengths)
    outputs, (_, state) = layer.unroll(x, lengths=lengths)
    assert np.allclose(outputs.numpy(), MERGES[merge](there.numpy(), back.numpy()))
    assert np.array_equal(outputs.numpy(), layer(x, lengths=lengths).numpy())
    assert np.allclose(state.hidden.numpy(), back.numpy()[:, 0])


def test_directions_have_parameters_of_their_own() -> None:
    layer = tg.init(nn.Bidirectional(forward=nn.Gru(features=2, reset="before")), tg.random.key(0), input="n t 3")
    assert isinstance(layer.backward, nn.Gru)
    assert layer.backward.reset == "before"
    assert layer.forward.weight.shape == layer.backward.weight.shape == (3, 6)
    assert not np.array_equal(layer.forward.weight.numpy(), layer.backward.weight.numpy())
    with pytest.raises(TypeError, match="`forward` must be Rnn, Lstm or Gru, not Dense"):
        nn.Bidirectional(forward=nn.Dense(out_features=2))  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ValueError, match="`merge` must be one of concat, add, multiply, average, not 'sum'"):
        nn.Bidirectional(forward=nn.Gru(features=2), merge="sum")  # type: ignore[arg-type]  # as above
