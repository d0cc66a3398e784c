import numpy as np
import pytest

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import (
    ALCoreWarning,
    AlreadyExistsError,
    Cancelled,
    MissingInputError,
)
from al_core.steps.tags import tag_filenames
from al_core.store import INITIAL_TAG, Dataset, Kind, TagRole, Workspace
from tests.conftest import FILENAMES

ALL_ROWS = np.arange(6)


def margin(*scores: float) -> dict[str, np.ndarray]:
    return {"uncertainty_margin": np.array(scores)}


def test_a_selection_counts_the_labeled_rows_and_hangs_below_their_tag(dataset: Dataset) -> None:
    labeled = dataset.create_tag("labeled", np.array([0]))
    config = SelectionConfig(SamplingMethod.CORESET, 3, name="round 1")
    selection = workflow.run_selection(dataset, config, labeled_tag=labeled)
    # From 0 degrees the farthest of 0, 1, 2, 3, 10, 11 is 11; then 3 is 3 away from 0 and 8 from 11.
    assert selection.added_rows.tolist() == [5, 3]
    assert selection.tag.rows.tolist() == [0, 3, 5]
    assert selection.tag.parent_id == selection.tag.labeled_tag_id == labeled.id
    assert selection.quality.n_added == 2


def test_a_selection_without_a_labeled_tag_hangs_below_the_initial_tag(dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig(n_samples=2))
    assert selection.tag.parent_id == dataset.tag(INITIAL_TAG).id
    assert selection.tag.labeled_tag_id is None


def test_a_selection_is_read_back_as_it_was(dataset: Dataset) -> None:
    made = workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="random"))
    read = workflow.read_selection(dataset, dataset.tag("random"))
    assert read is not None
    assert read.added_rows.tolist() == made.added_rows.tolist()
    assert (read.config, read.quality, read.stale) == (made.config, made.quality, ())
    assert read.config.seed is not None


def test_the_recorded_seed_repeats_a_random_selection(dataset: Dataset) -> None:
    first = workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="first"))
    again = workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="again", seed=first.config.seed))
    assert again.added_rows.tolist() == first.added_rows.tolist()


def test_an_image_whose_embedding_is_all_zeros_keeps_nobody_from_a_random_selection(dataset: Dataset) -> None:
    workflow.add_embeddings(dataset, FILENAMES, np.diag([0.0, 1, 1, 1, 1, 1]), name="dark")
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="random"))
    assert (selection.quality.n_added, selection.quality.covering_radius) == (4, None)
    for measure in (workflow.selection_card, workflow.explain_selection):
        with pytest.raises(MissingInputError, match="the embedding of row 0 is all zeros"):
            measure(dataset, selection)


def test_a_tag_made_by_hand_has_no_selection(dataset: Dataset) -> None:
    assert workflow.read_selection(dataset, dataset.tag(INITIAL_TAG)) is None


def test_a_selection_says_when_its_scores_have_been_replaced(dataset: Dataset) -> None:
    workflow.store_scores(dataset, ALL_ROWS, margin(0, 0, 0, 0, 1, 0.5))
    selection = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 2))
    assert selection.added_rows.tolist() == [4, 5]
    workflow.store_scores(dataset, ALL_ROWS, margin(1, 0, 0, 0, 0, 0))
    read = workflow.read_selection(dataset, selection.tag)
    assert read is not None
    assert read.stale == ("score 'uncertainty_margin' has been replaced since",)


@pytest.mark.parametrize("method", ["CORAL", "ACTIVE_LEARNING"])
def test_a_method_that_needs_scores_says_how_to_add_them(dataset: Dataset, method: str) -> None:
    with pytest.raises(MissingInputError, match="needs scores and there are none"):
        workflow.run_selection(dataset, SelectionConfig(method, 2))


def test_a_method_that_needs_embeddings_says_how_to_add_them(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("names only", FILENAMES)
    with pytest.raises(MissingInputError, match="needs embeddings"):
        workflow.run_selection(dataset, SelectionConfig("CORESET", 2))
    assert workflow.run_selection(dataset, SelectionConfig("RANDOM", 2)).tag.size == 2


def test_asking_for_more_than_exists_adds_what_exists_and_says_so(dataset: Dataset) -> None:
    with pytest.warns(ALCoreWarning, match="only 6 are left"):
        selection = workflow.run_selection(dataset, SelectionConfig("CORESET", 100))
    assert selection.tag.size == 6


def test_a_taken_name_stops_a_selection_before_any_work(dataset: Dataset) -> None:
    dataset.create_tag("taken", np.array([0]))
    calls: list[int] = []
    with pytest.raises(AlreadyExistsError, match="tag_name taken"):
        workflow.run_selection(
            dataset, SelectionConfig(n_samples=2, name="taken"), progress=lambda done, total: calls.append(done)
        )
    assert calls == []


def test_a_cancelled_selection_stores_nothing(dataset: Dataset) -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        workflow.run_selection(dataset, SelectionConfig(n_samples=3), progress=cancel)
    assert [tag.name for tag in dataset.tags()] == [INITIAL_TAG]
    assert dataset.arrays.all(Kind.SELECTION) == []


def test_a_selection_continues_from_what_is_labeled(dataset: Dataset) -> None:
    elsewhere, _ = tag_filenames(dataset, ["a.png"], "elsewhere", role=TagRole.LABELED)
    made = workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="made")).tag
    assert made.parent_id == made.labeled_tag_id == elsewhere.id
    dataset.set_tag_role(made, TagRole.LABELED)
    dataset.create_tag("region", np.array([5]))
    assert workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="next")).tag.parent_id == made.id
