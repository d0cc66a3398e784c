import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import ALCoreError, FileFormatError, InvalidInputError, NotFoundError
from al_core.formats.predictions.probability_files import ProbabilityFiles
from al_core.objects.objects import Objects
from tests.buckets import new_bucket, use_endpoint

MATRIX = np.full((6, 2), 0.5, np.float32)


def saved(folder: Path, **arrays: Any) -> ProbabilityFiles:
    for name, array in arrays.items():
        np.save(folder / name, array)
    return ProbabilityFiles.at(str(folder))


def test_parts_are_taken_in_the_order_of_their_names_and_other_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "._part_09.npy").touch()
    files = saved(tmp_path, part_09=MATRIX, part_10=MATRIX[:1], part_11=MATRIX.astype(np.float64))
    assert [file.key for file in files.files] == ["part_09.npy", "part_10.npy", "part_11.npy"]
    assert (files.n_rows, files.n_classes) == (13, 2)
    files.check_unchanged()
    np.save(tmp_path / "part_12", MATRIX)
    with pytest.raises(InvalidInputError, match="was written again while its rows were read, so nothing is stored"):
        files.check_unchanged()


def test_an_object_is_found_by_its_address_and_parts_by_their_prefix(
    s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_endpoint(monkeypatch, s3)
    objects = Objects(f"s3://{new_bucket(s3)}")
    saved(tmp_path, a=MATRIX)
    content = (tmp_path / "a.npy").read_bytes()
    objects.write({"p.npy": content, "p.npy.old": b"", "parts/0.npy": content, "parts/1.npy": content})
    one = ProbabilityFiles.at(f"{objects.address}/p.npy")
    assert (one.folder, one.n_rows) == (objects.address, 6)
    one.check_unchanged()
    parts = ProbabilityFiles.at(f"{objects.address}/parts/")
    assert parts.n_rows == 12
    np.testing.assert_array_equal(parts.rows(5, 8).read(lambda: None), MATRIX[:3])
    with pytest.raises(NotFoundError, match=r"there is no s3://.*/parts/2\.npy; correct the address"):
        ProbabilityFiles.at(f"{objects.address}/parts/2.npy")
    with pytest.raises(NotFoundError, match=r"no .npy file at s3://.*/empty; give the address of one, or"):
        ProbabilityFiles.at(f"{objects.address}/empty")
    objects.write({"deep/er/0.npy": content})
    with pytest.raises(NotFoundError, match=r"'er/0\.npy' lies deeper: give the address of its folder"):
        ProbabilityFiles.at(f"{objects.address}/deep")


def truncate(path: Path) -> None:
    np.save(path, MATRIX)
    os.truncate(path, 150)


REFUSED: list[tuple[Any, str]] = [
    (MATRIX[:, 0], r"p\.npy: expected a row for each sample and a column for each class.*found shape \(6,\)"),
    (MATRIX[:, :, None], r"found shape \(6, 2, 1\)"),
    (MATRIX.astype(int), r"p\.npy: expected floats, found int64"),
    (MATRIX.astype(object), r"p\.npy holds pickled Python objects, which can run code and are never loaded"),
    (np.array([(1.0, 2.0)], "f4,f4"), "structured arrays are not read"),
    (MATRIX[:0], r"p\.npy is empty"),
    (np.asfortranarray(MATRIX), r"p\.npy is stored column by column.* save np\.ascontiguousarray"),
    (truncate, r"p\.npy is truncated"),
    (lambda path: path.write_bytes(b"not an array"), "is not a NumPy array"),
    (lambda path: path.write_bytes(b""), "is not a NumPy array"),
]


@pytest.mark.parametrize(("content", "said"), REFUSED)
def test_what_is_no_table_of_floats_is_refused_by_its_name(
    tmp_path: Path, content: Any | Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "p.npy"
    content(path) if callable(content) else np.save(path, content)
    with pytest.raises(FileFormatError, match=said):
        ProbabilityFiles.at(str(path))


def test_parts_of_other_widths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"a\.npy has 2 classes and b\.npy 1; all parts need the same classes"):
        saved(tmp_path, a=MATRIX, b=MATRIX[:, :1])


def test_an_order_in_doubt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"'p10\.npy' comes before 'p9\.npy' by name .* zeros in front"):
        saved(tmp_path, p9=MATRIX, p10=MATRIX)


@pytest.mark.parametrize(
    ("place", "error", "said"),
    [
        ("s3://user:secret@bucket/p.npy", InvalidInputError, "neither user, password"),
        ("nothing://bucket/p.npy", InvalidInputError, "cannot be reached here"),
        ("no/such/folder", NotFoundError, "there is no .npy file at .*no/such/folder"),
    ],
)
def test_a_place_that_is_none_is_refused(place: str, error: type[ALCoreError], said: str) -> None:
    with pytest.raises(error, match=said):
        ProbabilityFiles.at(place)
