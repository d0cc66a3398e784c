import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pytest

from al_core.exceptions import FileFormatError, NotFoundError
from al_core.formats import (
    read_class_names,
    read_embeddings,
    read_filenames,
    read_metadata,
    read_predictions,
    read_scores,
    worker,
)
from al_core.formats.files.envelope import unwrapped

TABLE = "filename,cat,dog\na.png,0.75,0.25\nb.png,0.5,0.5\n"


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr("__MACOSX/._" + name, b"\0")
    return buffer.getvalue()


def sheet(text: str) -> bytes:
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append([float(cell) if cell[:1].isdigit() else cell for cell in line.split(",")])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())


ENVELOPES: dict[str, Callable[[str], bytes]] = {
    "p.csv.gz": lambda text: gzip.compress(text.encode()),
    "p.csv.bz2": lambda text: bz2.compress(text.encode()),
    "p.csv.xz": lambda text: lzma.compress(text.encode()),
    "p.csv.zst": lambda text: zstd(text.encode()),
    "p.zip": lambda text: zipped("out put/p.csv", text.encode()),
    "p.xlsx": sheet,
    "utf16.csv": lambda text: text.encode("utf-16"),
    "utf16le.csv": lambda text: text.encode("utf-16-le"),
    "utf16be.csv": lambda text: text.encode("utf-16-be"),
    "mac.csv": lambda text: text.replace("\n", "\r").encode(),
    "pipe.csv": lambda text: text.replace(",", "|").encode(),
    "blanks.txt": lambda text: text.replace(",", "   ").encode(),
    "german.csv": lambda text: text.replace(",", ";").replace(".", ",").replace(",png", ".png").encode(),
    "excel.csv": lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
    "comment.csv": lambda text: ("# model: resnet50\n#\n" + text).encode(),
    "savetxt.csv": lambda text: ("# " + text).encode(),
    "sheet.xlsx.gz": lambda text: gzip.compress(sheet(text)),
    "utf16.csv.zip": lambda text: zipped("p.csv", text.encode("utf-16")),
}


@pytest.mark.parametrize("name", ENVELOPES)
@pytest.mark.parametrize("read", [read_predictions, worker.read_predictions])
def test_a_table_in_any_envelope_holds_the_same_numbers(
    tmp_path: Path, name: str, read: Callable[[Path], object]
) -> None:
    (tmp_path / name).write_bytes(ENVELOPES[name](TABLE))
    predictions = read_predictions(tmp_path / name)
    assert predictions.filenames == ["a.png", "b.png"]
    assert predictions.class_names == ["cat", "dog"]
    assert predictions.outputs.tolist() == [[0.75, 0.25], [0.5, 0.5]]


def test_every_kind_of_file_is_read_in_an_envelope(tmp_path: Path) -> None:
    def packed(name: str, text: str) -> Path:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        return tmp_path / f"{name}.gz"

    embeddings = read_embeddings(packed("e.csv", "filenames,embedding_0,embedding_1\na,0.5,2\n"))
    assert embeddings.embeddings.tolist() == [[0.5, 2]]
    assert read_filenames(packed("n.txt", "a.png\nb.png\n")) == ["a.png", "b.png"]
    assert read_class_names(packed("c.json", '["cat", "dog"]')) == ["cat", "dog"]
    assert read_metadata(packed("m.csv", "filename,place\na,farm\n")).texts["place"].names == ("farm",)
    assert read_scores(packed("s.csv", "filename,score\na,0.5\n")).scores["score"].tolist() == [0.5]


def test_an_array_in_an_envelope_outlives_the_file_that_it_was_unpacked_to(tmp_path: Path) -> None:
    vectors = np.arange(800_000, dtype=np.float32).reshape(400_000, 2)
    buffer = io.BytesIO()
    np.save(buffer, vectors)
    path = tmp_path / "e.npy.gz"
    path.write_bytes(gzip.compress(buffer.getvalue(), 1))
    for table in (read_embeddings(path), worker.read_embeddings(path)):
        np.testing.assert_array_equal(table.embeddings, vectors)


def test_an_error_names_the_envelope_the_file_and_its_line(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(zipped("p.csv", b"filename,cat,dog\na.png,0.75,0.25\nb.png,oops,0.5\n"))
    with pytest.raises(FileFormatError, match=r"^all\.zip: p\.csv, line 3, column 'cat'"):
        read_predictions(path)


def test_a_line_of_a_rewritten_table_keeps_its_number(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("# one\n# two\nfilename|cat|dog\na.png|0.75|0.25\nb.png|0.5|0.5\n" + "c.png|x|1\n")
    with path.open("a") as file:
        file.writelines("d.png|0.5|0.5\n" for _ in range(30))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5] + lines[6:] + lines[5:6]))
    with pytest.raises(FileFormatError, match=r"^p\.csv, line 36, column 'cat'"):
        read_predictions(path)


def test_what_unpacking_decided_is_said(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(ENVELOPES["german.csv"](TABLE))
    assert [finding.what for finding in read_predictions(path).findings][:1] == ["decimal-comma"]


def test_a_damaged_envelope_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode() * 100)[:-30])
    with pytest.raises(FileFormatError, match=r"^p\.csv\.gz is a damaged gzip file"):
        read_predictions(path)


def test_a_folder_and_a_file_that_is_not_there_have_no_envelope(tmp_path: Path) -> None:
    with unwrapped(tmp_path) as inner:
        assert inner == tmp_path
    with pytest.raises(NotFoundError, match="there is no file"):
        read_predictions(tmp_path / "no.csv.gz")


def test_a_list_of_names_with_blanks_or_signs_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("IMG 0007.jpg\nIMG 0008.jpg\n#3|a.jpg\n")
    assert read_filenames(path) == ["IMG 0007.jpg", "IMG 0008.jpg", "#3|a.jpg"]
