import json
import tracemalloc
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.tables.json_source import by_class, json_table, records_of

ROWS = [{"filename": "a.png", "cat": 0.25, "dog": 0.75}, {"filename": "b.png", "cat": 1, "dog": 0}]
BY_NAME = {"a.png": {"cat": 0.25, "dog": 0.75}, "b.png": {"cat": 1, "dog": 0}}
PROBABILITIES = [
    {"filename": "a.png", "probabilities": {"cat": 0.25, "dog": 0.75}},
    {"filename": "b.png", "probabilities": {"cat": 1, "dog": 0}},
]


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        {"filename": {"0": "a.png", "1": "b.png"}, "cat": {"0": 0.25, "1": 1}, "dog": {"0": 0.75, "1": 0}},
        {"columns": ["filename", "cat", "dog"], "index": [0, 1], "data": [["a.png", 0.25, 0.75], ["b.png", 1, 0]]},
        {"columns": ["cat", "dog"], "index": ["a.png", "b.png"], "data": [[0.25, 0.75], [1, 0]]},
        {"schema": {"fields": []}, "data": ROWS},
        {"cat": {"a.png": 0.25, "b.png": 1}, "dog": {"a.png": 0.75, "b.png": 0}},
    ],
)
def test_every_layout_of_pandas_is_one_table(content: object) -> None:
    assert records_of(content) == (ROWS, None)


def test_values_by_filename_are_a_table() -> None:
    assert records_of(BY_NAME) == (PROBABILITIES, None)
    lists = {"a.png": [{"label": "cat", "score": 0.25}, {"label": "dog", "score": 0.75}]}
    assert records_of(lists) == (PROBABILITIES[:1], None)
    timm = {"a.png": {"label": ["cat"], "prob": [0.25]}}
    assert records_of(timm) == ([{"filename": "a.png", "label": ["cat"], "prob": [0.25]}], None)


def test_pipelines_answer_with_a_list_per_image_or_with_one() -> None:
    classes = [{"label": "cat", "score": 0.25}, {"label": "dog", "score": 0.75}]
    expected = {"probabilities": {"cat": 0.25, "dog": 0.75}}
    assert records_of([classes, classes]) == ([expected, expected], None)
    assert records_of(classes) == ([expected], None)


def test_classes_beside_the_predictions_are_read() -> None:
    wrapped = {"class_names": ["cat", "dog"], "predictions": [{"filename": "a", "probabilities": [0.25, 0.75]}]}
    assert records_of(wrapped) == (wrapped["predictions"], ["cat", "dog"])


@pytest.mark.parametrize(
    ("beside", "class_names"),
    [
        ({"class_names": ["cat", "dog"]}, ["cat", "dog"]),
        ({"id2label": {"0": "cat", "1": "dog"}}, ["cat", "dog"]),
        ({"model": "resnet50", "epoch": 3}, None),
    ],
)
def test_predictions_by_filename_may_stand_beside_what_is_known_of_the_model(
    beside: dict[str, object], class_names: list[str] | None
) -> None:
    by_name = {"a.jpg": [0.25, 0.75], "b.jpg": [0.5, 0.5]}
    rows = [{"filename": name, "probabilities": numbers} for name, numbers in by_name.items()]
    for wrapper in ("predictions", "outputs"):
        assert records_of(beside | {wrapper: by_name}) == (rows, class_names)


def test_answers_of_roboflow_are_one_image() -> None:
    single = {"time": 0.1, "predictions": [{"class": "cat", "class_id": 0, "confidence": 0.9}], "top": "cat"}
    assert records_of(single)[0] == [single]


def test_objects_of_classes_in_records_become_numbers_by_class(tmp_path: Path) -> None:
    record = {"image": "a.png", "predictions": {"cat": {"confidence": 0.25}, "dog": {"confidence": 0.75}}}
    (tmp_path / "p.json").write_text(json.dumps([record]))
    assert json_table(tmp_path / "p.json").cells(1) == [{"cat": 0.25, "dog": 0.75}]


@pytest.mark.parametrize(
    ("text", "message"), [("[]", "holds no records"), ("[1]", "expected an object"), ("3", "no rec")]
)
def test_other_json_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(FileFormatError, match=rf"^p\.json.*{message}"):
        json_table(tmp_path / "p.json")


def test_objects_that_name_their_images_are_rows_of_a_table() -> None:
    rows = [{"image": "a.png", "label": "cat", "score": 0.5, "x1": 1}, {"image": "b.png", "label": "cat", "score": 1}]
    assert records_of({"schema": {"fields": []}, "data": rows}) == (rows, None)
    assert records_of({"predictions": rows}) == (rows, None)


def test_a_class_goes_by_its_name_where_it_has_a_number_too() -> None:
    assert by_class(
        [{"class": 3, "name": "cat", "confidence": 0.25}, {"class": 0, "name": "dog", "confidence": 0.75}]
    ) == {
        "cat": 0.25,
        "dog": 0.75,
    }
    assert by_class([{"class": 3, "confidence": 1}]) == {3: 1}


def test_lists_of_filenames_and_numbers_are_columns_beside_the_class_names() -> None:
    content = {"filenames": ["a.png", "b.png"], "probabilities": [[0.2, 0.3, 0.5], [1, 0, 0]], "classes": list("xyz")}
    rows, class_names = records_of(content)
    assert rows[1] == {"filenames": "b.png", "probabilities": [1, 0, 0]}
    assert class_names == ["x", "y", "z"]


def test_names_of_classes_beside_numbers_by_filename_are_no_column() -> None:
    rows, _ = records_of({"names": ["cat", "dog"], "a.png": [0.25, 0.75], "b.png": [1, 0]})
    assert {"filename": "b.png", "probabilities": [1, 0]} in rows


def test_lines_are_read_without_keeping_their_records(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    lines = [{"filename": f"img_{row:07d}.jpg", "probabilities": [0.25, 0.125, row / 7]} for row in range(5000)]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    tracemalloc.start()
    table = json_table(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert table.cells(1)[:2] == [[0.25, 0.125, 0.0], [0.25, 0.125, 1 / 7]]
    # Names and lists alone take four times the file, with a dictionary for each line it is ten times.
    assert peak < 6 * path.stat().st_size


def test_a_key_of_some_lines_is_a_column_of_all(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"filename": "a.png", "cat": 1}\n\n{"filename": "b.png", "dog": 0.5}\n')
    table = json_table(path)
    assert table.columns == ["filename", "cat", "dog"]
    assert [list(table.cells(1)), list(table.cells(2))] == [[1, None], [None, 0.5]]
    assert table.where(1) == "p.jsonl, line 3"
