import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import (
    AlreadyExistsError,
    InvalidInputError,
)
from al_core.store import Dataset, Kind, Workspace
from tests.conftest import FILENAMES


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
    stored = dataset.arrays.read(dataset.arrays.get(Kind.EMBEDDING, "second"))
    assert stored.ravel().tolist() == [0, 1, 2, 3, 4, 5]


def test_embeddings_of_other_samples_are_refused_by_name(dataset: Dataset) -> None:
    filenames = [*FILENAMES[:5], "zebra.png"]
    with pytest.raises(InvalidInputError, match=r"Unknown to the dataset: zebra.png\. Without an embedding: f.png"):
        workflow.add_embeddings(dataset, filenames, np.ones((6, 2)), name="second")
    assert [stored.name for stored in dataset.arrays.all(Kind.EMBEDDING)] == ["default"]


def test_an_embedding_name_is_taken_once(dataset: Dataset) -> None:
    with pytest.raises(AlreadyExistsError, match="already has an embedding 'default'"):
        workflow.add_embeddings(dataset, FILENAMES, np.ones((6, 2)), name="default")
