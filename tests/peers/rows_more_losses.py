"""Losses of probabilities, margins, pairs, vectors, regions and densities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import functional, torch
from tests.peers.row import Array, Draw, Row, Setting
from tests.peers.rows_loss import loss, pairs, reduce, signs
from typedgrad import nn

FORMULA = "formula in PyTorch"


def of_formula(name: str, values: Callable[..., Any], inputs: Callable[[Draw], tuple[Array, ...]], **more: Any) -> Row:
    """A loss whose values PyTorch has no function for: `values` gives those of the examples."""
    return loss(name, FORMULA, lambda *xs, reduction: reduce(values(*xs), reduction), inputs, **more)


def of_theirs(
    name: str,
    peer: str,
    inputs: Callable[[Draw], tuple[Array, ...]],
    options: dict[str, Any] | None = None,
    order: tuple[int, ...] | None = None,
    **more: Any,
) -> Row:
    """A loss that PyTorch has: with `options` of its own, and the arguments in another `order`."""

    def theirs(*xs: Any, reduction: str) -> Any:
        given = xs if order is None else tuple(xs[i] for i in order)
        return getattr(functional, peer)(*given, reduction=reduction, **(options or {}))

    return loss(name, f"torch.nn.functional.{peer}", theirs, inputs, **more)


def chances(d: Draw) -> tuple[Array, ...]:
    """Probabilities of yes, and targets between 0 and 1."""
    shape = d.shape(1, 3)
    return d.uniform(0.05, 0.95, *shape), d.uniform(0.0, 1.0, *shape)


def distributions(d: Draw) -> tuple[Array, ...]:
    """Two rows of probabilities for each example."""
    return d.probabilities(4, 5), d.probabilities(4, 5)


def likely_labels(d: Draw) -> tuple[Array, ...]:
    """Rows of probabilities, and labels."""
    return d.probabilities(4, 5), d.integers(0, 4, 4)


def scores_and_labels(d: Draw) -> tuple[Array, ...]:
    """Rows of scores, and labels."""
    return d.apart(4, 5), d.integers(0, 4, 4)


def scores_and_hits(d: Draw) -> tuple[Array, ...]:
    """Rows of scores, and one-hot rows."""
    return d.apart(4, 5), functional.one_hot(torch.tensor(d.integers(0, 4, 4)), 5).double().numpy()


def two_vectors(d: Draw) -> tuple[Array, ...]:
    """Two vectors for each example, and -1 or 1."""
    return d.normal(4, 3), d.normal(4, 3), d.mask(4) * 2.0 - 1.0


def _two_numbers(d: Draw) -> tuple[Array, ...]:
    return d.normal(4, 3), d.normal(4, 3), d.mask(4, 3) * 2.0 - 1.0


def positive_pairs(d: Draw) -> tuple[Array, ...]:
    """Two positive numbers for each example."""
    shape = d.shape(1, 3)
    return d.uniform(0.1, 3.0, *shape), d.uniform(0.5, 4.0, *shape)


def _focal(p: Any, t: Any) -> Any:
    """The focal loss, with gamma 2 and alpha 1/4."""
    q = p * t + (1 - p) * (1 - t)
    entropy = -(t * torch.log(p) + (1 - t) * torch.log(1 - p))
    return (0.25 * t + 0.75 * (1 - t)) * (1 - q) ** 2 * entropy


def _over_classes(values: Any) -> Any:
    return values.sum(-1)


PROBABILITIES = [
    of_theirs("binary_cross_entropy", "binary_cross_entropy", chances,
              note="theirs cuts logarithms off at -100; ours are infinite, or cut off by `eps`"),
    of_formula("binary_focal", _focal, chances, gamma=2.0, alpha=0.25),
    of_formula("binary_focal_with_logits", lambda x, t: _focal(torch.sigmoid(x), t),
               lambda d: (d.normal(4, 3), d.uniform(0.0, 1.0, 4, 3)), gamma=2.0, alpha=0.25),
    loss("sparse_categorical_cross_entropy", "torch.nn.functional.nll_loss of torch.log",
         lambda p, labels, **how: functional.nll_loss(torch.log(p), labels, **how), likely_labels),
    of_formula("categorical_cross_entropy", lambda p, t: -(t * torch.log(p)).sum(-1), distributions),
    of_formula("categorical_focal", lambda p, t: -0.7 * (t * (1 - p) ** 1.5 * torch.log(p)).sum(-1), distributions,
               gamma=1.5, alpha=0.7),
    loss("kl_divergence_of_probabilities", "torch.nn.functional.kl_div of torch.log",
         lambda p, t, reduction: reduce(functional.kl_div(torch.log(p), t, reduction="none").sum(-1), reduction),
         distributions, note='the mean is that over examples, theirs "batchmean"'),
    of_formula("infogain", lambda p, labels, matrix: -(matrix[labels] * torch.log(p)).sum(-1),
               lambda d: (*likely_labels(d), d.normal(5, 5)), note="Caffe's InfogainLoss"),
]  # fmt: skip


def _categorical_hinge(x: Any, t: Any) -> Any:
    return torch.relu(1 + ((1 - t) * x).amax(-1) - (t * x).sum(-1))


def _multiclass_hinge(x: Any, labels: Any) -> Any:
    hit = functional.one_hot(labels, x.shape[-1]).bool()
    return torch.relu(1 + x.masked_fill(hit, -torch.inf).amax(-1) - x[hit])


def _one_vs_all(x: Any, labels: Any) -> Any:
    sign = 2.0 * functional.one_hot(labels, x.shape[-1]) - 1.0
    return (torch.relu(1 - sign * x) ** 2).sum(-1)


def _several(d: Draw) -> tuple[Array, ...]:
    """Scores, and classes of which some are wanted."""
    target = d.mask(4, 5, share=0.5)
    target[:, 0], target[:, 1] = True, False
    return d.apart(4, 5), target.astype("float64")


def _as_indices(target: Any) -> Any:
    """The wanted classes as theirs wants them: their numbers, then -1."""
    rows = [torch.nonzero(row)[:, 0].tolist() for row in target]
    return torch.tensor([row + [-1] * (target.shape[-1] - len(row)) for row in rows])


def _multilabel_margin(x: Any, target: Any, *, reduction: str) -> Any:
    return functional.multilabel_margin_loss(x, _as_indices(target), reduction=reduction)


def _multi_label(x: Any, target: Any) -> Any:
    found = []
    for row, wanted in zip(x, target.bool(), strict=True):
        found.append(torch.exp(row[~wanted][None, :] - row[wanted][:, None]).mean())
    return torch.stack(found)


def data(row: Row, last: int = 1) -> Row:
    """The same row, but what comes last is data: it has no gradient."""

    def draw(d: Draw) -> Setting:
        setting = row.draw(d)

        def ours(*xs: Any) -> Any:
            return setting.ours(*xs[:-last], *(tg.stop_gradient(x) for x in xs[-last:]))

        return Setting(setting.inputs, ours, lambda *xs: setting.theirs(*xs[:-last], *(x.detach() for x in xs[-last:])))

    return row._replace(draw=draw)


MARGINS = [
    data(of_theirs("soft_margin", "soft_margin_loss", signs)),
    of_formula("squared_hinge", lambda x, t: torch.relu(1 - t * x) ** 2, signs),
    of_formula("categorical_hinge", _categorical_hinge, scores_and_hits),
    of_formula("multiclass_hinge", _multiclass_hinge, scores_and_labels),
    of_theirs("multi_margin", "multi_margin_loss", scores_and_labels, {"margin": 0.7, "p": 2}, margin=0.7, p=2,
              orders=1, note="theirs has no second gradient"),
    of_theirs("multi_margin", "multi_margin_loss", scores_and_labels, orders=1)._replace(
        peer="torch.nn.functional.multi_margin_loss, p = 1", note="theirs has no second gradient"),
    of_formula("one_vs_all_hinge", _one_vs_all, scores_and_labels, p=2, note="Caffe's HingeLoss, L2"),
    data(loss("multilabel_margin", "torch.nn.functional.multilabel_margin_loss", _multilabel_margin, _several, orders=1,
              note="targets are 0 and 1 for each class, theirs numbers of classes, without gradients; theirs has no "
              "second gradient")),
    of_theirs("multilabel_soft_margin", "multilabel_soft_margin_loss",
              lambda d: (d.normal(4, 5), d.mask(4, 5).astype("float64"))),
    data(of_formula("multi_label", _multi_label, _several)),
]  # fmt: skip


def _contrastive(a: Any, b: Any, alike: Any) -> Any:
    distance = torch.linalg.vector_norm(a - b, dim=-1)
    return torch.where(alike, distance**2, torch.relu(2.5 - distance) ** 2) / 2


def _triplet(d: Draw) -> tuple[Array, ...]:
    return d.normal(4, 3), d.normal(4, 3), d.normal(4, 3)


PAIRS = [
    of_theirs("margin_ranking", "margin_ranking_loss", _two_numbers, {"margin": 0.3}, margin=0.3),
    of_theirs("hinge_embedding", "hinge_embedding_loss", lambda d: (d.uniform(0.1, 3.0, 4, 3), d.mask(4,
        3) * 2.0 - 1.0),
              {"margin": 1.5}, margin=1.5),
    loss("l1_hinge_embedding", "torch.nn.functional.hinge_embedding_loss of distances",
         lambda a, b, t, **how: functional.hinge_embedding_loss((a - b).abs().sum(-1), t, margin=3.0, **how),
         two_vectors, margin=3.0),
    of_theirs("cosine_embedding", "cosine_embedding_loss", two_vectors, {"margin": 0.2}, margin=0.2),
    of_formula("distance_ratio", lambda a, b: -torch.log(torch.exp(-a) / (torch.exp(-a) + torch.exp(-b))), pairs),
    of_formula("contrastive", _contrastive, lambda d: (d.normal(4, 3), d.normal(4, 3), d.mask(4)), margin=2.5),
    of_theirs("triplet", "triplet_margin_loss", _triplet, {"eps": 0.0, "margin": 1.5}, margin=1.5,
              note="theirs adds 1e-6 to differences by default, here 0"),
    of_theirs("triplet", "triplet_margin_loss", _triplet, {"eps": 0.0, "swap": True, "p": 3.0}, swap=True,
        p=3.0)._replace(
        peer="torch.nn.functional.triplet_margin_loss, swap, p = 3"),
]  # fmt: skip


def _simplex(x: Any, labels: Any) -> Any:
    """The corners from the Cholesky factor of their products; the last makes their sum 0."""
    classes = x.shape[-1]
    products = torch.full((classes - 1, classes - 1), -1 / (classes - 1), dtype=x.dtype).fill_diagonal_(1.0)
    first = torch.linalg.cholesky(products)
    corners = torch.cat([first, -first.sum(0, keepdim=True)])
    corners = torch.cat([corners, torch.zeros(classes, 1, dtype=x.dtype)], 1)
    return ((x - corners[labels]) ** 2).mean(-1)


def _circle(x: Any, labels: Any) -> Any:
    """The definition, sum by sum."""
    s = functional.cosine_similarity(x[:, None], x[None], dim=-1, eps=0.0)
    found = []
    for i in range(len(x)):
        others = [j for j in range(len(x)) if j != i]
        wrong = [torch.exp(4.0 * torch.relu(s[i, j] + 0.4) * (s[i, j] - 0.4)) for j in others if labels[i] != labels[j]]
        right = [torch.exp(4.0 * torch.relu(1.4 - s[i, j]) * (0.6 - s[i, j])) for j in others if labels[i] == labels[j]]
        zero = s[i, i] * 0.0
        found.append(torch.log(1 + sum(wrong, zero) * sum(right, zero)))
    return torch.stack(found)


VECTORS = [
    of_formula("cosine_proximity", lambda x, t: -functional.cosine_similarity(x, t, dim=-1),
               lambda d: (d.normal(4, 3), d.normal(4, 3))),
    of_formula("wasserstein", lambda x, t: x * t, pairs),
    of_formula("center_loss", lambda x, labels, centers: ((x - centers[labels]) ** 2).sum(-1) / 2,
               lambda d: (d.normal(4, 3), d.integers(0, 4, 4), d.normal(5, 3))),
    of_formula("class_simplex", _simplex, scores_and_labels),
    of_formula("circle_loss", _circle, lambda d: (d.normal(6, 4), d.integers(0, 2, 6)), gamma=4.0),
]  # fmt: skip


def _overlap(alpha: float, beta: float, smooth: float) -> Callable[[Any, Any], Any]:
    def values(p: Any, t: Any) -> Any:
        hit, false, missed = ((a * b).flatten(1).sum(1) for a, b in ((p, t), (p, 1 - t), (1 - p, t)))
        return 1 - (hit + smooth) / (hit + alpha * false + beta * missed + smooth)

    return values


def _dice(p: Any, t: Any) -> Any:
    p, t = p.flatten(1), t.flatten(1)
    return 1 - (2 * (p * t).sum(1) + 0.5) / (p.sum(1) + t.sum(1) + 0.5)


def regions(d: Draw) -> tuple[Array, ...]:
    """Probabilities and targets of three examples."""
    shape = (3, *d.shape(1, 2))
    return d.uniform(0.05, 0.95, *shape), d.uniform(0.0, 1.0, *shape)


def _mixture(logits: Any, means: Any, scales: Any, target: Any) -> Any:
    laws = torch.distributions
    each = laws.Independent(laws.Normal(means, torch.exp(scales)[..., None].expand(means.shape)), 1)
    return -laws.MixtureSameFamily(laws.Categorical(logits=logits), each).log_prob(target)


def _counts(d: Draw) -> tuple[Array, ...]:
    return d.normal(4, 3), d.uniform(0.2, 6.0, 4, 3)


def _rates(d: Draw) -> tuple[Array, ...]:
    return d.uniform(0.2, 4.0, 4, 3), d.uniform(0.2, 6.0, 4, 3)


DENSITIES = [
    of_formula("dice", _dice, regions, smooth=0.5),
    of_formula("tversky", _overlap(0.3, 0.7, 1e-7), regions, alpha=0.3, beta=0.7),
    of_formula("f_measure_loss", _overlap(1 / 5, 4 / 5, 1e-7), regions, beta=2.0),
    of_theirs("poisson_nll", "poisson_nll_loss", _counts, {"log_input": True, "full": True}, full=True),
    of_theirs("poisson_nll_of_rates", "poisson_nll_loss", _rates, {"log_input": False}),
    of_theirs("gaussian_nll", "gaussian_nll_loss",
              lambda d: (d.normal(4, 3), d.uniform(0.2, 3.0, 4, 3), d.normal(4, 3)), {"full": True}, (0, 2, 1),
                  full=True),
    loss("mixture_density", "torch.distributions.MixtureSameFamily",
         lambda *xs, reduction: reduce(_mixture(*xs), reduction),
         lambda d: (d.normal(4, 3), d.normal(4, 3, 2), d.uniform(-1.0, 1.0, 4, 3), d.normal(4, 2))),
]  # fmt: skip

ERRORS = [
    of_theirs("smooth_l1", "smooth_l1_loss", pairs, {"beta": 0.7}, beta=0.7),
    of_formula("log_cosh", lambda x, t: torch.log(torch.cosh(x - t)), pairs),
    of_formula("mape", lambda x, t: 100 * ((x - t) / t).abs(), positive_pairs, note="in percent"),
    of_formula("msle", lambda x, t: (torch.log1p(x) - torch.log1p(t)) ** 2, positive_pairs),
    of_formula("l1_sum", lambda x, t: (x - t).abs().sum(-1), pairs, note="Deeplearning4j's L1"),
    of_formula("l2_sum", lambda x, t: ((x - t) ** 2).sum(-1), pairs, note="Deeplearning4j's L2"),
]  # fmt: skip


def _combined(d: Draw) -> Setting:
    ours = tg.combined_loss((1.0, tg.mse), (0.5, tg.mae), (2.0, tg.log_cosh))

    def theirs(x: Any, t: Any) -> Any:
        return functional.mse_loss(x, t) + functional.l1_loss(x, t) / 2 + 2 * torch.log(torch.cosh(x - t)).mean()

    return Setting(pairs(d), ours, theirs)


def _parallel(d: Draw) -> Setting:
    ours = tg.parallel_loss((1.0, tg.mse), (0.5, tg.softmax_cross_entropy))
    return Setting(
        (d.normal(4), d.normal(4), d.normal(4, 5), d.integers(0, 4, 4)),
        lambda x, t, y, labels: ours((x, y), (t, labels)),
        lambda x, t, y, labels: functional.mse_loss(x, t) + functional.cross_entropy(y, labels) / 2,
    )


def _by_name(d: Draw) -> Setting:
    name, peer = d.one_of(("mse", "mse_loss"), ("mae", "l1_loss"), ("huber", "huber_loss"))
    return Setting(pairs(d), lambda x, t: nn.loss(name)(x, t), lambda x, t: getattr(functional, peer)(x, t))


SUMS = [
    Row("combined_loss", FORMULA, _combined), Row("parallel_loss", FORMULA, _parallel),
    Row("nn.loss", "torch.nn.functional.mse_loss, l1_loss, huber_loss", _by_name),
]  # fmt: skip

ROWS = [*SUMS, *ERRORS, *PROBABILITIES, *MARGINS, *PAIRS, *VECTORS, *DENSITIES]
