from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import (
    AlreadyExistsError,
    InvalidInputError,
)
from al_core.store import Kind, LocalDataset, TagRole, Workspace


@pytest.fixture
def empty(workspace: Workspace) -> LocalDataset:
    return workspace.create_dataset("empty")


def test_a_folder_of_images_that_does_not_exist_is_refused(dataset: LocalDataset, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="is not a folder on this machine"):
        dataset.set_images_dir(tmp_path / "nowhere")
    assert dataset.images_dir is None


def test_a_dataset_has_one_name_of_its_own(workspace: Workspace, dataset: LocalDataset, empty: LocalDataset) -> None:
    with pytest.raises(AlreadyExistsError, match="is already a dataset named 'line'"):
        empty.rename("line")
    empty.rename("full")
    assert {found.name for found in workspace.datasets()} == {"line", "full"}


CHANGES: dict[str, Callable[[LocalDataset], object]] = {
    "a tag is made": lambda dataset: dataset.create_tag("new", np.array([0])),
    "a tag is deleted": lambda dataset: dataset.delete_tag(dataset.tag("old")),
    "a tag counts as labeled": lambda dataset: dataset.set_tag_role(dataset.tag("old"), TagRole.LABELED),
    "scores are stored": lambda dataset: dataset.arrays.save(Kind.SCORE, {"new": np.zeros(6)}),
    "scores are deleted": lambda dataset: dataset.arrays.delete(Kind.SCORE, "old"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_change_by_another_server_is_another_version(
    dataset: LocalDataset, elsewhere: LocalDataset, change: Callable[[LocalDataset], object]
) -> None:
    dataset.create_tag("old", np.array([1]))
    dataset.arrays.save(Kind.SCORE, {"old": np.ones(6)})
    before = dataset.version()
    assert dataset.version() == before
    change(elsewhere)
    assert dataset.version() != before


def test_samples_that_come_later_are_another_version_to_whoever_has_read_them(
    workspace: Workspace, dataset: LocalDataset
) -> None:
    before = workspace.dataset(dataset.id)
    dataset.samples.add("g.png", {})
    dataset.grow("added")
    # The first object does not have them, whatever the catalog says.
    assert before.version() != workspace.dataset(dataset.id).version()
