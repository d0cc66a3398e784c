from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from al_core import workflow
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.store import Kind, LocalDataset, Workspace
from tests.embedding.models import CountingMeanColor, mean_color


def paint(folder: Path, *reds: int) -> None:
    folder.mkdir(exist_ok=True)
    for red in reds:
        Image.new("RGB", (8, 8), (red, 0, 0)).save(folder / f"{red:03d}.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    paint(tmp_path / "images", 10, 20, 30)
    return tmp_path / "images"


@pytest.fixture
def reds(workspace: Workspace, folder: Path) -> LocalDataset:
    workflow.dataset_from_images(workspace, folder, "reds", model=mean_color)
    return workspace.dataset("reds")


def embedded_reds(dataset: LocalDataset) -> list[float]:
    matrix: NDArray[np.float32] = dataset.arrays.read(dataset.arrays.all(Kind.EMBEDDING)[0])
    reds: list[float] = matrix[:, 0].round().tolist()
    return reds


def test_only_new_files_are_embedded_and_a_tag_holds_them(
    workspace: Workspace, reds: LocalDataset, folder: Path
) -> None:
    workflow.store_scores(reds, np.arange(3), {"mine": [0.1, 0.2, 0.3]})
    before = embedded_reds(reds)
    paint(folder, 5, 40)
    appended = workflow.append_images(workspace, reds, model=mean_color)
    assert appended.tag
    assert (appended.n_new, appended.tag.rows.tolist()) == (2, [3, 4])
    assert appended.tag.name.startswith("added 20")
    # Rows never change: the old ones stay where they were.
    assert reds.filenames() == ["010.png", "020.png", "030.png", "005.png", "040.png"]
    assert embedded_reds(reds) == [*before, 5, 40]
    widths = reds.arrays.read(reds.arrays.get(Kind.METADATA, "width"))
    assert widths.tolist() == [8, 8, 8, 8, 8]
    scores = reds.arrays.read(reds.arrays.get(Kind.SCORE, "mine"))
    np.testing.assert_allclose(scores, [0.1, 0.2, 0.3, np.nan, np.nan])


def test_images_may_come_twice_in_a_minute(workspace: Workspace, reds: LocalDataset, folder: Path) -> None:
    tags = []
    for red in (40, 50, 60):
        paint(folder, red)
        tags.append(workflow.append_images(workspace, reds, model=mean_color).tag)
    assert len({tag.name for tag in tags if tag}) == 3
    assert [tag.size for tag in tags if tag] == [1, 1, 1]


def test_the_model_is_shown_nothing_twice(workspace: Workspace, folder: Path) -> None:
    model = CountingMeanColor()
    workflow.dataset_from_images(workspace, folder, "reds", model=model)
    dataset = workspace.dataset("reds")
    seen = model.n_shown
    paint(folder, 40)
    workflow.append_images(workspace, dataset, model=model)
    assert model.n_shown == seen + 1


def test_without_new_files_nothing_changes(workspace: Workspace, reds: LocalDataset) -> None:
    assert workflow.append_images(workspace, reds, model=mean_color).tag is None
    assert (reds.n_samples, len(reds.tags())) == (3, 1)


def test_a_call_that_ended_between_counting_in_and_completing_is_completed_by_the_next(
    workspace: Workspace, reds: LocalDataset, folder: Path
) -> None:
    paint(folder, 40)
    reds.samples.add("040.png", {})
    reds.grow("added before")
    assert not reds.arrays.all(Kind.EMBEDDING)
    appended = workflow.append_images(workspace, reds, model=mean_color)
    assert (appended.tag, appended.n_new) == (None, 1)
    assert embedded_reds(reds)[-1] == 40


def test_broken_files_are_left_out_with_their_reason(workspace: Workspace, reds: LocalDataset, folder: Path) -> None:
    paint(folder, 40)
    (folder / "broken.png").write_text("hello")
    appended = workflow.append_images(workspace, reds, model=mean_color)
    assert (appended.n_new, len(appended.broken), reds.n_samples) == (1, 1, 4)


def test_another_model_is_refused_before_anything_is_counted_in(
    workspace: Workspace, reds: LocalDataset, folder: Path
) -> None:
    paint(folder, 40)
    with pytest.raises(InvalidInputError, match="with another model"):
        workflow.append_images(workspace, reds, model="efficientnet-lite0")
    assert reds.n_samples == 3


def test_uploaded_embeddings_cannot_be_extended_here(workspace: Workspace, folder: Path) -> None:
    workflow.create_dataset(workspace, "uploaded", ["a.png"], np.ones((1, 2)), images_dir=folder)
    with pytest.raises(MissingInputError, match="no embedding made here"):
        workflow.append_images(workspace, workspace.dataset("uploaded"))


def test_every_embedding_made_here_gets_the_new_images(workspace: Workspace, reds: LocalDataset, folder: Path) -> None:
    workflow.embed_images(workspace, reds, model="efficientnet-lite0")
    paint(folder, 40, 50)
    appended = workflow.append_images(workspace, workspace.dataset("reds"), model=mean_color)
    assert appended.tag
    assert (appended.n_new, appended.tag.rows.tolist()) == (2, [3, 4])
    stored = workspace.dataset("reds").arrays.all(Kind.EMBEDDING)
    assert sorted(embedding.shape for embedding in stored) == [(5, 3), (5, 1280)]
    assert workflow.append_images(workspace, workspace.dataset("reds"), model=mean_color).n_new == 0
