import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import MissingInputError
from al_core.steps.novelty import novelty_of
from al_core.store import Dataset, TagRole, Workspace

N_OLD = 60


@pytest.fixture
def circle(workspace: Workspace) -> Dataset:
    """60 directions in the upper half of a circle, evenly spread, then two among them and two below it."""
    old = np.linspace(0, np.pi, N_OLD)
    angles = np.concatenate([old, [0.01, 1.0, -np.pi / 2, -1.0]])
    embeddings = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    return workflow.create_dataset(workspace, "circle", [f"{row}.png" for row in range(len(angles))], embeddings)


def test_new_images_beyond_the_older_ones_are_counted_and_come_first(circle: Dataset) -> None:
    novelty = novelty_of(circle, circle.create_tag("new", np.arange(N_OLD, N_OLD + 4)))
    assert (novelty.share, novelty.is_to_labeled) == (0.5, False)
    # 90 degrees from both ends of the half circle, then 57.
    assert novelty.rows[:2].tolist() == [N_OLD + 2, N_OLD + 3]
    np.testing.assert_allclose(novelty.distances[:2], [np.sqrt(2), 2 * np.sin(0.5)], atol=1e-4)
    assert novelty.sentence().startswith("Of 4 new images, 50% lie farther from every older image than 95%")


def test_with_enough_labels_the_distance_is_to_the_nearest_labeled_image(circle: Dataset) -> None:
    circle.set_tag_role(circle.create_tag("labeled", np.arange(0, N_OLD, 2)), TagRole.LABELED)
    novelty = novelty_of(circle, circle.create_tag("new", np.arange(N_OLD, N_OLD + 4)))
    assert (novelty.share, novelty.is_to_labeled) == (0.5, True)


def test_without_older_images_there_is_nothing_to_compare_with(circle: Dataset) -> None:
    with pytest.raises(MissingInputError):
        novelty_of(circle, circle.tag("initial-tag"))
