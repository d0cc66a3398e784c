"""The maps of classes of many images, one painted after the other."""

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.labels.annotation import NO_CLASS
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.labels import LABEL_MASK, MASK_RUN
from al_core.formats.labels.painting import runs_of
from al_core.formats.predictions.run_lengths import MAX_PIXELS
from al_core.formats.predictions.stored_tables import Table


class MaskList:
    """Keeps the runs of each map when the next annotation begins: whole maps of many images fit into no memory."""

    def __init__(self) -> None:
        self._map: NDArray[np.int32] | None = None
        self._masks: list[tuple[int, ...]] = []
        self._runs: list[Table] = []
        self._n_runs = 0

    def __bool__(self) -> bool:
        return bool(self._masks) or self._map is not None

    def canvas(self, where: str, size: Size) -> NDArray[np.int32]:
        """Return the map of the annotation, an empty one of this width and height if there is none yet.

        Raises:
            FileFormatError: If it has too many pixels.
        """
        if self._map is None:
            width, height = map(int, size)
            if width * height > MAX_PIXELS:
                raise FileFormatError(
                    f"{where}: the image has {width * height:,} pixels; masks of at most {MAX_PIXELS:,} are read"
                )
            self._map = np.full((height, width), NO_CLASS, np.int32)
        return self._map

    def put(self, label_map: NDArray[np.int32]) -> None:
        """Take a map as that of the annotation."""
        self._map = label_map

    def keep(self, row: int) -> None:
        """Keep the map of an annotation, if there is one."""
        if self._map is None:
            return
        runs = runs_of(self._map)
        height, width = self._map.shape
        self._masks.append((row, height, width, self._n_runs, self._n_runs + len(runs)))
        self._runs.append(runs)
        self._n_runs += len(runs)
        self._map = None

    @property
    def masks(self) -> Table:
        """All maps, of `LABEL_MASK`."""
        return np.array(self._masks, LABEL_MASK)

    @property
    def runs(self) -> Table:
        """Their pixels, of `MASK_RUN`."""
        return np.concatenate([np.empty(0, MASK_RUN), *self._runs])
