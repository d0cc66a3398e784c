from pathlib import Path

from al_core import workflow
from al_core.demos import digits
from al_core.demos.digits import Digits
from al_core.store import Workspace


def test_building_a_demo_reports_each_step(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    with Workspace(tmp_path) as workspace:
        digits.build(workspace, n_rounds=1, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_without_rounds_a_demo_is_its_initial_selection_and_one_model(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        dataset = digits.build(workspace, n_rounds=0)
        assert [tag.name for tag in dataset.tags()] == ["initial-selection", "initial-tag"]
        assert [model.name for model in workflow.models(dataset)] == ["logistic-regression-100"]
        assert workflow.label_sets(dataset) == []
        following = Digits().config(dataset, 1)
        assert (following.name, following.n_samples, following.test_share) == ("round 1", 150, 0.4)
