import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.npz import ArrayArchive


def npy_header(text: str) -> bytes:
    header = text.encode("latin-1").ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


def npz_with(path: Path, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("embeddings.npy", content)
    return path


class RunsWhenUnpickled:
    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("unpickled", "w"))


def test_a_pickle_inside_npz_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("a.npz", names=np.array([RunsWhenUnpickled()], dtype=object))
    with pytest.raises(FileFormatError, match=r"a\.npz, array 'names' holds pickled Python objects.*dtype=str"):
        ArrayArchive(Path("a.npz"))
    assert not Path("unpickled").exists()


def test_an_archive_gives_its_arrays_by_name(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", embeddings=np.eye(3, dtype=np.float32), names=np.array(["a", "bc", "ü"]))
    with ArrayArchive(tmp_path / "a.npz") as arrays:
        np.testing.assert_array_equal(arrays["embeddings"], np.eye(3))
        assert arrays.texts("names") == ["a", "bc", "ü"]
        assert arrays.texts("labels") is None


def test_the_only_matrix_of_an_archive_is_found_under_any_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", arr_0=np.ones((2, 3)), arr_1=np.ones(2))
    with ArrayArchive(tmp_path / "a.npz") as arrays:
        assert arrays.matrix("embeddings").shape == (2, 3)


def test_two_matrices_under_other_names_are_ambiguous(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.ones((2, 3)), y=np.ones((2, 3)))
    with (
        ArrayArchive(tmp_path / "a.npz") as arrays,
        pytest.raises(FileFormatError, match=r"no array 'embeddings'; it holds 'x' \(2, 3\), 'y' \(2, 3\)"),
    ):
        arrays.matrix("embeddings")


def test_bytes_that_are_not_text_are_refused_as_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", names=np.array([b"\xff\xfe"]))
    with (
        ArrayArchive(tmp_path / "a.npz") as arrays,
        pytest.raises(FileFormatError, match="array 'names' is not valid text"),
    ):
        arrays.texts("names")


def test_numbers_are_refused_as_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", names=np.arange(3))
    with (
        ArrayArchive(tmp_path / "a.npz") as arrays,
        pytest.raises(FileFormatError, match="expected one-dimensional text"),
    ):
        arrays.texts("names")


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.save(content, np.zeros((5_000, 4_000), dtype=np.float32))
    path = npz_with(tmp_path / "bomb.npz", content.getvalue())
    with pytest.raises(
        FileFormatError, match=r"bomb\.npz unpacks to 80,000,128 bytes or more, over 200 times its size"
    ):
        ArrayArchive(path)


def test_a_member_that_claims_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    claim = npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000), }")
    path = npz_with(tmp_path / "a.npz", claim)
    with pytest.raises(FileFormatError, match=r"a\.npz, array 'embeddings' is truncated"):
        ArrayArchive(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(tmp_path: Path, compression: int) -> None:
    path = npz_with(tmp_path / "a.npz", b"x", compression)
    with pytest.raises(FileFormatError, match="unknown compression"):
        ArrayArchive(path)


def test_a_zip_of_other_files_is_refused(tmp_path: Path) -> None:
    path = npz_with(tmp_path / "a.npz", b"hello")
    with pytest.raises(FileFormatError, match=r"array 'embeddings' is not a NumPy array"):
        ArrayArchive(path)


def test_an_archive_cut_short_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", embeddings=np.eye(3))
    (tmp_path / "cut.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:200])
    with pytest.raises(FileFormatError, match=r"cut\.npz is a damaged archive"):
        ArrayArchive(tmp_path / "cut.npz")


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz")
    with pytest.raises(FileFormatError, match="holds no arrays"):
        ArrayArchive(tmp_path / "a.npz")


def test_a_flipped_byte_is_found_by_the_checksum(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", embeddings=np.eye(30))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[1000] ^= 1
    (tmp_path / "a.npz").write_bytes(content)
    with ArrayArchive(tmp_path / "a.npz") as arrays, pytest.raises(FileFormatError, match="Bad CRC"):
        arrays["embeddings"]
