import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, MissingInputError, NotAllowedError
from al_core.store import INITIAL_TAG, Kind, LocalDataset, Workspace
from al_core.store.grow import GrownArrays


@pytest.fixture
def empty(workspace: Workspace) -> LocalDataset:
    return workspace.create_dataset("empty")


def test_samples_added_one_by_one_are_counted_in_together(workspace: Workspace, empty: LocalDataset) -> None:
    for name in ("b.png", "a.png"):
        empty.samples.add(name, {})
    tag = empty.lock_samples()
    assert (tag.name, tag.rows.tolist(), empty.filenames()) == (INITIAL_TAG, [0, 1], ["b.png", "a.png"])
    again = workspace.dataset("empty")
    assert (again.n_samples, again.n_pending) == (empty.n_samples, empty.n_pending) == (2, 0)


def test_an_empty_dataset_has_nothing_to_count_in(empty: LocalDataset) -> None:
    with pytest.raises(MissingInputError, match="has no samples yet; add them first"):
        empty.lock_samples()


def test_samples_are_counted_in_once(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    with pytest.raises(AlreadyExistsError, match="has its 'initial-tag' already"):
        elsewhere.lock_samples()


def test_of_two_that_give_a_dataset_its_samples_one_is_refused(workspace: Workspace, empty: LocalDataset) -> None:
    late = workspace.dataset("empty")
    empty.set_samples(["a.png"])
    with pytest.raises(NotAllowedError, match="has 1 samples already"):
        late.set_samples(["b.png"])
    assert workspace.dataset("empty").filenames() == ["a.png"]


def test_growing_gives_each_mask_and_array_the_new_rows(dataset: LocalDataset) -> None:
    dataset.arrays.save(Kind.SCORE, {"mine": np.full(6, 0.5)})
    dataset.create_tag("odd", np.array([1, 3, 5]))
    for number in range(4):
        dataset.samples.add(f"new {number}.png", {})
    tag = dataset.grow("more")
    assert (dataset.n_samples, tag.rows.tolist()) == (10, [6, 7, 8, 9])
    assert dataset.tag("odd").rows.tolist() == [1, 3, 5]
    assert dataset.tag(INITIAL_TAG).size == 10
    assert dataset.filenames()[6:] == [f"new {number}.png" for number in range(4)]
    scores = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "mine"))
    np.testing.assert_array_equal(scores, [0.5] * 6 + [np.nan] * 4)
    assert dataset.arrays.all(Kind.EMBEDDING) == []
    assert dataset.arrays.read(dataset.arrays.get(Kind.PARTIAL_EMBEDDING, "default")).shape == (6, 2)


def test_a_dataset_grows_again_after_its_embedding_was_completed(workspace: Workspace, dataset: LocalDataset) -> None:
    for n_samples in (7, 8):
        dataset.samples.add(f"{n_samples}.png", {})
        dataset.grow(f"up to {n_samples}")
        dataset.arrays.save(Kind.EMBEDDING, {"default": np.zeros((n_samples, 2), np.float32)})
    [partial] = dataset.arrays.all(Kind.PARTIAL_EMBEDDING)
    assert dataset.arrays.read(partial).shape == (7, 2)
    assert workspace.checks.unnamed_files() == []


def test_who_read_the_dataset_before_it_grew_still_reads_its_arrays(
    dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    embedding = dataset.arrays.get(Kind.EMBEDDING, "default")
    elsewhere.samples.add("new.png", {})
    elsewhere.grow("more")
    assert dataset.arrays.read(embedding).shape == (6, 2)
    assert len(dataset.filenames()) == 6


def test_of_two_that_grow_a_dataset_one_is_refused(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    dataset.samples.add("new.png", {})
    dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    elsewhere.grow("more")
    before = set(dataset._folder.rglob("*"))
    dataset.samples.add("newer.png", {})
    with pytest.raises(NotAllowedError, match="has just been changed by someone else; try again"):
        dataset.grow("even more")
    assert set(dataset._folder.rglob("*")) == before


def test_growing_takes_along_what_was_stored_while_it_copied(
    dataset: LocalDataset, elsewhere: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6), "other": np.zeros(6)})
    dataset.samples.add("new.png", {})
    prepare = GrownArrays.prepare

    def prepare_and_store(grown: GrownArrays) -> None:
        prepare(grown)
        elsewhere.arrays.save(Kind.SCORE, {"mine": np.ones(6), "late": np.ones(6)})
        elsewhere.arrays.delete(Kind.SCORE, "other")

    monkeypatch.setattr(GrownArrays, "prepare", prepare_and_store)
    dataset.grow("more")
    scores = {stored.name: dataset.arrays.read(stored) for stored in dataset.arrays.all(Kind.SCORE)}
    assert set(scores) == {"mine", "late"}
    for values in scores.values():
        np.testing.assert_array_equal(values, [1] * 6 + [np.nan])
