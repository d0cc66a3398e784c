"""Images that look like others."""

import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.store import Dataset, Workspace

ANGLES = np.radians([0.0, 10, 30, 80, 20])


@pytest.fixture
def fan(workspace: Workspace) -> Dataset:
    """Five images whose embeddings are directions in a plane, of different lengths."""
    vectors = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1) * np.arange(1, 6)[:, None]
    return workflow.create_dataset(workspace, "fan", list("abcde"), vectors.astype(np.float32))


def test_the_nearest_come_first_and_the_image_itself_does_not(fan: Dataset) -> None:
    similar = workflow.find_similar(fan, np.array([0]), n_samples=3)
    assert similar.rows.tolist() == [1, 4, 2]
    # A chord of 10 degrees.
    assert similar.distances[0] == pytest.approx(2 * np.sin(np.radians(5)), abs=1e-6)


def test_several_images_are_looked_for_by_their_mean(fan: Dataset) -> None:
    assert workflow.find_similar(fan, np.array([0, 2]), n_samples=9).rows.tolist() == [1, 4, 3]


def test_a_vector_is_looked_for_as_it_is(fan: Dataset) -> None:
    assert workflow.find_similar(fan, vector=np.array([0.0, 1.0]), n_samples=1).rows.tolist() == [3]


def test_what_cannot_be_looked_for_is_refused(fan: Dataset, workspace: Workspace) -> None:
    with pytest.raises(InvalidInputError, match="at least one image"):
        workflow.find_similar(fan, np.array([], int))
    with pytest.raises(InvalidInputError, match="numbered from 0 to 4"):
        workflow.find_similar(fan, np.array([9]))
    with pytest.raises(MissingInputError, match="no embedding"):
        workflow.find_similar(workspace.create_dataset("bare", ["a"]), np.array([0]))
