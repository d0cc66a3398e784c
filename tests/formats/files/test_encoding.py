from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.encoding import needs_recoding, recode
from al_core.formats.files.remarks import remarks_collected

NAMES = "filename,größe\ndía_ñ.png,0.5\n"


def recoded(folder: Path, content: bytes) -> str | None:
    path = folder / "x.csv"
    path.write_bytes(content)
    if not needs_recoding(path, content[:4096]):
        return None
    (folder / "out").mkdir()
    return recode(path, folder / "out").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_a_text_in_another_encoding_is_written_as_utf_8(tmp_path: Path, encoding: str) -> None:
    assert recoded(tmp_path, NAMES.encode(encoding)) == NAMES


def test_windows_1252_is_an_assumption_and_said_to_be(tmp_path: Path) -> None:
    with remarks_collected() as remarks:
        recoded(tmp_path, NAMES.encode("cp1252"))
    assert remarks == {"encoding": "The file is not UTF-8 and was read as Windows-1252 (Latin-1)"}


@pytest.mark.parametrize(
    "content",
    [
        NAMES.encode(),
        b"\xef\xbb\xbf" + NAMES.encode(),
        b"a,b\r\nc,d\r\n",
        b'{"a":\r1}',
        NAMES.encode()[:-5] + b"\xff",
        NAMES.encode() + "größe".encode("cp1252"),
        "図一.png,0.5\n図二.png,0.5\n".encode("shift-jis"),
        "\u043a\u043e\u0442.png,0.5\n".encode("cp1251"),
        b"\x93NUMPY\x01\x00" + bytes(100),
        b"a\0b\0" + bytes(range(256)),
    ],
)
def test_utf_8_damaged_utf_8_other_alphabets_and_binary_files_are_left_alone(tmp_path: Path, content: bytes) -> None:
    assert recoded(tmp_path, content) is None


def test_lines_that_end_with_returns_alone_get_line_feeds(tmp_path: Path) -> None:
    assert recoded(tmp_path, b"a,b\rc,d\r") == "a,b\nc,d\n"


def test_a_text_that_stops_being_utf_16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"^x\.csv is a damaged text in UTF-16"):
        recoded(tmp_path, NAMES.encode("utf-16") + b"\x00\xd8\x00\x00")
