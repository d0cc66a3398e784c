"""Class probabilities from what classification libraries return; none of them is imported."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.types import Probabilities
from al_core.utils.library_objects import as_array, attribute


def probabilities_from_hugging_face(
    results: Sequence[Sequence[Mapping[str, Any]]], class_names: Sequence[str]
) -> Probabilities:
    """Return (M, C) class probabilities of what an image-classification pipeline of transformers returns.

    Args:
        results: One list of `label` and `score` per image, with every class: call the pipeline with `top_k=None`.
        class_names: (C,) the classes of the model in order: `list(pipeline.model.config.id2label.values())`.

    Raises:
        InvalidInputError: If an image lacks a class, or has another.

    Examples:
        >>> result = [{"label": "dog", "score": 0.75}, {"label": "cat", "score": 0.25}]
        >>> probabilities_from_hugging_face([result], ["cat", "dog"])
        array([[0.25, 0.75]], dtype=float32)
    """
    rows = []
    for image, result in enumerate(results):
        scores = {entry["label"]: entry["score"] for entry in result}
        if scores.keys() != set(class_names):
            raise InvalidInputError(
                f"image {image} has scores for {len(scores)} of {len(class_names)} classes, or for others; "
                "call the pipeline with top_k=None and name the classes of its model"
            )
        rows.append([scores[name] for name in class_names])
    # Without any image, rows would have no width.
    return np.array(rows, np.float32).reshape(-1, len(class_names))


def probabilities_from_ultralytics(results: Sequence[Any]) -> Probabilities:
    """Return (M, C) class probabilities of the `Results` that a YOLO model for classification returns.

    Args:
        results: One per image, each with `probs.data`, in the order of `result.names`.

    Raises:
        InvalidInputError: If one has no probabilities.
    """
    rows = []
    for image, result in enumerate(results):
        probs = attribute(result, "probs", "a Results of Ultralytics")
        if probs is None:
            raise InvalidInputError(f"result {image} has no probabilities; it is of a model for another task")
        rows.append(as_array(probs.data).astype(np.float32))
    return np.array(rows, np.float32)
