"""Images below an address of S3, from the first listing to the file for a labeling tool."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from al_core import workflow
from al_core.commands.main import main
from al_core.embedding import load_model
from al_core.exceptions import InvalidInputError, MissingInputError, WorkspaceError
from al_core.formats import ExportChoices
from al_core.objects.objects import Objects
from al_core.steps.sample_image import read_image
from al_core.store import Kind, LocalDataset, Workspace
from tests.buckets import CREDENTIALS, new_bucket, use_endpoint
from tests.embedding.models import mean_color

NAMES = ["a b.png", "day 1/ä+%20.png", "日本/1.png"]


def png(level: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (400, 300), level).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def images(s3: str, monkeypatch: pytest.MonkeyPatch) -> Objects:
    use_endpoint(monkeypatch, s3)
    objects = Objects(f"s3://{new_bucket(s3)}/images")
    objects.write({name: png(number) for number, name in enumerate(NAMES)})
    return objects


@pytest.fixture
def dataset(workspace: Workspace, images: Objects) -> LocalDataset:
    model = load_model(mean_color)
    made = workflow.dataset_from_images(workspace, f"{images.address}/", "bucket", model=model)
    assert made.broken == ()
    return workspace.dataset("bucket")


def exported(dataset: LocalDataset, choices: ExportChoices) -> list[str]:
    content = workflow.export_tag(dataset, dataset.tag("initial-tag"), "label-studio", choices=choices)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [task["data"]["image"] for task in json.loads(archive.read("tasks-001.json"))]


def test_a_bucket_of_images_becomes_a_dataset(dataset: LocalDataset, images: Objects) -> None:
    assert dataset.filenames() == sorted(NAMES)
    assert (dataset.images_address, dataset.images_dir, dataset.has_images) == (images.address, None, True)
    levels = dataset.arrays.read(dataset.arrays.all(Kind.EMBEDDING)[0])[:, 0]
    assert levels.tolist() == [NAMES.index(name) for name in sorted(NAMES)]


def test_images_that_came_later_are_added(workspace: Workspace, dataset: LocalDataset, images: Objects) -> None:
    images.write({"new.png": png(9)})
    appended = workflow.append_images(workspace, dataset, model=load_model(mean_color))
    assert (appended.n_new, dataset.filenames()[-1]) == (1, "new.png")


def test_an_image_is_the_object_and_its_thumbnail_is_kept_here(dataset: LocalDataset, images: Objects) -> None:
    row = dataset.filenames().index("day 1/ä+%20.png")
    full = read_image(dataset, row, "full")
    assert full
    assert (full.media_type, full.content) == ("image/png", png(1))
    thumbnail = read_image(dataset, row, "thumbnail")
    assert thumbnail
    assert thumbnail.path
    with Image.open(thumbnail.path) as picture:
        assert picture.size == (192, 144)
    images.remove("day 1")
    assert dataset.image(row, "full") is None
    assert not dataset.has_image(row)
    again = read_image(dataset, row, "thumbnail")
    assert again == thumbnail


def test_a_name_that_leads_out_of_the_address_shows_nothing(workspace: Workspace, images: Objects) -> None:
    Objects(images.address.removesuffix("/images")).write({"secret.png": png(1)})
    names = ["../secret.png", "..", "//secret.png", "notes.txt"]
    workflow.create_dataset(workspace, "hostile", names, np.eye(4), images_dir=images.address)
    dataset = workspace.dataset("hostile")
    assert [dataset.image(row, "full") for row in range(4)] == [None] * 4
    assert not any(dataset.has_image(row) for row in range(4))


def test_tools_get_the_addresses_of_the_bucket(dataset: LocalDataset, images: Objects) -> None:
    choices = ExportChoices(class_names=["cat"])
    assert exported(dataset, choices) == [f"{images.address}/{name}" for name in sorted(NAMES)]
    elsewhere = ExportChoices(class_names=["cat"], image_prefix="https://host/images")
    assert exported(dataset, elsewhere)[0] == "https://host/images/a%20b.png"


def test_signed_addresses_show_the_image_and_no_secret(dataset: LocalDataset) -> None:
    addresses = exported(dataset, ExportChoices(class_names=["cat"], signed_hours=24))
    for name, address in zip(sorted(NAMES), addresses, strict=True):
        assert CREDENTIALS["AWS_SECRET_ACCESS_KEY"] not in address
        assert requests.get(address, timeout=10).content == png(NAMES.index(name))


def test_addresses_are_signed_for_at_most_a_week() -> None:
    with pytest.raises(InvalidInputError, match="signed for 1 to 168 hours, not for 169"):
        ExportChoices(signed_hours=169)
    with pytest.raises(InvalidInputError, match="either a prefix or signed addresses"):
        ExportChoices(image_prefix="s3://bucket/", signed_hours=1)


def test_nothing_is_signed_for_images_of_a_folder(workspace: Workspace, tmp_path: Path) -> None:
    workflow.create_dataset(workspace, "local", NAMES, np.eye(3), images_dir=tmp_path)
    with pytest.raises(MissingInputError, match="are not in a bucket, so no addresses can be signed"):
        exported(workspace.dataset("local"), ExportChoices(class_names=["cat"], signed_hours=1))


def test_an_address_that_cannot_be_used_is_refused_before_anything_is_stored(
    workspace: Workspace, images: Objects
) -> None:
    for place, error in (
        ("s3://no-such-bucket/images", WorkspaceError),
        ("s3://key:secret@bucket", InvalidInputError),
        (Path("s3://bucket/images"), InvalidInputError),
    ):
        with pytest.raises(error):
            workflow.create_dataset(workspace, "none", NAMES, np.eye(3), images_dir=place)
    assert workspace.datasets() == []


def test_credentials_are_stored_nowhere(workspace: Workspace, dataset: LocalDataset) -> None:
    secret = CREDENTIALS["AWS_SECRET_ACCESS_KEY"].encode()
    files = [path for path in workspace.home.rglob("*") if path.is_file()]
    assert not [path for path in files if secret in path.read_bytes()]


def test_the_command_signs_addresses_here_and_not_for_a_server(
    workspace: Workspace, dataset: LocalDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["export", "initial-tag", "label-studio", str(tmp_path / "next.zip"), "--class", "cat"]
    place = ["--dataset", "bucket", "--workspace", str(workspace.home), "--signed-hours", "72"]
    assert main([*command, *place]) == 0
    with zipfile.ZipFile(tmp_path / "next.zip") as archive:
        assert b"Signature" in archive.read("tasks-001.json")
    assert main([*command, *place[:2], "--signed-hours", "72", "--server", "http://127.0.0.1:9"]) == 1
    assert "addresses are signed at the machine of the workspace" in capsys.readouterr().err
