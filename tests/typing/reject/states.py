"""States of cells, separable and locally connected layers."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import LocallyConnected2d, LstmCell, LstmState, MaxUnpool2d, SeparableConv2d


def state_1(x: Float32[Tensor, "n 32 16 16"], u: Float32[Tensor, "b 8"], s: Float32[Tensor, "n 32 h w"]) -> None:
    reveal_type(
        SeparableConv2d(in_channels=32, out_channels=64, kernel=3, stride=2, padding=1)(x)  # R: Float[Tensor, "n 64 8 8"]
    )
    reveal_type(SeparableConv2d(out_channels=64, kernel=3, multiplier=2)(x))  # R: Float[Tensor, "n 64 14 14"]
    reveal_type(SeparableConv2d(out_channels=64, kernel=3, multiplier=2)(s))  # R: Float[Tensor, "n 64 h-2 w-2"]
    reveal_type(LocallyConnected2d(in_channels=32, out_channels=4, kernel=3)(x))  # R: Float[Tensor, "n 4 14 14"]
    SeparableConv2d(in_channels=31, out_channels=64, kernel=3)(
        x  # E: SeparableConv2d(in_channels=31, out_channels=64, kernel=3): `x` has in_channels=32, but in_channels is 31 [shape]
    )
    SeparableConv2d(in_channels=32, out_channels=64, kernel=30)(  # E: conv2d: the height of the kernel is more than that of the padded input: 30 > 16 [shape]
        x
    )
    c = LstmCell(in_features=8, features=5)
    st = c(u)
    reveal_type(st)  # R: tuple[Float[Tensor, "b 5"], Float[Tensor, "b 5"], fallback=typedgrad.nn.lstm.LstmState]
    reveal_type(st.hidden)  # R: Float[Tensor, "b 5"]
    h, cell = c(u, st)
    reveal_type(h)  # R: Float[Tensor, "b 5"]
    st = c(u, st)
    reveal_type(st.cell)  # R: Float[Tensor, "b 5"]
    for _t in range(3):
        st = c(u, st)
    reveal_type(st.hidden)  # R: Float[Tensor, "b 5"]
    values, indices = tg.max_pool_with_indices(x, 2)
    reveal_type(MaxUnpool2d(kernel=2)(values, indices))  # R: Float[Tensor, "n 32 _ _"]


def state_2(u: Float32[Tensor, "b 8"], st: LstmState) -> LstmState:
    c = LstmCell(in_features=8, features=5)
    st = c(u, st)
    reveal_type(st.hidden)  # R: Float[Tensor, "b 5"]
    return st
