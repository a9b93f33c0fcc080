"""Folders of images: order, sizes, modes, and what is said of broken files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from typedgrad.data import ImageFolder, Loader

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name, n in (("cat", 3), ("ant", 2), ("dog", 4)):
        (tmp_path / name).mkdir()
        for i in range(n):
            pixels = rng.integers(0, 256, (6 + i, 9, 3)).astype("uint8")
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    (tmp_path / "dog" / "notes.txt").write_text("not an image")
    (tmp_path / "dog" / ".hidden.png").write_text("not an image")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "readme.md").write_text("beside the classes")
    return tmp_path


def test_classes_and_order_are_those_of_the_names(folder: Path) -> None:
    images = ImageFolder(folder, height=4, width=4)
    assert images.class_names == ("ant", "cat", "dog")
    paths = [path.relative_to(folder).as_posix() for path in images.paths]
    assert paths[:5] == ["ant/0.png", "ant/1.png", "cat/0.png", "cat/1.png", "cat/2.png"]
    assert paths[5:] == ["dog/0.png", "dog/1.png", "dog/2.png", "dog/3.png"]
    assert images.labels().tolist() == [0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert (len(images), images.classes) == (9, 3)


def test_batches_are_read_shuffled_and_split_as_others_are(folder: Path) -> None:
    images = ImageFolder(folder, height=4, width=5)
    loader = Loader(images, batch=2, shuffle=True, seed=1).prefetch(2)
    shapes = [x.shape for x, _ in loader]
    assert shapes == [(2, 3, 4, 5)] * 4 + [(1, 3, 4, 5)]
    assert sorted(v for _, y in loader for v in y.tolist()) == images.labels().tolist()
    train, test = Loader(images, batch=9).split(0.5, stratify=True)
    assert sorted(v for _, y in train for v in y.tolist()) == [0, 1, 1, 2, 2]
    assert len(next(iter(test)).y) == 4


def test_pixels_are_exact_where_the_size_is_right(folder: Path) -> None:
    pixels = np.asarray(Image.open(folder / "ant" / "0.png"))
    x, _ = next(iter(Loader(ImageFolder(folder, height=6, width=9), batch=1)))
    np.testing.assert_array_equal(x.numpy()[0], np.moveaxis(pixels, -1, 0).astype("float32") / np.float32(255))
    assert x.dtype == np.float32


def only(tmp_path: Path, image: object, name: str = "one.png") -> Path:
    (tmp_path / "a").mkdir()
    image.save(tmp_path / "a" / name)  # type: ignore[attr-defined]  # an image of Pillow
    return tmp_path


def read(root: Path, **options: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    x, _ = next(iter(Loader(ImageFolder(root, **options), batch=1)))  # type: ignore[arg-type]  # as the test gives them
    found: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = x.numpy()[0]
    return found


def test_crop_takes_the_middle_and_stretch_takes_all(tmp_path: Path) -> None:
    pixels = np.zeros((10, 30), "uint8")
    pixels[:, 10:20] = 255
    root = only(tmp_path, Image.fromarray(pixels))
    np.testing.assert_array_equal(read(root, height=10, width=10, gray=True, fit="crop"), np.ones((1, 10, 10)))
    assert 0.2 < read(root, height=10, width=10, gray=True).mean() < 0.45


def test_one_channel_of_colours_and_three_of_gray(tmp_path: Path) -> None:
    root = only(tmp_path, Image.fromarray(np.full((2, 2), 51, "uint8")))
    np.testing.assert_allclose(read(root, height=2, width=2), np.full((3, 2, 2), 0.2), rtol=1e-6)
    assert read(root, height=2, width=2, gray=True).shape == (1, 2, 2)


def modes() -> dict[str, object]:
    half = Image.new("L", (4, 4), 128)
    return {
        "1": Image.new("1", (4, 4), 1),
        "P": half.convert("P"),
        "RGBA": Image.new("RGBA", (4, 4), (128, 128, 128, 0)),
        "LA": Image.new("LA", (4, 4), (128, 255)),
        "I;16": Image.fromarray(np.full((4, 4), 128 * 257, "uint16")),
    }


@pytest.mark.parametrize("mode", modes())
def test_every_mode_is_read_from_0_to_1(tmp_path: Path, mode: str) -> None:
    found = read(only(tmp_path, modes()[mode]), height=3, width=3)
    np.testing.assert_allclose(found, 1.0 if mode == "1" else 128 / 255, atol=1e-6)


def test_pictures_are_upright(tmp_path: Path) -> None:
    pixels = np.zeros((4, 8, 3), "uint8")
    pixels[:, :4] = 255
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    (tmp_path / "a").mkdir()
    image.save(tmp_path / "a" / "one.png", exif=exif)
    found = read(tmp_path, height=8, width=4, gray=True)[0]
    assert found[:4].min() == 1.0
    assert found[4:].max() == 0.0


@pytest.mark.parametrize("damage", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"not an image at all"])
def test_a_broken_file_is_named(folder: Path, damage: bytes) -> None:
    path = folder / "cat" / "1.png"
    path.write_bytes(damage)
    images = ImageFolder(folder, height=4, width=4)
    with pytest.raises(ValueError, match=r"cat/1\.png: not an image that can be read") as caught:
        list(Loader(images, batch=3).prefetch(1))
    assert str(path) in str(caught.value)


def test_a_truncated_file_is_named(folder: Path) -> None:
    path = folder / "cat" / "1.png"
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ValueError, match=r"cat/1\.png: not an image that can be read"):
        list(Loader(ImageFolder(folder, height=4, width=4), batch=9))


def test_floats_of_an_unknown_range_are_refused(tmp_path: Path) -> None:
    root = only(tmp_path, Image.new("F", (4, 4), 0.5), "one.tif")
    with pytest.raises(
        ValueError, match=r"one\.tif: not an image that can be read: its pixels are floats of an unknown"
    ):
        read(root, height=4, width=4)


def test_a_huge_claim_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = only(tmp_path, Image.new("L", (40, 40)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValueError, match=r"one\.png: not an image that can be read: .*decompression bomb"):
        read(root, height=4, width=4)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda f: ImageFolder(f / "ant", height=4, width=4), ValueError, "has no sub-folders; one is needed for each"),
        (lambda f: ImageFolder(f / "none", height=4, width=4), FileNotFoundError, "none"),
        (lambda f: ImageFolder(f, height=0, width=4), ValueError, "ImageFolder: `height` must be at least 1, got 0"),
        (lambda f: ImageFolder(f, height=4, width=True), TypeError, "ImageFolder: `width` must be an int, not True"),
        (
            lambda f: ImageFolder(f, height=4, width=4, fit="pad"),  # type: ignore[arg-type]  # wrong on purpose
            ValueError,
            "`fit` must be 'stretch' or 'crop', got 'pad'",
        ),
    ],
)
def test_bad_folders_are_refused(
    folder: Path, act: Callable[[Path], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        act(folder)
    assert message in str(caught.value)


def test_a_class_without_images_is_refused(folder: Path) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty has no images \(\.png"):
        ImageFolder(folder, height=4, width=4)


def test_without_pillow_the_extra_is_named(folder: Path) -> None:
    program = f"""
import sys
sys.modules["PIL"] = None
from typedgrad.data import ImageFolder
try:
    ImageFolder({str(folder)!r}, height=4, width=4)
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "reading images needs Pillow: pip install 'typedgrad[images]'\n"


def test_data_is_imported_without_pillow() -> None:
    program = "import sys, typedgrad.data; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
