import numpy as np
import pytest

from al_core import workflow
from al_core.config import Exclude, SelectionConfig
from al_core.exceptions import ALCoreWarning, MissingInputError
from al_core.steps.card import find_card
from al_core.store import Dataset, Kind, Workspace
from tests.steps.test_manifest import manifest_of


def select(dataset: Dataset, method: str = "CORESET", n_samples: int = 2) -> workflow.Selection:
    return workflow.run_selection(dataset, SelectionConfig(method, n_samples, name="picked", seed=4))


def test_figures_of_a_card_are_those_of_the_picks_beside_twenty_draws(dataset: Dataset) -> None:
    # CORESET picks 0 and 11 degrees; the nearest of them is 0, 1, 2, 3, 1 and 0 degrees away.
    card = workflow.selection_card(dataset, select(dataset))
    chords = 2 * np.sin(np.deg2rad([2, 3]) / 2)
    assert card.far_distance.selected == pytest.approx(chords @ [0.25, 0.75], abs=1e-4)
    assert (len(card.far_distance.random), card.is_weighted, card.n_sampled) == (20, False, 6)
    assert card.far_distance.low <= card.far_distance.selected
    assert card.redundancy.selected == 0


def test_a_card_is_computed_once_and_goes_with_its_tag(dataset: Dataset) -> None:
    selection = select(dataset)
    assert find_card(dataset, selection.tag) is None
    card = workflow.selection_card(dataset, selection)
    [stored] = dataset.arrays.all(Kind.CARD)
    assert workflow.selection_card(dataset, selection) == card == find_card(dataset, selection.tag)
    assert dataset.arrays.all(Kind.CARD) == [stored]
    dataset.delete_tag(selection.tag)
    assert dataset.arrays.all(Kind.CARD) == []


def test_a_card_of_an_earlier_version_is_made_again(dataset: Dataset) -> None:
    selection = select(dataset)
    card = workflow.selection_card(dataset, selection)
    [stored] = dataset.arrays.all(Kind.CARD)
    earlier = {**stored.attributes, "version": 1}
    dataset.arrays.save(Kind.CARD, {selection.tag.id: dataset.arrays.read(stored)}, earlier)
    assert find_card(dataset, selection.tag) is None
    assert workflow.selection_card(dataset, selection) == card == find_card(dataset, selection.tag)


def test_the_seeds_of_the_draws_are_in_the_manifest_once_there_is_a_card(dataset: Dataset) -> None:
    selection = select(dataset)
    assert "random_draws" not in manifest_of(dataset, selection.tag)
    workflow.selection_card(dataset, selection)
    assert manifest_of(dataset, selection.tag)["random_draws"] == {"method": "RANDOM", "seeds": list(range(5, 25))}


def test_what_the_model_is_unsure_about_weighs_coverage(dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.arange(6), {"uncertainty_margin": np.array([1.0, 0, 0, 0, 0, 0])})
    card = workflow.selection_card(dataset, select(dataset, "ACTIVE_LEARNING", 1))
    assert card.is_weighted
    assert card.coverage.selected == 1
    assert card.coverage.low < 1


def test_draws_follow_the_limits_of_the_selection(workspace: Workspace) -> None:
    angles = np.deg2rad(np.arange(12))
    names = [f"{'left' if row < 6 else 'right'}/{row}.png" for row in range(12)]
    dataset = workflow.create_dataset(workspace, "halves", names, np.column_stack([np.cos(angles), np.sin(angles)]))
    dataset.create_tag("right half", np.arange(6, 12))
    limits = [Exclude(tag="right half")]
    selection = workflow.run_selection(dataset, SelectionConfig("CORESET", 3, name="left", seed=1, limits=limits))
    card = workflow.selection_card(dataset, selection)
    # The far end is 6 degrees or more from anything on the left, for RANDOM too.
    assert card.far_distance.low > 2 * np.sin(np.deg2rad(5) / 2)


def test_a_selection_of_test_samples_alone_has_no_card(dataset: Dataset) -> None:
    config = SelectionConfig("RANDOM", 3, name="tests", test_share=1.0, seed=1)
    with pytest.warns(ALCoreWarning, match="asks for 3 test images, and the reserve has 1 left"):
        selection = workflow.run_selection(dataset, config)
    with pytest.raises(MissingInputError, match="picked nothing"):
        workflow.selection_card(dataset, selection)


def test_a_card_needs_the_scores_that_the_selection_had(dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.arange(6), {"uncertainty_margin": np.linspace(0, 1, 6)})
    selection = select(dataset, "CORAL")
    dataset.arrays.delete(Kind.SCORE, "uncertainty_margin")
    with pytest.raises(MissingInputError, match="no longer what the selection was made from"):
        workflow.selection_card(dataset, selection)
