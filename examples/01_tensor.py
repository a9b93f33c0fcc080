"""Tensors: typed arrays that never change."""

from __future__ import annotations

import numpy as np

import typedgrad as tg

# From Python numbers: floats become float32, ints int64. From numpy: the dtype stays, and the memory is shared.
x = tg.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
y = tg.asarray(np.arange(3, dtype="float32"))
print(x.shape, x.dtype, x.device)

# Ops have the names of the Python Array API standard; operators, broadcasting and indexing are numpy's.
print(x * 2 + y)
print(tg.sum(x, axis=0), x.mean(), x[:, 1:])
print(tg.permute_dims(x, (1, 0)).shape, (x @ x.mT).shape)

# Python numbers are weak: they take the tensor's dtype. Between tensors, dtypes are promoted.
print((tg.asarray([1, 2]) + 1.5).dtype, (tg.asarray([1, 2]) + y[:2]).dtype)

# What does not fit is refused, in the words of the op.
try:
    x @ y.reshape(1, 3)  # type: ignore[shape]  # mypy says so as well, before anything runs
except tg.ShapeError as error:
    print(error)

# Random numbers come from explicit keys; equal keys give equal numbers, on every backend.
key, other = tg.random.split(tg.random.key(7))
assert (tg.random.normal(key, (3,)) == tg.random.normal(key, (3,))).all()
assert not (tg.random.normal(key, (3,)) == tg.random.normal(other, (3,))).all()

# Out again: numpy, Python numbers, any library that speaks DLPack.
print(x.numpy().sum(), x[0, 0].item(), np.from_dlpack(x).shape)
