"""The data behind a sample's card."""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.formats.files.image_header import image_size
from al_core.steps.predictions import annotations_of, find_predictions, read_annotations, task_of
from al_core.steps.tasks import PredictionCard
from al_core.steps.tasks.segmentation import mask_color
from al_core.store.records import Kind

if TYPE_CHECKING:
    from al_core.store import Dataset


@dataclass(frozen=True)
class SampleCard:
    """One sample, as its card shows it.

    Attributes:
        row: Its position in the dataset.
        filename: Its name.
        scores: Its scores by name, without those it lacks.
        prediction: What the newest predictions say of it.
    """

    row: int
    filename: str
    scores: Mapping[str, float]
    prediction: PredictionCard

    def to_json(self) -> dict[str, Any]:
        """Return the card as plain values, as the map's JavaScript takes it."""
        return {"row": self.row, "filename": self.filename, "scores": dict(self.scores), **asdict(self.prediction)}


def describe_sample(dataset: "Dataset", row: int) -> SampleCard:
    """Return the card of a sample.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    dataset.check_row(row)
    scores = {score.name: dataset.arrays.read(score)[row] for score in dataset.arrays.all(Kind.SCORE)}
    return SampleCard(
        row=row,
        filename=dataset.filenames(np.array([row]))[0],
        scores={name: float(value) for name, value in scores.items() if not np.isnan(value)},
        prediction=_describe_prediction(dataset, row),
    )


def read_mask(dataset: "Dataset", row: int) -> bytes | None:
    """Return a predicted mask as a PNG, 64 x 64, each class in its color, the background clear; None without a mask.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    from PIL import Image

    dataset.check_row(row)
    annotations = read_annotations(dataset)
    grid = annotations.mask_of(row) if annotations else None
    if annotations is None or grid is None:
        return None
    colors = [mask_color(code, name) for code, name in enumerate(annotations.class_names)]
    palette = np.array([[*bytes.fromhex(color[1:]), 255] if color else [0] * 4 for color in colors], np.uint8)
    file = io.BytesIO()
    Image.fromarray(palette[grid]).save(file, "PNG")
    return file.getvalue()


def _describe_prediction(dataset: "Dataset", row: int) -> PredictionCard:
    stored = find_predictions(dataset)
    if stored is None:
        return PredictionCard()
    annotations = annotations_of(dataset, stored)
    return task_of(stored).describe(annotations, row, lambda: _image_size(dataset, row))


def _image_size(dataset: "Dataset", row: int) -> tuple[int, int] | None:
    image = dataset.image(row, "full")
    try:
        return image_size(image.source) if image else None
    except InvalidInputError:
        return None
