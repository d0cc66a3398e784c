"""Arrays in, charts out. The same thing has the same color on every page."""

import numpy as np
from numpy.typing import NDArray

from al_core.text import counted
from al_core.types import Scores
from ui.bars import Bar, Place, Tick, bar_chart, round_steps

BLUE = "#2b7bbd"
GRAY = "#9aa0a6"
BEFORE_COLOR = "#8a8a8a"
N_BARS = 40
N_CONFIDENCE_BARS = 50
LOG_AXIS_START = -0.3
"""The logarithm at which counts begin, below that of 1: a bar of one box is to be seen."""
HEIGHT = 150
FROM_0_TO_1 = tuple(Tick(fifth / 5, f"{fifth / 5:g}") for fifth in range(6))


def score_histogram(name: str, scores: Scores) -> str:
    """Return, as HTML, how many scores lie where between 0 and 1, those without a value left out."""
    counts, edges = _counts(scores, N_BARS)
    top = max(int(counts.max()), 1)
    places = [
        Place((Bar(count / top, BLUE),), f"{counted(count, 'image')} from {low:.3f} to {high:.3f}")
        for count, low, high in _rows(counts, edges)
    ]
    return bar_chart(
        _summary(f"Histogram of {name}", counts, edges, "image"),
        places,
        height=HEIGHT,
        steps=round_steps(top),
        marks=FROM_0_TO_1,
    )


def confidence_histogram(confidences: Scores, threshold: float) -> str:
    """Return, as HTML, how many boxes have which confidence, those below the threshold in gray.

    Counts are on a logarithmic axis: next to the boxes that say nothing the others would be too low to see.
    """
    # Bars as wide as two steps of the slider, so that hardly one lies on both sides of the threshold.
    counts, edges = _counts(confidences, N_CONFIDENCE_BARS)
    top = np.log10(max(int(counts.max()), 1)) + 0.1

    def height(count: int) -> float:
        return float((np.log10(count) - LOG_AXIS_START) / (top - LOG_AXIS_START)) if count else 0.0

    places = [
        Place(
            # A bar is on the side of its middle.
            (Bar(height(count), GRAY if (low + high) / 2 < threshold else BLUE),),
            f"{counted(count, 'box')} from {low:.2f} to {high:.2f}",
        )
        for count, low, high in _rows(counts, edges)
    ]
    powers = [10**power for power in range(int(top) + 1)]
    return bar_chart(
        _summary("Histogram of the confidences", counts, edges, "box"),
        places,
        height=HEIGHT,
        steps=[Tick(height(power), f"{power:,}") for power in powers],
        marks=FROM_0_TO_1,
    )


def overlaid_histograms(before: Scores, after: Scores, *, height: int) -> str:
    """Return, as HTML, two histograms of scores from 0 to 1 over each other: gray before, blue after."""
    old, edges = _counts(before, N_BARS)
    new, _ = _counts(after, N_BARS)
    top = max(int(old.max()), int(new.max()), 1)
    places = [
        Place(
            (Bar(n_before / top, BEFORE_COLOR), Bar(n_after / top, BLUE)),
            f"{n_before:,} before, {n_after:,} after\nfrom {low:.3f} to {high:.3f}",
        )
        for (n_before, low, high), n_after in zip(_rows(old, edges), new.tolist(), strict=True)
    ]
    return bar_chart(
        f"{_summary('Before', old, edges, 'image')}. {_summary('After', new, edges, 'image')}",
        places,
        height=height,
        steps=round_steps(top),
        marks=FROM_0_TO_1,
        is_overlaid=True,
    )


def _counts(values: Scores, n_bars: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    counts, edges = np.histogram(values[~np.isnan(values)], bins=n_bars, range=(0, 1))
    return counts.astype(np.int64), edges


def _rows(counts: NDArray[np.int64], edges: NDArray[np.float64]) -> list[tuple[int, float, float]]:
    return list(zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _summary(name: str, counts: NDArray[np.int64], edges: NDArray[np.float64], noun: str) -> str:
    """Return what a histogram shows as a sentence for those who do not see it."""
    total = counted(int(counts.sum()), noun)
    if not counts.any():
        return f"{name}: {total}"
    most = int(counts.argmax())
    return f"{name}: {total}, most from {edges[most]:.3g} to {edges[most + 1]:.3g} ({counts[most]:,})"
