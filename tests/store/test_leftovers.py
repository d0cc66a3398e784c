import os
import time
from pathlib import Path

from al_core.store import Dataset, Workspace
from al_core.store.leftovers import LEFTOVER_AGE_SECONDS


def test_opening_removes_old_temporary_files_and_leaves_young_ones(workspace: Workspace, dataset: Dataset) -> None:
    folder = workspace.home / "datasets" / dataset.id / "embedding"
    stored = set(folder.iterdir())
    make_old(folder / "1.npy.abcd.tmp")
    young = folder / "2.npy.abcd.tmp"
    young.touch()
    Workspace(workspace.home).close()
    assert set(folder.iterdir()) == stored | {young}


def test_opening_leaves_an_array_that_the_catalog_does_not_name(workspace: Workspace, dataset: Dataset) -> None:
    unnamed = make_old(workspace.home / "datasets" / dataset.id / "embedding" / "0.npy")
    Workspace(workspace.home).close()
    assert unnamed.exists()


def make_old(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    os.utime(path, (time.time() - LEFTOVER_AGE_SECONDS - 1,) * 2)
    return path


def test_opening_leaves_the_folder_of_a_dataset_that_the_catalog_does_not_name(workspace: Workspace) -> None:
    folder = workspace.home / "datasets" / "0123456789abcdef01234567"
    files = [make_old(folder / "embedding" / "0.npy"), make_old(folder / "filenames.arrow")]
    os.utime(folder, (0, 0))
    Workspace(workspace.home).close()
    assert [file for file in files if not file.exists()] == []


def test_opening_leaves_what_clients_sent_whatever_its_name(workspace: Workspace, dataset: Dataset) -> None:
    folder = workspace.home / "datasets" / dataset.id
    files = [make_old(folder / "images" / "a.npy"), make_old(folder / "images" / "a.npy.tmp.tmp")]
    Workspace(workspace.home).close()
    assert [file for file in files if not file.exists()] == []


def test_opening_removes_half_written_filenames(workspace: Workspace, dataset: Dataset) -> None:
    half_written = make_old(workspace.home / "datasets" / dataset.id / "filenames.arrow.abcd.tmp")
    Workspace(workspace.home).close()
    assert not half_written.exists()
