"""The scores of all rows, collected piece by piece."""

from dataclasses import replace

import numpy as np

from al_core.cluster.scoring import PieceScores, Reading
from al_core.formats.join.file_rows import BadRows
from al_core.formats.predictions.predictions import ROW_CHECKS
from al_core.formats.predictions.scale_counts import ScaleCounts
from al_core.scorers.uncertainty import needs_kernel
from al_core.types import Rows, Scores


class CollectedScores:
    """What is known of all rows, once each piece has been added in their order.

    Attributes:
        reading: How they were read.
        task: Of the predictions.
        scores: (n,) by name, NaN where a row cannot be used.
        n_done: How many rows have been added.
        n_rounded: How many of them were cut.
    """

    def __init__(self, reading: Reading, n_rows: int) -> None:
        self.reading = reading
        self.task = ""
        self.scores: dict[str, Scores] = {}
        self.n_done = 0
        self.n_rounded = 0
        self._n_rows = n_rows
        self._counts: list[ScaleCounts] = []
        self._not_finite: list[Rows] = []
        self._not_probabilities: list[Rows] = []
        self._outside: list[Rows] = []

    def add(self, piece: PieceScores) -> None:
        """Take the next rows in."""
        self.task = piece.task
        self._counts = [sum(self._counts, start=piece.counts)]
        self._not_finite.append(self.n_done + piece.not_finite)
        self._not_probabilities.append(self.n_done + piece.not_probabilities)
        self._outside.append(self.n_done + piece.outside)
        self.n_rounded += piece.n_rounded
        for name, values in piece.scores.items():
            whole = self.scores.setdefault(name, np.empty(self._n_rows, values.dtype))
            whole[self.n_done : self.n_done + len(values)] = values
        self.n_done += piece.n_rows

    @property
    def counts(self) -> ScaleCounts:
        """On which scale the rows are."""
        return self._counts[0]

    @property
    def bad_rows(self) -> BadRows:
        """The rows that do not fit."""
        return BadRows(np.concatenate(self._not_finite), np.concatenate(self._not_probabilities))

    @property
    def outside(self) -> Rows:
        """The rows beyond 0 to 1."""
        return np.concatenate(self._outside)

    @property
    def is_filled(self) -> bool:
        """Whether what cannot be used has got equal probabilities."""
        return self.reading.fills and ROW_CHECKS[self.task].can_fill

    def settled(self, n_samples: int) -> Reading:
        """Return how all rows are to be read, now that all have been seen: as they were, if those before were right.

        Args:
            n_samples: Of the dataset, each of which is scored if those without a row are filled in.
        """
        n_scored = n_samples if self.is_filled else self.n_done - len(self.bad_rows.not_finite)
        size = n_scored * self.counts.n_classes
        if needs_kernel(size) == needs_kernel(self.reading.size):
            size = self.reading.size
        return replace(self.reading, scale=self.counts.scale(), size=size)
