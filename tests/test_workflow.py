import csv
import io
import json

import numpy as np
import pytest

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import (
    ALCoreWarning,
    AlreadyExistsError,
    Cancelled,
    InvalidInputError,
    MissingInputError,
    NotFoundError,
)
from al_core.formats import Predictions
from al_core.projection import umap
from al_core.steps.tags import combine_tags, tag_filenames
from al_core.steps.views import stored_projection
from al_core.store import INITIAL_TAG, Dataset, TagRole, Workspace
from tests.conftest import FILENAMES

ALL_ROWS = np.arange(6)


def margin(*scores: float) -> dict[str, np.ndarray]:
    return {"uncertainty_margin": np.array(scores)}


@pytest.mark.parametrize(
    ("embeddings", "problem"),
    [
        (np.zeros(6), "one row per sample"),
        (np.zeros((6, 2), int), "table of floats"),
        (np.zeros((5, 2)), "5 embeddings for 6 filenames"),
        (np.where(np.eye(6)[:, :2], np.nan, 0), r"2 embeddings have NaN .* row 0 \(a.png\)"),
        (np.where(np.eye(6)[:, 5:], np.inf, 0), r"row 5 \(f.png\)"),
    ],
)
def test_bad_embeddings_are_refused_and_nothing_is_stored(
    workspace: Workspace, embeddings: np.ndarray, problem: str
) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        workflow.create_dataset(workspace, "bad", FILENAMES, embeddings)
    assert workspace.datasets() == []


def test_embeddings_in_another_order_are_reordered_to_the_rows(dataset: Dataset) -> None:
    backwards = np.arange(5, -1, -1, dtype=float).reshape(-1, 1)
    workflow.add_embeddings(dataset, FILENAMES[::-1], backwards, name="second")
    stored = dataset.arrays.read(dataset.arrays.get("embedding", "second"))
    assert stored.ravel().tolist() == [0, 1, 2, 3, 4, 5]


def test_embeddings_of_other_samples_are_refused_by_name(dataset: Dataset) -> None:
    filenames = [*FILENAMES[:5], "zebra.png"]
    with pytest.raises(InvalidInputError, match=r"Unknown to the dataset: zebra.png\. Without an embedding: f.png"):
        workflow.add_embeddings(dataset, filenames, np.ones((6, 2)), name="second")
    assert [stored.name for stored in dataset.arrays.all("embedding")] == ["default"]


def test_an_embedding_name_is_taken_once(dataset: Dataset) -> None:
    with pytest.raises(AlreadyExistsError, match="already has an embedding 'default'"):
        workflow.add_embeddings(dataset, FILENAMES, np.ones((6, 2)), name="default")


def test_predictions_become_scores_of_the_samples_they_name(dataset: Dataset) -> None:
    predictions = Predictions(["c.png", "a.png"], ["cat", "dog"], np.array([[0.5, 0.5], [0.9, 0.1]], np.float32))
    report = workflow.check_predictions(dataset, predictions)
    names = workflow.store_predictions(dataset, predictions, report, name="model")
    assert names == ["uncertainty_least_confidence", "uncertainty_margin", "uncertainty_entropy"]
    stored = dataset.arrays.get("score", "uncertainty_margin")
    np.testing.assert_allclose(
        dataset.arrays.read(stored), [0.2, np.nan, 1, np.nan, np.nan, np.nan], atol=1e-6, equal_nan=True
    )
    assert stored.facts == {"prediction": "model", "task": "classification"}


@pytest.mark.parametrize(
    ("scores", "problem"),
    [
        ({"mine": [0.1, 0.2]}, r"score 'mine' has shape \(2,\), but 6 samples"),
        ({"mine": [0, 0, 0, 0, 0, 1.5]}, "score 'mine' of f.png is 1.5"),
        ({"fine": [0.5] * 6, "mine": [-0.1] * 6}, "score 'mine' of a.png is -0.1"),
        ({"mine": ["a"] * 6}, "give one number for each"),
        ({}, "no scores came"),
    ],
)
def test_bad_scores_are_refused_and_none_is_stored(dataset: Dataset, scores: dict, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        workflow.store_scores(dataset, ALL_ROWS, scores)
    assert dataset.arrays.all("score") == []


def test_a_selection_counts_the_labeled_rows_and_hangs_below_their_tag(dataset: Dataset) -> None:
    labeled = dataset.create_tag("labeled", np.array([0]))
    config = SelectionConfig(SamplingMethod.CORESET, 3, name="round 1")
    selection = workflow.run_selection(dataset, config, labeled_tag=labeled)
    # From 0 degrees the farthest of 0, 1, 2, 3, 10, 11 is 11; then 3 is 3 away from 0 and 8 from 11.
    assert selection.added_rows.tolist() == [5, 3]
    assert selection.tag.rows.tolist() == [0, 3, 5]
    assert selection.tag.prev_tag_id == selection.tag.preselected_tag_id == labeled.id
    assert selection.quality.n_added == 2


def test_a_selection_without_a_labeled_tag_hangs_below_the_initial_tag(dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig(n_samples=2))
    assert selection.tag.prev_tag_id == dataset.tag(INITIAL_TAG).id
    assert selection.tag.preselected_tag_id is None


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


def test_the_margin_is_preferred_and_another_score_is_used_by_name(dataset: Dataset) -> None:
    workflow.store_scores(dataset, ALL_ROWS, {"mine": np.eye(6)[0], **margin(0, 0, 0, 0, 0, 1)})
    preferred = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 1))
    named = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 1, score_name="mine"))
    assert (preferred.added_rows.tolist(), named.added_rows.tolist()) == ([5], [0])


def test_a_missing_score_is_answered_with_the_existing_ones(dataset: Dataset) -> None:
    workflow.store_scores(dataset, ALL_ROWS, margin(0, 0, 0, 0, 0, 1))
    with pytest.raises(NotFoundError, match="no score 'entropy'; there are: 'uncertainty_margin'"):
        workflow.run_selection(dataset, SelectionConfig("CORAL", 2, score_name="entropy"))


def test_candidates_without_a_score_are_counted(dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.array([0, 1]), margin(0.5, 0.6))
    with pytest.raises(MissingInputError, match="4 of the 6 candidates have no score"):
        workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 2))
    query = dataset.create_tag("scored", np.array([0, 1]))
    selection = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 1), query_tag=query)
    assert selection.added_rows.tolist() == [1]


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
    assert dataset.arrays.all("selection") == []


@pytest.mark.parametrize(
    ("operation", "rows"), [("union", [0, 1, 2, 3]), ("intersection", [1, 2]), ("difference", [0])]
)
def test_tags_are_combined_as_sets(dataset: Dataset, operation: str, rows: list[int]) -> None:
    first = dataset.create_tag("first", np.array([0, 1, 2]))
    second = dataset.create_tag("second", np.array([1, 2, 3]))
    tag = combine_tags(dataset, first, second, operation, "result")  # type: ignore[arg-type]
    assert tag.rows.tolist() == rows


def test_an_empty_combination_is_refused(dataset: Dataset) -> None:
    first, second = (dataset.create_tag(name, np.array([row])) for name, row in (("first", 0), ("second", 1)))
    with pytest.raises(InvalidInputError, match="the intersection of 'first' and 'second' is empty"):
        combine_tags(dataset, first, second, "intersection", "result")


def exported(dataset: Dataset) -> workflow.Selection:
    workflow.store_scores(dataset, ALL_ROWS, margin(0.1, 0.2, 0.3, 0.4, 0.5, 0.6))
    labeled = dataset.create_tag("labeled", np.array([0]))
    return workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 3, name="picked"), labeled_tag=labeled)


def test_exported_filenames_come_in_the_order_picked(dataset: Dataset) -> None:
    tag = exported(dataset).tag
    assert workflow.export_tag(dataset, tag, "txt", added_only=True) == b"f.png\ne.png\n"
    assert workflow.export_tag(dataset, tag, "txt") == b"f.png\ne.png\na.png\n"


def test_an_exported_csv_has_rank_filename_and_score(dataset: Dataset) -> None:
    rows = csv.reader(io.StringIO(workflow.export_tag(dataset, exported(dataset).tag, "csv").decode()))
    assert list(rows) == [
        ["rank", "filename", "score"],
        ["1", "f.png", "0.6"],
        ["2", "e.png", "0.5"],
        ["", "a.png", "0.1"],
    ]


def test_an_exported_json_says_what_the_selection_was_made_of(dataset: Dataset) -> None:
    metadata = json.loads(workflow.export_tag(dataset, exported(dataset).tag, "json"))["metadata"]
    assert (metadata["dataset"], metadata["tag"], metadata["total"], metadata["added"]) == ("line", "picked", 3, 2)
    assert metadata["config"]["method"] == "ACTIVE_LEARNING"


def test_a_tag_made_by_hand_is_exported_in_row_order(dataset: Dataset) -> None:
    tag = dataset.create_tag("by hand", np.array([4, 1]))
    assert workflow.export_tag(dataset, tag, "txt") == b"b.png\ne.png\n"


def test_the_map_and_coral_share_one_neighbor_graph(dataset: Dataset) -> None:
    workflow.store_scores(dataset, ALL_ROWS, margin(0.1, 0.2, 0.3, 0.4, 0.5, 0.6))
    workflow.run_selection(dataset, SelectionConfig("CORAL", 2))
    graph = dataset.arrays.all("neighbors")
    assert [stored.shape for stored in graph] == [(6, 5), (6, 5)]
    workflow.project(dataset, "default", "UMAP")
    assert dataset.arrays.all("neighbors") == graph


@pytest.mark.parametrize(("limit", "landmarks"), [(59, 40), (60, None)])
def test_a_umap_is_stored_with_the_number_of_its_landmarks(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, limit: int, landmarks: int | None
) -> None:
    monkeypatch.setattr(workflow, "LARGEST_GRAPH_OF_A_MAP", limit)
    monkeypatch.setattr(umap, "LANDMARKS_ABOVE", limit)
    monkeypatch.setattr(umap, "N_LANDMARKS", 40)
    embeddings = np.random.default_rng(0).normal(size=(60, 3))
    dataset = workflow.create_dataset(workspace, "sixty", [f"{row}.png" for row in range(60)], embeddings)
    workflow.project(dataset, "default", "UMAP")
    stored = stored_projection(dataset, dataset.arrays.get("embedding", "default"), "UMAP")
    assert stored
    assert stored.facts["landmarks"] == landmarks


def test_a_selection_continues_from_the_newest_tag_whose_samples_are_chosen(dataset: Dataset) -> None:
    assert workflow.newest_labeled_tag(dataset.tags()) is None
    elsewhere, _ = tag_filenames(dataset, ["a.png"], "elsewhere", role=TagRole.LABELED)
    made = workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="made"), labeled_tag=elsewhere).tag
    dataset.create_tag("region", np.array([5]))
    assert workflow.newest_labeled_tag(dataset.tags()) == made
    assert workflow.newest_labeled_tag(dataset.tags(), query_tag=made) == elsewhere
