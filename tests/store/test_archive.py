import io
import json
import tarfile
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.store.archive import ArchiveWriter, Description, extract
from al_core.store.backup import restore_backup

ID = "0" * 24


def test_what_was_written_is_unpacked(tmp_path: Path) -> None:
    description = Description(ID, "/home", 1)
    (tmp_path / "a.npy").write_bytes(b"content")
    with (tmp_path / "backup.tar").open("wb") as file:
        writer = ArchiveWriter(file, description)
        writer.add(f"datasets/{ID}/score/a.npy", tmp_path / "a.npy")
        writer.close()
    assert extract(tmp_path / "backup.tar", tmp_path / "unpacked") == description
    assert (tmp_path / "unpacked" / "datasets" / ID / "score" / "a.npy").read_bytes() == b"content"


def hostile(path: Path, member: tarfile.TarInfo, content: bytes = b"") -> None:
    description = {"format": "al_core backup", "version": 1, "workspace_id": ID, "home": "/", "created_at": 0}
    first = json.dumps(description).encode()
    with tarfile.open(path, "w") as tar:
        header = tarfile.TarInfo("backup.json")
        header.size = len(first)
        tar.addfile(header, io.BytesIO(first))
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize(
    "name",
    [
        "../escaped",
        "/tmp/escaped",
        f"datasets/{ID}/../../../escaped",
        f"datasets/{ID}/score/./a.npy",
        f"datasets/{ID}//a.npy",
        "datasets/../../escaped/a.npy",
        "signing.key",
        "workspace.json",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    hostile(tmp_path / "backup.tar", tarfile.TarInfo(name), b"x")
    with pytest.raises(FileFormatError, match="which no backup of al_core has; nothing was restored"):
        restore_backup(tmp_path / "backup.tar", tmp_path / "copy", None)
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo(f"datasets/{ID}/score")
    member.type = kind
    member.linkname = "/etc/passwd"
    hostile(tmp_path / "backup.tar", member)
    with pytest.raises(FileFormatError, match="which is not a regular file"):
        restore_backup(tmp_path / "backup.tar", tmp_path / "copy", None)


def test_another_tar_and_a_newer_backup_are_each_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "backup.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("a.txt"))
    with pytest.raises(FileFormatError, match="is not a backup of al_core"):
        restore_backup(path, tmp_path / "copy", None)
    first = json.dumps(
        {"format": "al_core backup", "version": 2, "workspace_id": ID, "home": "", "created_at": 0}
    ).encode()
    with tarfile.open(path, "w") as tar:
        header = tarfile.TarInfo("backup.json")
        header.size = len(first)
        tar.addfile(header, io.BytesIO(first))
    with pytest.raises(FileFormatError, match="was written by a newer version"):
        restore_backup(path, tmp_path / "copy", None)
