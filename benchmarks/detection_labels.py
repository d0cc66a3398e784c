"""Composed scenes: a check of mechanics, not evidence for your data. Scores of detections compared at equal boxes.

No package of Debian or PyPI holds labeled detection data of a useful size. So objects cut out of photographs lie on
photographs (`detection_scenes.py`), in classes of a long tail, and a linear head on frozen feature maps of the bundled
network is the detector. Pool and test set share no photograph. All arms begin with the same RANDOM scenes and buy
whole scenes in the order of their selection until the boxes of a round are spent: labelers are paid by the box, and
image-level scores prefer crowded scenes.

`python -m benchmarks.detection_labels` runs 10 seeds in two processes and prints the table of
docs/benchmarks/detection_labels.md; finished seeds are kept in `.bench/detection_labels`.
"""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from al_core.config import AtMost, Column, SelectionConfig
from al_core.scorers import ScorerObjectDetection
from al_core.selection import GoalArrays, select
from al_core.types import Scores
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput
from benchmarks.detection_scenes import CELLS, N_CLASSES, Boxes, Scenes, make_scenes
from benchmarks.paired_seeds import interval, run_seeds

RUNS = Path(".bench/detection_labels")
FIRST_BOXES = 60
ROUND_BOXES = 60
N_ROUNDS = 5
N_BACKGROUND = 12
"""Cells without an object that each training scene contributes, weighted to stand for all of them."""
CENTRAL = 0.4
"""A cell shows an object if it lies in this share of its box, around the middle."""
BOXES_PER_SCENE = 60
LEAST_CONFIDENCE = 0.001
MATCHING_IOU = 0.5
THRESHOLDS = (0.0, 0.05, 0.1, 0.25, 0.4)
CROWD = 4
"""The limit: scenes on the same photograph."""


@dataclass(frozen=True)
class Detections:
    """Boxes as detectors write them: many, most of hardly any confidence.

    Attributes:
        scene: (D,) ascending.
        boxes: (D, 4) relative to the scene.
        classes: (D,).
        scores: (D,).
    """

    scene: NDArray[np.int64]
    boxes: Boxes
    classes: NDArray[np.int64]
    scores: Scores

    def batch(self, n_scenes: int) -> ObjectDetectionBatch:
        """Return them as scorers take them, with class probabilities estimated from the confidence."""
        objects = ObjectDetectionOutput.from_scores(self.boxes, self.scores, self.classes)
        return ObjectDetectionBatch(objects, np.bincount(self.scene, minlength=n_scenes))


class Detector:
    """A linear head: the class at each cell, and the box around it."""

    def __init__(self, scenes: Scenes, labeled: NDArray[np.int64], seed: int) -> None:
        from sklearn.linear_model import LogisticRegression, Ridge

        rng = np.random.default_rng(seed)
        features, targets, offsets, weights = [], [], [], []
        for scene in labeled.tolist():
            target, offset = _targets(scenes.boxes[scene], scenes.classes[scene])
            is_empty = np.flatnonzero(target == N_CLASSES)
            chosen = np.union1d(np.flatnonzero(target < N_CLASSES), rng.choice(is_empty, N_BACKGROUND, replace=False))
            features.append(scenes.features[scene].reshape(CELLS**2, -1)[chosen])
            targets.append(target[chosen])
            offsets.append(offset[chosen])
            weights.append(np.where(target[chosen] == N_CLASSES, len(is_empty) / N_BACKGROUND, 1.0))
        inputs, classes = np.concatenate(features), np.concatenate(targets)
        self._head = LogisticRegression(C=0.05, max_iter=200).fit(inputs, classes, np.concatenate(weights))
        shows = classes < N_CLASSES
        self._sides = Ridge(10.0).fit(inputs[shows], np.concatenate(offsets)[shows])

    def detect(self, scenes: Scenes) -> Detections:
        """Return the strongest peaks of each class, up to `BOXES_PER_SCENE` in a scene."""
        from scipy.ndimage import maximum_filter

        n_scenes = len(scenes.features)
        cells = scenes.features.reshape(n_scenes * CELLS**2, -1)
        probabilities = np.zeros((len(cells), N_CLASSES))
        is_class = self._head.classes_ < N_CLASSES
        probabilities[:, self._head.classes_[is_class]] = self._head.predict_proba(cells)[:, is_class]
        maps = probabilities.reshape(n_scenes, CELLS, CELLS, N_CLASSES)
        is_peak = (maps == maximum_filter(maps, (1, 3, 3, 1))) & (maps >= LEAST_CONFIDENCE)
        scene, y, x, label = np.nonzero(is_peak)
        scores = maps[is_peak]
        order = np.lexsort((-scores, scene))
        rank = np.arange(len(order)) - np.searchsorted(scene[order], scene[order])
        strongest = order[rank < BOXES_PER_SCENE]
        scene, y, x, label, scores = (values[strongest] for values in (scene, y, x, label, scores))
        offsets = self._sides.predict(scenes.features[scene, y, x])
        middle = (np.column_stack([x, y]) + 0.5 + offsets[:, :2]) / CELLS
        half = np.exp(np.clip(offsets[:, 2:], -4, 0)) / 2
        boxes = np.clip(np.hstack([middle - half, middle + half]), 0, 1)
        has_area = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) > 0.01
        return Detections(scene[has_area], boxes[has_area], label[has_area], scores[has_area])


def _targets(boxes: Boxes, classes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the class of each cell, `N_CLASSES` for none, and where its object lies: middle in cells, log of sides."""
    middles = (np.stack(np.meshgrid(np.arange(CELLS), np.arange(CELLS)), axis=-1).reshape(-1, 2) + 0.5) / CELLS
    target = np.full(CELLS**2, N_CLASSES)
    offset = np.zeros((CELLS**2, 4))
    for box, label in zip(boxes, classes.tolist(), strict=True):
        center = (box[:2] + box[2:]) / 2
        sides = box[2:] - box[:2]
        # At least the nearest cells of a small object.
        reach = np.maximum(CENTRAL * sides / 2, 0.6 / CELLS)
        shows = (np.abs(middles - center) <= reach).all(axis=1)
        target[shows] = label
        offset[shows, :2] = (center - middles[shows]) * CELLS
        offset[shows, 2:] = np.log(sides)
    return target, offset


def mean_average_precision(scenes: Scenes, detections: Detections) -> float:
    """Return the mean over classes of the average precision at an overlap of 0.5, 101 recalls as COCO has it."""
    return float(np.mean([_average_precision(scenes, detections, label) for label in range(N_CLASSES)]))


def _average_precision(scenes: Scenes, detections: Detections, label: int) -> float:
    objects = [boxes[classes == label] for boxes, classes in zip(scenes.boxes, scenes.classes, strict=True)]
    of_class = np.flatnonzero(detections.classes == label)
    of_class = of_class[np.argsort(-detections.scores[of_class], kind="stable")]
    padded = np.full((len(objects), max(map(len, objects), default=0), 4), np.nan)
    for scene, boxes in enumerate(objects):
        padded[scene, : len(boxes)] = boxes
    # A detection with its own scene's objects alone; those that are not there overlap nothing.
    overlap = np.nan_to_num(_overlap(detections.boxes[of_class, None], padded[detections.scene[of_class]]))
    is_free = np.ones(padded.shape[:2], bool)
    is_right = np.zeros(len(of_class), bool)
    for place in np.flatnonzero((overlap >= MATCHING_IOU).any(axis=1)).tolist():
        scene = detections.scene[of_class[place]]
        best = int(np.where(is_free[scene], overlap[place], 0).argmax())
        if is_free[scene, best] and overlap[place, best] >= MATCHING_IOU:
            is_right[place] = True
            is_free[scene, best] = False
    n_right = np.cumsum(is_right)
    recall = n_right / max(sum(map(len, objects)), 1)
    precision = np.maximum.accumulate((n_right / (np.arange(len(n_right)) + 1))[::-1])[::-1]
    places = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(np.append(precision, 0)[np.minimum(places, len(precision))].mean())


def _overlap(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Return the intersection over union of boxes, pair by pair along the last axis."""
    sides = np.clip(np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2]), 0, None)
    common = sides.prod(axis=-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).prod(axis=-1) for boxes in (first, second)]
    return np.asarray(common / (areas[0] + areas[1] - common))


@dataclass(frozen=True)
class State:
    """What an arm may see: the scenes without their labels, what the detector finds, what is labeled."""

    scenes: Scenes
    detections: Detections
    labeled: NDArray[np.int64]
    seed: int

    def scores(self, name: str, threshold: float) -> Scores:
        """Return a score of al_core."""
        batch = self.detections.batch(len(self.scenes.features))
        return ScorerObjectDetection(batch, confidence_threshold=threshold).calculate_scores()[name]

    def weighted_margin(self) -> Scores:
        """Return the highest margin of any box, each times its confidence, instead of cutting."""
        batch = self.detections.batch(len(self.scenes.features))
        top = np.sort(batch.objects.class_probabilities, axis=1)
        margin = (1 - (top[:, -1] - top[:, -2])) * self.detections.scores
        highest = np.zeros(len(batch))
        np.maximum.at(highest, self.detections.scene, margin)
        return highest

    def select(self, method: str, scores: Scores | None = None, *, most_per_photo: int | None = None) -> list[int]:
        """Return scenes in the order in which they are to be labeled, enough for the boxes of a round."""
        limits = (AtMost(most_per_photo, per=Column("photo")),) if most_per_photo else ()
        config = SelectionConfig(method, len(self.labeled) + ROUND_BOXES, seed=self.seed, limits=limits)
        arrays = GoalArrays({"photo": self.scenes.photo.astype(np.float64)}) if limits else None
        rows = select(self.scenes.embeddings, config, scores=scores, preselected_rows=self.labeled, arrays=arrays)
        return [int(row) for row in rows]


MARGIN = "classification_uncertainty_margin"
CLASS_AWARE = "class_aware_entropy_"
DEFAULT = 0.05


def _scored(method: str, name: str, threshold: float = DEFAULT) -> Callable[[State], list[int]]:
    return lambda state: state.select(method, state.scores(name, threshold))


ARMS: dict[str, Callable[[State], list[int]]] = {
    "RANDOM": lambda state: state.select("RANDOM"),
    "CORESET": lambda state: state.select("CORESET"),
    "object_frequency": _scored("ACTIVE_LEARNING", "object_frequency"),
    "objectness_least_confidence": _scored("ACTIVE_LEARNING", "objectness_least_confidence"),
    "class-aware sum": _scored("ACTIVE_LEARNING", f"{CLASS_AWARE}sum"),
    "class-aware mean": _scored("ACTIVE_LEARNING", f"{CLASS_AWARE}mean"),
    "class-aware per cost": _scored("ACTIVE_LEARNING", f"{CLASS_AWARE}per_cost"),
    **{f"CORAL, margin from {threshold:g}": _scored("CORAL", MARGIN, threshold) for threshold in THRESHOLDS},
    "CORAL, margin times confidence": lambda state: state.select("CORAL", state.weighted_margin()),
    "CORAL, class-aware sum": _scored("CORAL", f"{CLASS_AWARE}sum"),
    "CORAL, class-aware mean": _scored("CORAL", f"{CLASS_AWARE}mean"),
    "CORAL, class-aware per cost": _scored("CORAL", f"{CLASS_AWARE}per_cost"),
    f"CORAL, class-aware per cost, at most {CROWD} per photograph": lambda state: state.select(
        "CORAL", state.scores(f"{CLASS_AWARE}per_cost", DEFAULT), most_per_photo=CROWD
    ),
}


def bought(scenes: Scenes, order: list[int], n_boxes: int) -> NDArray[np.int64]:
    """Return the first scenes that together have so many boxes."""
    n_before = np.cumsum(scenes.n_boxes[order]) - scenes.n_boxes[order]
    return np.array(order, np.int64)[n_before < n_boxes]


def run_seed(seed: int) -> dict[str, list[float]]:
    """Return mAP by arm after the first scenes and after each round; kept on disk."""
    path = RUNS / f"{seed}.json"
    if path.exists():
        return {name: list(values) for name, values in json.loads(path.read_text()).items()}
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        pool, test = make_scenes(seed)
        first = bought(pool, np.random.default_rng(seed).permutation(len(pool.features)).tolist(), FIRST_BOXES)
        # All arms begin with the same detector.
        detector = Detector(pool, first, seed)
        curves = {name: _run(arm, pool, test, first, detector, seed) for name, arm in ARMS.items()}
    RUNS.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(curves))
    return curves


def _run(
    arm: Callable[[State], list[int]],
    pool: Scenes,
    test: Scenes,
    first: NDArray[np.int64],
    detector: Detector,
    seed: int,
) -> list[float]:
    labeled = first
    curve = [mean_average_precision(test, detector.detect(test))]
    for number in range(1, N_ROUNDS + 1):
        order = arm(State(pool, detector.detect(pool), labeled, 1000 * seed + number))
        # What a round spends too much is taken from the next one.
        n_left = FIRST_BOXES + number * ROUND_BOXES - int(pool.n_boxes[labeled].sum())
        labeled = np.concatenate([labeled, bought(pool, order, n_left)])
        detector = Detector(pool, labeled, seed)
        curve.append(mean_average_precision(test, detector.detect(test)))
    return curve


def report(curves: list[dict[str, list[float]]]) -> str:
    """Return the table: mean mAP over the rounds, its difference from RANDOM on the same seeds, and the last mAP."""
    lines = [
        "Composed scenes: a check of mechanics, not evidence for your data.",
        "",
        "| arm | mean mAP of the rounds | minus RANDOM, ± 95 % | last mAP | minus RANDOM, ± 95 % |",
        "|---|---|---|---|---|",
    ]
    for name in ARMS:
        cells = []
        for part in (slice(1, None), slice(-1, None)):
            values = np.array([np.mean(seed[name][part]) for seed in curves])
            difference = values - np.array([np.mean(seed["RANDOM"][part]) for seed in curves])
            gain = f"{difference.mean():+.4f} ± {interval(difference):.4f}" if name != "RANDOM" else ""
            cells += [f"{values.mean():.4f}", gain]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run_seeds(__doc__, run_seed, report)
