"""Scores that cannot rank: all equal, or so close together that their order may be chance."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from al_core.formats.join.finding import Finding, note
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray
from al_core.types import Scores

if TYPE_CHECKING:
    from al_core.store import Dataset

LEAST_RANGE = 0.05
"""Of a score that can be anywhere from 0 to 1."""


def range_finding(name: str, scores: Scores) -> Finding | None:
    """Return what keeps a score from ranking samples, or None; samples without the score do not count.

    Args:
        name: Of the score.
        scores: (N,) in [0, 1], NaN where there is none.

    Examples:
        >>> print(range_finding("margin", np.array([1.0, 1.0, np.nan])).sentence())
        Score 'margin' is 1.000 for every image: it ranks none before another, so choose another score.
        >>> range_finding("margin", np.array([0.2, 0.9])) is None
        True
    """
    values = scores[~np.isnan(scores)]
    if len(values) < 2:
        return None
    low = float(values.min())
    high = float(values.max())
    if low == high:
        text = f"Score '{name}' is {low:.3f} for every image"
        return note("score-constant", text, "it ranks none before another, so choose another score")
    if high - low < LEAST_RANGE:
        text = f"Score '{name}' lies between {low:.3f} and {high:.3f} for every image"
        return note("score-narrow", text, "differences that small may be chance, so look at other scores first")
    return None


def range_findings(dataset: "Dataset", names: Iterable[str]) -> list[Finding]:
    """Return what keeps those of the scores of these names from ranking that cannot."""
    stored = (dataset.arrays.find(Kind.SCORE, name) for name in names)
    findings = (range_finding_of(dataset, score) for score in stored if score)
    return [finding for finding in findings if finding]


def range_finding_of(dataset: "Dataset", score: StoredArray) -> Finding | None:
    """Return what keeps a stored score from ranking, or None."""
    return range_finding(score.name, dataset.arrays.read(score))
