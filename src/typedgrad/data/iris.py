"""Fisher's irises, from a file that the user has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from typedgrad.data.tables import read_csv

if TYPE_CHECKING:
    import os

    from jaxtyping import Float32

    from typedgrad.core.tensor import Tensor
    from typedgrad.data.dataset import Dataset


class Iris(NamedTuple):
    """A flower: lengths and widths in centimetres, and its species as the file `iris.data` spells it."""

    sepal_length: float
    sepal_width: float
    petal_length: float
    petal_width: float
    species: Literal["Iris-setosa", "Iris-versicolor", "Iris-virginica"]


def iris(path: str | os.PathLike[str]) -> Dataset[Float32[Tensor, "n 4"], Tensor]:
    r"""The flowers of the file `iris.data` of the UCI Machine Learning Repository; nothing is ever downloaded.

    R. A. Fisher, "The use of multiple measurements in taxonomic problems", 1936; https://doi.org/10.24432/C56C76.

    Raises:
        ValueError: if a line is not four numbers and a species; names the line.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "iris.data")
    ...     _ = path.write_text("5.1,3.5,1.4,0.2,Iris-setosa\n5.9,3.0,5.1,1.8,Iris-virginica\n")
    ...     tg.data.iris(path)
    Dataset(x=float32[2 4], y=int64[2], classes=3)
    """
    return read_csv(path, Iris, header=False).encode("species").dataset()
