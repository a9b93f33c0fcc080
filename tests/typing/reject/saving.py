"""Saving: what cannot be meant."""

from __future__ import annotations

import typedgrad as tg


def misspelt(path: str) -> None:
    dense = tg.load(path, tg.nn.Dense(in_features=3, out_features=2)).model
    dense(tg.ones((5, 4)))  # E: Dense(in_features=3, out_features=2): `x` has in_features=4, but in_features is 3 [shape]
    tg.save(path, dense, positon=None)  # E: Unexpected keyword argument "positon" for "save"; did you mean "position"? [call-arg]
    tg.train.Checkpoint(path, epoch=3)  # E: Unexpected keyword argument "epoch" for "Checkpoint"; did you mean "epochs"? [call-arg]
