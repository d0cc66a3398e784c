import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.formats.files.cells import escape_cell
from al_core.formats.files.image_header import image_size
from al_core.formats.files.images import resolve_image
from al_core.formats.predictions.annotations import Annotations
from al_core.types import Scores


class Need(StrEnum):
    """What a format cannot do without, and what to do about it."""

    PREDICTIONS = "needs class probabilities, boxes or keypoints: store predictions first"
    OBJECTS = "needs boxes or keypoints: store detections or keypoints first"
    BOXES = "needs boxes: store detections first"
    IMAGES = "needs the images: set the images folder of the dataset"
    PLACES = (
        "needs the place of each box, and some were stored without the size of their image: set the images folder of "
        "the dataset and store the predictions again"
    )
    SIZES = "needs the images, because its keypoints are in pixels: set the images folder of the dataset"


@dataclass(frozen=True)
class ExportRows:
    """The samples of a tag or selection, in the order in which they are written.

    Attributes:
        filenames: (M,) in rank order where there is one.
        scores: (M,) or None.
        ranks: (M,) from 1, None for a sample that has none, such as a preselected one; by default 1 to M.
        metadata: What the selection was made of: dataset, tag, config, seed.
        annotations: What a model predicted for them, or None.
        images_dir: The folder that holds the images, or None.
        manifest: Called by the format that needs what the tag was made from.

    Raises:
        InvalidInputError: If lengths differ.
    """

    filenames: Sequence[str]
    scores: Scores | None = None
    ranks: Sequence[int | None] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    annotations: Annotations | None = None
    images_dir: Path | None = None
    manifest: Callable[[], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        for noun, values in (("scores", self.scores), ("ranks", self.ranks)):
            if values is not None and len(values) != len(self.filenames):
                raise InvalidInputError(
                    f"{len(values)} {noun} for {len(self.filenames)} filenames; give one per filename"
                )

    def columns(self) -> tuple[Sequence[int | None], Sequence[str], Sequence[float | None]]:
        """Return ranks, filenames and scores as plain values of equal length; a missing or NaN score is None."""
        ranks = self.ranks if self.ranks is not None else range(1, len(self.filenames) + 1)
        if self.scores is None:
            return ranks, self.filenames, [None] * len(self.filenames)
        values = np.asarray(self.scores).tolist()
        return ranks, self.filenames, [None if math.isnan(value) else value for value in values]

    def require(self, *needs: Need) -> None:
        """Raise `MissingInputError` if a need is not met."""
        need = unmet(needs, self.annotations, self.images_dir)
        if need:
            raise MissingInputError(f"this format {need}")

    def predicted(self, need: Need = Need.PREDICTIONS) -> Annotations:
        """Return the annotations, or raise `MissingInputError` if they are not what is needed."""
        self.require(need)
        assert self.annotations is not None
        return self.annotations

    @cached_property
    def image_paths(self) -> list[Path]:
        """The file of each sample.

        Raises:
            MissingInputError: If there is no images folder or it lacks an image.
        """
        self.require(Need.IMAGES)
        assert self.images_dir is not None
        paths = [resolve_image(self.images_dir, name) for name in self.filenames]
        missing = [name for name, path in zip(self.filenames, paths, strict=True) if path is None]
        if missing:
            raise MissingInputError(
                f"{len(missing):,} of {len(paths):,} images are not in the images folder, the first is {missing[0]!r}; "
                "put them there, or set the right images folder"
            )
        return [path for path in paths if path]

    @cached_property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of each image in pixels, as it is shown, from its header alone."""
        return [image_size(path) for path in self.image_paths]

    def known_sizes(self) -> list[tuple[int, int]] | None:
        """Return the sizes, or None unless every image is there."""
        try:
            return self.sizes
        except (MissingInputError, InvalidInputError):
            return None


def unmet(needs: Iterable[Need], annotations: Annotations | None, images_dir: Path | None) -> Need | None:
    """Return the first of the needs that is not met, or None."""
    has_boxes = annotations is not None and annotations.boxes is not None
    has_keypoints = annotations is not None and annotations.keypoints is not None
    in_pixels = annotations is not None and annotations.has_keypoints_in_pixels
    met = {
        Need.PREDICTIONS: annotations is not None,
        Need.OBJECTS: has_boxes or has_keypoints,
        Need.BOXES: has_boxes,
        Need.IMAGES: images_dir is not None,
        Need.PLACES: annotations is None or not annotations.has_unknown_places,
        Need.SIZES: images_dir is not None or not in_pixels,
    }
    return next((need for need in needs if not met[need]), None)


def write_txt(rows: ExportRows) -> bytes:
    r"""Return one filename per line, each line ended by a newline.

    Examples:
        >>> write_txt(ExportRows(["b.png", "a.png"]))
        b'b.png\na.png\n'
    """
    return "".join(f"{name}\n" for name in rows.filenames).encode()


def write_csv(rows: ExportRows) -> bytes:
    r"""Return the columns rank, filename and score; no filename runs as a formula in a spreadsheet.

    Examples:
        >>> write_csv(ExportRows(["=1+1.png"], scores=[0.5]))
        b"rank,filename,score\r\n1,'=1+1.png,0.5\r\n"
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("rank", "filename", "score"))
    ranks, filenames, scores = rows.columns()
    writer.writerows(zip(ranks, map(escape_cell, filenames), scores, strict=True))
    return text.getvalue().encode()


def write_json(rows: ExportRows) -> bytes:
    """Return metadata and samples as JSON, filenames and scores exactly as they are.

    Examples:
        >>> write_json(ExportRows(["=a.png"], scores=[0.5]))
        b'{"metadata":{},"samples":[{"rank":1,"filename":"=a.png","score":0.5}]}'
    """
    samples = [
        {"rank": rank, "filename": name, "score": score} for rank, name, score in zip(*rows.columns(), strict=True)
    ]
    return orjson.dumps({"metadata": dict(rows.metadata), "samples": samples}, option=orjson.OPT_SERIALIZE_NUMPY)
