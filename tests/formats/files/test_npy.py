import io
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import DTypeLike

from al_core.exceptions import FileFormatError
from al_core.formats.files.npy import array_from_bytes, read_npy


def npy_header(text: str) -> bytes:
    header = text.encode("latin-1").ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


class RunsWhenUnpickled:
    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("unpickled", "w"))


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8", "<i8", "|b1", "<U7", "|S3"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_plain_array_is_read_as_numpy_wrote_it(tmp_path: Path, dtype: DTypeLike, order: Literal["C", "F"]) -> None:
    array = np.asarray([["1", "0", "1"], ["0", "1", "1"]]).astype(dtype).copy(order=order)
    np.save(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(read_npy(tmp_path / "a.npy"), array)


def test_a_header_that_claims_a_trillion_elements_is_refused_without_allocating_them(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000), }") + b"\0" * 64)
    with pytest.raises(
        FileFormatError, match=r"a\.npy is truncated: shape \(1000000000, 1000\).*4,000,000,000,128 bytes"
    ):
        read_npy(path)


@pytest.mark.parametrize("size", ["9" * 19, "-1", "1.5", "x", "²"])
def test_a_header_with_an_impossible_size_is_refused(tmp_path: Path, size: str) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(npy_header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({size}, 2), }}"))
    with pytest.raises(
        FileFormatError, match=r"a\.npy( is truncated|: the header declares no valid shape|: expected a plain array)"
    ):
        read_npy(path)


def test_a_header_of_deep_brackets_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + "(" * 300 + ")" * 300 + "}"))
    with pytest.raises(FileFormatError, match=r"a\.npy: expected a plain array"):
        read_npy(path)


@pytest.mark.parametrize("n_bytes", [1, 9, 60, 130])
def test_a_truncated_array_is_refused(tmp_path: Path, n_bytes: int) -> None:
    np.save(tmp_path / "a.npy", np.zeros((4, 3), dtype=np.float32))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:n_bytes])
    with pytest.raises(FileFormatError, match=r"cut\.npy"):
        read_npy(tmp_path / "cut.npy")


def test_two_arrays_in_one_file_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.npy").open("wb") as file:
        np.save(file, np.zeros(2))
        np.save(file, np.zeros(2))
    with pytest.raises(FileFormatError, match="followed by other data"):
        read_npy(tmp_path / "a.npy")


def test_a_pickle_inside_npy_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", np.array([RunsWhenUnpickled()], dtype=object), allow_pickle=True)
    with pytest.raises(FileFormatError, match=r"a\.npy holds pickled Python objects.*astype\('float32'\)"):
        read_npy(Path("a.npy"))
    assert not Path("unpickled").exists()


def test_an_empty_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((0, 5)))
    with pytest.raises(FileFormatError, match=r"is empty: its shape is \(0, 5\)"):
        read_npy(tmp_path / "a.npy")


def test_a_structured_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(3, dtype=[("x", "f4"), ("y", "f4")]))
    with pytest.raises(FileFormatError, match="structured"):
        read_npy(tmp_path / "a.npy")


HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "[]",
        "{",
        "{1: 2, 'descr': 3}",
        "-" * 9000,
        HEADER.replace("'<f4'", "[('a',)]"),
        HEADER.replace("'<f4'", "'<f4;'"),
        HEADER.replace("'<f4'", "('<f4', (1 << 70,))"),
        HEADER.replace("'<f4'", "{'names': 1}"),
        HEADER.replace("False", "0"),
        HEADER.replace("(2, 2)", "__import__('os').getcwd()"),
        HEADER.replace("(2, 2)", "(True, None)"),
    ],
)
def test_a_damaged_header_is_refused(header: str) -> None:
    content = header.encode("latin-1").ljust(117) + b"\n"
    start = b"\x93NUMPY\x01\x00" + len(content).to_bytes(2, "little")
    with pytest.raises(FileFormatError, match=r"^a\.npy: (expected a plain array|the header declares)"):
        array_from_bytes(start + content, "a.npy")


def test_a_header_longer_than_numpy_reads_is_refused() -> None:
    header = HEADER.encode().ljust(20_000) + b"\n"
    with pytest.raises(FileFormatError, match=r"a\.npy: expected a plain array"):
        array_from_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header, "a.npy")


def test_a_structured_or_empty_array_is_read_from_memory() -> None:
    boxes = np.zeros(2, dtype=[("row", np.int64), ("score", np.float32)])
    for array in (boxes, boxes[:0]):
        content = io.BytesIO()
        np.save(content, array)
        np.testing.assert_array_equal(array_from_bytes(content.getvalue(), "boxes"), array)
