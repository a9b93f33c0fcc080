"""The digits in the package are the real ones, and always split the same way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from typedgrad import data


def test_all_1797_digits_are_there_in_the_known_proportions() -> None:
    train, test = data.digits()
    assert (train.x.shape, test.x.shape) == ((1438, 8, 8), (359, 8, 8))
    # The distribution of classes that the authors publish with the data.
    assert (np.bincount(train.y.numpy()) + np.bincount(test.y.numpy())).tolist() == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # fmt: skip
    pixels = np.concatenate([train.x.numpy(), test.x.numpy()])
    assert set(np.unique(pixels * 16).tolist()) == set(range(17))


def test_the_first_image_is_the_zero_it_should_be() -> None:
    whole = data.read_idx(Path(data.__file__).with_name("uci_digits") / "digits-images-idx3-ubyte.gz")
    assert whole[0].tolist() == [
        [0, 0, 5, 13, 9, 1, 0, 0],
        [0, 0, 13, 15, 10, 15, 5, 0],
        [0, 3, 15, 2, 0, 11, 8, 0],
        [0, 4, 12, 0, 0, 8, 8, 0],
        [0, 5, 8, 0, 0, 9, 8, 0],
        [0, 4, 11, 0, 1, 12, 7, 0],
        [0, 2, 14, 5, 10, 12, 0, 0],
        [0, 0, 6, 13, 10, 0, 0, 0],
    ]


def test_the_split_never_changes() -> None:
    train, test = data.digits()
    content = b"".join(part.x.numpy().tobytes() + part.y.numpy().tobytes() for part in (train, test))
    assert hashlib.sha256(content).hexdigest() == "3072e8b329f547e4c99731ee6463ef0720230252d1366d38271f318a45b8cbd8"


def test_the_licence_stands_beside_the_data() -> None:
    notice = Path(data.__file__).with_name("uci_digits") / "LICENSE.txt"
    assert "Creative Commons Attribution 4.0 International (CC BY 4.0)" in notice.read_text("utf-8")
