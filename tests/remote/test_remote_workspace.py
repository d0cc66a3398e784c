"""A workspace on a server does what one on this machine does."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from al_core import workflow
from al_core.api.server.media import media_app
from al_core.api.server.settings import Settings
from al_core.config import SelectionConfig
from al_core.exceptions import (
    AlreadyExistsError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    ServerError,
)
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import KEYPOINTS
from al_core.jobs import Jobs, JobState
from al_core.remote import RemoteDataset, RemoteWorkspace, find_open_dataset
from al_core.steps import exports, tags
from al_core.steps.sample_card import describe_sample
from al_core.steps.snippet import selection_code
from al_core.store import Dataset, TagRole, Workspace
from al_core.utils import KeypointInstancePrediction, KeypointPrediction
from tests.api.conftest import api_server
from tests.conftest import FILENAMES
from tests.serving import served


@pytest.fixture
def address(workspace: Workspace) -> Iterator[str]:
    with api_server(workspace, Settings(require_token=True)) as address:
        yield address


@pytest.fixture
def cache_folder(tmp_path: Path) -> Path:
    return tmp_path / "remote"


@pytest.fixture
def remote(address: str, workspace: Workspace, cache_folder: Path) -> RemoteWorkspace:
    return RemoteWorkspace(address, workspace.tokens.create("dashboard"), cache_folder)


@pytest.fixture
def line(remote: RemoteWorkspace, dataset: Dataset) -> RemoteDataset:
    """The dataset "line" of the server, as the dashboard sees it."""
    return remote.dataset(dataset.id)


def test_a_remote_dataset_has_the_same_samples_tags_and_arrays(line: RemoteDataset, dataset: Dataset) -> None:
    assert (line.id, line.name, line.n_samples) == (dataset.id, "line", 6)
    assert line.filenames() == FILENAMES
    assert line.filenames(np.array([5, 0])) == ["f.png", "a.png"]
    assert line.rows_of(["c.png", "z.png"]).tolist() == [2, -1]
    assert line.tags() == dataset.tags()
    [embedding] = line.arrays.all("embedding")
    assert embedding == dataset.arrays.get("embedding", "default")
    assert np.array_equal(line.arrays.read(embedding), dataset.arrays.read(embedding))


def test_an_array_is_fetched_once(line: RemoteDataset, dataset: Dataset, cache_folder: Path) -> None:
    embedding = line.arrays.get("embedding", "default")
    values = np.array(line.arrays.read(embedding))
    dataset.arrays.path(embedding).unlink()
    assert np.array_equal(line.arrays.read(embedding), values)
    assert [path.stem for path in cache_folder.glob("arrays/*")] == [embedding.digest]


def test_an_array_that_arrives_changed_is_refused(line: RemoteDataset, dataset: Dataset, cache_folder: Path) -> None:
    embedding = line.arrays.get("embedding", "default")
    path = dataset.arrays.path(embedding)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ServerError, match="embedding 'default' did not arrive as the server announced it"):
        line.arrays.read(embedding)
    assert not list(cache_folder.glob("arrays/*"))


def test_predictions_are_scored_here_and_stored_there(line: RemoteDataset, dataset: Dataset) -> None:
    probabilities = np.array([[0.75, 0.25]] * 5 + [[0.5, 0.5]], np.float32)
    predictions = Predictions(FILENAMES, ["cat", "dog"], probabilities)
    report = workflow.check_predictions(line, predictions, source="my-model")
    names = workflow.store_predictions(line, predictions, report, name="my-model")
    assert [stored.name for stored in dataset.arrays.all("score")] == names
    margin = dataset.arrays.get("score", "uncertainty_margin")
    assert dataset.arrays.read(margin).tolist() == [0.5] * 5 + [1.0]
    assert margin.facts == {"prediction": "my-model", "task": "classification"}
    stored = line.arrays.get("prediction", "my-model")
    assert stored.facts["class_names"] == ["cat", "dog"]
    assert line.arrays.read(stored).tolist() == probabilities.tolist()


def test_a_selection_on_the_server_equals_a_local_one(line: RemoteDataset, dataset: Dataset) -> None:
    workflow.store_scores(line, np.arange(6), {"mine": np.linspace(0, 1, 6)})
    seen: list[tuple[int, int]] = []
    config = SelectionConfig("CORESET", 3, name="there", seed=0)
    there = workflow.run_selection(line, config, progress=lambda done, total: seen.append((done, total)))
    here = workflow.run_selection(dataset, SelectionConfig("CORESET", 3, name="here", seed=0))
    assert there.added_rows.tolist() == here.added_rows.tolist()
    assert there.quality == here.quality
    assert dataset.tag("there") == there.tag
    assert workflow.read_selection(line, line.tag("there")) is not None
    assert "ApiWorkflowClient(server=" in selection_code(line, there)


def test_what_the_server_refuses_to_select_is_the_same_error(line: RemoteDataset) -> None:
    with pytest.raises(AlreadyExistsError, match="tag_name initial-tag"):
        workflow.run_selection(line, SelectionConfig("RANDOM", 2, name="initial-tag"))
    with pytest.raises(NotFoundError, match="no score 'x'"):
        workflow.run_selection(line, SelectionConfig("ACTIVE_LEARNING", 2, score_name="x"))


def test_a_cancelled_selection_stops_on_the_server_and_leaves_no_tag(
    remote: RemoteWorkspace, workspace: Workspace
) -> None:
    rng = np.random.default_rng(0)
    names = [f"{row}.png" for row in range(40_000)]
    workflow.create_dataset(workspace, "large", names, rng.normal(size=(40_000, 64)).astype(np.float32))
    large = remote.dataset("large")

    def select(progress: object) -> object:
        return workflow.run_selection(large, SelectionConfig("CORESET", 30_000, name="long"), progress=progress)

    job = Jobs().start("select", "Selecting", select)
    job.cancel()
    assert job.wait(60)
    assert job.state is JobState.CANCELLED
    assert [record.state for record in workspace.job_records.all()] == ["CANCELLED"]
    assert [tag.name for tag in large.tags()] == ["initial-tag"]


def test_tags_are_made_renamed_combined_and_deleted(line: RemoteDataset, dataset: Dataset) -> None:
    first, _ = tags.tag_filenames(line, ["a.png", "b.png"], "first", source="list.txt")
    second = line.create_tag("second", np.array([1, 2]), facts={"operation": "exploring", "filters": ["in first"]})
    both = tags.combine_tags(line, first, second, "intersection", "both")
    assert (both.rows.tolist(), both.facts) == (
        [1],
        {"role": "region", "operation": "intersection", "tags": ["first", "second"]},
    )
    assert dataset.tag("second").facts == {"operation": "exploring", "tags": [], "filters": ["in first"]}
    line.set_tag_role(second, TagRole.LABELED)
    assert [dataset.tag("second").role, line.tag("second").role] == [TagRole.LABELED] * 2
    line.rename_tag(both, "middle")
    line.delete_tag(first)
    assert [tag.name for tag in dataset.tags()] == ["middle", "second", "initial-tag"] == [t.name for t in line.tags()]
    with pytest.raises(NotAllowedError, match="cannot be deleted"):
        line.delete_tag(line.tag("initial-tag"))


def test_a_view_is_calculated_here_and_needs_no_right_to_write(
    address: str, workspace: Workspace, dataset: Dataset, cache_folder: Path
) -> None:
    secret = workspace.tokens.create("viewer", may_write=False)
    line = RemoteWorkspace(address, secret, cache_folder).dataset("line")
    points = workflow.project(line, "default", "PCA")
    assert np.array_equal(points, workflow.project(line, "default", "PCA"))
    assert points.shape == (6, 2)
    assert not dataset.arrays.all("projection")
    line.arrays.save("projection", {"of landmarks": points}, {"landmarks": 4})
    assert line.arrays.get("projection", "of landmarks").facts == {"landmarks": 4}
    with pytest.raises(NotAllowedError, match="token 'viewer' may only read"):
        line.create_tag("new", np.array([0]))


def test_a_tag_is_exported_by_the_server_with_its_images(line: RemoteDataset, dataset: Dataset, tmp_path: Path) -> None:
    tag = dataset.create_tag("two", np.array([0, 1]))
    assert workflow.export_tag(line, tag, "txt") == b"a.png\nb.png\n"
    assert "images" in str(exports.export_obstacle(line, tag, "images"))
    for name in FILENAMES[:2]:
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    dataset.set_images_dir(tmp_path)
    assert exports.export_obstacle(line, tag, "images") is None
    assert workflow.export_tag(line, tag, "images").startswith(b"PK")


def test_images_come_through_this_machine_under_a_key_that_ends_with_the_session(
    address: str, workspace: Workspace, dataset: Dataset, tmp_path: Path
) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    dataset.set_images_dir(tmp_path)
    opened = RemoteWorkspace(address, workspace.tokens.create("dashboard"), tmp_path / "remote")
    key = opened.dataset("line").image_key

    def find(image_key: str) -> Dataset:
        found = find_open_dataset(image_key)
        if found is None:
            raise NotFoundError("no such dataset")
        return found

    with served(media_app(find)) as media:
        thumbnail, full = (requests.get(f"{media}/{key}/0{end}", timeout=10) for end in ("", "/full"))
        assert thumbnail.headers["content-type"] == "image/webp"
        assert full.content == (tmp_path / "a.png").read_bytes()
        assert "svg" in requests.get(f"{media}/{key}/1", timeout=10).text
        assert json.loads(requests.get(f"{media}/{key}/0.json", timeout=10).content)["filename"] == "a.png"
        assert requests.get(f"{media}/{dataset.id}/0", timeout=10).status_code == 404
        del opened
        assert requests.get(f"{media}/{key}/0", timeout=10).status_code == 404


def test_keypoints_on_a_card_are_shares_of_the_image_that_the_server_has(
    line: RemoteDataset, dataset: Dataset, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 20)).save(tmp_path / "a.png")
    dataset.set_images_dir(tmp_path)
    found = KeypointPrediction([KeypointInstancePrediction([10, 5, 0.5], category_id=0)])
    predictions = Predictions(["a.png"], ["person"], [found], KEYPOINTS)
    report = workflow.check_predictions(line, predictions, source="pose")
    workflow.store_predictions(line, predictions, report, name="pose")
    assert describe_sample(line, 0)["keypoints"] == [{"x": 0.25, "y": 0.25, "label": "person", "score": 0.5}]


def test_a_dataset_is_made_from_embeddings_and_deleted(remote: RemoteWorkspace, workspace: Workspace) -> None:
    made = workflow.create_dataset(remote, "new", FILENAMES, np.eye(6), embedding_name="eye")
    assert workspace.dataset("new").filenames() == FILENAMES
    assert workspace.dataset("new").arrays.get("embedding", "eye") == made.arrays.get("embedding", "eye")
    with pytest.raises(AlreadyExistsError):
        remote.create_dataset("new")
    with pytest.raises(NotAllowedError, match="cannot see the folders of this machine"):
        remote.create_dataset("other", images_dir="/tmp")
    remote.delete_dataset("new")
    assert remote.datasets() == workspace.datasets() == []


def test_the_address_and_the_token_are_judged_in_one_sentence(
    address: str, workspace: Workspace, cache_folder: Path
) -> None:
    for wrong in ("gpu-box:8501", "ftp://gpu-box", "http://", "http://alice:secret@gpu-box", "http://x:99999"):
        with pytest.raises(InvalidInputError, match="is not the address of a server"):
            RemoteWorkspace(wrong, None, cache_folder)
    with pytest.raises(ServerError, match=r"http://127.0.0.1:1 does not answer \(.*Connection refused"):
        RemoteWorkspace("http://127.0.0.1:1", None, cache_folder)
    for secret in (None, "wrong"):
        with pytest.raises(NotAllowedError, match="refused the request: this server needs a valid token"):
            RemoteWorkspace(address, secret, cache_folder)
    with served(media_app(workspace.dataset)) as other, pytest.raises(ServerError, match="not as a server of al_core"):
        RemoteWorkspace(other, None, cache_folder)


def test_the_token_is_on_no_disk(remote: RemoteWorkspace, line: RemoteDataset, tmp_path: Path) -> None:
    line.filenames()
    line.arrays.read(line.arrays.get("embedding", "default"))
    secret = remote._connection._session.auth.__closure__[0].cell_contents
    assert len(secret) == 48
    assert not any(secret.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret not in repr(vars(remote)) + repr(vars(remote._connection))
