"""The IDX reader: what it reads, and that it refuses everything else with the file, the place and both sides."""

from __future__ import annotations

import gzip
import os
import re
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from typedgrad import data

UBYTE, DOUBLE = 0x08, 0x0E


def idx(shape: tuple[int, ...], payload: bytes, *, code: int = UBYTE, start: bytes = b"\0\0") -> bytes:
    return start + bytes([code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + payload


def write(folder: Path, content: bytes, name: str = "x-idx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path, **options: int) -> str:
    with pytest.raises(ValueError) as caught:
        data.read_idx(path, **options)
    message = str(caught.value)
    assert message.startswith(f"{path}: "), "the message names the file first"
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("code", "dtype"),
    [(0x08, "u1"), (0x09, "i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")],
)
def test_every_type_of_element_is_read_back(tmp_path: Path, code: int, dtype: str, zipped: bool) -> None:
    values = np.array([[0, 1, 2], [100, 101, 127]]).astype(dtype)
    content = idx((2, 3), values.tobytes(), code=code)
    read = data.read_idx(write(tmp_path, gzip.compress(content) if zipped else content), rank=2)
    assert read.shape == (2, 3)
    assert read.dtype == np.dtype(dtype).newbyteorder("=")
    assert read.dtype.isnative
    assert read.tolist() == values.tolist()


def test_an_axis_of_size_zero_is_an_empty_array(tmp_path: Path) -> None:
    assert data.read_idx(write(tmp_path, idx((3, 0), b""))).shape == (3, 0)


def test_a_stored_gzip_file_of_two_members_is_one_file(tmp_path: Path) -> None:
    content = idx((4,), b"abcd")
    path = write(tmp_path, gzip.compress(content[:6], 0) + gzip.compress(content[6:], 0))
    assert data.read_idx(path).tolist() == list(b"abcd")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "at byte 0: expected a header of at least 4 bytes, found the end of the file"),
        (b"\0\0\x08", "at byte 3: expected a header of at least 4 bytes, found the end of the file"),
        (b"PK\x08\x01", "at byte 0: expected two zero bytes, found 50 4b"),
        (idx((1,), b"a", start=b"\0\1"), "at byte 0: expected two zero bytes, found 00 01"),
        (idx((1,), b"a", code=0x0A), "at byte 2: expected a type code (0x08 uint8, 0x09 int8"),
        (idx((), b""), "at byte 3: expected 1 to 64 axes, found 0"),
        (idx((1,) * 65, b"a"), "at byte 3: expected 1 to 64 axes, found 65"),
        (idx((3, 5), b"")[:9], "at byte 9: expected 2 sizes of 4 bytes each, found the end of the file"),
        (
            idx((2, 0xFFFFFFFF), b"ab"),
            (
                "at byte 8: expected the size of axis 1, from 0 to 2147483647, "
                "found 4294967295, which is -1 as a signed integer"
            ),
        ),
        (
            idx((2, 3), b"abcde"),
            "at byte 12: expected 6 bytes of elements (2 x 3 of uint8), found 5 left in the file",
        ),
        (
            idx((2, 3), b"abcdefgh"),
            "at byte 18: expected the end of the file after 6 bytes of elements (2 x 3 of uint8), found 2 bytes more",
        ),
        (
            idx((3,), bytes(23), code=DOUBLE),
            "at byte 8: expected 24 bytes of elements (3 of float64), found 23 left in the file",
        ),
        (
            idx((0, *(0x7FFFFFFF,) * 3), b""),
            "at byte 4: expected sizes that an array can have, 9223372036854775807 bytes at most, found 0 x 2147483647",
        ),
    ],
)
def test_a_malformed_file_is_refused_with_place_expectation_and_finding(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    assert refusal(write(tmp_path, content)).startswith(complaint)


def test_the_wrong_rank_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, idx((2, 3), b"abcdef"))
    assert refusal(path, rank=3) == "at byte 3: expected 3 axes, found 2"


def test_nothing_is_allocated_for_a_claim_that_the_file_cannot_keep(tmp_path: Path) -> None:
    plain = write(tmp_path, idx((0x7FFFFFFF, 0x7FFFFFFF), b"few"), "plain")
    zipped = write(tmp_path, gzip.compress(idx((0x7FFFFFFF, 0x7FFFFFFF), b"few")), "zipped")
    tracemalloc.start()
    for path in (plain, zipped):
        assert "expected 4611686014132420609 bytes of elements" in refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    honest = write(tmp_path, gzip.compress(idx((1 << 26,), bytes(1 << 26)), 9), "honest")
    assert honest.stat().st_size < 1 << 17
    assert "found a file that may unpack to 1048576 bytes at most" in refusal(honest, limit=1 << 20)
    small_claim = write(tmp_path, gzip.compress(idx((2,), bytes(1 << 26)), 9), "liar")
    tracemalloc.start()
    complaint = refusal(small_claim)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert complaint.endswith("found some bytes more")
    assert peak < 1 << 21


def test_a_gzip_file_that_holds_less_than_it_claims_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(idx((9,), b"abc")))
    assert (
        refusal(path)
        == "at byte 11: expected 9 bytes of elements (9 of uint8), found the end of the file after 3 of them"
    )


@pytest.mark.parametrize("damage", ["cut", "checksum", "body", "garbage after"])
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, damage: str) -> None:
    content = bytearray(gzip.compress(idx((64,), os.urandom(64))))
    if damage == "cut":
        del content[-12:]
    elif damage == "checksum":
        content[-6] ^= 0xFF
    elif damage == "body":
        content[12] ^= 0xFF
    else:
        content += b"garbage"
    message = refusal(write(tmp_path, bytes(content)))
    assert re.match(r"damaged gzip file near byte \d+ of it: .+|at byte \d+: expected .+", message)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=64), zipped=st.booleans(), valid_start=st.booleans())
def test_any_bytes_are_read_exactly_or_refused_by_name(
    tmp_path: Path, content: bytes, zipped: bool, valid_start: bool
) -> None:
    content = b"\0\0\x08\x01\0\0\0" + content if valid_start else content
    path = write(tmp_path, gzip.compress(content) if zipped else content)
    try:
        read, refused = data.read_idx(path), None
    except ValueError as error:
        refused = error
    if refused is not None:
        assert str(refused).startswith(f"{path}: ")
    else:
        assert content.endswith(read.numpy().tobytes())
        assert len(content) == 4 + 4 * read.ndim + read.numpy().nbytes


def mnist_files(folder: Path, images: bytes, labels: bytes) -> Path:
    for part in ("train", "t10k"):
        write(folder, gzip.compress(images), f"{part}-images-idx3-ubyte.gz")
        write(folder, labels, f"{part}-labels-idx1-ubyte")
    return folder


IMAGES = idx((2, 28, 28), bytes(28 * 28) + b"\xff" * (28 * 28))


def test_mnist_is_four_files_plain_or_gzipped(tmp_path: Path) -> None:
    train, test = data.mnist(mnist_files(tmp_path, IMAGES, idx((2,), b"\0\x09")))
    assert repr(train) == repr(test) == "Dataset(x=float32[2 28 28], y=int64[2], classes=10)"
    assert train.y.tolist() == [0, 9]
    assert train.x.numpy().reshape(2, -1).mean(axis=1).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("images", "labels", "name", "complaint"),
    [
        (
            IMAGES,
            idx((3,), b"\0\1\2"),
            "train-labels-idx1-ubyte",
            "at byte 4: expected 2 labels, one for each image of train-images-idx3-ubyte.gz, found 3",
        ),
        (
            IMAGES,
            idx((2,), b"\1\x0a"),
            "train-labels-idx1-ubyte",
            "at byte 9: expected a digit from 0 to 9, found the label 10",
        ),
        (IMAGES, idx((2, 1), b"\0\1"), "train-labels-idx1-ubyte", "at byte 3: expected 1 axes, found 2"),
        (
            idx((2, 8, 8), bytes(128)),
            idx((2,), b"\0\1"),
            "train-images-idx3-ubyte.gz",
            "at byte 8: expected images of 28 by 28, found 8 by 8",
        ),
        (
            idx((2, 28, 28), bytes(2 * 28 * 28), code=0x09),
            idx((2,), b"\0\1"),
            "train-images-idx3-ubyte.gz",
            "at byte 2: expected unsigned bytes (type code 0x08), found elements of type int8",
        ),
        (
            idx((2 * 28 * 28,), IMAGES[16:]),
            idx((2,), b"\0\1"),
            "train-images-idx3-ubyte.gz",
            "at byte 3: expected 3 axes, found 1",
        ),
    ],
)
def test_mnist_refuses_files_that_do_not_belong_together(
    tmp_path: Path, images: bytes, labels: bytes, name: str, complaint: str
) -> None:
    with pytest.raises(ValueError) as caught:
        data.mnist(mnist_files(tmp_path, images, labels))
    assert str(caught.value) == f"{tmp_path / name}: {complaint}"


def test_mnist_names_the_file_that_is_missing(tmp_path: Path) -> None:
    mnist_files(tmp_path, IMAGES, idx((2,), b"\0\1"))
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match=r"there is no t10k-labels-idx1-ubyte, plain or \.gz, in "):
        data.mnist(tmp_path)


def test_mnist_of_no_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there are no rows"):
        data.mnist(mnist_files(tmp_path, idx((0, 28, 28), b""), idx((0,), b"")))
