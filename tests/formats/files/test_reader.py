from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError
from al_core.formats.files.reader import Reader, check_file, choose, registry

READERS = registry(
    Reader("b", "B files", "Begin with b", (".b",), lambda path, head: head.startswith(b"b"), Path.read_bytes),
    Reader("any", "Texts", "Anything", (".txt", ".log"), lambda path, head: False, Path.read_bytes),
)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [("x.txt", b"b", "b"), ("x.b", b"c", "b"), ("x.TXT", b"c", "any"), ("x.log", b"c", "any")],
)
def test_the_content_decides_before_the_suffix(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert choose(tmp_path / name, READERS).name == expected


def test_the_format_asked_for_is_used_without_a_look_at_the_content(tmp_path: Path) -> None:
    (tmp_path / "x.b").write_bytes(b"b")
    assert choose(tmp_path / "x.b", READERS, format="any").name == "any"
    with pytest.raises(InvalidInputError, match="unknown format 'c'; use one of b, any"):
        choose(tmp_path / "x.b", READERS, format="c")


def test_a_file_that_no_reader_takes_is_refused_with_the_existing_formats(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"c")
    with pytest.raises(
        FileFormatError,
        match=r"x\.png is text that begins with .c.: of no known format; .*B files \(\.b\), Texts \(\.txt, \.log\)",
    ):
        choose(tmp_path / "x.png", READERS)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.b").write_bytes(b"b" * 11)
    assert choose(tmp_path / "x.b", READERS, max_bytes=11).name == "b"
    with pytest.raises(FileFormatError, match=r"x\.b has 11 bytes and the limit is 10"):
        choose(tmp_path / "x.b", READERS, max_bytes=10)


def test_an_empty_or_absent_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.b").write_bytes(b"")
    with pytest.raises(FileFormatError, match=r"x\.b is empty \(0 bytes\)"):
        check_file(tmp_path / "x.b")
    with pytest.raises(NotFoundError, match="there is no file"):
        check_file(tmp_path / "y.b")


def test_a_folder_has_no_first_bytes(tmp_path: Path) -> None:
    assert check_file(tmp_path) == b""
