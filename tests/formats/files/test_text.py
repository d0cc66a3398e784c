from pathlib import Path

import orjson
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.text import decode_utf8, looks_like_text, parse_json, read_json


def test_a_byte_order_mark_is_dropped() -> None:
    assert decode_utf8(b"\xef\xbb\xbfa\xc3\xa4", "a.txt") == "aä"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\nb\n\xff", r"a\.txt, line 3: byte 0xff is not UTF-8"),
        ("a".encode("utf-16"), r"a\.txt is UTF-16; save it as UTF-8"),
    ],
)
def test_other_encodings_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        decode_utf8(content, "a.txt")


def test_the_line_of_a_bad_byte_counts_from_where_the_content_began() -> None:
    with pytest.raises(FileFormatError, match="line 7:"):
        decode_utf8(b"\xff", "a.txt", first_line=7)


@pytest.mark.parametrize(("head", "expected"), [(b"a,b", True), (b"a\0b", False), (b"PK\x03\x04", False)])
def test_binary_content_does_not_look_like_text(head: bytes, expected: bool) -> None:
    assert looks_like_text(head) == expected


def test_bad_json_is_refused_with_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": [1, 2]}')
    assert read_json(tmp_path / "a.json") == {"a": [1, 2]}
    (tmp_path / "a.json").write_bytes(b'{\n"a": ?}')
    with pytest.raises(FileFormatError, match=r"a\.json, line 2, column 6: not JSON"):
        read_json(tmp_path / "a.json")


def test_nan_and_infinity_of_python_are_read_and_texts_that_hold_these_words_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text('{"NaN, \\"Infinity": [NaN, -Infinity, 1], "n": "NaN"}')
    content = read_json(path)
    assert str(content['NaN, "Infinity'][0]) == "nan"
    assert content['NaN, "Infinity'][1:] == [float("-inf"), 1]
    assert content["n"] == "NaN"


@pytest.mark.parametrize("rest", [b'"\\ud800"', b"[" * 2000 + b"]" * 2000, b"nan", b"NaNs", b"1e999"])
def test_nan_does_not_let_in_what_json_does_not_have(rest: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        parse_json(b"[NaN, " + rest + b"]")


def test_a_whole_number_beyond_64_bits_is_a_float_beside_nan_as_it_is_without() -> None:
    digits = b"1" * 400
    with pytest.raises(orjson.JSONDecodeError):
        parse_json(b"[NaN, " + digits + b"]")
    assert parse_json(b"[NaN, 100000000000000000000]")[1] == 1e20
