"""Real handwritten digits that ship with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typedgrad.data.dataset import Split
from typedgrad.data.idx import images_and_labels

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64

    from typedgrad.core.tensor import Tensor

TRAIN_FRACTION = 0.8


def digits() -> Split[Float32[Tensor, "n 8 8"], Int64[Tensor, "n"]]:
    """1,797 handwritten digits, 8 by 8 pixels from 0 (paper) to 1 (ink), 1,438 to train on and 359 to test with.

    The split never changes: 80 % of each class, chosen at random with seed 0. The data are the test set of "Optical
    Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, https://doi.org/10.24432/C50P49 (CC BY 4.0, see
    the notice beside the files); their pixels are integers from 0 to 16, here divided by 16.

    >>> train, test = tg.data.digits()
    >>> train
    Dataset(x=float32[1438 8 8], y=int64[1438], classes=10)
    >>> test.y[:5].tolist()
    [9, 4, 7, 9, 0]
    """
    whole = images_and_labels(Path(__file__).with_name("uci_digits"), "digits", (8, 8), 16.0)
    return whole.split(TRAIN_FRACTION, seed=0, stratify=True)
