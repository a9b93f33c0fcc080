"""All rows, by the section of the page in which they stand."""

from __future__ import annotations

from tests.peers import (
    rows_activation,
    rows_activation_layers,
    rows_attention,
    rows_compose,
    rows_control,
    rows_conv,
    rows_elementwise,
    rows_geometry,
    rows_large,
    rows_layers,
    rows_linalg,
    rows_loss,
    rows_more_losses,
    rows_move,
    rows_networks,
    rows_noise,
    rows_norm,
    rows_optim,
    rows_random,
    rows_recurrent,
    rows_reduce,
    rows_schedule,
    rows_sizes,
    rows_vectors,
)
from tests.peers.row import Row, unlike

SECTIONS: dict[str, list[Row]] = {
    "Functions of each element": rows_elementwise.ROWS,
    "Activations": [*rows_activation.ROWS, *rows_activation_layers.ROWS],
    "Reductions and order": rows_reduce.ROWS,
    "Shapes, indices, creation": rows_move.ROWS,
    "Products, vectors and linear algebra": [*rows_linalg.ROWS, *rows_vectors.ROWS],
    "Convolution, pooling, resizing": [*rows_conv.ROWS, *rows_geometry.ROWS, *rows_sizes.ROWS],
    "Layers": rows_layers.ROWS,
    "Normalisation and dropout": rows_norm.ROWS,
    "Merging, wrapping, noise": [*rows_compose.ROWS, *rows_noise.ROWS],
    "Recurrence": [*rows_recurrent.ROWS, *rows_control.ROWS],
    "Attention": rows_attention.ROWS,
    "Whole networks": rows_networks.ROWS,
    "Larger sizes": rows_large.ROWS,
    "Losses": [*rows_loss.ROWS, *rows_more_losses.ROWS],
    "Random numbers and initialisers": rows_random.ROWS,
    "Optimisers": rows_optim.ROWS,
    "Schedules, clipping, constraints, solvers": rows_schedule.ROWS,
}
ROWS = unlike(SECTIONS.values())
