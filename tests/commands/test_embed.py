import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from al_core import cli, tagging, workflow
from al_core.store import Workspace
from tests.api.conftest import api_server

ROOT = Path(__file__).resolve().parents[2]


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
    china.crop((0, 0, 200, 200)).convert("L").save(folder / "grey.png")
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
    command = [sys.executable, "-m", "al_core.cli", *arguments]
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
        embedding = dataset.arrays.get("embedding", "efficientnet-lite0")
        assert embedding.shape == (12, 1280)
        assert embedding.facts["model"] == "efficientnet-lite0"
        assert dataset.images_dir == images_dir
        columns = {stored.name: dataset.arrays.read(stored) for stored in dataset.arrays.all("metadata")}
        row = dataset.rows_of(["rotated.jpg"])[0]
        assert (columns["width"][row], columns["height"][row]) == (227, 340)
        assert set(columns) == {"width", "height", "file_size", "sharpness", "brightness", "signal_to_noise"}
        assert workflow.project(dataset, "efficientnet-lite0", "PCA").shape == (12, 2)
        tag = tagging.tag_duplicates(dataset, threshold=0.4)
        assert tag is not None
        assert dataset.filenames(tag.rows) == ["flower.png", "more/china again.jpg", "pages.tif"]


def test_an_error_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["embed", str(tmp_path / "none"), "--dataset", "x1", "--workspace", str(tmp_path / "workspace")])
    assert code == 1
    assert capsys.readouterr().err == (
        f"al-core embed: {tmp_path / 'none'} is not a folder on this machine; give the folder that holds the images\n"
    )


def test_a_name_that_is_taken_is_refused_before_any_work(images_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    with Workspace(home) as workspace:
        workspace.create_dataset("mixed", ["a.jpg"])
    ended = run("embed", str(images_dir), "--dataset", "mixed", "--workspace", str(home))
    assert ended.returncode == 1
    assert ended.stderr == "al-core embed: there already is a dataset named 'mixed'; choose another name\n"
    assert not (home / "embedding-runs").exists()


def test_another_model_is_one_option(images_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    model = "python:tests.embedding.models:mean_colour"
    ended = run("embed", str(images_dir), "--dataset", "colours", "--model", model, "--workspace", str(home))
    assert ended.returncode == 0, ended.stderr
    with Workspace(home) as workspace:
        assert workspace.dataset("colours").arrays.get("embedding", model).shape == (12, 3)


def test_embeddings_can_be_sent_to_a_server(
    images_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Workspace(tmp_path / "far") as far, api_server(far) as address:
        arguments = ["embed", str(images_dir), "--dataset", "mixed", "--server", address]
        arguments += ["--workspace", str(tmp_path / "near"), "--model", "python:tests.embedding.models:mean_colour"]
        assert cli.main(arguments) == 0
        assert far.dataset("mixed").arrays.all("embedding")[0].shape == (12, 3)
        assert cli.main(arguments) == 1
    assert "there already is a dataset named 'mixed' on http://127.0.0.1" in capsys.readouterr().err
