import numpy as np

from al_core.evaluation import Interval
from al_core.steps.ranking import rank_scores
from al_core.store import Workspace
from tests.steps.project import TRUTH, begin, label, select, upload


def test_a_score_is_judged_by_the_mistakes_on_test_labels(workspace: Workspace) -> None:
    dataset = begin(workspace)
    selection = select(dataset, 1, 200, test_share=0.2)
    label(dataset, selection.added_rows)
    tests = selection.test_rows
    upload(dataset, "model", tests[: len(tests) // 2])
    # All predictions are equally confident, so the margin is the same everywhere: chance.
    auc = rank_scores(dataset)["uncertainty_margin"]
    assert isinstance(auc, Interval)
    assert (auc.value, auc.n) == (0.5, len(tests))
    assert auc.low < 0.5 < auc.high


def test_too_few_mistakes_or_no_test_share_are_refused(workspace: Workspace) -> None:
    dataset = begin(workspace)
    assert rank_scores(dataset) == {}
    upload(dataset, "model", np.arange(len(TRUTH) // 2))
    assert "no test share" in rank_scores(dataset)["uncertainty_margin"].text()
    selection = select(dataset, 1, 100, test_share=0.2)
    assert "no test labels yet" in rank_scores(dataset)["uncertainty_margin"].text()
    label(dataset, selection.added_rows)
    upload(dataset, "right", np.arange(0))
    assert "10 of each are needed" in rank_scores(dataset)["uncertainty_margin"].text()
