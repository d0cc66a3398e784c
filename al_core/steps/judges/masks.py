"""Models of masks, by the mean overlap of classes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import Refusal, class_overlaps, mask_results
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
        grids = [predicted.mask_of(position) for position in range(len(self.rows))]
        n_missing = sum(grid is None for grid in grids)
        if n_missing:
            reason = f"no mask with a place for {n_missing:,} of {len(grids):,} test images"
            return Judgment(Refusal(reason, len(grids)))
        names = all_classes(self.labels, predicted)
        # From the codes of the model to those of all classes.
        place = np.array([names.index(name) for name in predicted.class_names], np.int64)
        unlabeled = background_of(self.labels.class_names, names)
        overlaps = []
        for position, grid in enumerate(grids):
            assert grid is not None
            labeled = self._labeled_grid(position, unlabeled)
            overlaps.append(class_overlaps(labeled, place[grid], len(names), ignored=NO_CLASS))
        results = mask_results(np.stack(overlaps), self.groups)
        classes = [
            JudgedClass(name, n_images, (figure,))
            for name, n_images, figure in zip(names, results.n_images, results.classes, strict=True)
        ]
        return Judgment(results.mean, classes=shown_classes(classes, list(results.n_images)))

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
