from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_filenames


def write(tmp_path: Path, content: str | bytes, name: str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "b.png\na b.png\n"),
        ("a.txt", "\ufeffb.png\r\na b.png\r\n\r\n"),
        ("a.txt", "b.png\na b.png"),
        ("a.txt", '"b.png"\n"a b.png"\n'),
        ("a.csv", "rank,filename\n1,b.png\n2,a b.png\n"),
        ("a.csv", "filenames\nb.png\na b.png\n"),
        ("a.txt", "filename\nb.png\na b.png\n"),
        ("a.json", '["b.png", "a b.png"]'),
        ("a.json", '\ufeff ["b.png", "a b.png"]'),
        ("a.json", '{"samples": [{"filename": "b.png"}, {"filename": "a b.png"}]}'),
    ],
)
def test_a_list_of_filenames_is_read_in_its_order(tmp_path: Path, name: str, content: str) -> None:
    assert read_filenames(write(tmp_path, content, name)) == ["b.png", "a b.png"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "", r"a\.txt is empty"),
        ("a.txt", "\n\n", r"a\.txt lists no filenames"),
        ("a.txt", "a\n\nb\n", r"a\.txt, row 1 counting from 0: the filename is empty"),
        ("a.txt", "a\nb\na\n", r"'a' occurs 2 times \(rows 0 and 2 counting from 0\)"),
        ("a.txt", "a\nb\tc\n", r"row 1 counting from 0: the filename 'b\\tc' holds control characters; remove them"),
        ("a.txt", b"a\n\xff\n", r"a\.txt, line 2: byte 0xff is not UTF-8"),
        ("a.csv", "owl,cat\na,b\n", r"a\.csv has no column 'filename'; its columns are 'owl', 'cat'"),
        ("a.json", "[]", r"a\.json lists no filenames"),
        ("a.json", '["a", 3]', r"a\.json, row 1 counting from 0: expected a filename in quotes, found 3"),
        ("a.json", '["a"', r"a\.json, line 1, column \d+: not JSON"),
        ("a.json", '{"a": 1}', r"a\.json: expected a list such as"),
        ("a.json", "[" * 10_000, r"a\.json, line 1, column \d+: not JSON"),
        ("a.json", '["\\ud800"]', r"not JSON"),
    ],
)
def test_a_bad_list_is_refused_with_its_place(tmp_path: Path, name: str, content: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_filenames(write(tmp_path, content, name))


def test_a_folder_lists_its_images(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    for name in ("train/b.JPG", "a.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert read_filenames(tmp_path) == ["a.png", "train/b.JPG"]


def test_a_folder_without_images_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"x")
    with pytest.raises(FileFormatError, match="is a folder without images; give a list of filenames, or their folder"):
        read_filenames(tmp_path)


@pytest.mark.parametrize("column", ["image_path", "Unnamed: 0", "", "id"])
def test_a_column_of_filenames_has_any_usual_name(tmp_path: Path, column: str) -> None:
    (tmp_path / "n.csv").write_text(f"{column},x\na.png,1\nb.png,2\n")
    assert read_filenames(tmp_path / "n.csv") == ["a.png", "b.png"]


def test_a_list_in_a_file_of_cells_needs_no_header(tmp_path: Path) -> None:
    (tmp_path / "metadata.tsv").write_text("a.png\nb.png\n")
    assert read_filenames(tmp_path / "metadata.tsv") == ["a.png", "b.png"]
