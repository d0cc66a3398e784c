from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.explore.class_colors import class_color
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.maps import Maps
from al_core.formats.predictions.object_masks import BACKGROUND, MaskFile, ObjectMask, class_masks
from al_core.formats.predictions.stored_tables import Table, mask_type, most_probable
from al_core.scorers import ScorerSemanticSegmentation
from al_core.steps.tasks.task import ImageSize, PredictionAttributes, PredictionCard, Task
from al_core.store.kinds import Kind
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions


class Segmentation(Task):
    """Probability maps, of which a grid of classes is stored, (S,) of `stored_tables.mask_type`, and run lengths.

    Cards show the grid, exports have the pixels. The maps themselves would fill the disk.
    """

    name = "semantic-segmentation"
    kind = Kind.MASK
    scorer = ScorerSemanticSegmentation
    # Masks are made of maps, which are read where they are stored.
    is_sent_as_array = False

    def usable_outputs(
        self, predictions: "Predictions", report: "JoinReport", progress: Progress | None
    ) -> tuple[Rows, Any]:
        """Return the rows that have a map, and a `StreamedMaps`."""
        used = np.flatnonzero(report.rows >= 0)
        return report.rows[used], StreamedMaps(predictions, used, progress)

    def to_array(self, predictions: "Predictions", rows: Rows, outputs: Any, n_samples: int) -> NDArray[Any]:
        """Return the grids of the maps that have been read."""
        streamed: StreamedMaps = outputs
        return streamed.mask_table(rows)

    def more_arrays(self, rows: Rows, outputs: Any) -> Mapping[str, NDArray[Any]]:
        """Return the masks at full resolution."""
        streamed: StreamedMaps = outputs
        return {Kind.OBJECT_MASK: streamed.object_masks(rows)}

    def annotations(self, model: str, array: NDArray[Any], attributes: PredictionAttributes) -> Annotations:
        """Return the masks by sample."""
        return Annotations(model, attributes.class_names, masks=array, category_ids=attributes.category_ids or ())

    def class_amounts(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return the share of the image that each class covers."""
        masks = annotations.masks
        n_classes = len(annotations.class_names)
        amounts = np.zeros((n_samples, n_classes), np.float32)
        assert masks is not None
        for mask in masks:
            counts = np.bincount(mask["classes"].ravel(), minlength=n_classes)
            amounts[mask["row"]] = counts / mask["classes"].size
        return amounts

    def objects(self, annotations: Annotations) -> tuple[Rows, NDArray[np.integer], NDArray[np.floating]]:
        """Return the classes on each sample but for the background, with the share of the image that each covers."""
        masks = annotations.masks
        assert masks is not None
        last = int(masks["row"].max(initial=-1))
        shares = self.class_amounts(annotations, last + 1)
        backgrounds = [code for code, name in enumerate(annotations.class_names) if name.lower() in BACKGROUND]
        shares[:, backgrounds] = 0
        rows, labels = shares.nonzero()
        return rows.astype(np.int64), labels, shares[rows, labels]

    def answers(self, annotations: Annotations, n_samples: int) -> NDArray[np.str_]:
        """Return the class that covers most of the image."""
        names = np.array(annotations.class_names, np.str_)
        shares = self.class_amounts(annotations, n_samples)
        answers: NDArray[np.str_] = names[shares.argmax(axis=1)]
        return answers

    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        """Return the share of the image that each class covers, largest first."""
        grid = annotations.mask_of(row)
        if grid is None:
            return PredictionCard()
        codes, counts = np.unique(grid, return_counts=True)
        classes = []
        colors = {}
        for position in np.argsort(-counts, kind="stable"):
            code = int(codes[position])
            name = annotations.class_names[code]
            classes.append((name, float(counts[position] / grid.size)))
            color = mask_color(code, name)
            if color:
                colors[name] = color
        return PredictionCard(tuple(classes), has_mask=True, colors=colors)


class StreamedMaps:
    """Probability maps, read one at a time; while they are scored, what is stored is made of each.

    That is the class of each place of a small grid, and the pixels of each class or object.
    """

    def __init__(self, predictions: "Predictions", used: Rows, progress: Progress | None) -> None:
        self._predictions = predictions
        self._used = used
        self._progress = progress
        self._mask_type = mask_type(len(predictions.class_names))
        self._grids: list[tuple[int, Any]] = []
        self._masks = MaskFile()

    def __iter__(self) -> Iterator[Any]:
        # Whoever reads them again begins anew.
        self._grids.clear()
        self._masks = MaskFile()
        for done, position in enumerate(self._used.tolist()):
            if self._progress:
                self._progress(done, len(self._used))
            probability_map = self._predictions.outputs[position]
            yield probability_map
            # The scorer has checked the map's shape by the time it asks for the next one.
            grid = most_probable(np.asarray(probability_map))
            self._masks.add(done, self._object_masks(position, np.asarray(probability_map)))
            if grid is not None:
                # Narrowed at once: as 64-bit integers the grids of a million images fill 32 GB.
                self._grids.append((done, grid.astype(self._mask_type["classes"].base)))

    def _object_masks(self, position: int, probability_map: NDArray[np.floating]) -> list[ObjectMask]:
        outputs = self._predictions.outputs
        read_objects = outputs.read_objects if isinstance(outputs, Maps) else None
        if read_objects is not None:
            return list(read_objects(position))
        # Pixels in one line have lost their place in the image.
        is_line = min(probability_map.shape[:2]) < 2
        return [] if is_line else class_masks(probability_map, self._predictions.class_names)

    def object_masks(self, rows: Rows) -> NDArray[np.uint8]:
        """Return what `ObjectMasks.of_bytes` reads."""
        return self._masks.content(rows)

    def mask_table(self, rows: Rows) -> Table:
        """Return the grids of all maps that were read, (S,) of `stored_tables.mask_type`, by ascending row."""
        table = np.empty(len(self._grids), self._mask_type)
        for entry, (position, grid) in zip(table, self._grids, strict=True):
            entry["row"] = rows[position]
            entry["classes"] = grid
        return table[np.argsort(table["row"], kind="stable")]


def mask_color(code: int, name: str) -> str | None:
    """Return the color of a class, #rrggbb, or None for the background, which is not shaded.

    Examples:
        >>> mask_color(1, "road"), mask_color(0, "Background")
        ('#d55e00', None)
    """
    return None if name.lower() in BACKGROUND else class_color(code)
