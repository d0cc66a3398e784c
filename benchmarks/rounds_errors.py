"""How planted label errors are ranked in `rounds.py`, beside cleanlab; for boxes beside its ObjectLab.

Labeled detections of a useful size are in no package, so the detector of the boxes is made up: it finds nine objects in
ten, a little off, takes one in twenty for another class, and sees some that are not there. Pictures are not needed, for
both sides rank by boxes, classes and scores alone.
"""

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import ImageObjects, box_errors, class_errors, image_suspicion, out_of_fold_probabilities
from al_core.evaluation.label_errors import average_precision
from benchmarks.rounds_projects import split_of
from benchmarks.rounds_tables import table

N_ERRORS = 1000
N_IMAGES = 400
N_CLASSES = 8
ERROR_SHARE = 0.1
"""Of the images; each has one box that is missing, of another class, or off."""
KINDS = ("missed", "wrong", "badly placed")
PEER_KINDS = {"missed": "overlooked", "wrong": "swap", "badly placed": "badloc"}
SIDE = 1000.0
# By how much of its sides a planted box is off: it overlaps the true one by about a half.
_OFF = 0.3


def label_errors(variants: list[str], seeds: range) -> str:
    """Average precision on 10 % planted errors, beside every ranking that cleanlab offers."""
    from cleanlab.rank import get_label_quality_scores

    peers = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for variant in variants:
        for seed in seeds:
            split = split_of(variant, seed)
            rng = np.random.default_rng(seed)
            vectors = split.pool[:N_ERRORS]
            labels, is_error = with_errors(split.labels[:N_ERRORS], rng)
            probabilities = out_of_fold_probabilities(vectors, labels, 10, seed)
            ours = class_errors(labels, probabilities, vectors).suspicion
            scores[variant, "al_core"].append(average_precision(ours, is_error))
            for peer in peers:
                quality = get_label_quality_scores(labels, probabilities, method=peer)
                scores[variant, f"cleanlab {peer}"].append(average_precision(-quality, is_error))
    rows = [[variant, name, f"{np.mean(values):.3f}", str(len(values))] for (variant, name), values in scores.items()]
    return table(["data", "ranking", "average precision", "seeds"], rows)


def with_errors(labels: NDArray[np.int64], rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    is_error = rng.random(len(labels)) < 0.1
    return np.where(is_error, (labels + rng.integers(1, 10, len(labels))) % 10, labels), is_error


def box_label_errors(seeds: range) -> str:
    """Return average precision of images with planted errors of each kind, beside ObjectLab's ranking of images.

    Both sides rank by the planted kind alone, as a queue of that kind does, and by all three together.
    """
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for seed in seeds:
        for kind in (*KINDS, "all three"):
            rng = np.random.default_rng(seed)
            truth = [_image(rng) for _ in range(N_IMAGES)]
            predictions = [_detected(image, rng) for image in truth]
            is_error = rng.random(N_IMAGES) < ERROR_SHARE
            planted = KINDS if kind == "all three" else (kind,)
            labels = [
                _with_error(image, str(rng.choice(planted)), rng) if wrong else image
                for image, wrong in zip(truth, is_error, strict=True)
            ]
            errors = [each for each in box_errors(labels, predictions) if each.kind in planted]
            ours = image_suspicion(errors, N_IMAGES)
            peer = _objectlab(labels, predictions, planted)
            scores[kind, "al_core"].append(average_precision(ours, is_error))
            scores[kind, "cleanlab ObjectLab"].append(average_precision(-peer, is_error))
    rows = [
        [kind, name, f"{np.mean(values):.3f}", f"{1.96 * np.std(values, ddof=1) / np.sqrt(len(values)):.3f}"]
        for (kind, name), values in scores.items()
    ]
    return table(["planted", "ranking", "average precision", "±"], rows)


def _image(rng: np.random.Generator) -> ImageObjects:
    n_objects = int(rng.integers(1, 8))
    sides = rng.uniform(60, 350, (n_objects, 2))
    corners = rng.uniform(0, SIDE - sides)
    return ImageObjects(np.hstack([corners, corners + sides]), rng.integers(0, N_CLASSES, n_objects))


def _detected(image: ImageObjects, rng: np.random.Generator) -> ImageObjects:
    """Return what a fair detector says of an image."""
    is_found = rng.random(len(image.classes)) < 0.9
    sides = np.tile(image.boxes[:, 2:] - image.boxes[:, :2], 2)
    boxes = image.boxes + rng.normal(0, 0.05, image.boxes.shape) * sides
    is_confused = rng.random(len(image.classes)) < 0.05
    classes = np.where(is_confused, _other_classes(image.classes, rng), image.classes)
    scores = np.where(is_confused, rng.beta(3, 3, len(classes)), rng.beta(6, 2, len(classes)))
    ghosts = [_image(rng) for _ in range(2)]
    return ImageObjects(
        np.vstack([boxes[is_found], *(ghost.boxes for ghost in ghosts)]),
        np.concatenate([classes[is_found], *(ghost.classes for ghost in ghosts)]),
        np.concatenate([scores[is_found], *(rng.beta(1.2, 6, len(ghost.classes)) for ghost in ghosts)]),
    )


def _other_classes(classes: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    return (classes + rng.integers(1, N_CLASSES, len(classes))) % N_CLASSES


def _with_error(image: ImageObjects, kind: str, rng: np.random.Generator) -> ImageObjects:
    place = int(rng.integers(len(image.classes)))
    if kind == "missed":
        return ImageObjects(np.delete(image.boxes, place, axis=0), np.delete(image.classes, place))
    if kind == "wrong":
        classes = image.classes.copy()
        classes[place] = _other_classes(classes[place : place + 1], rng)[0]
        return replace(image, classes=classes)
    boxes = image.boxes.copy()
    sides = boxes[place, 2:] - boxes[place, :2]
    boxes[place] += np.tile(_OFF * sides * rng.choice([-1, 1], 2), 2)
    return replace(image, boxes=boxes)


def _objectlab(
    labels: list[ImageObjects], predictions: list[ImageObjects], kinds: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return cleanlab's quality of each image by one kind, or by all three with its own weights."""
    from cleanlab.object_detection.rank import get_label_quality_scores

    named = [{"bboxes": image.boxes, "labels": image.classes} for image in labels]
    by_class = []
    for image in predictions:
        assert image.scores is not None
        rows = np.column_stack([image.boxes, image.scores])
        # An array of arrays, as MMDetection has it.
        of_image = np.empty(N_CLASSES, object)
        for number in range(N_CLASSES):
            of_image[number] = rows[image.classes == number]
        by_class.append(of_image)
    weights = None if kinds == KINDS else {name: float(kind in kinds) for kind, name in PEER_KINDS.items()}
    return np.asarray(get_label_quality_scores(named, by_class, aggregation_weights=weights, verbose=False))
