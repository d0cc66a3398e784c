"""Models of boxes and of keypoints, by COCO's mean average precision."""

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import ImageObjects, ObjectResults, Refusal, Statistic, object_results, precision_gain
from al_core.evaluation.object_metrics import DEFAULT_SIGMA
from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.annotations import Annotations
from al_core.steps.image_frames import image_frames
from al_core.steps.judges.judge import ImageJudge, JudgedClass, Judgment, all_classes, shown_classes

if TYPE_CHECKING:
    from al_core.store import Dataset

CORNERS = ("x0", "y0", "x1", "y1")

# COCO's deviations for the 17 keypoints of a person (pycocotools, Params.setKpParams).
PERSON_SIGMAS = (
    *(0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072),
    *(0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
)


class BoxJudge(ImageJudge):
    """Judges models of boxes. Overlap is the same in shares of an image's sides as in pixels."""

    measure = "mAP"
    class_measures = ("average precision",)

    def compare(self, dataset: "Dataset", predicted: Annotations) -> Judgment:
        """Return the average precision of boxes."""
        if predicted.has_unknown_places:
            reason = "some boxes have no place, since the sizes of their images were unknown when they were stored"
            return Judgment(Refusal(reason, len(self.rows)))
        names = all_classes(self.labels, predicted)
        labeled = labeled_boxes(self.labels)
        boxes = predicted_boxes(predicted, names, len(self.rows))
        return judgment(object_results(labeled, boxes, len(names), groups=self.groups), names, boxes)

    def compare_pair(self, dataset: "Dataset", before: Annotations, after: Annotations) -> Statistic:
        """Return by how much the mAP of boxes is higher."""
        names = all_classes(self.labels, before, after)
        boxes = (predicted_boxes(before, names, len(self.rows)), predicted_boxes(after, names, len(self.rows)))
        return precision_gain(labeled_boxes(self.labels), boxes, len(names), groups=self.groups)


class KeypointJudge(ImageJudge):
    """Judges models of keypoints. Distances are those of pixels, so that sizes of images are needed."""

    measure = "mAP of keypoints"
    class_measures = ("average precision",)

    def compare(self, dataset: "Dataset", predicted: Annotations) -> Judgment:
        """Return the average precision of keypoints by their similarity (OKS)."""
        sizes = self._sizes(dataset)
        n_unknown = int(np.isnan(sizes).any(axis=1).sum())
        if n_unknown:
            reason = f"the sizes of {n_unknown:,} of {len(sizes):,} test images are unknown, and OKS measures pixels"
            return Judgment(Refusal(reason, len(sizes)))
        names = all_classes(self.labels, predicted)
        n_points = self._n_points(predicted)
        labeled = labeled_keypoints(self.labels, sizes, n_points)
        keypoints = predicted_keypoints(predicted, names, sizes, n_points)
        results = object_results(labeled, keypoints, len(names), sigmas=sigmas_of(n_points), groups=self.groups)
        return judgment(results, names, keypoints)

    def compare_pair(self, dataset: "Dataset", before: Annotations, after: Annotations) -> Statistic:
        """Return by how much the mAP of keypoints is higher."""
        sizes = self._sizes(dataset)
        names = all_classes(self.labels, before, after)
        n_points = max(self._n_points(before), self._n_points(after))
        labeled = labeled_keypoints(self.labels, sizes, n_points)
        keypoints = (
            predicted_keypoints(before, names, sizes, n_points),
            predicted_keypoints(after, names, sizes, n_points),
        )
        return precision_gain(labeled, keypoints, len(names), sigmas=sigmas_of(n_points), groups=self.groups)

    def _sizes(self, dataset: "Dataset") -> NDArray[np.float64]:
        sizes = np.array(self.labels.sizes, np.float64)
        unknown = np.flatnonzero(np.isnan(sizes).any(axis=1))
        if len(unknown):
            sizes[unknown] = image_frames(dataset, self.rows[unknown]).sizes
        return sizes

    def _n_points(self, predicted: Annotations) -> int:
        """Return how many keypoints an object has at most."""
        n_labeled = int(self.labels.keypoints["number"].max(initial=-1)) + 1
        if n_labeled:
            return n_labeled
        n_points = [0]
        for position in range(len(self.rows)):
            n_points += [len(each.points) for each in predicted.keypoints_of(position)]
        return max(n_points)


def sigmas_of(n_points: int) -> tuple[float, ...]:
    """Return COCO's deviation of each keypoint: of a person's 17, or that of hips for those of anything else."""
    return PERSON_SIGMAS if n_points == len(PERSON_SIGMAS) else (DEFAULT_SIGMA,) * n_points


def judgment(results: ObjectResults, names: list[str], predicted: list[ImageObjects]) -> Judgment:
    """Return results of objects as what is said of the model."""
    classes = [
        JudgedClass(name, n_objects, (figure,))
        for name, n_objects, figure in zip(names, results.n_objects, results.classes, strict=True)
    ]
    predicted_classes = np.concatenate([image.classes for image in predicted])
    n_predicted = np.bincount(predicted_classes, minlength=len(names))
    return Judgment(results.mean, classes=shown_classes(classes, n_predicted.tolist()))


def labeled_boxes(labels: Labels) -> list[ImageObjects]:
    """Return the boxes of each annotation."""
    # Tables are in the order of their rows, so the entries of an annotation end where those of the next begin.
    ends = np.searchsorted(labels.boxes["row"], np.arange(len(labels) + 1))
    parts = [labels.boxes[start:stop] for start, stop in itertools.pairwise(ends)]
    return [ImageObjects(_corners(part), part["label"].astype(np.int64)) for part in parts]


def predicted_boxes(predicted: Annotations, names: list[str], n_images: int) -> list[ImageObjects]:
    """Return the boxes that are predicted on each image, their classes as positions among the names."""
    boxes = predicted.boxes
    assert boxes is not None
    place = np.array([names.index(name) for name in predicted.class_names], np.int64)
    ends = np.searchsorted(boxes["row"], np.arange(n_images + 1))
    images = []
    for start, stop in itertools.pairwise(ends):
        part = boxes[start:stop]
        scores = part["score"].astype(np.float64)
        images.append(ImageObjects(_corners(part), place[part["label"]], scores))
    return images


def labeled_keypoints(labels: Labels, sizes: NDArray[np.float64], n_points: int) -> list[ImageObjects]:
    """Return the objects with keypoints of each annotation, in pixels; without a box, that around the points."""
    images = []
    for position, (width, height) in enumerate(sizes.tolist()):
        annotation = labels.annotation(position)
        scale = np.array([width, height])
        instances = np.unique(annotation.keypoints["instance"])
        points = np.zeros((len(instances), n_points, 3))
        boxes = np.zeros((len(instances), 4))
        classes = np.zeros(len(instances), np.int64)
        for place, instance in enumerate(instances.tolist()):
            own = annotation.keypoints[annotation.keypoints["instance"] == instance]
            xy = np.column_stack([own["x"], own["y"]]) * scale
            # What has no entry stays (0, 0, 0), COCO's point that is not labeled and does not count.
            points[place, own["number"]] = np.column_stack([xy, own["visibility"]])
            classes[place] = own["label"][0]
            own_boxes = annotation.boxes[annotation.boxes["instance"] == instance]
            if len(own_boxes):
                boxes[place] = _corners(own_boxes)[0] * np.tile(scale, 2)
            else:
                boxes[place] = _around(xy)
        images.append(ImageObjects(boxes, classes, keypoints=points))
    return images


def predicted_keypoints(
    predicted: Annotations, names: list[str], sizes: NDArray[np.float64], n_points: int
) -> list[ImageObjects]:
    """Return the objects that are predicted on each image, in pixels."""
    images = []
    for position, (width, height) in enumerate(sizes.tolist()):
        objects = predicted.keypoints_of(position, (width, height))
        points = np.zeros((len(objects), n_points, 3))
        for place, each in enumerate(objects):
            n = min(n_points, len(each.points))
            points[place, :n] = each.points[:n]
        # Readers write -1 where a file has no score: such an object is as sure as any.
        scores = np.array([each.score if each.score >= 0 else 1.0 for each in objects], np.float64)
        class_names = [predicted.class_names[each.label] for each in objects]
        classes = np.array([names.index(name) for name in class_names], np.int64)
        # Reshaped for an image without objects, where the list is empty and has no second axis.
        boxes = np.array([_around(part[:, :2]) for part in points]).reshape(-1, 4)
        images.append(ImageObjects(boxes, classes, scores, points))
    return images


def _around(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([xy.min(axis=0), xy.max(axis=0)])


def _corners(table: NDArray[np.void]) -> NDArray[np.float64]:
    return np.column_stack([table[corner] for corner in CORNERS]).astype(np.float64)
