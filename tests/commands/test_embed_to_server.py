from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from al_core.api import ApiWorkflowClient
from al_core.commands import main
from al_core.embedding import EmbeddingModel, list_images, load_model
from al_core.embedding.checkpoint import embed_folder
from al_core.exceptions import AlreadyExistsError, Cancelled
from al_core.steps.sample_image import read_image
from al_core.store import Dataset, Kind, Workspace
from al_core.wire.connection import Connection
from al_core.wire.image_upload import IMAGES_AT_ONCE
from tests.api.conftest import api_server
from tests.embedding.models import MEAN_COLOR, mean_color


def test_a_server_gets_the_dataset_that_the_local_command_makes(
    images_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["embed", str(images_dir), "--dataset", "mixed", "--workspace", str(tmp_path / "near")]
    with Workspace(tmp_path / "far") as far, Workspace(tmp_path / "near") as near, api_server(far) as address:
        assert main.main([*arguments, "--server", address]) == 0
        printed = capsys.readouterr()
        assert main.main(arguments) == 0
        sent, local = far.dataset("mixed"), near.dataset("mixed")
        assert sent.filenames() == local.filenames()
        for kind in ("embedding", "metadata", "digest"):
            assert stored_arrays(sent, kind) == stored_arrays(local, kind) != []
        assert sent.images_dir is None
        for row in range(local.n_samples):
            assert thumbnail_bytes(sent, row) == thumbnail_bytes(local, row)
    assert f"Thumbnails of at most 192 pixels were sent; the images themselves stay in {images_dir}." in printed.out
    assert "2 files could not be read and were left out:" in printed.err


def thumbnail_bytes(dataset: Dataset, row: int) -> bytes:
    thumbnail = read_image(dataset, row, "thumbnail")
    assert thumbnail is not None
    assert thumbnail.path is not None
    return thumbnail.path.read_bytes()


def stored_arrays(dataset: Dataset, kind: str) -> list[tuple[object, ...]]:
    return [(stored.name, stored.digest, stored.shape, stored.attributes) for stored in dataset.arrays.all(kind)]


@pytest.mark.parametrize(("kind", "n_files"), [("full", 12), ("none", 0)])
def test_the_images_are_sent_only_when_asked_for(images_dir: Path, tmp_path: Path, kind: str, n_files: int) -> None:
    with Workspace(tmp_path / "far") as far, api_server(far) as address:
        arguments = ["embed", str(images_dir), "--dataset", "mixed", "--model", MEAN_COLOR, "--images", kind]
        assert main.main([*arguments, "--workspace", str(tmp_path / "near"), "--server", address]) == 0
        sent = far.dataset("mixed")
        assert len([path for path in sent.uploads_dir.rglob("*.*") if path.is_file()]) == n_files
        assert not sent.thumbnails_dir.exists()


def test_a_name_that_is_taken_on_the_server_is_refused_before_any_work(
    images_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Workspace(tmp_path / "far") as far, api_server(far) as address:
        far.create_dataset("mixed")
        arguments = ["embed", str(images_dir), "--dataset", "mixed", "--server", address]
        assert main.main([*arguments, "--workspace", str(tmp_path / "near")]) == 1
    refusal = capsys.readouterr().err
    assert "there is already a dataset named 'mixed' on http://127.0.0.1" in refusal
    assert "which is empty; if nobody else is filling it, delete it there; choose another name" in refusal
    assert not (tmp_path / "near").exists()


def test_an_interrupted_upload_resumes_where_it_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, model = tmp_path / "images", load_model(mean_color)
    folder.mkdir()
    for number in range(IMAGES_AT_ONCE + 3):
        Image.new("L", (1, 1), number).save(folder / f"{number:03d}.png")
    with Workspace(tmp_path / "far") as far, api_server(far) as address:
        with pytest.raises(Cancelled):
            upload_until_stopped(address, folder, model, tmp_path / "near" / "embedding-runs")
        assert far.dataset("grays").attributes["upload"]["processed"] == IMAGES_AT_ONCE
        arguments = ["embed", str(folder), "--dataset", "grays", "--workspace", str(tmp_path / "near")]
        arguments += ["--model", model.name, "--server", address]
        assert main.main(arguments) == 0
        assert len(list(far.dataset("grays").thumbnails_dir.glob("*.webp"))) == IMAGES_AT_ONCE + 3
        assert "3 of 3 images sent" in capsys.readouterr().err
        # Once more, as after a run whose last answer did not arrive.
        assert main.main(arguments) == 0
        printed = f"All was sent before; 0 files of {folder} are not in it.\nDataset 'grays' has 67 samples.\n"
        assert capsys.readouterr() == (printed, "")
        Image.new("L", (1, 1), 200).save(folder / "000.png")
        assert main.main(arguments) == 1
        assert "there is already a dataset named 'grays'" in capsys.readouterr().err


def upload_until_stopped(address: str, folder: Path, model: EmbeddingModel, runs: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("stop")

    upload = ApiWorkflowClient(server=address).upload_to("grays")
    with embed_folder(folder, list_images(folder), model, runs) as images:
        upload.send_embeddings(images, model)
        upload.send_images(folder, images.filenames, "thumbnail", stop)


def test_an_upload_resumes_only_with_the_same_images(tmp_path: Path) -> None:
    model = load_model(mean_color)
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for folder, shade in ((mine, 1), (theirs, 2)):
        folder.mkdir()
        for name in ("a.png", "b.png", "c.png"):
            Image.new("L", (1, 1), shade).save(folder / name)
    with Workspace(tmp_path / "far") as far, api_server(far) as address:
        for folder, names, name_of_model, expected in (
            (mine, ["a.png", "b.png"], model.name, nullcontext()),
            (mine, ["a.png", "b.png"], model.name, nullcontext()),
            (mine, ["a.png", "c.png"], model.name, pytest.raises(AlreadyExistsError, match="other images")),
            (theirs, ["a.png", "b.png"], model.name, pytest.raises(AlreadyExistsError, match="other images")),
            (
                mine,
                ["a.png", "b.png"],
                "other",
                pytest.raises(AlreadyExistsError, match=r"by .*mean_color, not by other"),
            ),
        ):
            upload = ApiWorkflowClient(server=address).upload_to("grays")
            with embed_folder(folder, names, model, tmp_path / "runs") as images, expected:
                upload.send_embeddings(images, replace(model, name=name_of_model))


@pytest.mark.parametrize("n_requests", [1, 2])
def test_an_upload_that_is_killed_after_a_request_goes_on(
    n_requests: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, send = load_model(mean_color), Connection.send
    Image.new("L", (1, 1)).save(tmp_path / "a.png")
    with Workspace(tmp_path / "far") as far, api_server(far) as address:
        sent: list[tuple[Any, ...]] = []

        def send_and_die(*arguments: Any, **options: Any) -> object:
            answer = send(*arguments, **options)
            sent.append(arguments[1:3])
            if len(sent) == n_requests:
                raise Cancelled("killed")
            return answer

        monkeypatch.setattr(Connection, "send", send_and_die)
        for expected in (pytest.raises(Cancelled, match="killed"), nullcontext()):
            with embed_folder(tmp_path, ["a.png"], model, tmp_path / "runs") as images, expected:
                upload = ApiWorkflowClient(server=address).upload_to("grays")
                upload.send_embeddings(images, model)
                upload.send_images(tmp_path, ["a.png"], "none", lambda done, total: None)
        assert sum(method == "POST" for method, _ in sent) == 1
        [dataset] = far.datasets()
        assert [dataset.filenames(), dataset.attributes["upload"]["processed"]] == [["a.png"], 1]
        assert dataset.arrays.get(Kind.EMBEDDING, model.name).shape == (1, 3)
