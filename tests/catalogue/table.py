"""The whole catalogue, in the order of the page that is made of it."""

from __future__ import annotations

from tests.catalogue import activations, dense, losses, recurrent, regularising, sliding, starting, training
from tests.catalogue.row import Row

LATER = (
    Row("data in files", "data.Loader", want="should", caffe="Data, HDF5Data, HDF5Output, ImageData, MemoryData, WindowData",
        note="A `Loader` takes a data set in memory; readers of these files come with the data pipeline."),
    Row("preprocessing", "", want="could",
        keras="Rescaling, Resizing, CenterCrop, RandomFlip, RandomRotation, RandomZoom, RandomTranslation, RandomContrast, "
        "RandomBrightness, RandomCrop, CutMix, MixUp, RandAugment, Normalization, Discretization, CategoryEncoding, Hashing, "
        "HashedCrossing, StringLookup, IntegerLookup, TextVectorization",
        why="Comes with the data pipeline; `data.Standardize` and `data.MinMax` are there."),
)  # fmt: skip

SECTIONS: dict[str, tuple[Row, ...]] = {
    "Dense layers, embedding, containers, merging, shapes": dense.ROWS,
    "Convolution, pooling, pictures": sliding.ROWS,
    "Normalisation, dropout, noise, penalties, constraints": regularising.ROWS,
    "Sequences, attention, control flow": recurrent.ROWS,
    "Activations": activations.ROWS,
    "Losses": losses.ROWS,
    "Initialisers": starting.ROWS,
    "Optimisers": training.UPDATERS,
    "Schedules": training.SCHEDULES,
    "Solvers and derivatives": training.SOLVERS,
    "Metrics": training.METRICS,
    "Checks and pictures": training.CHECKS,
    "Models": training.ZOO,
    "Data": LATER,
}
ROWS = tuple(row for rows in SECTIONS.values() for row in rows)
