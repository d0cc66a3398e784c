"""Small files that ask for gigabytes or minutes, made as they are needed."""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

MEGABYTE = 2**20


@dataclass(frozen=True)
class Bomb:
    """A file that is refused.

    Attributes:
        name: Its name on disk, which says its format.
        kind: What it claims to hold, a key of READERS.
        make: Writes it.
        reason: What the refusal says, as a regular expression.
    """

    name: str
    kind: str
    make: Callable[[Path], object]
    reason: str

    def made_in(self, folder: Path) -> Path:
        """Write the file into a folder and return where it is."""
        path = folder / self.name
        self.make(path)
        return path


def lists_of_zeros(path: Path) -> None:
    n_values = 10_000_000
    values = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(2 * n_values)), n_values)
    lists = values.cast(pa.list_(pa.float64()))
    pyarrow.parquet.write_table(pa.table({"filename": ["a", "b"], "embedding": lists}), path, compression="zstd")


def one_text_for_all(path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, np.int32)), pa.array(["x" * 100_000]))
    names = [f"{row}.png" for row in range(20_000)]
    table = pa.table({"filename": names, "note": texts})
    writer = pyarrow.parquet.write_table if path.suffix == ".parquet" else pyarrow.feather.write_feather
    writer(table, path, compression="zstd")


def all_text_alike(path: Path) -> None:
    table = pa.table({"filename": pa.array(["x" * 100_000] * 1_000), "cat": np.zeros(1_000, np.float32)})
    pyarrow.parquet.write_table(
        table, path, use_dictionary=False, column_encoding={"filename": "DELTA_BYTE_ARRAY", "cat": "PLAIN"}
    )


def packed_buffers(codec: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        lists = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(60_000_000, np.float32)), 30_000_000)
        pyarrow.feather.write_feather(pa.table({"filename": ["a", "b"], "embedding": lists}), path, compression=codec)

    return make


def columns_of_nothing(path: Path) -> None:
    n_rows = 100_000
    columns = {f"embedding_{number}": pa.nulls(n_rows) for number in range(12_000)}
    table = pa.table({"filename": [f"{row}" for row in range(n_rows)], **columns})
    pyarrow.feather.write_feather(table, path, compression="uncompressed")


def unwritten_texts(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["embeddings"] = np.zeros((20, 2), np.float32)
        file.create_dataset("filenames", 20, "S100000000", chunks=(1,))


def one_huge_chunk(path: Path) -> None:
    with h5py.File(path, "w") as file:
        size = (None, None)
        file.create_dataset("embeddings", (10, 4), "f4", chunks=(10, 50_000_000), maxshape=size, compression="gzip")


def tar_with_header(kind: bytes, n_bytes: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with tarfile.open(path, "w:gz") as archive:
            header = tarfile.TarInfo("././@LongLink")
            header.type = kind
            header.size = n_bytes
            archive.fileobj.write(header.tobuf(tarfile.GNU_FORMAT))
            for _ in range(n_bytes // MEGABYTE):
                archive.fileobj.write(bytes(MEGABYTE))

    return make


def sparse_tar(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        header = tarfile.TarInfo("a.txt")
        header.type = tarfile.GNUTYPE_SPARSE
        archive.fileobj.write(header.tobuf(tarfile.GNU_FORMAT))


def zip_of_zeros(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(100 * MEGABYTE))


def voc_with_entities(encoding: str) -> Callable[[Path], None]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l8;</a>'

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.xml", text.encode(encoding))

    return make


def array_archive_of_zeros(path: Path) -> None:
    np.savez_compressed(path, embeddings=np.zeros((20, 1_000_000), np.float32))


def lying_array(path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 512)})
    path.write_bytes(header.getvalue() + struct.pack("<f", 1))


UNPACKS = r"unpacks to [\d,]+ bytes or more, over 200 times its size"
BOMBS = (
    Bomb("zeros.parquet", "embeddings", lists_of_zeros, UNPACKS),
    Bomb("text.parquet", "metadata", one_text_for_all, UNPACKS),
    Bomb("alike.parquet", "predictions", all_text_alike, UNPACKS),
    Bomb("text.arrow", "metadata", one_text_for_all, UNPACKS),
    Bomb("zstd.arrow", "embeddings", packed_buffers("zstd"), UNPACKS),
    Bomb("lz4.feather", "embeddings", packed_buffers("lz4"), UNPACKS),
    Bomb("nulls.arrow", "embeddings", columns_of_nothing, r"takes 4\.8 GB in memory and the limit is 4 GB"),
    Bomb("texts.h5", "embeddings", unwritten_texts, UNPACKS),
    Bomb("chunk.h5", "embeddings", one_huge_chunk, UNPACKS),
    Bomb("name.tar.gz", "predictions", tar_with_header(tarfile.GNUTYPE_LONGNAME, 128 * MEGABYTE), "has a header of"),
    Bomb("link.tar.gz", "predictions", tar_with_header(tarfile.GNUTYPE_LONGLINK, 128 * MEGABYTE), "has a header of"),
    Bomb("pax.tar.gz", "predictions", tar_with_header(tarfile.XHDTYPE, 128 * MEGABYTE), "has a header of"),
    Bomb("global.tar.gz", "predictions", tar_with_header(tarfile.XGLTYPE, 128 * MEGABYTE), "has a header of"),
    Bomb("sparse.tar.gz", "predictions", sparse_tar, "has sparse files"),
    Bomb("zeros.zip", "predictions", zip_of_zeros, UNPACKS),
    Bomb("entities.zip", "predictions", voc_with_entities("utf-8"), "declares a document type"),
    Bomb("utf16.zip", "predictions", voc_with_entities("utf-16"), "declares a document type"),
    Bomb("zeros.npz", "embeddings", array_archive_of_zeros, UNPACKS),
    Bomb("header.npy", "embeddings", lying_array, "is truncated"),
)
"""Every small file that once took gigabytes, and its siblings."""
