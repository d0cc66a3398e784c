from pathlib import Path

import numpy as np
import pytest

from al_core import LocalClient, SelectionConfig
from al_core.exceptions import ALCoreWarning, AlreadyExistsError, InvalidInputError, MissingInputError, NotFoundError
from al_core.store import Dataset, Workspace
from tests.conftest import FILENAMES

CSV = "filenames,embedding_0,embedding_1,labels\nb.png,1.0,0.0,0\na.png,0.0,1.0,1\n"


@pytest.fixture
def client(workspace: Workspace, dataset: Dataset) -> LocalClient:
    return LocalClient(workspace, dataset.id)


def test_creating_a_dataset_uses_one_that_exists(workspace: Workspace) -> None:
    client = LocalClient(workspace)
    first = client.create_dataset("cats")
    assert client.create_dataset("dogs") != first
    assert client.create_dataset("cats") == client.dataset_id == first
    assert [dataset.name for dataset in client.get_datasets()] == ["dogs", "cats"]


def test_without_a_dataset_id_the_newest_is_used_and_named(workspace: Workspace, dataset: Dataset) -> None:
    with pytest.warns(ALCoreWarning, match="using the newest dataset, 'line'"):
        assert LocalClient(workspace).dataset_id == dataset.id


def test_an_empty_workspace_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(MissingInputError, match="call create_dataset first"):
        LocalClient(workspace).get_filenames()


def test_a_deleted_dataset_no_longer_exists(client: LocalClient) -> None:
    dataset_id = client.dataset_id
    assert client.dataset_exists(dataset_id)
    client.delete_dataset_by_id(dataset_id)
    assert not client.dataset_exists(dataset_id)


def test_a_csv_of_embeddings_gives_an_empty_dataset_its_samples(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "embeddings.csv"
    path.write_text(CSV)
    client = LocalClient(workspace)
    client.create_dataset("cats")
    client.upload_embeddings(str(path), "default")
    assert client.get_filenames() == ["b.png", "a.png"]
    assert path.read_text() == CSV


def test_rows_of_embeddings_that_make_no_array_are_refused(client: LocalClient) -> None:
    with pytest.raises(InvalidInputError, match=r"^embeddings needs rows of equal length"):
        client.add_embeddings(["a.png", "b.png"], [[1.0], [1.0, 0.5]], "ragged")  # type: ignore[arg-type]  # on purpose


def test_an_array_without_filenames_is_refused_with_the_way_out(client: LocalClient, tmp_path: Path) -> None:
    np.save(tmp_path / "embeddings.npy", np.eye(6))
    with pytest.raises(InvalidInputError, match="use add_embeddings"):
        client.upload_embeddings(tmp_path / "embeddings.npy", "second")


def test_filenames_of_a_tag_come_in_row_order_without_the_parents_on_request(client: LocalClient) -> None:
    parent = client.create_tag_from_filenames(["d.png", "a.png"], "parent")
    child = client.create_tag_from_filenames(["f.png", "a.png"], "child", parent.id)
    assert client.get_filenames_in_tag(child) == ["a.png", "f.png"]
    assert client.get_filenames_in_tag(child, FILENAMES) == ["a.png", "f.png"]
    assert client.get_filenames_in_tag(child, exclude_parent_tag=True) == ["f.png"]


def test_unknown_filenames_make_no_tag(client: LocalClient) -> None:
    with pytest.raises(
        InvalidInputError, match=r"1 of the 2 filenames .* first 'zebra.png'; its own look like 'a.png'"
    ):
        client.create_tag_from_filenames(["a.png", "zebra.png"], "animals")
    assert len(client.get_all_tags()) == 1


def test_a_tag_is_found_by_name_and_id_and_deleted(client: LocalClient) -> None:
    tag = client.create_tag_from_filenames(["a.png"], "first")
    assert client.get_tag_by_name("first") == client.get_tag_by_id(tag.id) == tag
    client.delete_tag_by_id(tag.id)
    with pytest.raises(NotFoundError, match="no tag with the id"):
        client.get_tag_by_id(tag.id)


def test_a_selection_uses_the_embedding_of_the_client(workspace: Workspace, client: LocalClient) -> None:
    client.add_embeddings(FILENAMES, np.eye(6)[::-1], "identity")
    by_name = LocalClient(workspace, client.dataset_id, embedding_id="default").selection(SelectionConfig(n_samples=2))
    assert by_name.provenance.embedding
    assert by_name.provenance.embedding.name == "default"
    by_id = client.selection(SelectionConfig(n_samples=2)).provenance.embedding
    assert by_id
    assert by_id.name == "identity"


def test_a_taken_name_is_a_runtime_error(client: LocalClient) -> None:
    client.create_tag_from_filenames(["a.png"], "taken")
    with pytest.raises(AlreadyExistsError):
        client.selection(SelectionConfig(n_samples=2, name="taken"))
