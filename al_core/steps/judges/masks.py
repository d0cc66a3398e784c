"""Models of masks, by the mean overlap of classes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import Refusal, Statistic, class_overlaps, mask_results, overlap_gain
from al_core.formats.labels.annotation import NO_CLASS
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.object_masks import BACKGROUND
from al_core.formats.predictions.stored_tables import MASK_SIDE
from al_core.steps.judges.judge import ImageJudge, JudgedClass, Judgment, all_classes, shown_classes

if TYPE_CHECKING:
    from al_core.store import Dataset


class MaskJudge(ImageJudge):
    """Judges models of masks at 64 x 64 places of each image, where the class of a prediction is stored."""

    measure = "mIoU"
    class_measures = ("IoU",)

    def compare(self, dataset: "Dataset", predicted: Annotations) -> Judgment:
        """Return the overlap of classes."""
        n_missing = sum(predicted.mask_of(position) is None for position in range(len(self.rows)))
        if n_missing:
            reason = f"no mask with a place for {n_missing:,} of {len(self.rows):,} test images"
            return Judgment(Refusal(reason, len(self.rows)))
        names = all_classes(self.labels, predicted)
        results = mask_results(self._overlaps(predicted, names), self.groups)
        classes = [
            JudgedClass(name, n_images, (figure,))
            for name, n_images, figure in zip(names, results.n_images, results.classes, strict=True)
        ]
        return Judgment(results.mean, classes=shown_classes(classes, list(results.n_images)))

    def compare_pair(self, dataset: "Dataset", before: Annotations, after: Annotations) -> Statistic:
        """Return by how much the overlap of classes is higher."""
        names = all_classes(self.labels, before, after)
        return overlap_gain(self._overlaps(before, names), self._overlaps(after, names), self.groups)

    def _overlaps(self, predicted: Annotations, names: list[str]) -> NDArray[np.float64]:
        """Return (T, C, 2) what labels and predictions of each test image share, and cover together, of each class."""
        # From the codes of the model to those of all classes.
        place = np.array([names.index(name) for name in predicted.class_names], np.int64)
        unlabeled = background_of(self.labels.class_names, list(predicted.class_names))
        background = int(place[unlabeled]) if unlabeled != NO_CLASS else NO_CLASS
        overlaps = []
        for position in range(len(self.rows)):
            grid = predicted.mask_of(position)
            assert grid is not None
            labeled = self._labeled_grid(position, background)
            overlaps.append(class_overlaps(labeled, place[grid], len(names), ignored=NO_CLASS))
        return np.stack(overlaps)

    def _labeled_grid(self, position: int, unlabeled: int) -> NDArray[np.int64]:
        """Return the labeled class at each place, (64, 64), `NO_CLASS` where it does not count."""
        label_map = self.labels.annotation(position).label_map
        if label_map is None:
            return np.full((MASK_SIDE, MASK_SIDE), unlabeled, np.int64)
        # The middle of each cell, where the grid of a prediction was read from its map, too.
        places = (np.arange(MASK_SIDE) + 0.5) / MASK_SIDE
        rows = (places * label_map.shape[0]).astype(int)
        columns = (places * label_map.shape[1]).astype(int)
        grid = label_map[rows[:, None], columns].astype(np.int64)
        return np.where(grid == NO_CLASS, unlabeled, grid)


def background_of(labeled: list[str], names: list[str]) -> int:
    """Return the class of pixels that nobody labeled: the model's background, if no label is about the background.

    Outlines leave the background out; label maps name it, and what they leave out is to be ignored.

    Examples:
        >>> background_of(["cat"], ["cat", "background"]), background_of(["background"], ["background", "cat"])
        (1, -1)
    """
    if any(name.lower() in BACKGROUND for name in labeled):
        return NO_CLASS
    backgrounds = (number for number, name in enumerate(names) if name.lower() in BACKGROUND)
    return next(backgrounds, NO_CLASS)
