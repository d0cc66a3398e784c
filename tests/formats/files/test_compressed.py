import gzip
import io
import tarfile
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.compressed import is_compressed, unpack_compressed
from al_core.formats.files.decoded_size import VARIABLE


def test_the_file_within_has_the_name_without_the_ending(tmp_path: Path) -> None:
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(b"x,y\n"))
    (tmp_path / "out").mkdir()
    inner = unpack_compressed(packed, tmp_path / "out")
    assert inner.name == "a.csv"
    assert inner.read_bytes() == b"x,y\n"


def test_a_compressed_tar_is_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    assert not is_compressed(path, path.read_bytes())


def test_a_bomb_is_refused_on_the_way(tmp_path: Path) -> None:
    packed = tmp_path / "zeros.csv.gz"
    packed.write_bytes(gzip.compress(bytes(100 * 2**20), 9))
    with pytest.raises(
        FileFormatError, match=r"^zeros\.csv\.gz unpacks to [\d,]+ bytes or more, over 200 times its size"
    ):
        unpack_compressed(packed, tmp_path)


def test_what_is_larger_than_may_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0.000001")
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(bytes(2000)))
    with pytest.raises(FileFormatError, match=r"^a\.csv\.gz takes .* and the limit is"):
        unpack_compressed(packed, tmp_path)
