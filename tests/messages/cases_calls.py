"""What a newcomer may do wrong in a single call: kinds of arguments, axes, indices, creation, labels, transforms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import typedgrad as tg

X = tg.ones((2, 3))
V = tg.ones(3)
LOGITS = tg.ones((3, 4))
LABELS = tg.asarray([0, 1, 2])
anything: Any = tg
nan = float("nan")

CASES: Mapping[str, Callable[[], object]] = {
    # one op, arguments of the wrong kind
    "add_list": lambda: X + anything.asarray([[1.0]]).tolist(),
    "add_none": lambda: anything.add(X, None),
    "add_without_common_dtype": lambda: tg.asarray([1], dtype="uint64") + tg.asarray([1]),
    "add_number_that_does_not_fit": lambda: tg.asarray([1], dtype="uint8") + 300,
    "exp_of_ints": lambda: tg.exp(tg.asarray([1, 2])),
    "mean_of_ints": lambda: tg.mean(tg.asarray([1, 2])),
    "where_condition": lambda: tg.where(V, V, V),
    "concat_of_one_tensor": lambda: anything.concat(X),
    "concat_of_numpy": lambda: anything.concat([X, np.ones((2, 3))]),
    # axes
    "sum_axis": lambda: tg.sum(X, axis=2),
    "sum_axis_twice": lambda: tg.sum(X, axis=(0, -2)),
    "sum_axis_float": lambda: anything.sum(X, axis=1.0),
    "sum_axis_bool": lambda: tg.sum(X, axis=True),
    "sum_axis_list": lambda: anything.sum(X, axis=[0, 1]),
    "max_empty": lambda: tg.max(tg.zeros((0, 3)), axis=0),
    "squeeze": lambda: tg.squeeze(X, axis=0),
    "topk": lambda: tg.topk(X, k=9),
    # movement
    "reshape": lambda: tg.reshape(X, (4, 2)),
    "reshape_unknown": lambda: tg.reshape(X, (-1, 4)),
    "reshape_float": lambda: anything.reshape(X, (2.0, 3)),
    "permute": lambda: tg.permute_dims(X, (0, 0)),
    "concat": lambda: tg.concat([X, tg.ones((4, 5))]),
    "concat_rank": lambda: tg.concat([X, V]),
    "stack": lambda: tg.stack([X, V]),
    "split": lambda: tg.split(X, 2, axis=1),
    "broadcast_to": lambda: tg.broadcast_to(X, (3, 2)),
    # indices
    "index_out_of_range": lambda: X[0, -4],
    "index_too_many": lambda: X[0, 0, 0],
    "index_float": lambda: anything.ones((2, 3))[1.0],
    "index_slice_of_floats": lambda: anything.ones((2, 3))[0.5:],
    "index_floats": lambda: X[V],
    "index_mask": lambda: X[V > 0],
    "scatter_add": lambda: tg.scatter_add(X, (LABELS,), V),
    "take": lambda: tg.take(X, tg.asarray([7]), axis=0),
    "take_along_axis": lambda: tg.take_along_axis(X, tg.full((5, 1), 0), axis=1),
    # creation
    "zeros_negative": lambda: tg.zeros((-1, 2)),
    "eye_k": lambda: anything.eye(2, k=1.5),
    "zeros_none": lambda: anything.zeros(None),
    "zeros_dtype": lambda: tg.zeros(2, dtype="float23"),
    "full_list": lambda: anything.full((2,), [1, 2]),
    "full_overflow": lambda: tg.full((2,), 300, dtype="int8"),
    "arange_of_a_string": lambda: anything.arange("a"),
    "asarray_ragged": lambda: tg.asarray([[1, 2], [3]]),
    "asarray_none": lambda: tg.asarray(None),
    "asarray_overflow": lambda: tg.asarray([300], dtype="int8"),
    "svd_of_nan": lambda: tg.linalg.svd(tg.full((2, 2), nan)),
    # losses
    "loss_nan_labels": lambda: tg.softmax_cross_entropy(LOGITS, tg.asarray([0.0, nan, 1.0])),
    "loss_nan_targets": lambda: tg.soft_label_cross_entropy(LOGITS, tg.full((3, 4), nan)),
    "loss_label_out_of_range": lambda: tg.softmax_cross_entropy(LOGITS, tg.asarray([0, 1, 4])),
    "loss_label_negative": lambda: tg.softmax_cross_entropy(LOGITS, tg.asarray([0, -1, 1])),
    "loss_number_of_labels": lambda: tg.softmax_cross_entropy(LOGITS, tg.asarray([0, 1])),
    "loss_without_classes": lambda: tg.softmax_cross_entropy(tg.ones((3, 0)), LABELS),
    "loss_of_an_empty_batch": lambda: tg.softmax_cross_entropy(tg.ones((0, 4)), LABELS[:0]),
    "loss_shapes": lambda: tg.mse(X, V),
    "loss_reduction": lambda: anything.softmax_cross_entropy(LOGITS, LABELS, reduction="average"),
    # transforms
    "grad_of_a_tensor": lambda: anything.grad(X),
    "eval_shape_of_a_number": lambda: anything.eval_shape(3, X),
    "jacobian_of_nothing": lambda: tg.jacobian(lambda x: None)(X),
    "tree_map_apart": lambda: tg.tree_map(lambda a, b: a, {"a": X}, {"b": X}),
    "eval_shape_string_with_a_typo": lambda: tg.eval_shape(tg.exp, "n 28 )"),
}
