"""Do the scores rank? Each score of the current model against its mistakes on the test labels."""

from typing import TYPE_CHECKING

import numpy as np

from al_core.evaluation import Refusal, Statistic, ranking_auc
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.judging import TestLabels
from al_core.steps.labels import labels_for
from al_core.steps.reserve import read_reserve
from al_core.steps.scores import preferred_first

if TYPE_CHECKING:
    from al_core.store import Dataset


def rank_scores(dataset: "Dataset") -> dict[str, Statistic]:
    """Return for each score of the current model the chance that it ranks a mistake above a right prediction.

    Scores that selections prefer come first; without a model of classes of whole images there are none. Test labels
    without a prediction or a score are left out.
    """
    model = dataset.models.current(CLASSIFICATION)
    if model is None or model.predictions is None:
        return {}
    names = preferred_first(model.scores)
    reserve = read_reserve(dataset)
    if reserve is None:
        return dict.fromkeys(names, Refusal("no test share was used, so there are no test labels"))
    tests = TestLabels.of(dataset, labels_for(dataset, CLASSIFICATION), reserve)
    if not len(tests.rows):
        return dict.fromkeys(names, Refusal("there are no test labels yet"))
    outcomes = tests.outcomes(dataset, model)
    aucs: dict[str, Statistic] = {}
    for name in names:
        stored = model.scores[name]
        scores = np.asarray(dataset.arrays.read_rows(stored, tests.rows), np.float64)
        is_judged = ~np.isnan(scores) & ~np.isnan(outcomes)
        is_right = outcomes[is_judged] == 1
        aucs[name] = ranking_auc(scores[is_judged], is_right)
    return aucs
