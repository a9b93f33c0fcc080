"""`Batch`, and what batches are cut from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

X_co = TypeVar("X_co", covariant=True)
Y_co = TypeVar("Y_co", covariant=True)


class Batch(NamedTuple, Generic[X_co, Y_co]):
    """Some rows of a dataset: `x` and `y` have the same first axis. Either is a tensor or a tuple of tensors."""

    x: X_co
    y: Y_co


class Rows(Protocol[X_co, Y_co]):
    """Rows that can be asked for by their positions: a `Dataset`, a folder of images, a class of your own."""

    def __len__(self) -> int: ...

    def rows(self, which: slice | NDArray[np.int64], /) -> Batch[X_co, Y_co]:
        """The rows at a slice or at an array of positions."""
        ...


@runtime_checkable
class Labelled(Protocol):
    """Rows whose class is known without reading them."""

    def labels(self) -> NDArray[np.int64]:
        """The class of every row.

        Raises TypeError if the labels are not classes.
        """
        ...


class Subset(Generic[X_co, Y_co]):
    """Some rows of others, which are read when they are asked for.

    >>> data = tg.data.Dataset(tg.asarray([[0.0], [2.0], [4.0]]), tg.asarray([0, 1, 1]))
    >>> import numpy as np
    >>> tg.data.Subset(data, np.asarray([2, 0])).rows(slice(0, 1)).x.tolist()
    [[4.0]]
    """

    __slots__ = ("_of", "positions")

    def __init__(self, of: Rows[X_co, Y_co], positions: NDArray[np.int64]) -> None:
        self._of = of
        self.positions = positions

    def __len__(self) -> int:
        return len(self.positions)

    def rows(self, which: slice | NDArray[np.int64]) -> Batch[X_co, Y_co]:
        """The rows at a slice or at an array of positions among these."""
        return self._of.rows(self.positions[which])

    def labels(self) -> NDArray[np.int64]:
        """The class of every row.

        Raises TypeError if the labels are not classes.
        """
        return labels_of("Subset", self._of)[self.positions]


def labels_of(title: str, rows: object) -> NDArray[np.int64]:
    """The class of every row.

    Raises TypeError if that is not known.
    """
    if not isinstance(rows, Labelled):
        raise TypeError(f"{title}: a {type(rows).__name__} does not know the class of each row")
    return rows.labels()
