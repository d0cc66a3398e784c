"""One contract, two clients: whatever holds in process holds over HTTP."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.agents import ActiveLearningAgent
from al_core.api import ApiWorkflowClient, LocalClient
from al_core.config import SelectionConfig
from al_core.exceptions import (
    ALCoreWarning,
    AlreadyExistsError,
    InvalidInputError,
    MissingInputError,
    NotAllowedError,
    NotFoundError,
)
from al_core.store import Workspace

FILENAMES = ["east.jpg", "north.jpg", "west.jpg", "south.jpg"]
EMBEDDINGS = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
Client = LocalClient | ApiWorkflowClient


@pytest.fixture(params=["local", "http"])
def empty(request: pytest.FixtureRequest, workspace: Workspace, server: str) -> Client:
    return LocalClient(workspace) if request.param == "local" else ApiWorkflowClient(server=server)


@pytest.fixture
def client(empty: Client) -> Client:
    empty.create_dataset("compass")
    empty.add_embeddings(FILENAMES, EMBEDDINGS)
    return empty


def test_create_dataset_uses_the_one_that_exists(empty: Client) -> None:
    first = empty.create_dataset("compass")
    assert empty.create_dataset("compass") == first == empty.dataset_id
    assert [dataset.name for dataset in empty.get_datasets()] == ["compass"]
    assert empty.dataset_exists(first)
    assert not empty.dataset_exists("0" * 24)


def test_create_dataset_uses_the_one_that_another_client_makes_meanwhile(
    empty: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_datasets = type(empty).get_datasets

    def list_before_another_makes_it(client: Any) -> Any:
        monkeypatch.undo()
        listed = get_datasets(client)
        workspace.create_dataset("compass")
        return listed

    monkeypatch.setattr(type(empty), "get_datasets", list_before_another_makes_it)
    assert empty.create_dataset("compass") == empty.dataset_id == workspace.dataset("compass").id


def test_a_dataset_name_that_is_not_allowed_is_refused(empty: Client) -> None:
    with pytest.raises(InvalidInputError, match="dataset name '-' is not allowed"):
        empty.create_dataset("-")


def test_what_is_no_text_is_no_name(client: Client) -> None:
    not_a_text: Any = None
    with pytest.raises(InvalidInputError, match="the name of an embedding is a text, not None"):
        client.add_embeddings(FILENAMES, EMBEDDINGS, name=not_a_text)
    number: Any = {7: np.zeros(4)}
    with pytest.raises(InvalidInputError, match="the name of a score is a text, not 7"):
        client.upload_scores(number, client.get_tag_by_name("initial-tag").id)
    paths: Any = [Path("east.jpg")]
    with pytest.raises(InvalidInputError, match=r"the one at position 0 is PosixPath\('east.jpg'\); give str\(path\)"):
        client.create_tag_from_filenames(paths, "horizontal")
    assert [tag.name for tag in client.get_all_tags()] == ["initial-tag"]


def test_without_a_dataset_id_the_newest_is_used_with_a_warning(client: Client) -> None:
    fresh = (
        LocalClient(client.workspace) if isinstance(client, LocalClient) else ApiWorkflowClient(server=client.server)
    )
    with pytest.warns(ALCoreWarning, match="using the newest dataset, 'compass'"):
        assert fresh.get_filenames() == FILENAMES


def test_a_client_without_a_dataset_says_what_to_call(empty: Client) -> None:
    with pytest.raises(MissingInputError, match="call create_dataset first"):
        empty.get_filenames()


def test_a_deleted_dataset_is_gone(client: Client) -> None:
    client.delete_dataset_by_id(client.dataset_id)
    assert client.get_datasets() == []


def test_embeddings_come_in_any_order_and_from_a_csv_file(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "embeddings.csv"
    path.write_text("filenames,embedding_0,labels\nsouth.jpg,4,0\nwest.jpg,3,0\nnorth.jpg,2,0\neast.jpg,1,0\n")
    client.upload_embeddings(path, "reversed")
    client.embedding_id = "reversed"
    assert client.get_filenames() == FILENAMES
    assert client.selection(SelectionConfig(n_samples=2, seed=0)).size == 2


@pytest.mark.parametrize(
    ("filenames", "values", "message"),
    [
        (FILENAMES[:3], EMBEDDINGS[:3], "has 4 samples and the embedding 3 rows"),
        ([*FILENAMES[:3], "up.jpg"], EMBEDDINGS, "Unknown to the dataset: up.jpg"),
        (FILENAMES, EMBEDDINGS * np.nan, "4 embeddings have NaN or infinite values"),
        (FILENAMES, EMBEDDINGS[:3], "for 4 filenames"),
    ],
)
def test_embeddings_that_do_not_fit_are_refused(
    client: Client, filenames: list[str], values: np.ndarray, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        client.add_embeddings(filenames, values, "second")


def test_an_embedding_name_is_taken_once(client: Client) -> None:
    with pytest.raises(AlreadyExistsError, match="already has an embedding 'default'"):
        client.add_embeddings(FILENAMES, EMBEDDINGS)


def test_tags_are_listed_newest_first_and_found_by_name_and_id(client: Client) -> None:
    made = client.create_tag_from_filenames(["west.jpg", "east.jpg"], "horizontal")
    initial = client.get_tag_by_name("initial-tag")
    assert [tag.name for tag in client.get_all_tags()] == ["horizontal", "initial-tag"]
    assert client.get_tag_by_id(made.id) == made
    assert (made.bit_mask_data, made.size, made.tot_size, made.prev_tag_id) == ("0x5", 2, 4, initial.id)
    assert client.get_filenames_in_tag(made) == ["east.jpg", "west.jpg"]
    assert client.get_filenames_in_tag(made, FILENAMES) == ["east.jpg", "west.jpg"]


def test_a_tag_without_its_parent(client: Client) -> None:
    horizontal = client.create_tag_from_filenames(["east.jpg", "west.jpg"], "horizontal")
    grown = client.create_tag_from_filenames(["east.jpg", "west.jpg", "north.jpg"], "grown", horizontal.id)
    assert client.get_filenames_in_tag(grown, exclude_parent_tag=True) == ["north.jpg"]


def test_unknown_names_are_key_errors_that_list_the_known_ones(client: Client) -> None:
    with pytest.raises(NotFoundError, match="no tag 'x'; its tags are: 'initial-tag'"):
        client.get_tag_by_name("x")
    with pytest.raises(NotFoundError, match="no tag with the id"):
        client.get_tag_by_id("0" * 24)
    with pytest.raises(InvalidInputError, match=r"1 of the 2 filenames.*first 'up.jpg'; its own look like 'east.jpg'"):
        client.create_tag_from_filenames(["east.jpg", "up.jpg"], "vertical")


def test_a_tag_name_is_taken_once(client: Client) -> None:
    client.create_tag_from_filenames(["west.jpg"], "left")
    with pytest.raises(AlreadyExistsError, match="There already exists a tag with tag_name left"):
        client.create_tag_from_filenames(["west.jpg"], "left")


def test_only_a_leaf_tag_can_be_deleted(client: Client) -> None:
    parent = client.create_tag_from_filenames(["west.jpg", "east.jpg"], "horizontal")
    child = client.create_tag_from_filenames(["west.jpg"], "left", parent.id)
    with pytest.raises(NotAllowedError, match="delete left first"):
        client.delete_tag_by_id(parent.id)
    client.delete_tag_by_id(child.id)
    client.delete_tag_by_id(parent.id)
    with pytest.raises(NotAllowedError, match="cannot be deleted"):
        client.delete_tag_by_id(client.get_tag_by_name("initial-tag").id)


def test_scores_decide_an_active_learning_selection(client: Client) -> None:
    initial = client.get_tag_by_name("initial-tag")
    client.upload_scores({"mine": [0.1, 0.9, 0.2, 0.8], "other": np.array([0, 0, 0, 0.5], np.float32)}, initial.id)
    tag = client.selection(SelectionConfig("ACTIVE_LEARNING", 2, score_name="mine", name="round 1"))
    assert client.get_filenames_in_tag(tag) == ["north.jpg", "south.jpg"]
    assert tag.provenance.score
    assert tag.provenance.score.name == "mine"
    assert (tag.query_tag_id, tag.preselected_tag_id, tag.prev_tag_id) == (initial.id, None, initial.id)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({"mine": [0.5]}, r"score 'mine' has shape \(1,\), but 4 samples are scored"),
        ({"mine": [0, 0, 0, 2]}, r"score 'mine' of south.jpg is 2"),
        ({}, "there are no scores to store"),
    ],
)
def test_scores_that_do_not_fit_are_refused(client: Client, scores: dict[str, list[float]], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        client.upload_scores(scores, client.get_tag_by_name("initial-tag").id)


def test_a_selection_without_scores_says_what_is_missing_and_leaves_no_tag(client: Client) -> None:
    with pytest.raises((MissingInputError, InvalidInputError), match="scores"):
        client.selection(SelectionConfig("ACTIVE_LEARNING", 2))
    assert len(client.get_all_tags()) == 1


def test_a_selection_starts_from_the_preselected_tag(client: Client) -> None:
    left = client.create_tag_from_filenames(["west.jpg"], "left")
    tag = client.selection(SelectionConfig("CORESET", 2, name="opposite", seed=0), left.id)
    assert client.get_filenames_in_tag(tag) == ["east.jpg", "west.jpg"]
    assert (tag.prev_tag_id, tag.preselected_tag_id) == (left.id, left.id)
    assert tag.provenance.config
    assert tag.provenance.config.seed == 0


def test_the_agent_works_over_either(client: Client) -> None:
    agent = ActiveLearningAgent(client)
    labeled, added = agent.query(SelectionConfig("CORESET", 2, seed=0))
    assert labeled == added == agent.added_set
    agent.query(SelectionConfig("RANDOM", 3, seed=0))
    assert len(agent.labeled_set) == 3
    assert len(agent.unlabeled_set) == len(agent.added_set) == 1
    assert agent.query_set == FILENAMES


def test_labels_come_back_from_a_file_and_count_as_labeled(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("filename,label,annotator\neast.jpg,sun,1\nwest.jpg,moon,1\nwest.jpg,sun,2\nwest.jpg,sun,3\n")
    sentences = client.upload_labels(file, "week 29", round_name="round 1")
    with pytest.raises(AlreadyExistsError, match="of the round 'round 1'; to store them of 'round 2'"):
        client.upload_labels(file, "week 29", round_name="round 2")
    assert sentences[0].startswith("2 of 4 samples have labels in")
    assert "1 image has annotators who disagree ('west.jpg')" in sentences[1]
    agent = ActiveLearningAgent(client, preselected_tag_name="week 29")
    assert agent.labeled_set == ["east.jpg", "west.jpg"]
    assert {name: label.classes for name, label in agent.labels.items()} == {"east.jpg": ("sun",), "west.jpg": ("sun",)}
    assert (agent.labels["west.jpg"].n_annotators, agent.labels["west.jpg"].disagrees) == (3, True)
    assert client.get_labels("object-detection") == []
    assert agent.training_labels() == b"filename,label\neast.jpg,sun\nwest.jpg,sun\n"
    assert agent.training_labels("csv", task="classification") == agent.training_labels()
    with pytest.raises(NotFoundError, match="cannot be had as 'xml', but as csv"):
        agent.training_labels("xml")


def test_a_folder_of_labels_is_sent_whole(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "classes.txt").write_text("sun\n")
    (folder / "east.txt").write_text("0 0.5 0.5 0.5 1\n")
    (folder / "west.txt").write_text("")
    client.upload_labels(folder, unannotated="done")
    east, west = client.get_labels()
    assert [(box.class_name, box.x0, box.x1) for box in east.boxes] == [("sun", 0.25, 0.75)]
    assert (west.filename, west.boxes) == ("west.jpg", ())
    (folder / "west.txt").write_text("0 0.5 0.5 0.5 1 0.9\n")
    with pytest.raises(InvalidInputError, match="this is what a model predicted"):
        client.upload_labels(folder)
