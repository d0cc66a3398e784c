"""Numbers that are labels and not probabilities or scores: grades, yes and no, and uncertain."""

import numpy as np
from numpy.typing import NDArray

from al_core.formats.tables.sums import Numbers

MOST_GRADES = 20
"""More different numbers than this are no grades."""


def may_be_grades(numbers: NDArray[np.float64]) -> bool:
    """Return whether numbers from 0 to 1 may be labels, such as the grades 0, 0.5 and 1.

    Of a few rows each may have a grade of its own, which is a quarter then: probabilities hardly ever are.

    Examples:
        >>> may_be_grades(np.array([0, 0.5, 1])), may_be_grades(np.array([0.31, 0.5, 0.92]))
        (True, False)
        >>> may_be_grades(np.array([0.3, 0.6, 0.3, 0.6]))
        True
    """
    grades = np.unique(numbers)
    # A class occurs more than once.
    return len(grades) <= min(len(numbers) / 2, MOST_GRADES) or bool((4 * grades % 1 == 0).all())


def are_zero_or_one(numbers: Numbers) -> bool:
    """Return whether all cells are 0 or 1 that are not empty, and some are not.

    Examples:
        >>> are_zero_or_one(np.array([[1, np.nan], [0, 1]])), are_zero_or_one(np.array([np.nan]))
        (True, False)
    """
    # Of all cells and not of whole rows: tables of labels have blanks in most rows.
    finite = numbers[np.isfinite(numbers)]
    return bool(finite.size) and bool(np.isin(finite, (0, 1)).all())


def have_uncertain_labels(numbers: Numbers) -> bool:
    """Return whether all cells are 1, 0 or empty but for some -1, which is uncertain in CheXpert and MIMIC-CXR.

    Examples:
        >>> have_uncertain_labels(np.array([[1, np.nan], [0, -1]])), have_uncertain_labels(np.array([-1, 0.5]))
        (True, False)
    """
    finite = numbers[np.isfinite(numbers)]
    return -1 in finite and bool(np.isin(finite, (-1, 0, 1)).all())
