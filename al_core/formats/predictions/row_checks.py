"""What makes the rows of a task differ, and which of them cannot be used."""

from typing import Any

import numpy as np

from al_core.formats.join.file_rows import BadRows

SUM_TOLERANCE = 0.01
"""How far the probabilities of a row may be from a sum of 1: float16 and four decimals stay well within."""


class RowChecks:
    """Checks of a task whose outputs are objects: their values are checked where they are read."""

    can_fill = False
    """Whether a sample without a row can be given the values that are the most uncertain."""

    can_be_empty = False
    """Whether a sample without a row can be one on which the model found nothing."""

    def differ(self, outputs: Any, first: int, later: int) -> bool:
        """Return whether two rows differ; objects of one image in two places do, since no reader splits an image."""
        return True

    def bad_rows(self, outputs: Any) -> BadRows:
        """Return the rows that do not fit."""
        return BadRows()


class ObjectChecks(RowChecks):
    """Checks of boxes or keypoints, of which an image may have none."""

    can_be_empty = True


class MatrixChecks(RowChecks):
    """Checks of (M, C) numbers."""

    def differ(self, outputs: Any, first: int, later: int) -> bool:
        """Return whether two rows have different values."""
        return not np.array_equal(outputs[first], outputs[later], equal_nan=True)


class IndependentChecks(MatrixChecks):
    """Checks of (M, C) probabilities of classes that do not exclude each other."""

    def bad_rows(self, outputs: Any) -> BadRows:
        """Return the rows with a value that is not finite, and the finite rows with values outside 0 to 1."""
        finite = np.isfinite(outputs).all(axis=1)
        with np.errstate(invalid="ignore"):
            outside = (outputs.min(axis=1) < 0) | (outputs.max(axis=1) > 1)
        return BadRows(np.flatnonzero(~finite), np.flatnonzero(finite & outside))


class ProbabilityChecks(MatrixChecks):
    """Checks of (M, C) class probabilities."""

    can_fill = True

    def bad_rows(self, outputs: Any) -> BadRows:
        """Return the rows with a value that is not finite, and the finite rows that are not probabilities."""
        with np.errstate(invalid="ignore", over="ignore"):
            sums = outputs.sum(axis=1, dtype=np.float64)
            outside = (outputs.min(axis=1) < 0) | (outputs.max(axis=1) > 1)
        finite = np.isfinite(sums)
        # A single column is the probability of the second of two classes: it need not sum to 1.
        if outputs.shape[1] > 1:
            outside |= np.abs(sums - 1) > SUM_TOLERANCE
        return BadRows(np.flatnonzero(~finite), np.flatnonzero(finite & outside))
