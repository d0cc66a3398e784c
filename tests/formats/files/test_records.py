import math
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.records import begins_with_records, float_list, json_numbers, read_records


@pytest.mark.parametrize(
    "text",
    [
        '[{"filename": "a"}, {"file_name": "b"}]',
        '{"filename": "a"}\n\n{"filename": "b"}\n',
        '{"samples": [{"filepath": "a"}, {"filename": "b"}]}',
    ],
)
def test_records_come_from_a_list_from_lines_or_from_an_object(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text)
    filenames, records, class_names = read_records(tmp_path / "r.json")
    assert filenames == ["a", "b"]
    assert len(records) == 2
    assert class_names is None


def test_class_names_stand_beside_the_predictions(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"class_names": ["cat"], "predictions": [{"filename": "a"}]}')
    assert read_records(tmp_path / "r.json")[2] == ["cat"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "holds no records"),
        ("[1]", "record 0 counting from 0: expected an object with a filename, found int"),
        ('{"a": 1}', "record 0 counting from 0 has no 'filename'; its keys are 'a'; add one"),
        ('{"filename": "a"}\n{"filename"\n', r"r\.json, line 2, column \d+: not JSON"),
        ('{"filename": "a"}\n[]\n', "line 2: expected an object with a filename, found list"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(FileFormatError, match=message):
        read_records(tmp_path / "r.json")


def test_records_are_recognized_by_a_filename_and_a_key() -> None:
    assert begins_with_records(b'[{"filename": "a", "boxes": []}]', "boxes")
    assert not begins_with_records(b'[{"filename": "a"}]', "boxes")
    assert not begins_with_records(b'filename,"boxes"', "boxes")


def test_an_integer_beyond_every_float_is_infinite() -> None:
    assert float_list("a.json", [10**400, -(10**400), 1]) == [math.inf, -math.inf, 1.0]


def test_null_is_nan_in_a_list_of_numbers() -> None:
    first, second = float_list("r.json", [1, None])
    assert (first, math.isnan(second)) == (1.0, True)


@pytest.mark.parametrize("value", [True, "1", None, []])
def test_what_is_not_a_number_is_refused(value: object) -> None:
    with pytest.raises(FileFormatError, match="score 1 counting from 0: expected a number"):
        json_numbers("r.json", [0.5, value], "score")
