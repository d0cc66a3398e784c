"""What the tests of tools look at, and how they write a file."""

import json
from pathlib import Path
from typing import Any

from al_core.formats.predictions.predictions import Predictions

Box = tuple[str, float, list[float]]


def boxes(predictions: Predictions, image: int) -> list[Box]:
    """Return class, score and corners of the boxes of an image, rounded."""
    output = predictions.outputs[image]
    return [
        (predictions.class_names[label], round(float(score), 4), [round(float(side), 4) for side in corners])
        for label, score, corners in zip(output.labels, output.scores, output.corners, strict=True)
    ]


def keypoints(predictions: Predictions, image: int) -> list[tuple[str, float, list[float]]]:
    """Return class, score and keypoints of the objects of an image."""
    return [
        (predictions.class_names[instance.category_id], round(instance.score, 4), list(instance.keypoints))
        for instance in predictions.outputs[image].keypoint_instance_predictions
    ]


def saved(path: Path, content: Any) -> Path:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path
