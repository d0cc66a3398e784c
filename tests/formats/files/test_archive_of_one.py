import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from al_core.formats.files.archive_of_one import recognizes_archive_of_one, unpack_archive_of_one


def packed(path: Path, *names: str) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, name)
    else:
        with tarfile.open(path, "w:gz") as tar:
            for name in names:
                member = tarfile.TarInfo(name)
                member.size = len(name)
                tar.addfile(member, io.BytesIO(name.encode()))
    return path


@pytest.mark.parametrize("archive", ["x.zip", "x.tgz"])
def test_the_only_file_is_unpacked_beside_what_macos_adds(tmp_path: Path, archive: str) -> None:
    path = packed(tmp_path / archive, "run/p.csv", "__MACOSX/run/._p.csv", "run/.DS_Store")
    assert recognizes_archive_of_one(path, path.read_bytes()[:512])
    (tmp_path / "out").mkdir()
    inner = unpack_archive_of_one(path, tmp_path / "out")
    assert inner == tmp_path / "out" / "p.csv"
    assert inner.read_text() == "run/p.csv"


@pytest.mark.parametrize("names", [["a.txt"], ["a.xml"], ["a.npy"], ["a.csv", "b.csv"], []])
def test_a_folder_of_files_per_image_stays_packed(tmp_path: Path, names: list[str]) -> None:
    path = packed(tmp_path / "x.zip", *names)
    assert not recognizes_archive_of_one(path, path.read_bytes()[:512])


def test_a_name_that_leads_out_of_the_archive_does_not(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", "../../p.csv")
    (tmp_path / "out").mkdir()
    assert unpack_archive_of_one(path, tmp_path / "out") == tmp_path / "out" / "p.csv"


def test_an_archive_alone_in_another_is_unpacked_too(tmp_path: Path) -> None:
    inner = packed(tmp_path / "predict.zip", "labels/a.txt", "labels/b.txt")
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "run/predict.zip")
        archive.writestr("__MACOSX/run/._predict.zip", b"x")
    assert recognizes_archive_of_one(path, path.read_bytes()[:512])
    (tmp_path / "out").mkdir()
    unpacked = unpack_archive_of_one(path, tmp_path / "out")
    assert zipfile.ZipFile(unpacked).namelist() == ["labels/a.txt", "labels/b.txt"]
