import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError
from al_core.formats import PREDICTION_READERS, READERS, read_embeddings, read_predictions

LIGHTLY = "filenames,embedding_0,embedding_1,labels\nb.png,0.5,1,3\na.png,-1,2e-3,7\n"


def write(tmp_path: Path, content: str | bytes, name: str = "embeddings.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_content_decides_when_the_suffix_is_wrong(tmp_path: Path) -> None:
    assert read_embeddings(write(tmp_path, LIGHTLY, "embeddings.npy")).filenames == ["b.png", "a.png"]


def test_a_format_that_is_named_wins_over_recognition(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="is not a NumPy array"):
        read_embeddings(write(tmp_path, LIGHTLY), format="npy")


def test_a_file_of_another_kind_is_refused_with_the_known_formats(tmp_path: Path) -> None:
    with pytest.raises(
        FileFormatError,
        match=r"e\.png is a PNG image: of no known format; expected one of NumPy array \(\.npy\), .*CSV",
    ):
        read_embeddings(write(tmp_path, b"\x89PNG\r\n\x1a\n\0\0", "e.png"))


def test_a_missing_file_an_unknown_format_and_a_folder_have_different_errors(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no file"):
        read_embeddings(tmp_path / "none.csv")
    with pytest.raises(InvalidInputError, match="unknown format 'xml'; use one of npy, npz, safetensors"):
        read_embeddings(write(tmp_path, LIGHTLY), format="xml")
    with pytest.raises(FileFormatError, match=r"is a folder with the table 'embeddings\.csv'; add the table alone"):
        read_embeddings(tmp_path)


def test_a_second_file_is_refused_by_a_format_that_takes_none(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.eye(2))
    (tmp_path / "p.npy").write_bytes(buffer.getvalue())
    with pytest.raises(InvalidInputError, match="is read as NumPy array, which takes no second file"):
        read_predictions(tmp_path / "p.npy", images=tmp_path / "p.npy")


@pytest.mark.parametrize("kind", list(READERS))
def test_every_format_is_described_for_the_dashboard(kind: str) -> None:
    for name, reader in READERS[kind].items():
        assert reader.name == name
        assert reader.label
        assert reader.description
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in reader.suffixes)


def test_a_reader_is_found_by_each_of_its_suffixes_even_for_damaged_content(tmp_path: Path) -> None:
    for reader in PREDICTION_READERS.values():
        for suffix in reader.suffixes:
            with pytest.raises(FileFormatError):
                read_predictions(write(tmp_path, b"\xff\0\xff", f"p{suffix}"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("e.jsonl", '{"filename": "a.png", "embedding": [1, 2]}\n', "read as embeddings .*add it on the Datasets page"),
        (
            "t.json",
            f'{{"categories": [{{"id": 1, "name": "{"x" * 5000}"}}], "images": []}}',
            "read as labels .*or together with the results",
        ),
        ("data.yaml", "names: [cat, dog]\n", "class names and holds no predictions; drop it together with the files"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "a picture and holds no predictions"),
        ("none.json", "[]", "JSON without any values"),
    ],
)
def test_what_is_added_in_the_wrong_place_is_sent_where_it_belongs(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    with pytest.raises(FileFormatError, match=said):
        read_predictions(write(tmp_path, content, name))


def test_an_archive_of_results_and_annotations_is_to_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("res.json", '[{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 0.5}]')
        archive.writestr("val.json", '{"images": [], "categories": [], "annotations": []}')
    with pytest.raises(
        FileFormatError, match=r"an archive of COCO results .*drop the results with their annotation file"
    ):
        read_predictions(path)
