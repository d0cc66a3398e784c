from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings


def part(folder: Path, number: int, names: list[str], *, with_metadata: bool = True) -> None:
    for name in ("img_emb", "metadata"):
        (folder / name).mkdir(exist_ok=True)
    vectors = np.full((len(names), 2), number, np.float16)
    np.save(folder / "img_emb" / f"img_emb_{number}.npy", vectors)
    if with_metadata:
        table = pa.table({"caption": ["x"] * len(names), "image_path": names})
        pyarrow.parquet.write_table(table, folder / "metadata" / f"metadata_{number}.parquet")


def test_parts_are_joined_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 0):
        part(tmp_path, number, [f"/data/{number}_{row}.jpg" for row in range(2)])
    table = read_embeddings(tmp_path)
    assert table.filenames == [f"/data/{number}_{row}.jpg" for number in (0, 2, 10) for row in range(2)]
    assert table.embeddings[:, 0].tolist() == [0, 0, 2, 2, 10, 10]


def test_a_part_whose_metadata_is_missing_is_refused(tmp_path: Path) -> None:
    part(tmp_path, 0, ["a"])
    part(tmp_path, 1, ["b"], with_metadata=False)
    with pytest.raises(FileFormatError, match=r"img_emb_1\.npy has no metadata/metadata_1\.parquet"):
        read_embeddings(tmp_path)


def test_vectors_without_any_metadata_have_no_filenames(tmp_path: Path) -> None:
    part(tmp_path, 0, ["a", "b"], with_metadata=False)
    assert read_embeddings(tmp_path).filenames is None
