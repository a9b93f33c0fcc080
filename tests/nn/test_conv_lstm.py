"""An LSTM on images: it is an LSTM at every pixel where its kernels are of one pixel, and convolves elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients

KEY = tg.random.key(0)


def normal(*shape: int) -> Tensor:
    return tg.random.normal(tg.random.key(3), shape, dtype="float64")


@pytest.mark.parametrize("reverse", [False, True])
def test_with_kernels_of_one_pixel_it_is_an_lstm_at_each(reverse: bool) -> None:
    model = tg.init(nn.ConvLstm2d(in_channels=2, out_channels=3, kernel=1, reverse=reverse), KEY, dtype="float64")
    lstm = nn.layer.replaced(
        tg.init(nn.Lstm(in_features=2, features=3, reverse=reverse), KEY, dtype="float64"),
        {"weight": model.weight[:, :, 0, 0].mT, "recurrent": model.recurrent[:, :, 0, 0].mT, "bias": model.bias},
    )
    x, lengths = normal(4, 5, 2, 2, 3), tg.asarray([5, 1, 3, 2])
    pixels = tg.reshape(tg.permute_dims(x, (0, 3, 4, 1, 2)), (4 * 6, 5, 2))
    wanted = lstm(pixels, lengths=tg.repeat(lengths, 6))
    wanted = tg.permute_dims(tg.reshape(wanted, (4, 2, 3, 5, 3)), (0, 3, 4, 1, 2))
    assert np.allclose(model(x, lengths=lengths).numpy(), wanted.numpy())


def test_it_convolves_inputs_and_states() -> None:
    model: Any = tg.init(nn.ConvLstm2d(out_channels=3, kernel=3), KEY, input="n t 2 4 4", dtype="float64")
    x = normal(2, 3, 2, 4, 4)
    hidden = cell = tg.zeros((2, 3, 4, 4), dtype="float64")
    for t in range(3):
        told = tg.conv2d(hidden, model.recurrent, padding=1)
        i, f, g, o = tg.split(tg.conv2d(x[:, t], model.weight, model.bias, padding=1) + told, 4, axis=1)
        cell = tg.sigmoid(f) * cell + tg.sigmoid(i) * tg.tanh(g)
        hidden = tg.sigmoid(o) * tg.tanh(cell)
    outputs, state = model.unroll(x)
    assert np.allclose(outputs[:, -1].numpy(), hidden.numpy())
    assert np.allclose(state.cell.numpy(), cell.numpy())
    assert np.allclose(model.unroll(x[:, 2:], model.unroll(x[:, :2])[1])[0].numpy(), outputs[:, 2:].numpy())
    mask = tg.asarray([[True, False, True], [True, True, False]])
    assert_gradients(lambda m, x: m(x, mask=mask), model, x)
    assert str(tg.eval_shape(model, tg.abstract("n t 2 4 4", "float64")).shape) == "(n, t, 3, 4, 4)"


def test_what_does_not_fit_is_refused() -> None:
    model = tg.init(nn.ConvLstm2d(in_channels=2, out_channels=3), KEY)
    with pytest.raises(tg.ShapeError, match="`x` has in_channels=4, but in_channels is 2"):
        model(tg.ones((1, 3, 4, 4, 4)))
    with pytest.raises(tg.ShapeError, match=r"`state.hidden` is \[1 3 5 5\], but must be \[1 3 4 4\]"):
        model.unroll(tg.ones((1, 3, 2, 4, 4)), model.start(tg.ones((1, 3, 2, 5, 5)), (1,)))
    with pytest.raises(ValueError, match="`kernel` must be a positive int, got 0"):
        nn.ConvLstm2d(in_channels=2, out_channels=3, kernel=0)
    with pytest.raises(ValueError, match="ConvLstm2d: `x` is an empty sequence"):
        model(tg.ones((1, 0, 2, 4, 4)))
