"""Do the scores rank? Whether a score is higher where the model is wrong."""

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.intervals import normal_quantile
from al_core.evaluation.statistic import LEVEL, Interval, Refusal, Statistic
from al_core.exceptions import InvalidInputError
from al_core.types import Scores

LEAST_PER_KIND = 10
"""So many right and so many wrong predictions; with fewer the interval spans most of what is possible."""

USEFUL_AUC = 0.55
"""A score whose AUC stays below this hardly ranks better than chance."""

# Of a range within 0 to 1: floats tell no more apart.
_N_HALVINGS = 60


def ranking_auc(scores: Scores, is_right: NDArray[np.bool_], level: float = LEVEL) -> Statistic:
    """Return the chance that a wrong prediction has the higher score than a right one, ties counted half.

    1 ranks perfectly, 0.5 is chance. The ends are the AUCs from which the estimate is as far as the level allows, with
    the variance an AUC of that size has; so an AUC of 1 from few labels has an interval too.

    Source: Hanley, McNeil, Radiology 143 (1982); Newcombe, Statistics in Medicine 25 (2006) 559-573, method 5.

    Args:
        scores: (T,) score of each test sample; higher means more worth labeling.
        is_right: (T,) whether the model's prediction was right.
        level: How often the interval should hold the truth.

    Raises:
        InvalidInputError: If the lengths differ or a score is not a number.

    Examples:
        >>> wrong_have_higher_scores = np.arange(20) / 20
        >>> ranking_auc(wrong_have_higher_scores, np.arange(20) < 10)
        Interval(value=1.0, low=0.8..., high=1.0, n=20, level=0.95)
        >>> ranking_auc(np.ones(4), np.array([True, True, True, False])).text()
        '3 right and 1 wrong predictions among the test labels; 10 of each are needed'
    """
    if len(scores) != len(is_right) or not np.all(np.isfinite(scores)):
        raise InvalidInputError(
            f"each of the {len(is_right)} test labels needs one score that is a number; "
            f"there are {int(np.isfinite(scores).sum())}"
        )
    n_right = int(np.sum(is_right))
    n_wrong = len(is_right) - n_right
    if min(n_right, n_wrong) < LEAST_PER_KIND:
        reason = f"{n_right:,} right and {n_wrong:,} wrong predictions among the test labels"
        return Refusal(f"{reason}; {LEAST_PER_KIND} of each are needed", n=len(is_right))
    auc = _auc(np.asarray(scores, np.float64), np.asarray(is_right, bool))
    z = normal_quantile(level)
    low = _bound(auc, 0.0, z, n_right, n_wrong)
    high = _bound(auc, 1.0, z, n_right, n_wrong)
    return Interval(auc, low, high, n=len(is_right), level=level)


def ranking_sentence(auc: Statistic) -> str:
    """Return what the page says about a score.

    Examples:
        >>> ranking_sentence(Interval(0.52, 0.44, 0.6, n=300))
        'The score hardly ranks: a wrong prediction has the higher score in 52.0% (44.0% to 60.0%), from 300 labels.'
    """
    if not auc.speaks:
        return f"Whether the score ranks is unknown: {auc.reason}."
    verdict = "hardly ranks" if auc.value < USEFUL_AUC else "ranks"
    return f"The score {verdict}: a wrong prediction has the higher score in {auc.text()}."


def _auc(scores: NDArray[np.float64], is_right: NDArray[np.bool_]) -> float:
    right = np.sort(scores[is_right])
    wrong = scores[~is_right]
    n_below = np.searchsorted(right, wrong, side="left")
    n_not_above = np.searchsorted(right, wrong, side="right")
    # A tie is in one of the two counts, so it counts half.
    return float((n_below + n_not_above).sum() / (2 * len(right) * len(wrong)))


def _bound(auc: float, end: float, z: float, n_right: int, n_wrong: int) -> float:
    """Return the AUC between the estimate and an end of the scale that is z standard deviations from the estimate."""
    # By bisection, since the variance depends on the AUC; so many halvings reach the precision of floats.
    near = auc
    far = end
    for _ in range(_N_HALVINGS):
        middle = (near + far) / 2
        if abs(middle - auc) < z * np.sqrt(_variance(middle, n_right, n_wrong)):
            near = middle
        else:
            far = middle
    return near


def _variance(auc: float, n_right: int, n_wrong: int) -> float:
    """Return the variance of an estimated AUC if the score is exponential in both kinds, each of the mean size."""
    mean_size = (n_right + n_wrong) / 2
    inner = 2 * mean_size - 1 - (3 * mean_size - 3) / ((2 - auc) * (1 + auc))
    return auc * (1 - auc) * inner / (n_right * n_wrong)
