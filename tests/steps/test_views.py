import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.projection import umap
from al_core.steps import views
from al_core.steps.views import stored_view
from al_core.store import Dataset, Kind, Workspace

ALL_ROWS = np.arange(6)


def margin(*scores: float) -> dict[str, np.ndarray]:
    return {"uncertainty_margin": np.array(scores)}


def test_the_map_and_coral_share_one_neighbor_graph(dataset: Dataset) -> None:
    workflow.store_scores(dataset, ALL_ROWS, margin(0.1, 0.2, 0.3, 0.4, 0.5, 0.6))
    workflow.run_selection(dataset, SelectionConfig("CORAL", 2))
    graph = dataset.arrays.all(Kind.NEIGHBORS)
    assert [stored.shape for stored in graph] == [(6, 5), (6, 5)]
    workflow.project(dataset, "default", "UMAP")
    assert dataset.arrays.all(Kind.NEIGHBORS) == graph


@pytest.mark.parametrize(("limit", "landmarks"), [(59, 40), (60, None)])
def test_a_umap_is_stored_with_the_number_of_its_landmarks(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, limit: int, landmarks: int | None
) -> None:
    monkeypatch.setattr(views, "LARGEST_GRAPH_OF_A_MAP", limit)
    monkeypatch.setattr(umap, "LANDMARKS_ABOVE", limit)
    monkeypatch.setattr(umap, "N_LANDMARKS", 40)
    embeddings = np.random.default_rng(0).normal(size=(60, 3))
    dataset = workflow.create_dataset(workspace, "sixty", [f"{row}.png" for row in range(60)], embeddings)
    workflow.project(dataset, "default", "UMAP")
    stored = stored_view(dataset, dataset.arrays.get(Kind.EMBEDDING, "default"), "UMAP")
    assert stored
    origin = views.ViewOrigin.of(stored)
    assert origin
    assert origin.landmarks == landmarks
