import numpy as np
import pytest

from al_core import workflow
from al_core.steps.next_batch import NextBatch, next_batch
from al_core.store import Dataset, TagRole, Workspace

N = 40


@pytest.fixture
def pool(workspace: Workspace) -> Dataset:
    embeddings = np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)
    return workflow.create_dataset(workspace, "pool", [f"{row}.png" for row in range(N)], embeddings)


def proposed(dataset: Dataset, n_new: int = 5) -> NextBatch:
    batch = next_batch(dataset, n_new)
    assert batch
    return batch


def score(dataset: Dataset, values: np.ndarray) -> None:
    workflow.store_scores(dataset, np.arange(N), {"uncertainty_margin": values})


def test_embeddings_alone_give_diverse_images(pool: Dataset) -> None:
    batch = proposed(pool)
    assert (batch.config.method, batch.config.name, len(batch.rows), batch.mean_score) == (
        "CORESET",
        "al-iteration-1",
        5,
        None,
    )


def test_with_scores_the_proposal_is_more_uncertain_than_what_is_left(pool: Dataset) -> None:
    score(pool, np.linspace(0, 1, N))
    batch = proposed(pool)
    assert (batch.config.method, batch.config.score_name) == ("CORAL", "uncertainty_margin")
    assert batch.mean_score_left == pytest.approx(0.5)
    assert batch.mean_score
    assert batch.mean_score > 0.5


def test_a_score_that_an_image_lacks_is_not_used(pool: Dataset) -> None:
    values = np.linspace(0, 1, N)
    values[3] = np.nan
    score(pool, values)
    assert proposed(pool).config.method == "CORESET"


def test_what_is_stored_on_the_button_is_what_was_shown_and_nothing_before(pool: Dataset) -> None:
    score(pool, np.linspace(0, 1, N))
    batch = proposed(pool)
    assert [tag.name for tag in pool.tags()] == ["initial-tag"]
    selection = workflow.run_selection(pool, batch.config)
    assert selection.added_rows.tolist() == batch.rows.tolist()
    assert pool.free_tag_name("al-iteration-") == "al-iteration-2"


def test_labeled_images_are_not_proposed_and_in_the_end_nothing_is(pool: Dataset) -> None:
    labeled = pool.create_tag("labeled", np.arange(N - 3))
    pool.set_tag_role(labeled, TagRole.LABELED)
    assert sorted(proposed(pool).rows.tolist()) == [N - 3, N - 2, N - 1]
    pool.set_tag_role(pool.create_tag("rest", np.arange(N)), TagRole.LABELED)
    assert next_batch(pool) is None
