import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from al_core import workflow
from al_core.commands import main
from al_core.exceptions import NotAllowedError
from al_core.steps.tags import tag_duplicates
from al_core.store import Kind, LocalDataset, Workspace
from tests.commands.meeting import run_twice_at_once
from tests.embedding.models import MEAN_COLOR

ROOT = Path(__file__).resolve().parents[2]


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


def test_images_are_not_added_to_a_dataset_made_under_the_name_of_a_deleted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "images" / "a.png")
    command = ["embed", str(tmp_path / "images"), "--dataset", "reds", "--model", MEAN_COLOR]
    command += ["--workspace", str(tmp_path / "home")]
    assert main.main(command) == 0

    def append_late(workspace: Workspace, dataset: LocalDataset, **options: Any) -> Any:
        workspace.delete_dataset("reds")
        workspace.create_dataset("reds", ["b.png"])
        raise NotAllowedError("another run was first")

    monkeypatch.setattr(workflow, "append_images", append_late)
    assert main.main([*command, "--append"]) == 1
    assert "the workspace has no dataset" in capsys.readouterr().err


def test_a_dataset_of_another_folder_is_no_equal_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, code in (("one", 0), ("two", 1)):
        (tmp_path / name).mkdir()
        Image.new("RGB", (8, 8)).save(tmp_path / name / "a.png")
        command = ["embed", str(tmp_path / name), "--dataset", "reds", "--model", MEAN_COLOR]
        assert main.main([*command, "--workspace", str(tmp_path / "home")]) == code
    assert "reds" in capsys.readouterr().err
