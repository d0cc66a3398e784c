import pytest

from al_core.exceptions import WorkspaceError
from al_core.store import LocalDataset, Workspace
from tests.store.contents import remove_filenames


def test_readers_see_as_many_filenames_as_their_dataset_has_samples(
    dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    elsewhere.samples.add("new.png", {})
    elsewhere.grow("more")
    assert len(dataset.filenames()) == 6
    assert elsewhere.filenames()[6:] == ["new.png"]


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_damaged_filenames_are_one_sentence(workspace: Workspace, dataset: LocalDataset, content: bytes) -> None:
    dataset.filenames_path.write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"the filenames of dataset 'line' .* are missing or damaged"):
        workspace.dataset("line").filenames()


def test_missing_filenames_are_one_sentence(workspace: Workspace, dataset: LocalDataset) -> None:
    remove_filenames(dataset)
    with pytest.raises(WorkspaceError, match=r"the filenames of dataset 'line' .* are missing or damaged"):
        workspace.dataset("line").filenames()
