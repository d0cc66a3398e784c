import numpy as np

from al_core import workflow
from al_core.steps.judges import find_judge
from al_core.steps.labels import labels_for
from al_core.store import Workspace
from tests.steps import project


def test_classes_are_judged_with_confusion_and_a_figure_for_each(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 100)
    project.label(dataset, selection.added_rows)
    dogs = selection.test_rows[selection.test_rows % 2 == 1]
    project.upload(dataset, "model", dogs[:3])
    reserve = workflow.test_reserve(dataset)
    assert reserve
    judge = find_judge(dataset, "classification", labels_for(dataset, "classification"), reserve)
    assert judge
    judgment = judge.judge(dataset, dataset.models.get("model"))
    n_dogs = len(dogs)
    assert judgment.confusion is not None
    assert judgment.confusion.tolist() == [[20 - n_dogs, 0], [3, n_dogs - 3]]
    assert [(judged.name, judged.n_labels) for judged in judgment.classes] == [("cat", 20 - n_dogs), ("dog", n_dogs)]
    assert judgment.outcomes is not None
    assert np.sum(judgment.outcomes) == 17
    nobody = find_judge(dataset, "multi-label-classification", labels_for(dataset, "classification"), reserve)
    assert nobody is None
