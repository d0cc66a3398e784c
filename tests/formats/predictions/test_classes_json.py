import json
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import saved


@pytest.mark.parametrize(
    "text",
    [
        '{"filename": "a", "probabilities": {"cat": 0.25, "dog": 0.75}}\n'
        '{"filename": "b", "probabilities": {"dog": 0, "cat": 1}}',
        '{"class_names": ["cat", "dog"], "predictions": [{"filename": "a", "probabilities": [0.25, 0.75]}, '
        '{"filename": "b", "probabilities": [1, 0]}]}',
    ],
)
def test_json_probabilities_are_read_by_class_name_or_in_order(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    predictions = read_predictions(path)
    assert predictions.class_names == ["cat", "dog"]
    np.testing.assert_array_equal(predictions.outputs, [[0.25, 0.75], [1, 0]])


@pytest.mark.parametrize("key", ["probabilities", "values"])
@pytest.mark.parametrize(
    "rows",
    [
        ["[true, false]", "[0.25, 0.75]", "[1, 0]"],
        ["[true, false]", "[false, true]", "[true, false]"],
        ["[1, 0]", "[0.25, 0.75]", "[0.5, false]"],
    ],
)
def test_truth_values_are_no_probabilities_wherever_they_stand(tmp_path: Path, key: str, rows: list[str]) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(
        "\n".join(f'{{"filename": "{name}", "{key}": {row}}}' for name, row in zip("abc", rows, strict=True))
    )
    with pytest.raises(FileFormatError, match=r"p\.jsonl, line \d: expected a number, found (True|False); correct it"):
        read_predictions(path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"filename": "b", "probabilities": [1]}', r"p\.jsonl, line 2 has 1 probabilities, the first has 2"),
        ('{"filename": "b", "probabilities": [1, "x"]}', r"p\.jsonl, line 2: expected a number, found 'x'"),
        ('{"filename": "b", "probabilities": {"a": 1}}', r"p\.jsonl, line 2: expected a list of numbers, found dict"),
        ('{"filename": "b", ', r"p\.jsonl, line 2, column \d+: not JSON .*one object per line"),
        ("[" * 10_000, r"p\.jsonl, line 2, column \d+: not JSON"),
    ],
)
def test_a_bad_json_line_is_refused_with_its_number(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"filename": "a", "probabilities": [0.5, 0.5]}\n' + row)
    with pytest.raises(FileFormatError, match=message):
        read_predictions(path)


@pytest.mark.parametrize(
    "content",
    [
        {"scores": [0.9, 0.1], "class_ids": [1, 2], "rois": [[1, 2, 3, 4], [5, 6, 7, 8]]},
        {"a.jpg": [{"name": "dog", "score": 0.9, "boundingPoly": {"normalizedVertices": [{"x": 0.1, "y": 0.2}]}}]},
        {"a.jpg": [{"label": "dog", "confidence": 0.9, "topleft": {"x": 1, "y": 2}, "bottomright": {"x": 3, "y": 4}}]},
        {"a.jpg": {"values": [{"boundingBox": {"x": 1, "w": 2}}], "metadata": {"width": 400, "height": 300}}},
        {"a.jpg": [{"label": "dog", "score": 0.9, "l": 1, "t": 2, "r": 3, "b": 4}]},
        {"a.jpg": [{"label": "dog", "score": 0.9, "center": {"x": 1, "y": 2}, "size": [3, 4]}]},
        {"face_1": {"score": 0.9, "facial_area": [1, 2, 3, 4]}},
        {
            "objects": [{"object": "dog", "confidence": 0.9, "rectangle": {"x": 1}}],
            "metadata": {"width": 4, "height": 4},
        },
        [{"label": "dog", "score": 0.9, "bounding_box": {"x": 1, "y": 2}}],
        [{"label": "dog", "score": 0.9, "place": [1, 2, 3, 4]}],
        [{"label": "dog", "score": 0.9, "box_2d": [1, 2, 3, 4]}],
        [{"label": "dog", "score": 0.9, "geometry": [[1, 2], [3, 2], [3, 4]]}],
    ],
)
def test_objects_are_no_classes_of_the_image(tmp_path: Path, content: object) -> None:
    with pytest.raises(FileFormatError):
        read_predictions(saved(tmp_path / "p.json", {"a.jpg": content, "b.jpg": content}))


def test_a_class_may_be_called_like_a_box(tmp_path: Path) -> None:
    numbers = {"mailbox": 0.75, "landmarks": 0.25}
    predictions = read_predictions(saved(tmp_path / "p.json", {"a.jpg": numbers, "b.jpg": numbers}))
    assert predictions.class_names == ["mailbox", "landmarks"]


def test_an_answer_about_one_image_is_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "cat_7.json"
    path.write_text(
        '{"time": 0.1, "predictions": [{"class": "cat", "confidence": 0.75}, {"class": "dog", "confidence": 0.25}]}'
    )
    predictions = read_predictions(path)
    assert predictions.filenames == ["cat_7.json"]
    assert predictions.findings[0].what == "named-after-file"


def test_pandas_by_index_names_images_in_a_column(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.json", {"7": {"image": "a.png", "cat": 0.75, "dog": 0.25}})
    predictions = read_predictions(path)
    assert (predictions.filenames, predictions.class_names) == (["a.png"], ["cat", "dog"])


def test_a_folder_has_the_classes_of_each_image_in_a_file(tmp_path: Path) -> None:
    for name, scores in (("a", [0.75, 0.25]), ("b.1", [0.5, 0.5])):
        saved(tmp_path / "preds" / f"{name}.json", {"pred_scores": scores, "pred_label": 0, "pred_class": "cat"})
    predictions = read_predictions(tmp_path / "preds")
    assert predictions.filenames == ["a.json", "b.1.json"]
    assert predictions.outputs.tolist() == [[0.75, 0.25], [0.5, 0.5]]


def test_numbers_that_are_texts_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text('[{"filename": "a.png", "probabilities": {"cat": "0.75", "dog": "0.25"}}]')
    predictions = read_predictions(path)
    assert (predictions.class_names, predictions.outputs.tolist()) == (["cat", "dog"], [[0.75, 0.25]])


def test_azure_custom_vision_names_classes_by_tags(tmp_path: Path) -> None:
    tags = [
        {"tagName": "cat", "tagId": "1", "probability": 0.75},
        {"tagName": "dog", "tagId": "2", "probability": 0.25},
    ]
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"a.png": {"id": "x", "project": "y", "predictions": tags}}))
    predictions = read_predictions(path)
    assert (predictions.filenames, predictions.class_names) == (["a.png"], ["cat", "dog"])
    assert predictions.outputs.tolist() == [[0.75, 0.25]]


def test_classes_in_the_order_of_their_scores_have_the_names_beside_them(tmp_path: Path) -> None:
    for name, ids in (("a", [1, 0]), ("b", [0, 1])):
        labels = [["cat", "dog"][number] for number in ids]
        document = {"input_path": f"in/{name}.png", "class_ids": ids, "scores": [0.75, 0.25], "label_names": labels}
        (tmp_path / f"{name}_res.json").write_text(json.dumps(document))
    predictions = read_predictions(tmp_path)
    assert (predictions.filenames, predictions.class_names) == (["in/a.png", "in/b.png"], ["cat", "dog"])
    assert predictions.outputs.tolist() == [[0.25, 0.75], [0.75, 0.25]]
