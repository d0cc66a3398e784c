import tarfile
import zipfile
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.files.tree import open_tree
from al_core.formats.predictions.predictions import Predictions


def found(predictions: Predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


def yolo(tmp_path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = tmp_path / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "run"


def test_a_zip_a_tar_and_a_folder_read_the_same(tmp_path: Path) -> None:
    folder = yolo(tmp_path, {"labels/a.txt": "0 0.5 0.5 0.5 0.5 0.5\n"})
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.write(folder / "labels/a.txt", "labels/a.txt")
    with tarfile.open(tmp_path / "run.tar.gz", "w:gz") as archive:
        archive.add(folder, ".")
    for path in (folder, tmp_path / "run.zip", tmp_path / "run.tar.gz"):
        predictions = read_predictions(path)
        assert predictions.filenames == ["a.txt"]
        assert found(predictions, 0) == [([0.25, 0.25, 0.75, 0.75], 0.5, 0)]


def test_a_name_in_an_archive_leads_nowhere(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.writestr("../../escaped.txt", "0 0.5 0.5 0.5 0.5 0.5\n")
    assert len(read_predictions(tmp_path / "run.zip")) == 1
    assert not list(tmp_path.parent.glob("escaped.txt"))


def test_a_link_out_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("0 0.5 0.5 0.5 0.5 0.5\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(FileFormatError, match=r"run/a\.txt leads out of the folder"):
        read_predictions(tmp_path / "run")


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("al_core.formats.files.tree.MAX_FILES", 2)
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", "")
    with pytest.raises(FileFormatError, match=r"run\.zip holds more than 2 files; split it"):
        read_predictions(tmp_path / "run.zip")


def test_an_archive_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\0" * 80_000_000)
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as archive:
        (tmp_path / "a.txt").write_bytes(b"\0" * 80_000_000)
        archive.add(tmp_path / "a.txt", "a.txt")
    for name in ("bomb.zip", "bomb.tar.gz"):
        with pytest.raises(
            FileFormatError, match=rf"{name} unpacks to 80,00\d,\d+ bytes or more, over 200 times its size"
        ):
            read_predictions(tmp_path / name)


def test_files_of_operating_systems_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "labels.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("labels/a.txt", "__MACOSX/labels/._a.txt", "labels/.DS_Store", "Thumbs.db"):
            archive.writestr(name, "x")
    assert open_tree(path).names == ["labels/a.txt"]
