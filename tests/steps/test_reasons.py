import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.store import Dataset


def test_each_pick_has_its_rank_score_and_the_nearest_before_it(dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.arange(6), {"uncertainty_margin": np.linspace(0, 0.5, 6)})
    labeled = dataset.create_tag("done", np.array([0]))
    selection = workflow.run_selection(
        dataset, SelectionConfig("CORESET", 3, name="picked", seed=1), labeled_tag=labeled
    )
    # From 0 degrees the farthest are 11 and then 3 degrees.
    first, second = workflow.explain_selection(dataset, selection)
    assert (first.row, first.rank, first.nearest_row, first.score) == (5, 1, 0, 0.5)
    assert first.distance == pytest.approx(2 * np.sin(np.deg2rad(11) / 2), abs=1e-4)
    assert (second.row, second.rank, second.nearest_row) == (3, 2, 0)
    assert second.distance == pytest.approx(2 * np.sin(np.deg2rad(3) / 2), abs=1e-4)
    assert first.added_coverage > 0


def test_test_samples_were_drawn_and_have_no_reason(dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="picked", seed=1, test_share=0.25))
    rows = [reason.row for reason in workflow.explain_selection(dataset, selection)]
    assert rows == selection.picked_rows.tolist()
    assert len(rows) == 3
