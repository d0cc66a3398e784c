import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from al_core import workflow
from al_core.api import ApiWorkflowClient
from al_core.commands import main
from al_core.embedding import EmbeddingModel, list_images, load_model
from al_core.embedding.checkpoint import embed_folder
from al_core.exceptions import AlreadyExistsError, Cancelled
from al_core.steps.sample_image import read_image
from al_core.steps.tags import tag_duplicates
from al_core.store import Dataset, Kind, Workspace
from al_core.wire.connection import Connection
from al_core.wire.image_upload import IMAGES_AT_ONCE
from tests.api.conftest import api_server
from tests.commands.meeting import run_twice_at_once
from tests.embedding.models import mean_color

ROOT = Path(__file__).resolve().parents[2]
MEAN_COLOR = "python:tests.embedding.models:mean_color"


@pytest.fixture
def images_dir(tmp_path: Path) -> Path:
    """Mixed images: 12 good files, two of them equal and one a smaller copy, and two broken ones."""
    folder = tmp_path / "images"
    (folder / "more").mkdir(parents=True)
    china, flower = (Image.fromarray(photo) for photo in load_sample_images().images)
    china.save(folder / "china.jpg")
    china.save(folder / "more" / "china again.jpg")
    flower.save(folder / "flower.png")
    flower.resize((480, 320)).save(folder / "flower small.webp", quality=95)
    china.crop((0, 0, 200, 200)).convert("L").save(folder / "gray.png")
    china.crop((200, 0, 400, 200)).convert("P").save(folder / "palette.gif")
    flower.crop((0, 0, 99, 333)).convert("RGBA").save(folder / "alpha.png")
    flower.crop((300, 100, 500, 300)).convert("CMYK").save(folder / "cmyk.jpg")
    Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64) * 16).save(folder / "sixteen bits.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    china.crop((300, 200, 640, 427)).save(folder / "rotated.jpg", exif=exif)
    Image.new("RGB", (1, 1)).save(folder / "dot.bmp")
    china.copy().save(folder / "pages.tif", save_all=True, append_images=[flower.copy()])
    (folder / "cut.jpg").write_bytes((folder / "china.jpg").read_bytes()[:5000])
    (folder / "text.png").write_text("hello")
    return folder


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "al_core.commands.main", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_folder_of_mixed_images_becomes_a_dataset(images_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    ended = run("embed", str(images_dir), "--dataset", "mixed", "--workspace", str(home))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "Dataset 'mixed' has 12 samples.\n"
    assert "14 of 14 images" in ended.stderr
    assert "2 files could not be read and were left out:" in ended.stderr
    with Workspace(home) as workspace:
        dataset = workspace.dataset("mixed")
        embedding = dataset.arrays.get(Kind.EMBEDDING, "efficientnet-lite0")
        assert embedding.shape == (12, 1280)
        assert embedding.attributes["model"] == "efficientnet-lite0"
        assert dataset.images_dir == images_dir
        columns = {stored.name: dataset.arrays.read(stored) for stored in dataset.arrays.all(Kind.METADATA)}
        row = dataset.rows_of(["rotated.jpg"])[0]
        assert (columns["width"][row], columns["height"][row]) == (227, 340)
        assert set(columns) == {"width", "height", "file_size", "sharpness", "brightness", "signal_to_noise"}
        assert workflow.project(dataset, "efficientnet-lite0", "PCA").shape == (12, 2)
        tag = tag_duplicates(dataset, threshold=0.4)
        assert tag is not None
        assert dataset.filenames(tag.rows) == ["flower.png", "more/china again.jpg", "pages.tif"]


def test_an_error_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main.main(["embed", str(tmp_path / "none"), "--dataset", "x1", "--workspace", str(tmp_path / "workspace")])
    assert code == 1
    assert capsys.readouterr().err == (
        f"al-core embed: {tmp_path / 'none'} is not a folder on this machine; "
        "enter the path of the folder that contains the images\n"
    )


def test_a_name_that_is_taken_is_refused_before_any_work(images_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    with Workspace(home) as workspace:
        workspace.create_dataset("mixed", ["a.jpg"])
    ended = run("embed", str(images_dir), "--dataset", "mixed", "--workspace", str(home))
    assert ended.returncode == 1
    assert ended.stderr == "al-core embed: there is already a dataset named 'mixed'; choose another name\n"
    assert not (home / "embedding-runs").exists()


def test_embedding_a_folder_again_changes_nothing_and_says_what_is_new(
    images_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "workspace"
    arguments = ["embed", str(images_dir), "--dataset", "mixed", "--workspace", str(home), "--model", MEAN_COLOR]
    assert main.main(arguments) == 0
    first = capsys.readouterr()
    assert main.main(arguments) == 0
    again = capsys.readouterr()
    assert again.out == first.out == "Dataset 'mixed' has 12 samples.\n"
    assert again.err == "2 files of its folder are not in it; --append adds what can be read.\n"
    with Workspace(home) as workspace:
        assert [(each.name, each.n_samples) for each in workspace.datasets()] == [("mixed", 12)]
    # Another folder or another model would be another dataset.
    assert main.main([*arguments[:1], str(images_dir / "more"), *arguments[2:]]) == 1
    assert main.main(arguments[:-2]) == 1
    assert capsys.readouterr().err.count("there is already a dataset named 'mixed'; choose another name") == 2


def test_another_model_is_one_option(images_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    ended = run("embed", str(images_dir), "--dataset", "colors", "--model", MEAN_COLOR, "--workspace", str(home))
    assert ended.returncode == 0, ended.stderr
    with Workspace(home) as workspace:
        assert workspace.dataset("colors").arrays.get(Kind.EMBEDDING, MEAN_COLOR).shape == (12, 3)


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
            assert known_arrays(sent, kind) == known_arrays(local, kind) != []
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


def known_arrays(dataset: Dataset, kind: str) -> list[tuple[object, ...]]:
    return [(known.name, known.digest, known.shape, known.attributes) for known in dataset.arrays.all(kind)]


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
        assert main.main([*arguments, "--model", model.name, "--server", address]) == 0
        assert len(list(far.dataset("grays").thumbnails_dir.glob("*.webp"))) == IMAGES_AT_ONCE + 3
    assert "3 of 3 images sent" in capsys.readouterr().err


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


def test_new_files_of_the_folder_are_appended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, home = tmp_path / "images", str(tmp_path / "workspace")
    folder.mkdir()
    Image.new("RGB", (8, 8), (10, 0, 0)).save(folder / "a.png")
    common = ["embed", str(folder), "--dataset", "reds", "--workspace", home]
    assert main.main([*common]) == 0
    Image.new("RGB", (8, 8), (20, 0, 0)).save(folder / "b.png")
    assert main.main([*common, "--append"]) == 0
    printed = capsys.readouterr().out
    assert "1 new image, in the tag 'added 20" in printed
    assert "Dataset 'reds' has 2 samples." in printed
    assert main.main(["embed", str(tmp_path), *common[2:], "--append"]) != 0
    assert "put the new ones there" in capsys.readouterr().err


def test_of_two_equal_embeddings_at_once_one_is_made_and_the_other_says_that_it_is_there(tmp_path: Path) -> None:
    folder, home = tmp_path / "images", tmp_path / "home"
    folder.mkdir()
    for shade in range(5):
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(folder / f"{shade}.png")
    command = ["embed", str(folder), "--dataset", "reds", "--model", MEAN_COLOR, "--workspace", str(home)]
    printed = run_twice_at_once("dataset_from_images", *command)
    assert [answer for answer, _ in printed] == ["Dataset 'reds' has 5 samples.\n"] * 2
    assert sum("5 of 5 images" in errors for _, errors in printed) == 1
    with Workspace(home) as workspace:
        assert [dataset.name for dataset in workspace.datasets()] == ["reds"]
        assert list((home / "embedding-runs").iterdir()) == []


def test_of_two_equal_appends_at_once_one_adds_the_images_and_the_other_has_nothing_left_to_do(tmp_path: Path) -> None:
    folder, home = tmp_path / "images", tmp_path / "home"
    folder.mkdir()
    Image.new("RGB", (8, 8), (1, 0, 0)).save(folder / "1.png")
    command = ["embed", str(folder), "--dataset", "reds", "--model", MEAN_COLOR, "--workspace", str(home)]
    assert main.main(command) == 0
    for shade in (2, 3):
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(folder / f"{shade}.png")
    printed = run_twice_at_once("append_images", *command, "--append")
    # The last line is how many samples there are; the one that tries again says first that it is there.
    added = sorted(answer.splitlines()[-2].partition(",")[0] for answer, _ in printed)
    assert added == ["0 new images.", "2 new images"]
    with Workspace(home) as workspace:
        dataset = workspace.dataset("reds")
        assert dataset.filenames() == ["1.png", "2.png", "3.png"]
        assert dataset.n_pending == 0
        assert [tag.size for tag in dataset.tags()] == [2, 3]


def test_a_dataset_of_another_folder_is_no_equal_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, code in (("one", 0), ("two", 1)):
        (tmp_path / name).mkdir()
        Image.new("RGB", (8, 8)).save(tmp_path / name / "a.png")
        command = ["embed", str(tmp_path / name), "--dataset", "reds", "--model", MEAN_COLOR]
        assert main.main([*command, "--workspace", str(tmp_path / "home")]) == code
    assert "reds" in capsys.readouterr().err
