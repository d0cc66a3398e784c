import io
import json
import tarfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats import Predictions, join_report, read_predictions
from al_core.scorers import SCORERS

CATEGORIES = [{"id": 5, "name": "dog"}, {"id": 2, "name": "cat"}]


def lightly(tmp_path, task: str, **images: list[dict]):
    folder = tmp_path / "predictions" / "my-task"
    folder.mkdir(parents=True)
    (tmp_path / "predictions" / "tasks.json").write_text('["my-task"]')
    (folder / "schema.json").write_text(json.dumps({"task_type": task, "categories": CATEGORIES}))
    for stem, predictions in images.items():
        (folder / f"{stem}.json").write_text(json.dumps({"file_name": f"{stem}.jpg", "predictions": predictions}))
    return tmp_path / "predictions"


def scores(predictions):
    return SCORERS[predictions.task](predictions.take(np.arange(len(predictions)))).calculate_scores()


def test_lightly_classification_follows_the_order_of_category_ids(tmp_path):
    path = lightly(
        tmp_path,
        "classification",
        a=[{"category_id": 2, "probabilities": [0.75, 0.25]}],
        b=[{"category_id": 5, "score": 0.875}],
        c=[],
    )
    predictions = read_predictions(path)
    assert predictions.class_names == ["cat", "dog"]
    np.testing.assert_array_equal(predictions.outputs, [[0.75, 0.25], [0.125, 0.875], [np.nan, np.nan]])


def test_lightly_detection_keeps_its_class_probabilities(tmp_path):
    box = {"category_id": 5, "bbox": [10, 20, 30, 20], "score": 0.5, "probabilities": [0.25, 0.75]}
    predictions = read_predictions(lightly(tmp_path, "object-detection", a=[box], b=[]))
    assert predictions.outputs.n_boxes.tolist() == [1, 0]
    np.testing.assert_array_equal(predictions.outputs[0].class_probabilities, [[0.25, 0.75]])


def test_lightly_segmentation_reads_run_lengths_of_zeros_and_ones_in_turn(tmp_path):
    # Lightly's own example: the mask [[0,0,1,1],[0,1,1,1],[0,0,0,1]].
    mask = {"category_id": 2, "segmentation": [2, 2, 1, 3, 3, 1], "score": 0.5}
    predictions = read_predictions(lightly(tmp_path, "semantic-segmentation", a=[mask], b=[]))
    assert predictions.outputs[0].shape == (1, 6, 2)
    np.testing.assert_array_equal(scores(predictions)["uncertainty_margin"], [1, 0])


def test_lightly_keypoints_have_confidences(tmp_path):
    person = {"category_id": 2, "keypoints": [1, 2, 0.5, 3, 4, 1], "score": 0.9}
    predictions = read_predictions(lightly(tmp_path, "keypoint-detection", a=[person], b=[]))
    np.testing.assert_array_equal(scores(predictions)["mean_uncertainty"], [0.25, 0])


@pytest.mark.parametrize(
    ("task", "found", "message"),
    [
        (
            "regression",
            {},
            r"schema\.json: task_type is 'regression'; expected one of classification, object-detection",
        ),
        ("classification", {"probabilities": [1]}, r"a\.jpg: expected 2 probabilities, one per category"),
        ("classification", {"category_id": 9, "score": 0.5}, r"a\.jpg: category_id 9 is not in the schema"),
        ("object-detection", {"category_id": 2, "score": 0.5}, "expected a bbox x, y, width, height; found None"),
        ("semantic-segmentation", {"category_id": 2, "score": 1, "segmentation": [-1]}, "a list of run lengths from 0"),
        ("semantic-segmentation", {"category_id": 2, "score": 1, "segmentation": [10**12]}, "1,000,000,000,000 pixels"),
        ("keypoint-detection", {"category_id": 2, "keypoints": [1, 2], "score": 1}, "multiple of 3 numbers, not 2"),
        (
            "keypoint-detection",
            {"category_id": 2, "keypoints": [1, 2, 2], "score": 1},
            "visibility flags are not confid",
        ),
    ],
)
def test_a_bad_lightly_file_is_refused(tmp_path, task, found, message):
    with pytest.raises(FileFormatError, match=message):
        read_predictions(lightly(tmp_path, task, a=[found]))


def test_two_lightly_tasks_are_refused_with_their_folders(tmp_path):
    path = lightly(tmp_path, "classification", a=[])
    (path / "other").mkdir()
    (path / "other" / "schema.json").write_text("{}")
    with pytest.raises(
        FileFormatError, match=r"holds 2 tasks: my-task/schema\.json, other/schema\.json; give the folder"
    ):
        read_predictions(path)


def test_coco_keypoints_are_gathered_by_image(tmp_path):
    results = [
        {"image_id": "a", "category_id": 1, "keypoints": [1, 2, 0.5], "score": 0.9},
        {"image_id": "a", "category_id": 1, "keypoints": [1, 2, 1], "score": 0.9},
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    predictions = read_predictions(path)
    assert predictions.task == "keypoint-detection"
    np.testing.assert_array_equal(scores(predictions)["mean_uncertainty"], [0.25])


MAP = np.zeros((3, 4, 2))
MAP[..., 0], MAP[..., 1] = 0.75, 0.25


@pytest.mark.parametrize(
    ("values", "layout"),
    [
        (MAP, "H × W × C"),
        (MAP.transpose(2, 0, 1), "C × H × W"),
        (MAP.astype(np.float16), "H × W × C"),
        (np.rint(MAP * 255).astype(np.uint8), "H × W × C"),
        (np.rint(MAP * 65535).astype(np.uint16).transpose(2, 0, 1), "C × H × W"),
    ],
)
def test_the_layout_of_a_map_is_found_by_what_sums_to_1(tmp_path, values, layout):
    np.savez_compressed(tmp_path / "maps.npz", **{"a.png": values})
    predictions = read_predictions(tmp_path / "maps.npz")
    assert predictions.task == "semantic-segmentation"
    assert predictions.filenames == ["a.png"]
    assert predictions.outputs[0].shape == (3, 4, 2)
    np.testing.assert_allclose(predictions.outputs[0], MAP, atol=0.002)
    assert f"Maps are read as {layout}: the values along C sum to 1." in join_report(["a.png"], predictions).sentences()


def test_maps_in_a_folder_and_a_tar_are_matched_by_stem(tmp_path):
    (tmp_path / "maps").mkdir()
    np.save(tmp_path / "maps" / "a.npy", MAP)
    with tarfile.open(tmp_path / "maps.tar", "w") as archive:
        archive.add(tmp_path / "maps", "maps")
    for path in (tmp_path / "maps", tmp_path / "maps.tar"):
        assert join_report(["a.png"], read_predictions(path)).matched == 1


def test_a_map_with_fewer_dimensions_is_named_when_it_is_read(tmp_path):
    np.savez(tmp_path / "maps.npz", a=MAP, b=MAP[0].argmax(axis=-1), c=MAP)
    predictions = read_predictions(tmp_path / "maps.npz", format="maps")
    with pytest.raises(
        FileFormatError, match=r"maps\.npz/b\.npy: expected H × W × C floats.* found int64 of shape \(4,\)"
    ):
        scores(predictions)


def parquet(tmp_path, **columns):
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


@pytest.mark.parametrize("kind", [pa.list_(pa.float64()), pa.large_list(pa.float32()), pa.list_(pa.float32(), 2)])
def test_parquet_may_hold_a_column_of_lists(tmp_path, kind):
    path = parquet(tmp_path, filename=["a", "b"], probabilities=pa.array([[0.25, 0.75], [1, 0]], type=kind))
    np.testing.assert_array_equal(read_predictions(path).outputs, [[0.25, 0.75], [1, 0]])


def test_parquet_may_hold_a_column_per_class(tmp_path):
    predictions = read_predictions(parquet(tmp_path, cat=[0.25, None], filename=["a", "b"], dog=[0.75, 1]))
    assert predictions.class_names == ["cat", "dog"]
    np.testing.assert_array_equal(predictions.outputs, [[0.25, 0.75], [np.nan, 1]])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"cat": [1.0]}, "has no column 'filename'; its columns are 'cat'"),
        ({"filename": [1], "cat": [1.0]}, "column 'filename' is int64, expected text"),
        ({"filename": ["a", None], "cat": [1.0, 1]}, "1 filenames are missing; name every sample"),
        ({"filename": ["a"], "cat": ["high"]}, "column 'cat' is string, expected numbers; remove it"),
        ({"filename": ["a", "b"], "p": [[1.0], [0.5, 0.5]]}, "the lists of column 'p' differ in length"),
        ({"filename": ["a", "b"], "p": [[1.0], None]}, "the lists of column 'p' differ in length"),
        ({"filename": ["a"], "p": [["x"]]}, "column 'p' is list<.*expected lists of numbers"),
        ({"filename": ["a"]}, "expected one column of probabilities per class"),
        ({"filename": pa.array([], pa.string()), "cat": pa.array([], pa.float32())}, "has no rows"),
    ],
)
def test_a_bad_parquet_file_is_refused(tmp_path, columns, message):
    with pytest.raises(FileFormatError, match=rf"p\.parquet.*{message}"):
        read_predictions(parquet(tmp_path, **columns))


@pytest.mark.parametrize(
    "text",
    [
        '{"filename": "a", "probabilities": {"cat": 0.25, "dog": 0.75}}\n'
        '{"filename": "b", "probabilities": {"dog": 0, "cat": 1}}',
        '{"class_names": ["cat", "dog"], "predictions": [{"filename": "a", "probabilities": [0.25, 0.75]}, '
        '{"filename": "b", "probabilities": [1, 0]}]}',
    ],
)
def test_json_probabilities_are_read_by_class_name_or_in_order(tmp_path, text):
    path = tmp_path / "p.json"
    path.write_text(text)
    predictions = read_predictions(path)
    assert predictions.class_names == ["cat", "dog"]
    np.testing.assert_array_equal(predictions.outputs, [[0.25, 0.75], [1, 0]])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"filename": "b", "probabilities": [1]}', r"p\.jsonl, line 2 has 1 probabilities, the first has 2"),
        ('{"filename": "b", "probabilities": [1, "x"]}', r"p\.jsonl, line 2: expected a number, found 'x'"),
        ('{"filename": "b", "probabilities": {"a": 1}}', r"p\.jsonl, line 2 has other classes than the first record"),
        ('{"filename": "b"}', r"p\.jsonl, line 2 has no list 'probabilities'"),
        ('{"filename": "b", ', r"p\.jsonl, line 2, column \d+: not JSON .*one object per line"),
        ("[" * 10_000, r"p\.jsonl, line 2, column \d+: not JSON"),
    ],
)
def test_a_bad_json_line_is_refused_with_its_number(tmp_path, row, message):
    path = tmp_path / "p.jsonl"
    path.write_text('{"filename": "a", "probabilities": [0.5, 0.5]}\n' + row)
    with pytest.raises(FileFormatError, match=message):
        read_predictions(path)


def test_logits_are_recognized_and_softmax_is_offered_not_applied(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(f"filename,cat,dog\na,0,{np.log(3)}\nb,-5,5\n")
    predictions = read_predictions(path)
    report = join_report(["a", "b"], predictions)
    assert report.looks_like_logits
    assert "Most rows are not probabilities: they look like logits; apply a softmax first." in report.sentences()
    softened = predictions.softmax()
    np.testing.assert_allclose(softened.outputs[0], [0.25, 0.75], rtol=1e-6)
    assert not join_report(["a", "b"], softened).looks_like_logits


def test_the_softmax_of_a_row_with_nan_or_infinity_stays_unusable():
    given = Predictions(["a", "b", "c"], ["cat", "dog"], np.float32([[np.nan, 1], [np.inf, 0], [1000, -1000]]))
    softened = given.softmax()
    assert join_report(["a", "b", "c"], softened).rows_with_nan == ["a", "b"]
    np.testing.assert_array_equal(softened.outputs[2], [1, 0])


def test_a_second_file_is_refused_by_a_format_that_takes_none(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, np.eye(2))
    (tmp_path / "p.npy").write_bytes(buffer.getvalue())
    with pytest.raises(InvalidInputError, match="is read as NumPy array, which takes no second file"):
        read_predictions(tmp_path / "p.npy", images=tmp_path / "p.npy")


def test_a_parquet_file_that_repeats_one_value_without_end_is_refused(tmp_path):
    rows = 20_000_000
    path = parquet(tmp_path, filename=pa.repeat("a", rows), cat=pa.repeat(pa.scalar(0.5, pa.float32()), rows))
    with pytest.raises(
        FileFormatError, match=r"p\.parquet unpacks to 160,000,000 bytes or more, over 200 times its size"
    ):
        read_predictions(path)
