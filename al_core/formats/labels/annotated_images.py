"""The images that annotations are about: who labeled them when, and how large they are."""

from array import array
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.labels.image_sizes import ImageSizes, Size


class AnnotatedImages:
    """The image of each annotation, in the order of the file.

    Args:
        source: The name of the file, for messages.
        images_dir: The folder of the images, where sizes are read that the file lacks; None if nobody has said where.

    Attributes:
        filenames: The image of each annotation.
        annotators: Who made each.
    """

    def __init__(self, source: str, images_dir: Path | None) -> None:
        self.filenames: list[str] = []
        self.annotators: list[str] = []
        self._source = source
        self._times = array("d")
        self._sizes_of_files = ImageSizes(images_dir)
        self._sizes: list[Size | None] = []
        self._units: Size | None = None

    def __len__(self) -> int:
        return len(self.filenames)

    def add(self, filename: str, *, annotator: str, time: float, size: Size | None, units: Size | None) -> None:
        """Begin an annotation, as `LabelCollector.annotate` takes it."""
        self.filenames.append(filename)
        self.annotators.append(annotator)
        self._times.append(time)
        self._sizes.append(size)
        self._units = units

    def add_all(
        self,
        filenames: Sequence[str],
        *,
        annotators: Sequence[str],
        times: NDArray[np.float64],
        sizes: Sequence[Size | None],
    ) -> int:
        """Add whole annotations, and return the row of the first."""
        first = len(self.filenames)
        self.filenames += filenames
        self.annotators += annotators
        self._times.frombytes(times.tobytes())
        self._sizes += sizes
        return first

    @property
    def last(self) -> int:
        """The row of the annotation that was begun last, -1 before the first."""
        return len(self.filenames) - 1

    @property
    def times(self) -> NDArray[np.float64]:
        """When each was made, in seconds since 1970."""
        return np.array(self._times, np.float64)

    @property
    def size(self) -> Size | None:
        """Width and height of the last image in pixels, from the file or else from the image."""
        if self._sizes[-1] is None:
            self._sizes[-1] = self._sizes_of_files.of(self.filenames[-1])
        return self._sizes[-1]

    @property
    def extent(self) -> Size:
        """Width and height of the last image in the units of its coordinates.

        Raises:
            FileFormatError: If they are pixels and nothing says how many.
        """
        extent = self._units or self.size
        if extent is None:
            raise self.refused(-1, has_extent=False)
        return extent

    def extents(self, rows: NDArray[np.int64], looked_up: NDArray[np.int64], units: Size | None) -> NDArray[np.float64]:
        """Return the extent of the image of each box, (B, 2), NaN where neither the file nor the image has one.

        Args:
            rows: (B,) the annotation of each box.
            looked_up: The annotations whose images may be opened for it.
            units: The extent of all of them; by default it is in pixels.
        """
        if units is not None:
            return np.tile(np.array(units, np.float64), (len(rows), 1))
        for row in looked_up.tolist():
            if self._sizes[row] is None:
                self._sizes[row] = self._sizes_of_files.of(self.filenames[row])
        return self.sizes(np.float64)[rows]

    def sizes(self, kind: type[np.floating]) -> NDArray[Any]:
        """Return width and height of each image in pixels, (A, 2), NaN where unknown."""
        sizes = np.full((len(self._sizes), 2), np.nan, kind)
        if any(self._sizes):
            with_size = [row for row, size in enumerate(self._sizes) if size is not None]
            sides = chain.from_iterable(size for size in self._sizes if size is not None)
            sizes[with_size] = np.fromiter(sides, kind, 2 * len(with_size)).reshape(-1, 2)
        return sizes

    def where(self, row: int = -1) -> str:
        """Return how messages name an annotation, by default the last one."""
        return f"{self._source}, {self.filenames[row]}"

    def refused(self, row: int, *, has_extent: bool) -> FileFormatError:
        """Return why a box of an annotation has no place in its image."""
        where = self.where(row)
        if has_extent:
            return FileFormatError(f"{where}: a box has a corner that is not a number; draw it again")
        return FileFormatError(
            f"{where}: the objects are in pixels and the file has no size of the image; give the folder of the images"
        )
