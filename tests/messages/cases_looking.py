"""What metrics, `summary` and `check_gradients` refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from typedgrad import metrics, nn

KEY = tg.random.key(0)
SCORES, LABELS = tg.asarray([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), tg.asarray([0, 1, 1])
EMPTY = metrics.Classification.empty(2)
ROC, BINARY = metrics.Roc.empty(), metrics.BinaryClassification.empty(2)
DENSE = nn.Dense(in_features=3, out_features=2)
any_tg: Any = tg


def _wrong_weight() -> object:
    """A report of a gradient that is not there, as an error."""

    def f(p: dict[str, tg.Tensor], x: tg.Tensor) -> tg.Tensor:
        return tg.sum(x * p["a"] + tg.stop_gradient(p["b"]) * x)

    p = {"a": tg.asarray([1.0, 2.0]), "b": tg.asarray([0.5, 0.25])}
    doubles = tg.tree_map(lambda x: tg.astype(x, tg.float64), (p, tg.asarray([1.0, 4.0])))
    return tg.check_gradients(f, doubles, preset="samediff", exclude=["p.a", "x"]).raise_if_failed()


CASES: dict[str, Callable[[], object]] = {
    "classes": lambda: metrics.Classification.empty(3).update(SCORES, LABELS),
    "labels_of_other_rows": lambda: EMPTY.update(SCORES, LABELS[:2]),
    "labels_of_other_rank": lambda: EMPTY.update(SCORES[0], LABELS),
    "label_out_of_range": lambda: EMPTY.update(SCORES, LABELS + 1),
    "one_hot": lambda: EMPTY.update(SCORES, tg.ones((3, 2))),
    "mask": lambda: EMPTY.update(SCORES, LABELS, mask=tg.ones((4,))),
    "mask_of_weights": lambda: EMPTY.update(SCORES, LABELS, mask=tg.full((3,), 0.5)),
    "weights": lambda: EMPTY.update(SCORES, LABELS, weights=tg.ones((3, 2))),
    "negative_weights": lambda: EMPTY.update(SCORES, LABELS, weights=-tg.ones(3)),
    "logits": lambda: ROC.update(tg.asarray([0.5, 3.0, 0.1]), LABELS),
    "logits_of_classes": lambda: metrics.RocMulticlass.empty(2).update(SCORES * 0.5, LABELS),
    "outputs": lambda: BINARY.update(tg.ones((3, 4)), tg.ones((3, 4))),
    "merge": lambda: EMPTY.merge(metrics.Classification.empty(3)),
    "merge_names": lambda: EMPTY.merge(metrics.Classification.empty(2, names=("cat", "dog"))),
    "no_examples": lambda: EMPTY.accuracy,
    "no_negatives": lambda: ROC.update(tg.asarray([0.5]), tg.asarray([1])).auroc,
    "json": lambda: metrics.Roc.from_json(EMPTY.to_json()),
    "frozen": lambda: setattr(EMPTY, "confusion", 3),
    "summary_input": lambda: tg.summary(nn.Sequential(nn.Flatten(), DENSE), "n 2 2"),
    "summary_model": lambda: any_tg.summary(lambda x: x, "n 2"),
    "gradients_in_single_precision": lambda: tg.check_gradients(tg.init(DENSE, KEY), tg.ones((1, 3))),
    "gradients_preset": lambda: any_tg.check_gradients(tg.exp, tg.ones(3), preset="jax"),
    "gradients_kink": lambda: tg.check_gradients(tg.relu, tg.ones(3, dtype=tg.float64), preset="dl4j"),
    "gradients_wrong": _wrong_weight,
}
