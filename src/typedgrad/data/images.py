"""Images from a folder with a sub-folder for each class, read as they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import Batch
from typedgrad.data.order import checked_int

if TYPE_CHECKING:
    import os
    from types import ModuleType

    from jaxtyping import Float32, Int64
    from numpy.typing import NDArray
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")


class ImageFolder:
    """The images under `folder`, a sub-folder for each class, as `[n, channels, height, width]` from 0 to 1.

    They are in the order of their paths; classes are numbered in the order of their names. Give it to `Loader`, which
    reads what it needs; `Loader.cache` keeps what was read. Needs Pillow: `pip install 'typedgrad[images]'`.

    Args:
        folder: where the sub-folders are. Hidden files and files of other types are passed over.
        height: of the images as tensors, in pixels.
        width: likewise.
        gray: one channel instead of red, green and blue.
        fit: how images of another size get this one: "stretch" each side, or "crop" the middle of the right proportions
            and scale that.

    Raises:
        ImportError: if Pillow is missing.
        ValueError: if there are no sub-folders, one has no images, or a size is below 1; when an image is asked for
            that cannot be read, with its path.

    >>> import pathlib, tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, colour in (("bright", 255), ("dark", 0)):
    ...         pathlib.Path(folder, name).mkdir()
    ...         Image.new("L", (20, 10), colour).save(pathlib.Path(folder, name, "one.png"))
    ...     pictures = tg.data.ImageFolder(folder, height=4, width=4, gray=True)
    ...     (batch,) = tg.data.Loader(pictures, batch=2)
    >>> pictures.class_names, batch.x.shape, batch.x[:, 0, 0, 0].tolist(), batch.y.tolist()
    (('bright', 'dark'), (2, 1, 4, 4), [1.0, 0.0], [0, 1])
    """

    __slots__ = ("_labels", "class_names", "fit", "gray", "height", "paths", "width")

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        height: int,
        width: int,
        gray: bool = False,
        fit: Literal["stretch", "crop"] = "stretch",
    ) -> None:
        _pillow()
        self.height = checked_int("ImageFolder", "height", height, 1)
        self.width = checked_int("ImageFolder", "width", width, 1)
        if fit not in {"stretch", "crop"}:
            raise ValueError(f"ImageFolder: `fit` must be 'stretch' or 'crop', got {fit!r}")
        self.gray, self.fit = gray, fit
        root = Path(folder)
        # Sorted as text of code points: the same order on every system.
        classes = sorted((p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")), key=lambda p: p.name)
        if not classes:
            raise ValueError(f"ImageFolder: {root} has no sub-folders; one is needed for each class")
        found = [_images_in(path) for path in classes]
        self.class_names = tuple(path.name for path in classes)
        self.paths = tuple(path for paths in found for path in paths)
        self._labels = np.repeat(np.arange(len(classes)), [len(paths) for paths in found])

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    def labels(self) -> NDArray[np.int64]:
        """The class of every image; none is read for that."""
        return self._labels

    def rows(self, which: slice | NDArray[np.int64]) -> Batch[Float32[Tensor, "n c h w"], Int64[Tensor, "n"]]:
        """The images at a slice or at an array of positions.

        Raises:
            ValueError: if one cannot be read.
        """
        positions = np.arange(len(self))[which]
        x = np.stack([self._read(self.paths[i]) for i in positions.tolist()])
        return Batch(Tensor(x), Tensor(self._labels[positions]))

    def _read(self, path: Path) -> NDArray[np.float32]:
        image_module = _pillow()
        try:
            with image_module.open(path) as file:
                image = self._fitted(_upright(file).convert("L" if self.gray else "RGB"))
                pixels = np.asarray(image, np.float32)
        # Pillow raises what its many readers raise, SyntaxError and struct.error included.
        except Exception as error:
            raise ValueError(f"{path}: not an image that can be read: {error}") from error
        values = (pixels / np.float32(255)).astype(np.float32)
        return values[None] if self.gray else np.moveaxis(values, -1, 0)

    def _fitted(self, image: Image) -> Image:
        size = (self.width, self.height)
        if image.size == size:
            return image
        box = None
        if self.fit == "crop":
            scale = min(image.width / self.width, image.height / self.height)
            w, h = self.width * scale, self.height * scale
            left, top = (image.width - w) / 2, (image.height - h) / 2
            box = (left, top, left + w, top + h)
        return image.resize(size, resample=_pillow().Resampling.BILINEAR, box=box)


def _images_in(folder: Path) -> list[Path]:
    found = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
    ]
    if not found:
        raise ValueError(f"ImageFolder: {folder} has no images ({', '.join(SUFFIXES)})")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _upright(image: Image) -> Image:
    """The image as it is meant to be seen, in a mode that can be converted without loss."""
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(image)
    if turned.mode == "F":
        raise ValueError("its pixels are floats of an unknown range")
    if turned.mode.startswith("I"):
        # 16 bits: converting would clip instead of scaling.
        values = np.asarray(turned, "float64")
        made: Image = _pillow().fromarray(np.clip(values / 257, 0, 255).astype("uint8"))
        return made
    # A palette with transparency is read by way of its colours; what is transparent has the colour that is below it.
    return turned.convert("RGBA") if turned.mode in {"P", "PA"} else turned


def _pillow() -> ModuleType:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("reading images needs Pillow: pip install 'typedgrad[images]'") from error
    return Image
