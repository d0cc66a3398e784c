"""What an export format cannot do without."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from al_core.formats.exports.choices import ExportChoices
from al_core.formats.predictions.annotations import Annotations


class Need(StrEnum):
    """What a format cannot do without, and what to do about it."""

    PREDICTIONS = "needs class probabilities, boxes, keypoints or masks: store predictions first"
    OBJECTS = "needs boxes, keypoints or masks at full resolution: store such predictions first, or once more"
    BOXES = "needs boxes: store detections first"
    CLASSES = "needs the classes to choose among: enter them, or store predictions first"
    IMAGES = "needs the images: set the images folder of the dataset"
    PLACES = (
        "needs the place of each box, and some were stored without the size of their image: set the images folder of "
        "the dataset and store the predictions again"
    )
    SIZES = "needs the images, because its keypoints are in pixels: set the images folder of the dataset"


def unmet(
    needs: Iterable[Need],
    annotations: Annotations | None,
    images_dir: Path | None,
    choices: ExportChoices | None = None,
) -> Need | None:
    """Return the first of the needs that is not met, or None."""
    has_boxes = annotations is not None and annotations.boxes is not None
    has_keypoints = annotations is not None and annotations.keypoints is not None
    has_masks = annotations is not None and annotations.objects is not None
    in_pixels = annotations is not None and annotations.has_keypoints_in_pixels
    has_classes = annotations is not None and len(annotations.class_names) > 0
    met = {
        Need.PREDICTIONS: annotations is not None,
        Need.OBJECTS: has_boxes or has_keypoints or has_masks,
        Need.BOXES: has_boxes,
        Need.CLASSES: has_classes or bool(choices and choices.class_names),
        Need.IMAGES: images_dir is not None,
        Need.PLACES: annotations is None or not annotations.has_unknown_places,
        Need.SIZES: images_dir is not None or not in_pixels,
    }
    return next((need for need in needs if not met[need]), None)
