import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError
from al_core.store import INITIAL_TAG, Dataset, Kind, Workspace
from al_core.store.records import NewArrays


def test_a_dataset_survives_reopening_the_workspace(tmp_path: Path) -> None:
    with Workspace(tmp_path) as first:
        first.create_dataset("cats", ["b.png", "a.png"])
    with Workspace(tmp_path) as second:
        assert second.dataset("cats").filenames() == ["b.png", "a.png"]


def test_an_unknown_dataset_is_answered_with_the_existing_ones(workspace: Workspace, dataset: Dataset) -> None:
    with pytest.raises(KeyError, match=r"no dataset 'dogs'; its datasets are: 'line'"):
        workspace.dataset("dogs")


@pytest.mark.parametrize("name", ["", "x", "../etc", "a/b", "<script>", " leading", "a" * 101])
def test_a_dataset_name_outside_the_rules_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not allowed"):
        workspace.create_dataset(name)


def test_a_dataset_name_is_taken_once(workspace: Workspace, dataset: Dataset) -> None:
    with pytest.raises(AlreadyExistsError, match="is already a dataset named 'line'"):
        workspace.create_dataset("line")


@pytest.mark.parametrize(
    ("filenames", "problem"),
    [
        ([], "at least one"),
        (["a", ""], "position 1"),
        (["a", "b", "a"], "'a' occurs twice"),
        (["a", " "], "position 1"),
    ],
)
def test_nothing_is_stored_when_filenames_are_wrong(workspace: Workspace, filenames: list[str], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        workspace.create_dataset("cats", filenames)
    assert workspace.datasets() == []
    assert list((workspace.home / "datasets").iterdir()) == []


def test_an_images_folder_that_does_not_exist_is_refused_and_nothing_stored(workspace: Workspace) -> None:
    with pytest.raises(InvalidInputError, match="is not a folder"):
        workspace.create_dataset("cats", ["a.png"], images_dir=workspace.home / "nowhere")
    assert workspace.datasets() == []


def test_a_dataset_comes_with_its_arrays(workspace: Workspace) -> None:
    embedding = NewArrays(Kind.EMBEDDING, {"default": np.eye(2, dtype=np.float32)}, {"model": "m"})
    digests = NewArrays(Kind.DIGEST, {"content": np.zeros((2, 16), np.uint8)})
    dataset = workspace.create_dataset("cats", ["a.png", "b.png"], arrays=[embedding, digests], attributes={"by": "me"})
    assert [stored.name for stored in dataset.arrays.every()] == ["default", "content"]
    assert dataset.arrays.get(Kind.EMBEDDING, "default").attributes == {"model": "m"}
    assert dataset.attributes == {"by": "me"}


def test_an_array_of_another_length_leaves_neither_dataset_nor_file(workspace: Workspace) -> None:
    short = NewArrays(Kind.EMBEDDING, {"default": np.eye(1, dtype=np.float32)})
    with pytest.raises(NotAllowedError, match="has 2 samples"):
        workspace.create_dataset("cats", ["a.png", "b.png"], arrays=[short])
    assert workspace.datasets() == []
    assert list((workspace.home / "datasets").iterdir()) == []


def test_samples_are_set_once(dataset: Dataset) -> None:
    with pytest.raises(NotAllowedError, match="6 samples already"):
        dataset.set_samples(["z.png"])


CREATE_TAGS = """
import sys
import numpy as np
from al_core.store import Workspace

with Workspace(sys.argv[1]) as workspace:
    for number in range(20):
        workspace.dataset("line").create_tag(f"{sys.argv[2]}{number}", np.array([number % 6]))
"""


def test_two_processes_write_to_one_workspace_at_once(workspace: Workspace, dataset: Dataset) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", CREATE_TAGS, str(workspace.home), side]) for side in ("left", "right")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    names = {tag.name for tag in dataset.tags()}
    assert names == {INITIAL_TAG, *(f"{side}{number}" for side in ("left", "right") for number in range(20))}
