import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreWarning, InvalidInputError
from al_core.store import Dataset


def configs() -> list[SelectionConfig]:
    coreset = SelectionConfig("CORESET", 2, name="spread", seed=1)
    return [coreset, SelectionConfig("ACTIVE_LEARNING", 2, name="unsure", seed=1)]


def test_candidates_show_what_they_share_and_what_one_alone_picks(dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.arange(6), {"uncertainty_margin": np.array([0.9, 0.8, 0, 0, 0, 0])})
    comparison = workflow.compare(dataset, configs())
    # CORESET picks both ends of the line, ACTIVE_LEARNING the two highest scores.
    assert [candidate.rows.tolist() for candidate in comparison.candidates] == [[0, 5], [0, 1]]
    assert comparison.overlap.tolist() == [[2, 1], [1, 2]]
    assert (comparison.only(0).tolist(), comparison.only(1).tolist()) == ([5], [1])
    assert [len(candidate.card.coverage.random) for candidate in comparison.candidates] == [20, 20]


def test_running_a_candidate_picks_what_was_compared_and_until_then_nothing_is_stored(dataset: Dataset) -> None:
    tags = dataset.tags()
    [candidate] = workflow.compare(dataset, [SelectionConfig("RANDOM", 3, name="drawn", test_share=0.4)]).candidates
    assert dataset.tags() == tags
    with pytest.warns(ALCoreWarning, match="asks for 2 test images, and the reserve has 1 left"):
        selection = workflow.run_selection(dataset, candidate.config)
    assert selection.picked_rows.tolist() == candidate.rows.tolist()
    assert workflow.selection_card(dataset, selection) == candidate.card


@pytest.mark.parametrize("n_configs", [0, 5])
def test_one_to_four_configurations_are_compared(dataset: Dataset, n_configs: int) -> None:
    with pytest.raises(InvalidInputError, match=f"one to 4 configurations are compared, not {n_configs}"):
        workflow.compare(dataset, [SelectionConfig("RANDOM", 2)] * n_configs)
