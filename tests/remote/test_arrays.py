from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import (
    NotAllowedError,
    ServerError,
)
from al_core.formats import Predictions
from al_core.remote import RemoteDataset, RemoteWorkspace
from al_core.steps.scores import ScoreOrigin
from al_core.store import Dataset, Kind, Workspace
from al_core.store.local_dataset import LocalDataset
from tests.conftest import FILENAMES


def test_an_array_is_fetched_once(line: RemoteDataset, dataset: LocalDataset, cache_folder: Path) -> None:
    embedding = line.arrays.get(Kind.EMBEDDING, "default")
    values = np.array(line.arrays.read(embedding))
    dataset.arrays.path(embedding).unlink()
    assert np.array_equal(line.arrays.read(embedding), values)
    assert [path.stem for path in cache_folder.glob("arrays/*")] == [embedding.digest]


def test_an_array_that_arrives_changed_is_refused(
    line: RemoteDataset, dataset: LocalDataset, cache_folder: Path
) -> None:
    embedding = line.arrays.get(Kind.EMBEDDING, "default")
    path = dataset.arrays.path(embedding)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ServerError, match="embedding 'default' did not arrive as the server announced it"):
        line.arrays.read(embedding)
    assert not list(cache_folder.glob("arrays/*"))


def test_the_id_of_an_array_cannot_lead_to_another_file(
    line: RemoteDataset, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = vars(dataset.arrays.get(Kind.EMBEDDING, "default")) | {"id": "../../secret", "kind": "projection"}
    monkeypatch.setattr("al_core.wire.connection.Connection.get_if_changed", lambda *_: [record])
    with pytest.raises(ServerError, match=r"the server named '../../secret' as the id of an array"):
        line.arrays.all(Kind.PROJECTION)


def test_predictions_are_scored_here_and_stored_there(line: RemoteDataset, dataset: Dataset) -> None:
    probabilities = np.array([[0.75, 0.25]] * 5 + [[0.5, 0.5]], np.float32)
    predictions = Predictions(FILENAMES, ["cat", "dog"], probabilities)
    report = workflow.check_predictions(line, predictions, source="my-model")
    names = workflow.store_predictions(line, predictions, report, name="my-model")
    assert [stored.name for stored in dataset.arrays.all(Kind.SCORE)] == names
    margin = dataset.arrays.get(Kind.SCORE, "uncertainty_margin")
    assert dataset.arrays.read(margin).tolist() == [0.5] * 5 + [1.0]
    assert ScoreOrigin.of(margin) == ScoreOrigin(prediction="my-model", task="classification")
    stored = line.arrays.get(Kind.PREDICTION, "my-model")
    assert stored.attributes["class_names"] == ["cat", "dog"]
    assert line.arrays.read(stored).tolist() == probabilities.tolist()


def test_a_view_is_calculated_here_and_needs_no_right_to_write(
    address: str, workspace: Workspace, dataset: Dataset, cache_folder: Path
) -> None:
    secret = workspace.tokens.create("viewer", may_write=False)
    line = RemoteWorkspace(address, secret, cache_folder).dataset("line")
    points = workflow.project(line, "default", "PCA")
    assert np.array_equal(points, workflow.project(line, "default", "PCA"))
    assert points.shape == (6, 2)
    assert not dataset.arrays.all(Kind.PROJECTION)
    line.arrays.save(Kind.PROJECTION, {"of landmarks": points}, {"landmarks": 4})
    assert line.arrays.get(Kind.PROJECTION, "of landmarks").attributes == {"landmarks": 4}
    with pytest.raises(NotAllowedError, match="token 'viewer' may only read"):
        line.create_tag("new", np.array([0]))
