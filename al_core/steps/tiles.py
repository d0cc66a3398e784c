"""What is drawn over the small images of many samples: boxes, keypoints, and whether there is a mask."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from al_core.steps.classes import class_colors
from al_core.steps.predictions import annotations_of, find_predictions, task_of
from al_core.steps.sample_card import size_of_image
from al_core.steps.tasks.task import Box, Keypoint, PredictionCard
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

MOST_SHAPES = 40
"""Boxes or keypoints on one tile: on a hundred pixels, more would hide the image."""


@dataclass(frozen=True)
class Tile:
    """What is drawn over the small image of one sample, the most confident boxes first.

    Attributes:
        row: Its position in the dataset.
        filename: Its name.
        boxes: The most confident boxes.
        keypoints: The keypoints that are there.
        has_mask: Whether there is a mask to shade the image with.
    """

    row: int
    filename: str
    boxes: tuple[Box, ...] = ()
    keypoints: tuple[Keypoint, ...] = ()
    has_mask: bool = False


@dataclass(frozen=True)
class Tiles:
    """Tiles, and the color of each class on them."""

    tiles: Sequence[Tile]
    colors: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return them as plain values, as the grid's JavaScript takes them."""
        return {"tiles": [asdict(tile) for tile in self.tiles], "colors": dict(self.colors)}


def describe_tiles(dataset: "Dataset", rows: Rows) -> Tiles:
    """Return what is drawn over the images of `rows`, in their order, by the current predictions.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    for row in rows.tolist():
        dataset.check_row(row)
    names = dataset.filenames(rows)
    cards = _cards(dataset, rows)
    tiles = [
        Tile(row, name, card.boxes[:MOST_SHAPES], card.keypoints[:MOST_SHAPES], card.has_mask)
        for row, name, card in zip(rows.tolist(), names, cards, strict=True)
    ]
    labels: set[str] = set()
    for tile in tiles:
        labels |= {box.label for box in tile.boxes}
        labels |= {keypoint.label for keypoint in tile.keypoints}
    # Only those that are drawn: of a thousand classes a page of tiles shows a few.
    colors = {name: color for name, color in class_colors(dataset).items() if name in labels}
    return Tiles(tiles, colors)


def _cards(dataset: "Dataset", rows: Rows) -> list[PredictionCard]:
    stored = find_predictions(dataset)
    if stored is None:
        return [PredictionCard()] * len(rows)
    annotations = annotations_of(dataset, stored)
    task = task_of(stored)
    return [task.describe(annotations, row, partial(size_of_image, dataset, row)) for row in rows.tolist()]
