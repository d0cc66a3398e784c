"""What the numbers of maps are: probabilities, their logarithms, logits, or one probability per class and pixel."""

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np

from al_core.formats.choices import ReadingChoices
from al_core.formats.join.finding import Finding, Severity, note
from al_core.types import ProbabilityMap as Map

MAPS_LOOKED_AT = 3
"""Of many maps the first tell what they are: a model writes all of them alike."""

SUM_TOLERANCE = 0.05
"""How far the classes of a pixel may be from a sum of 1 on average: 8 bits for many classes round that much."""

_ROUNDING = 1e-4
"""How far a probability may lie outside 0 to 1: softmax in single precision stays well within."""


class MapScale(StrEnum):
    """What the numbers of most maps are."""

    PROBABILITIES = "probabilities"
    INDEPENDENT = "probabilities of classes that do not exclude each other"
    LOG = "logarithms of probabilities"
    LOGITS = "logits"


def map_scale(maps: Sequence[Map]) -> MapScale:
    """Return what (H, W, C) maps are, by most of them.

    Examples:
        >>> map_scale([np.array([[[0.25, 0.75]]])]).name, map_scale([np.array([[[-3.0, 2.5]]])]).name
        ('PROBABILITIES', 'LOGITS')
    """
    scales = [_scale(values) for values in maps]
    return max(MapScale, key=scales.count)


def sums_to_one(values: Map, axis: int) -> bool:
    """Return whether a map has probabilities along an axis."""
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.abs(values.sum(axis=axis, dtype=np.float64) - 1).mean() <= SUM_TOLERANCE)


def _scale(values: Map) -> MapScale:
    with np.errstate(invalid="ignore", over="ignore"):
        is_within = values.min() >= -_ROUNDING and values.max() <= 1 + _ROUNDING
        is_negative = values.max() <= _ROUNDING
        exponential = np.exp(values.astype(np.float64)) if is_negative else None
    if is_within:
        # One class is the probability of the second of two.
        return MapScale.PROBABILITIES if values.shape[2] == 1 or sums_to_one(values, 2) else MapScale.INDEPENDENT
    if exponential is not None and sums_to_one(exponential, 2):
        return MapScale.LOG
    return MapScale.LOGITS


def conversion(scale: MapScale, choices: ReadingChoices) -> tuple[Callable[[Map], Map] | None, Sequence[Finding]]:
    """Return what makes probabilities of a map, None if nothing does or has to, and what is to be said.

    Args:
        scale: What the maps are.
        choices: Whether to apply a softmax; without that choice logits are refused by a finding.
    """
    if choices.softmax:
        return _softened(scale)
    if scale is MapScale.LOG and choices.softmax is None:
        said = note(
            "log-probabilities", "The exponentials of each pixel sum to 1", "read as logarithms of probabilities"
        )
        return _exponentials, (said,)
    if scale is MapScale.PROBABILITIES:
        return None, ()
    if choices.softmax is False:
        return None, (note("maps-as-they-are", f"The values of the maps look like {scale}", "used as they are"),)
    return None, (_REFUSALS[scale],)


def _softened(scale: MapScale) -> tuple[Callable[[Map], Map] | None, Sequence[Finding]]:
    if scale is MapScale.PROBABILITIES:
        return None, (
            _refusal(
                "softmax-of-probabilities",
                "A softmax was asked for, and the maps are probabilities",
                "read the file without it",
            ),
        )
    return softmax_of_pixels, (note("softmax", "A softmax was applied to each pixel"),)


def softmax_of_pixels(values: Map) -> Map:
    """Return the softmax of each pixel of an (H, W, C) map; with one class, the sigmoid.

    Examples:
        >>> softmax_of_pixels(np.array([[[0.0, np.log(3)]]])).round(2).tolist()
        [[[0.25, 0.75]]]
        >>> softmax_of_pixels(np.array([[[np.log(3)]]])).round(2).tolist()
        [[[0.75]]]
    """
    logits = values.astype(np.float32)
    if logits.shape[2] == 1:
        # The other of the two classes has the logit 0.
        logits = np.concatenate([np.zeros_like(logits), logits], axis=2)
        return softmax_of_pixels(logits)[:, :, 1:]
    with np.errstate(invalid="ignore"):
        exponentials = np.exp(logits - logits.max(axis=2, keepdims=True))
        probabilities: Map = exponentials / exponentials.sum(axis=2, keepdims=True)
    return probabilities


def _exponentials(values: Map) -> Map:
    return np.asarray(np.exp(values.astype(np.float32)))


def _refusal(what: str, text: str, outcome: str) -> Finding:
    return Finding(what, text, text, outcome, severity=Severity.REFUSAL)


_REFUSALS: dict[MapScale, Finding] = {
    MapScale.LOGITS: _refusal(
        "logits",
        "The values of the maps look like logits: they leave 0 to 1, and pixels do not sum to 1",
        "say what they are: apply a softmax, or use them as they are",
    ),
    MapScale.INDEPENDENT: _refusal(
        "maps-independent",
        "The maps have values in 0 to 1 that do not sum to 1, as sigmoids of several classes do",
        "save the softmax over the classes, or one map for the probability of the foreground; or use them as they are",
    ),
}
