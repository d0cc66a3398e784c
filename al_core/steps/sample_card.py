"""The data behind a sample's card."""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.formats.files.image_header import image_size
from al_core.formats.predictions.object_masks import BACKGROUND
from al_core.scorers import score_title
from al_core.steps.classes import class_colors
from al_core.steps.predictions import annotations_of, find_predictions, read_annotations, task_of
from al_core.steps.scores import current_scores
from al_core.steps.tasks import PredictionCard

if TYPE_CHECKING:
    from al_core.store import Dataset


@dataclass(frozen=True)
class SampleCard:
    """One sample, as its card shows it.

    Attributes:
        row: Its position in the dataset.
        filename: Its name.
        scores: Its scores by name, without those it lacks.
        prediction: What the current predictions say of it.
    """

    row: int
    filename: str
    scores: Mapping[str, float]
    prediction: PredictionCard

    def to_json(self) -> dict[str, Any]:
        """Return the card as plain values, as the map's JavaScript takes it."""
        return {
            "row": self.row,
            "filename": self.filename,
            "scores": dict(self.scores),
            "titles": {name: score_title(name) for name in self.scores},
            **asdict(self.prediction),
        }


def describe_sample(dataset: "Dataset", row: int) -> SampleCard:
    """Return the card of a sample.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    dataset.check_row(row)
    filename = dataset.filename(row)
    scores: dict[str, float] = {}
    for stored in current_scores(dataset):
        score = float(dataset.arrays.read_rows(stored, np.array([row]))[0])
        if not np.isnan(score):
            scores[stored.name] = score
    return SampleCard(row, filename, scores, _describe_prediction(dataset, row))


def read_mask(dataset: "Dataset", row: int) -> bytes | None:
    """Return a predicted mask as a PNG, 64 x 64, each class in its color, the background clear; None without a mask.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    from PIL import Image

    dataset.check_row(row)
    annotations = read_annotations(dataset)
    if annotations is None:
        return None
    grid = annotations.mask_of(row)
    if grid is None:
        return None
    # RGBA; classes that are not shaded stay transparent.
    palette = np.zeros((len(annotations.class_names), 4), np.uint8)
    colors = class_colors(dataset)
    for code, name in enumerate(annotations.class_names):
        if name.lower() not in BACKGROUND:
            palette[code] = [*bytes.fromhex(colors[name].removeprefix("#")), 255]
    file = io.BytesIO()
    Image.fromarray(palette[grid]).save(file, "PNG")
    return file.getvalue()


def _describe_prediction(dataset: "Dataset", row: int) -> PredictionCard:
    stored = find_predictions(dataset)
    if stored is None:
        return PredictionCard()
    annotations = annotations_of(dataset, stored)
    card = task_of(stored).describe(annotations, row, lambda: size_of_image(dataset, row))
    # A mask leaves its background without a color.
    names = set(card.colors) if card.has_mask else _names_on(card)
    colors = class_colors(dataset)
    return replace(card, colors={name: colors[name] for name in colors if name in names})


def _names_on(card: PredictionCard) -> set[str]:
    names = {name for name, _ in card.classes}
    names |= {box.label for box in card.boxes}
    names |= {keypoint.label for keypoint in card.keypoints}
    return names


def size_of_image(dataset: "Dataset", row: int) -> tuple[int, int] | None:
    """Return width and height of a sample's image in pixels, or None if it has none that can be read."""
    image = dataset.image(row, "full")
    if image is None:
        return None
    try:
        return image_size(image.source)
    except InvalidInputError:
        # A broken image leaves a card without keypoints, not a page without a card.
        return None
