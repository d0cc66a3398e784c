"""The highest probabilities of each image instead of those of all classes: what can be computed from them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.join.finding import note
from al_core.formats.predictions.scale_counts import ROUNDING
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.tables.meaning import ColumnMeaning


def top_k_scores(
    source: str,
    filenames: list[str],
    probabilities: NDArray[np.floating],
    columns: Sequence[ColumnMeaning] = (),
) -> ScoreTable:
    """Return the scores that the highest probabilities of each image allow.

    Least confidence is 1 − p₁, not divided by its largest value, for which the number of classes would be needed. The
    margin, 1 − (p₁ − p₂), needs two. Nothing is made up for the classes that are not there.

    Args:
        source: The name of the file.
        filenames: (M,) one per row.
        probabilities: (M, K) in any order, NaN where a row has fewer.
        columns: What the columns of the file are.

    Raises:
        FileFormatError: If they are not probabilities.

    Examples:
        >>> table = top_k_scores("p.csv", ["a.png"], np.array([[0.5, 0.25]]))
        >>> table.scores
        {'uncertainty_least_confidence': array([0.5]), 'uncertainty_margin': array([0.75])}
    """
    finite = probabilities[np.isfinite(probabilities)]
    if not finite.size or finite.min() < -ROUNDING or finite.max() > 1 + ROUNDING:
        raise FileFormatError(
            f"{source} has the highest numbers of each image and they are not probabilities from 0 to 1; write "
            "probabilities, or the numbers of all classes"
        )
    descending = -np.sort(-np.asarray(probabilities, np.float64), axis=1)
    best = descending[:, 0].clip(0, 1)
    scores = {"uncertainty_least_confidence": 1 - best}
    missing = "entropy needs all classes"
    if descending.shape[1] > 1 and np.isfinite(descending[:, 1]).any():
        scores["uncertainty_margin"] = 1 - (best - descending[:, 1].clip(0, 1))
    else:
        missing = "margin and entropy need more"
    what = f"the {descending.shape[1]} highest probabilities" if descending.shape[1] > 1 else "the highest probability"
    made = "least confidence is 1 − p₁" + (", margin 1 − (p₁ − p₂)" if len(scores) > 1 else "")
    said = note("top-k", f"{source} has {what} of each image, not those of all classes", f"{made}; {missing}")
    return ScoreTable(filenames, scores, (said,), tuple(columns))
