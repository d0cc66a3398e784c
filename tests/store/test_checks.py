import numpy as np
import pytest
from sqlalchemy import text

from al_core.store import Kind, LocalDataset, StoredArray, TagOrigin, Workspace
from al_core.store.checks import Fault
from al_core.store.engines import writing
from tests.store.contents import content_of, overwrite_content, remove_content, remove_filenames


@pytest.fixture
def score(dataset: LocalDataset) -> StoredArray:
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.linspace(0, 1, 6)})
    return stored


def test_a_workspace_that_is_whole_has_no_faults(
    workspace: Workspace, dataset: LocalDataset, score: StoredArray
) -> None:
    dataset.create_tag("odd", np.array([1, 3, 5]), TagOrigin(order=np.array([5, 1, 3])))
    dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    dataset.delete_tag(dataset.create_tag("gone", np.array([0]), TagOrigin(order=np.array([0]))))
    workspace.create_dataset("empty")
    workspace.create_dataset("deleted", ["a.png"])
    workspace.delete_dataset("deleted")
    (dataset._folder / "images").mkdir(parents=True)
    (dataset._folder / "images" / "a.npy").touch()
    checks = workspace.checks
    assert checks.unnamed_files() == []
    assert [
        *checks.damaged_arrays(),
        *checks.damaged_filenames(),
        *checks.wrong_tags(),
        *checks.dangling_orders(),
    ] == []


@pytest.mark.files_only
def test_files_without_a_row_are_listed_and_stay(workspace: Workspace, dataset: LocalDataset) -> None:
    of_nobody = workspace.home / "datasets" / "0123456789abcdef01234567" / "filenames.arrow"
    unnamed = [dataset._folder / "score" / "0.npy", dataset._folder / "embedding" / "1.npy.abcd.tmp", of_nobody]
    for path in unnamed:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert workspace.checks.unnamed_files() == sorted(unnamed)


def test_a_flipped_byte_is_noticed(workspace: Workspace, dataset: LocalDataset, score: StoredArray) -> None:
    content = bytearray(content_of(dataset, score) or b"")
    content[-1] ^= 1
    overwrite_content(dataset, score, bytes(content))
    assert list(workspace.checks.damaged_arrays(with_digests=False)) == []
    problem = "has changed since it was stored: its digest is another"
    assert list(workspace.checks.damaged_arrays()) == [Fault(dataset.id, "score", "mine", problem)]


def test_a_cut_file_is_noticed_without_reading_it(
    workspace: Workspace, dataset: LocalDataset, score: StoredArray
) -> None:
    overwrite_content(dataset, score, (content_of(dataset, score) or b"")[:-1])
    [fault] = workspace.checks.damaged_arrays(with_digests=False)
    assert fault.problem.startswith("cannot be read: ")


def test_a_missing_file_is_noticed(workspace: Workspace, dataset: LocalDataset, score: StoredArray) -> None:
    remove_content(dataset, score)
    assert list(workspace.checks.damaged_arrays()) == [Fault(dataset.id, "score", "mine", "is missing")]


def test_an_array_of_another_length_than_the_dataset_is_noticed(
    workspace: Workspace, dataset: LocalDataset, score: StoredArray
) -> None:
    with writing(dataset._engine) as connection:
        connection.execute(text("UPDATE datasets SET n_samples = 7"))
    problems = {fault.name: fault.problem for fault in workspace.checks.damaged_arrays()}
    assert problems["mine"] == "has 6 rows, but the dataset has 7 samples"
    [fault] = workspace.checks.damaged_filenames()
    assert fault.problem == "are 6, but the dataset has 7 samples"
    [fault] = workspace.checks.wrong_tags()
    assert fault.problem == "is one of 6 samples, but the dataset has 7"


def test_missing_filenames_are_noticed(workspace: Workspace, dataset: LocalDataset) -> None:
    remove_filenames(dataset)
    [fault] = workspace.checks.damaged_filenames()
    assert (fault.kind, fault.name) == ("filenames", "line")
    assert fault.problem.startswith("cannot be read: ")


def test_a_damaged_mask_is_noticed(workspace: Workspace, dataset: LocalDataset) -> None:
    tag = dataset.create_tag("odd", np.array([1, 3, 5]))
    with writing(dataset._engine) as connection:
        connection.execute(text("UPDATE tags SET size = 2 WHERE id = :id"), {"id": tag.id})
    problem = "has a damaged mask: 3 bits are set, and it should have 2 samples"
    assert list(workspace.checks.wrong_tags()) == [Fault(dataset.id, "tag", "odd", problem)]


def test_the_order_of_a_tag_that_is_gone_is_noticed(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.arrays.save(Kind.SELECTION, {"0" * 24: np.array([0])})
    assert list(workspace.checks.dangling_orders()) == [Fault(dataset.id, "selection", "0" * 24, "belongs to no tag")]
