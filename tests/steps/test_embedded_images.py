from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.exceptions import (
    AlreadyExistsError,
    InvalidInputError,
    MissingInputError,
)
from al_core.store import Kind, Workspace
from tests.embedding.models import mean_color


def painted(folder: Path, *reds: int) -> Path:
    folder.mkdir(exist_ok=True)
    for red in reds:
        Image.new("RGB", (8, 8), (red, 0, 0)).save(folder / f"{red:03d}.png")
    return folder


def test_an_empty_dataset_takes_the_images_of_its_folder(workspace: Workspace, tmp_path: Path) -> None:
    workspace.create_dataset("reds", images_dir=painted(tmp_path / "images", 10, 20))
    (tmp_path / "images" / "broken.png").write_bytes(b"no image")
    embedded = workflow.embed_images(workspace, workspace.dataset("reds"), model=mean_color)
    assert [image.path.name for image in embedded.broken] == ["broken.png"]
    dataset = workspace.dataset("reds")
    assert dataset.filenames() == ["010.png", "020.png"]
    (embedding,) = dataset.arrays.all(Kind.EMBEDDING)
    assert dataset.arrays.read(embedding)[:, 0].round().tolist() == [10, 20]
    assert {stored.name for stored in dataset.arrays.all(Kind.METADATA)} >= {"width", "sharpness"}
    assert dataset.attributes["size_in_bytes"] > 0


def test_a_dataset_gets_another_embedding_of_just_its_samples(workspace: Workspace, tmp_path: Path) -> None:
    folder = painted(tmp_path / "images", 10, 20)
    workflow.create_dataset(workspace, "reds", ["020.png", "010.png"], np.eye(2), images_dir=folder)
    painted(folder, 30)
    workflow.embed_images(workspace, workspace.dataset("reds"), model=mean_color)
    dataset = workspace.dataset("reds")
    own, added = dataset.arrays.all(Kind.EMBEDDING)
    assert (own.name, added.attributes["model"]) == ("default", added.name)
    assert dataset.arrays.read(added)[:, 0].round().tolist() == [20, 10]
    with pytest.raises(AlreadyExistsError, match="already has an embedding"):
        workflow.embed_images(workspace, dataset, model=mean_color)


def test_an_embedding_needs_every_image(workspace: Workspace, tmp_path: Path) -> None:
    folder = painted(tmp_path / "images", 10, 20)
    workflow.create_dataset(workspace, "reds", ["020.png", "lost.png"], np.eye(2), images_dir=folder)
    with pytest.raises(MissingInputError, match=r"1 image of 'reds' cannot be found in .* is 'lost.png'"):
        workflow.embed_images(workspace, workspace.dataset("reds"), model=mean_color)
    (folder / "lost.png").write_bytes(b"no image")
    with pytest.raises(InvalidInputError, match="1 image of 'reds' cannot be read"):
        workflow.embed_images(workspace, workspace.dataset("reds"), model=mean_color)


def test_images_are_embedded_only_where_a_folder_is_chosen(workspace: Workspace) -> None:
    with pytest.raises(MissingInputError, match="say where its images are first"):
        workflow.embed_images(workspace, workspace.create_dataset("empty"), model=mean_color)
