import numpy as np

import al_core
from al_core import LocalClient, SelectionConfig, workflow
from al_core.store import Dataset, Workspace


def test_configurations_are_compared_by_client_or_dataset(workspace: Workspace, dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.arange(6), {"uncertainty_margin": np.array([0.9, 0.8, 0, 0, 0, 0])})
    configs = [SelectionConfig("CORESET", 2, seed=1), SelectionConfig("ACTIVE_LEARNING", 2, seed=1)]
    comparison = al_core.compare(LocalClient(workspace, dataset.id), configs, query_tag_name="initial-tag")
    assert [candidate.rows.tolist() for candidate in comparison.candidates] == [[0, 5], [0, 1]]
    of_dataset = al_core.compare(dataset, configs)
    assert of_dataset.overlap.tolist() == [[2, 1], [1, 2]]
