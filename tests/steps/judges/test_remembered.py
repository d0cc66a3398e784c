import numpy as np
import pytest

from al_core import workflow
from al_core.evaluation import Refusal, Statistic
from al_core.steps.judges import find_judge
from al_core.steps.judges.judge import Judge, Judgment
from al_core.steps.judges.remembered import remembered_gain, remembered_judgment
from al_core.steps.labels import TaskLabels, labels_for
from al_core.steps.reserve import StoredReserve
from al_core.store import Dataset, Model, Workspace
from tests.steps import project
from tests.steps.test_confidence import as_detectors_write, store
from tests.steps.test_rescoring import doubtful


def judge_of(dataset: Dataset) -> Judge:
    reserve = workflow.test_reserve(dataset)
    assert reserve
    judge = find_judge(dataset, "classification", labels_for(dataset, "classification"), reserve)
    assert judge
    return judge


def test_a_model_is_judged_once_until_other_labels_come(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = project.begin(workspace)
    first = project.select(dataset, 1, 50)
    project.label(dataset, first.added_rows)
    project.upload(dataset, "model", np.arange(4))
    model = dataset.models.get("model")
    judge = judge_of(dataset)
    calls = []
    judged = type(judge).judge

    def counted(self: Judge, dataset: Dataset, model: Model) -> Judgment:
        calls.append(model.name)
        return judged(self, dataset, model)

    monkeypatch.setattr(type(judge), "judge", counted)
    first_judgment = remembered_judgment(dataset, judge, model)
    assert remembered_judgment(dataset, judge_of(dataset), model) is first_judgment
    assert len(calls) == 1
    project.label(dataset, project.select(dataset, 2, 50).added_rows)
    more = remembered_judgment(dataset, judge_of(dataset), model)
    assert len(calls) == 2
    assert more.outcomes is not None
    assert len(more.outcomes) == 20


class CountingJudge(Judge):
    """Counts what it is asked."""

    measure = "mAP"
    class_measures = ()
    rows = np.arange(2)
    unlabeled = np.arange(2, 4)
    groups = None

    def __init__(self) -> None:
        self.n_asked = 0

    @classmethod
    def of(cls, dataset: Dataset, labels: TaskLabels, reserve: StoredReserve) -> "CountingJudge":
        return cls()

    def judge(self, dataset: Dataset, model: Model) -> Judgment:
        self.n_asked += 1
        return Judgment(Refusal(f"question {self.n_asked}"))

    def gain(self, dataset: Dataset, before: Model, after: Model) -> Statistic:
        self.n_asked += 1
        return Refusal(f"question {self.n_asked}")


def test_boxes_that_are_scored_anew_are_judged_anew(dataset: Dataset) -> None:
    judge = CountingJudge()
    store(dataset, doubtful(), 0.1)
    remembered_judgment(dataset, judge, dataset.models.get("model"))
    workflow.change_threshold(dataset, dataset.models.get("model"), 0.6)
    remembered_judgment(dataset, judge, dataset.models.get("model"))
    assert judge.n_asked == 2
    # The scores before come back, and with them what was said of them.
    workflow.change_threshold(dataset, dataset.models.get("model"), 0.1)
    remembered_judgment(dataset, judge, dataset.models.get("model"))
    assert judge.n_asked == 2


def test_a_model_is_judged_anew_once_the_one_before_it_is_scored_anew(dataset: Dataset) -> None:
    judge = CountingJudge()
    store(dataset, doubtful(), 0.1)
    store(dataset, as_detectors_write(), 0.1)
    later, earlier = dataset.models.all()
    remembered_judgment(dataset, judge, later)
    workflow.change_threshold(dataset, earlier, 0.6)
    remembered_judgment(dataset, judge, dataset.models.all()[0])
    assert judge.n_asked == 2


def test_two_models_are_compared_once(dataset: Dataset) -> None:
    judge = CountingJudge()
    store(dataset, doubtful(), 0.1)
    store(dataset, as_detectors_write(), 0.1)
    later, earlier = dataset.models.all()
    first = remembered_gain(dataset, judge, earlier, later)
    assert remembered_gain(dataset, judge, earlier, later) is first
    assert remembered_gain(dataset, judge, later, earlier) is not first
    assert judge.n_asked == 2
