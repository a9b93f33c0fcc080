"""What layers, `init` and `Sequential` refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor, nn

KEY = tg.random.key(0)
X = tg.ones((2, 3))
anything: Any = nn
DENSE = tg.init(nn.Dense(in_features=3, out_features=2), KEY)
any_dense: Any = DENSE
any_init: Any = tg.init


class Widening(nn.Layer):
    """Promises one column more than it gives."""

    n: int
    weight: Float[Tensor, "n"] = nn.param(nn.ones)

    def __call__(self, x: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n+1"]:
        return x * self.weight


class Unknown(nn.Layer):
    """Speaks of a size that nobody knows."""

    n: int
    weight: Float[Tensor, "n m"] = nn.param(nn.ones)


class Short(nn.Layer):
    """Makes a parameter of the wrong shape."""

    n: int
    weight: Float[Tensor, "n"] = nn.param(lambda key, shape, dtype, fans: tg.zeros(2))


class Bare(nn.Layer):
    """Forgets to declare its parameter as one."""

    n: int
    weight: Float[Tensor, "n"] = nn.zeros  # type: ignore[assignment]  # refused


def _trained(rows: int) -> object:
    with tg.training(KEY):
        return tg.init(nn.BatchNorm(features=3), KEY)(tg.ones((rows, 3)))


def _stages() -> object:
    layers = nn.Sequential(nn.Dense(in_features=3, out_features=2), nn.Relu(), nn.Dense(in_features=4, out_features=2))
    try:
        return tg.init(layers, KEY)(X)
    except tg.ShapeError as error:
        raise tg.ShapeError("\n".join([str(error), *error.__notes__])) from error


CASES: Mapping[str, Callable[[], object]] = {
    "wrong_input": lambda: DENSE(tg.ones((4, 5))),
    "numpy_input": lambda: any_dense(np.ones((2, 3))),
    "ints": lambda: DENSE(tg.asarray([[1, 2, 3]])),
    "nothing": lambda: any_dense(None),
    "no_parameters_yet": lambda: nn.Dense(in_features=3, out_features=2)(X),
    "positional": lambda: anything.Dense(3, 2),
    "missing_field": lambda: anything.Dense(in_features=3),
    "misspelt_field": lambda: anything.Dense(in_feature=3, out_features=2),
    "negative_size": lambda: nn.Dense(in_features=-3, out_features=2),
    "size_of_a_float": lambda: anything.Dense(in_features=3.0, out_features=2),
    "assigned": lambda: setattr(DENSE, "weight", X),
    "init_without_a_key": lambda: any_init(DENSE, 0),
    "init_of_a_tensor": lambda: any_init(X, KEY),
    "init_of_ints": lambda: tg.init(nn.Dense(in_features=3, out_features=2), KEY, dtype="int64"),
    "init_without_a_size": lambda: tg.init(nn.Dense(out_features=2), KEY),
    "init_input_that_does_not_fit": lambda: tg.init(DENSE, KEY, input="n 7"),
    "init_input_with_a_typo": lambda: tg.init(nn.Dense(out_features=2), KEY, input="n (7"),
    "sequential_mismatch": _stages,
    "sequential_of_a_list": lambda: anything.Sequential([DENSE]),
    "sequential_of_a_class": lambda: anything.Sequential(DENSE, nn.Relu),
    "sequential_index": lambda: nn.Sequential(DENSE)[4],
    "dropout_by_name": lambda: anything.Dropout(drop="a half"),
    "dropout": lambda: nn.Dropout(drop=1.5),
    "batch_norm_of_one_row": lambda: _trained(1),
    "batch_norm_rank": lambda: tg.init(nn.BatchNorm(features=3), KEY)(tg.ones(3)),
    "embedding_of_floats": lambda: tg.init(nn.Embedding(vocabulary=3, features=2), KEY)(tg.ones(3)),
    "embedding_out_of_range": lambda: tg.init(nn.Embedding(vocabulary=3, features=2), KEY)(tg.asarray([3])),
    "wrong_result": lambda: tg.init(Widening(n=3), KEY)(X),
    "parameter_of_unknown_size": lambda: tg.init(Unknown(n=3), KEY),
    "initializer_of_another_shape": lambda: tg.init(Short(n=3), KEY),
    "initializer_without_param": lambda: Bare(n=3),
}
