from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.files.content import described


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n", "a PNG image"),
        (b"\x00\x01\x02", "binary"),
        (b"\xef\xbb\xbf[1, 2]", "JSON without names for its values"),
        (b'{"b": 1, "a": {"b": 2}}', "JSON with the keys 'b', 'a'"),
        (b"<a>", "XML that begins with '<a>'"),
        (b"one\ntwo", "text that begins with 'one'"),
    ],
)
def test_a_file_is_described_by_its_first_bytes(head: bytes, expected: str) -> None:
    assert described(Path("x"), head) == expected


def test_a_folder_is_described_by_its_files(tmp_path: Path) -> None:
    assert described(tmp_path, b"") == "a folder without files"
    (tmp_path / "a.png").write_bytes(b"")
    assert described(tmp_path, b"") == "a folder of 1 files such as 'a.png'"


def test_unknown_json_is_called_json_and_not_by_the_name_of_a_format(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[{"picture": "a.png", "guess": 3}]')
    expected = r"^x\.json is JSON with the keys 'picture', 'guess': of no known format; expected one of .*COCO results"
    with pytest.raises(FileFormatError, match=expected):
        read_predictions(tmp_path / "x.json")
