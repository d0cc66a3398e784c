from pathlib import Path

import pytest

from al_core import workflow
from al_core.demos import digits
from al_core.demos.demo import Demo
from al_core.demos.detection_scenes import DetectionScenes
from al_core.demos.digits import Digits
from al_core.steps.views import stored_view
from al_core.store import Kind, Workspace


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


@pytest.mark.parametrize("demo", [Digits(), DetectionScenes()])
def test_a_demo_comes_with_a_map_that_keeps_neighbors_together(demo: Demo, workspace: Workspace) -> None:
    from sklearn.manifold import trustworthiness

    dataset = demo.build(workspace, n_rounds=0)
    [embedding] = dataset.arrays.all(Kind.EMBEDDING)
    stored = stored_view(dataset, embedding, "UMAP")
    assert stored
    vectors = dataset.arrays.read(embedding)
    assert trustworthiness(vectors, dataset.arrays.read(stored), metric="cosine") > 0.9
