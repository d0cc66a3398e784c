import numpy as np
import pytest

from al_core import workflow
from al_core.steps.judges import find_judge
from al_core.steps.judges.judge import Judge, Judgment
from al_core.steps.judges.remembered import remembered_judgment
from al_core.steps.labels import labels_for
from al_core.store import Dataset, Model, Workspace
from tests.steps import project


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
    found = remembered_judgment(dataset, judge, model)
    assert remembered_judgment(dataset, judge_of(dataset), model) is found
    assert len(calls) == 1
    project.label(dataset, project.select(dataset, 2, 50).added_rows)
    more = remembered_judgment(dataset, judge_of(dataset), model)
    assert len(calls) == 2
    assert more.outcomes is not None
    assert len(more.outcomes) == 20
