from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, NotAllowedError, NotFoundError, WorkspaceError
from al_core.store import Kind, LocalDataset, StoredArray, Workspace
from tests.store.contents import content_of, overwrite_content, remove_content


def scores(dataset: LocalDataset, value: float) -> StoredArray:
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.full(dataset.n_samples, value)})
    return stored


def grow(dataset: LocalDataset) -> None:
    dataset.samples.add("new.png", {})
    dataset.grow("more")


def test_an_array_replaces_the_one_of_its_name(dataset: LocalDataset) -> None:
    scores(dataset, 0)
    named = {"mine": np.ones(6), "entropy": np.full(6, 0.5)}
    saved = dataset.arrays.save(Kind.SCORE, named, {"prediction": "model"})
    assert dataset.arrays.all(Kind.SCORE) == saved
    assert dataset.arrays.read(saved[0]).tolist() == [1] * 6
    assert saved[0].attributes == {"prediction": "model"}


def test_who_has_read_the_record_of_an_array_reads_it_though_it_has_been_replaced(
    dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    old = scores(dataset, 0.25)
    scores(elsewhere, 0.5)
    assert dataset.arrays.read(old).tolist() == [0.25] * 6


def test_when_the_old_file_is_gone_a_reader_looks_again(dataset: LocalDataset) -> None:
    old = scores(dataset, 0.25)
    scores(dataset, 0.5)
    remove_content(dataset, old)
    assert dataset.arrays.read(old).tolist() == [0.5] * 6


def test_when_there_is_no_other_array_a_reader_is_told_so(dataset: LocalDataset) -> None:
    old = scores(dataset, 0.25)
    dataset.arrays.delete(Kind.SCORE, "mine")
    remove_content(dataset, old)
    with pytest.raises(NotFoundError, match="there is no score 'mine'"):
        dataset.arrays.read(old)


def test_a_missing_file_is_one_sentence_without_the_path_of_the_home(dataset: LocalDataset) -> None:
    stored = scores(dataset, 0.25)
    remove_content(dataset, stored)
    with pytest.raises(WorkspaceError, match=f"score 'mine' .score/{stored.id}.npy. is missing; restore it") as caught:
        dataset.arrays.read(stored)
    assert str(dataset._folder) not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"garbage " * 20])
def test_a_damaged_file_is_one_sentence(dataset: LocalDataset, content: bytes) -> None:
    stored = scores(dataset, 0.25)
    overwrite_content(dataset, stored, content)
    with pytest.raises(WorkspaceError, match=r"is damaged .*; restore it from a backup"):
        dataset.arrays.read(stored)


def test_a_truncated_file_is_one_sentence(dataset: LocalDataset) -> None:
    stored = scores(dataset, 0.25)
    overwrite_content(dataset, stored, (content_of(dataset, stored) or b"")[:-8])
    with pytest.raises(WorkspaceError, match="is damaged"):
        dataset.arrays.read(stored)


@pytest.mark.parametrize(
    "kind", [Kind.SCORE, Kind.PREDICTION, Kind.METADATA, Kind.CATEGORY, Kind.DIGEST, Kind.EMBEDDING]
)
def test_an_array_made_before_the_dataset_grew_is_refused_and_leaves_no_file(
    dataset: LocalDataset, elsewhere: LocalDataset, kind: Kind
) -> None:
    grow(elsewhere)
    before = set(dataset._folder.rglob("*.npy"))
    with pytest.raises(NotAllowedError, match="has 7 samples by now; try again"):
        dataset.arrays.save(kind, {"mine": np.zeros((6, 2), np.uint8 if kind is Kind.DIGEST else np.float32)})
    assert set(dataset._folder.rglob("*.npy")) == before


def test_an_embedding_is_never_replaced(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    before = set(dataset._folder.rglob("*.npy"))
    with pytest.raises(AlreadyExistsError, match="already has an embedding 'default'; choose another name"):
        elsewhere.arrays.save(Kind.EMBEDDING, {"default": np.ones((6, 2), np.float32)})
    assert set(dataset._folder.rglob("*.npy")) == before


def test_an_id_that_was_promised_is_used_once(dataset: LocalDataset) -> None:
    first = np.ones((6, 2), np.float32)
    [stored] = dataset.arrays.save(Kind.EMBEDDING, {"one": first}, ids={"one": "0" * 24})
    with pytest.raises(AlreadyExistsError, match="has been stored already"):
        dataset.arrays.save(Kind.EMBEDDING, {"two": 2 * first}, ids={"two": "0" * 24})
    assert dataset.arrays.read(stored).tolist() == first.tolist()


def test_saving_to_a_dataset_that_was_just_deleted_is_refused(
    workspace: Workspace, dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    before = set(dataset._folder.rglob("*"))
    workspace.delete_dataset("line")
    with pytest.raises(NotFoundError, match="has been deleted"):
        scores(elsewhere, 0.5)
    assert set(dataset._folder.rglob("*.npy")) == {path for path in before if path.suffix == ".npy"}


def test_the_folder_of_a_dataset_that_was_removed_for_good_does_not_come_back(
    workspace: Workspace, dataset: LocalDataset, elsewhere: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace.tombstones, "_retention", 0)
    workspace.delete_dataset("line")
    workspace.tombstones.remove_expired(is_due=True)
    assert not dataset._folder.exists()
    with pytest.raises(NotFoundError, match="has been deleted"):
        scores(elsewhere, 0.5)
    assert not dataset._folder.exists()


def test_several_arrays_are_stored_together_or_not_at_all(dataset: LocalDataset) -> None:
    scores(dataset, 0.25)
    with pytest.raises(NotAllowedError):
        dataset.arrays.save(Kind.SCORE, {"mine": np.ones(6), "short": np.ones(5)})
    assert dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "mine")).tolist() == [0.25] * 6


@pytest.mark.files_only
def test_a_full_disk_leaves_no_file_behind(dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(dataset._folder.rglob("*.npy"))
    written: list[Path] = []
    link = "al_core.disk.os.link"

    def fill(source: Path, target: Path) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(target)
        Path(target).write_bytes(Path(source).read_bytes())

    monkeypatch.setattr(link, fill)
    with pytest.raises(OSError, match="No space left"):
        dataset.arrays.save(Kind.SCORE, {"one": np.ones(6), "two": np.ones(6)})
    assert set(dataset._folder.rglob("*.npy*")) == before
