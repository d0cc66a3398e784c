import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.store import Dataset, Workspace


def test_a_larger_distance_keeps_fewer_samples(dataset: Dataset) -> None:
    # At 0, 1, 2, 3, 10 and 11 degrees the farthest first are 0, 11 and 3, with no other within 3 degrees.
    curve = workflow.spacing(dataset)
    chord = 2 * np.sin(np.deg2rad([0.5, 1.5, 5, 20]) / 2)
    assert [curve.n_kept(distance) for distance in chord.tolist()] == [6, 3, 2, 1]
    pair = curve.pair_at(float(chord[0] * 2))
    assert pair is not None
    assert abs(pair[0] - pair[1]) == 1


def test_what_is_labeled_and_the_query_tag_count(dataset: Dataset) -> None:
    left = dataset.create_tag("left", np.arange(4))
    labeled = dataset.create_tag("done", np.array([0]))
    curve = workflow.spacing(dataset, query_tag=left, labeled_tag=labeled)
    assert sorted(curve.rows.tolist()) == [1, 2, 3]
    assert curve.n_kept(0.5) == 0


def test_without_embeddings_there_is_no_distance(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("plain", ["a.png"])
    with pytest.raises(MissingInputError, match="no embedding to measure distances in"):
        workflow.spacing(dataset)


def test_a_selection_that_would_add_nothing_is_refused_and_not_stored(dataset: Dataset) -> None:
    labeled = dataset.create_tag("done", np.array([0]))
    config = SelectionConfig("CORESET", -1, 0.5, name="far apart", seed=1)
    with pytest.raises(InvalidInputError, match=r"nothing would be added: .* nearer than 0\.5 to another"):
        workflow.run_selection(dataset, config, labeled_tag=labeled)
    assert [tag.name for tag in dataset.tags()] == ["done", "initial-tag"]
