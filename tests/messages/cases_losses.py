"""What losses, activations and initialisers say of what they cannot take."""

from __future__ import annotations

import math
from typing import Any

import typedgrad as tg
from typedgrad import nn

X = tg.asarray([[1.0, -2.0, 0.5], [0.0, 1.0, 2.0]])
P = tg.full((2, 3), 1 / 3)
LABELS = tg.asarray([0, 2])
LOGS = tg.log(P)
anything: Any = tg

CASES = {
    "weights_shape": lambda: tg.mse(X, X, weights=tg.ones(3)),
    "mask_rank": lambda: tg.l2_sum(X, X, mask=tg.ones((2, 3), dtype="bool")),
    "mask_dtype": lambda: tg.mse(X, X, mask=tg.ones(2)),
    "weights_negative": lambda: tg.mae(X, X, weights=tg.asarray([1.0, -1.0])),
    "nothing_left": lambda: tg.softmax_cross_entropy(X, LABELS, mask=tg.zeros(2, dtype="bool")),
    "class_weights": lambda: tg.softmax_cross_entropy(X, LABELS, class_weights=tg.ones(2)),
    "class_weights_nan": lambda: tg.nll(LOGS, LABELS, class_weights=tg.asarray([1.0, math.nan, 1.0])),
    "label_smoothing": lambda: tg.softmax_cross_entropy(X, LABELS, label_smoothing=-0.1),
    "logits_as_probabilities": lambda: tg.sparse_categorical_cross_entropy(X, LABELS),
    "rows_off": lambda: tg.categorical_cross_entropy(P, tg.asarray([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])),
    "logits_as_log_probabilities": lambda: tg.nll(X, LABELS),
    "binary_logits_as_probabilities": lambda: tg.binary_cross_entropy(X, P),
    "infogain_matrix": lambda: tg.infogain(P, LABELS, tg.ones((3, 2))),
    "signs": lambda: tg.margin_ranking(X, X, P),
    "triplet_shapes": lambda: tg.triplet(X, X, X[:, :2]),
    "mixture_shapes": lambda: tg.mixture_density(X, tg.ones((2, 3, 4)), X, tg.ones((2, 5))),
    "variance": lambda: tg.gaussian_nll(X, X, X),
    "ctc_label": lambda: tg.ctc(LOGS[:, None, :], tg.asarray([[3], [1]])),
    "ctc_blank": lambda: tg.ctc(LOGS[:, None, :], tg.asarray([[0], [1]])),
    "ctc_lengths": lambda: tg.ctc(LOGS[:, None, :], tg.asarray([[1], [1]]), lengths=tg.asarray([1, 2])),
    "glu_odd": lambda: tg.glu(X),
    "prelu_channels": lambda: tg.init(nn.PRelu(channels=4), tg.random.key(0))(X),
    "activation_name": lambda: anything.nn.activation("reluu"),
    "loss_name": lambda: anything.nn.loss("cross_entropy"),
    "initializer_name": lambda: anything.nn.initializer("xavier_unifrom"),
    "initializer_path": lambda: tg.init(
        nn.Dense(in_features=1, out_features=1), tg.random.key(0), initializers={"w": "ones"}
    ),
    "identity_shape": lambda: tg.init(
        nn.Conv1d(in_channels=1, out_channels=1, kernel=3), tg.random.key(0), initializers={"weight": "identity"}
    ),
}
